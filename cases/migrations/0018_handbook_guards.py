from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql") / "0018_handbook_guards.sql"


class Migration(migrations.Migration):
    """Hold handbooks to what was printed."""

    dependencies = [("cases", "0017_handbooks")]

    operations = [
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop)
    ]
