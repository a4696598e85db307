from django.db import migrations

SQL = """
CREATE TRIGGER meetings_guard_part BEFORE INSERT OR UPDATE OR DELETE ON cases_draftdecision
  FOR EACH ROW EXECUTE FUNCTION meetings_guard_part();
"""


class Migration(migrations.Migration):
    """Close the draft decisions with the minutes they belong to."""

    dependencies = [("cases", "0005_draft_decisions"), ("meetings", "0004_desk_guards")]

    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
