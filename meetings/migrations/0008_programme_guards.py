from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql") / "0008_programme_guards.sql"


class Migration(migrations.Migration):
    """Close a meeting's programme with its minutes; hold its agency to its host."""

    dependencies = [("meetings", "0007_programme")]

    operations = [
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop)
    ]
