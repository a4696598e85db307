from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql") / "0011_round_guards.sql"


class Migration(migrations.Migration):
    """Hold each slot of a round to its steps, and the steps to what was taken."""

    dependencies = [("cases", "0010_rounds")]

    operations = [
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop)
    ]
