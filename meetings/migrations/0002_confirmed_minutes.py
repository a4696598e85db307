from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql") / "0002_confirmed_minutes.sql"


class Migration(migrations.Migration):
    """Hold confirmed minutes as they were confirmed."""

    dependencies = [("meetings", "0001_initial")]

    operations = [
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop)
    ]
