from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql") / "0003_ledger_rules.sql"


class Migration(migrations.Migration):
    """Hold the ledger's rules in the database."""

    dependencies = [
        ("cases", "0002_initial"),
        ("meetings", "0002_confirmed_minutes"),
    ]

    operations = [
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop)
    ]
