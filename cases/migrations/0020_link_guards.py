from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql") / "0020_link_guards.sql"


class Migration(migrations.Migration):
    """Hold links between cases to cases of two platforms."""

    dependencies = [("cases", "0019_case_links")]

    operations = [
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop)
    ]
