from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql") / "0004_desk_guards.sql"


class Migration(migrations.Migration):
    """Close what the desk keeps with the minutes; put publications on record."""

    dependencies = [("meetings", "0003_minutes_desk")]

    operations = [
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop)
    ]
