import django.contrib.postgres.indexes
import django.db.models.functions.comparison
import platform_site.lib.search
from django.db import migrations, models


class Migration(migrations.Migration):
    """Index names and texts by their bigrams, so that words are found at once."""

    dependencies = [
        ('cases', '0003_ledger_rules'),
        ('platform_site', '0001_folded_text'),
        ('meetings', '0002_confirmed_minutes'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='case',
            index=django.contrib.postgres.indexes.GinIndex(django.db.models.functions.comparison.Collate(platform_site.lib.search.Bigrams('name'), 'C'), name='cases_case_words'),
        ),
        migrations.AddIndex(
            model_name='casealias',
            index=django.contrib.postgres.indexes.GinIndex(django.db.models.functions.comparison.Collate(platform_site.lib.search.Bigrams('name'), 'C'), name='cases_alias_words'),
        ),
        migrations.AddIndex(
            model_name='progressupdate',
            index=django.contrib.postgres.indexes.GinIndex(django.db.models.functions.comparison.Collate(platform_site.lib.search.Bigrams('text'), 'C'), condition=models.Q(('state__in', ['accepted', 'locked'])), name='cases_progress_words'),
        ),
        migrations.AddIndex(
            model_name='standing',
            index=django.contrib.postgres.indexes.GinIndex(django.db.models.functions.comparison.Collate(platform_site.lib.search.Bigrams('name'), 'C'), name='cases_standing_words'),
        ),
    ]
