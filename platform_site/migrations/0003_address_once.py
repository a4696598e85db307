from django.db import migrations

# Django's accounts may share an address; here it is what a person is found by.
ONCE = """
CREATE UNIQUE INDEX platform_site_address_once ON auth_user (lower(email))
  WHERE email <> ''
"""


class Migration(migrations.Migration):
    """Let an e-mail address lead to one account alone."""

    dependencies = [
        ("platform_site", "0002_mail"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.RunSQL(ONCE, "DROP INDEX platform_site_address_once"),
    ]
