from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql") / "0008_reading_guards.sql"


class Migration(migrations.Migration):
    """Keep what was uploaded as it came, and what was drafted as it was accepted."""

    dependencies = [("cases", "0007_readings")]

    operations = [
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop)
    ]
