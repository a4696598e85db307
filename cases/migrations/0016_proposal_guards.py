from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql") / "0016_proposal_guards.sql"


class Migration(migrations.Migration):
    """Hold each proposal to its steps, and what was agreed to the ledger."""

    dependencies = [("cases", "0015_proposals")]

    operations = [
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop)
    ]
