import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0008_reading_guards'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='readprogress',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='readprogress',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='readprogress',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='readprogress',
            name='in_periods',
            field=models.BooleanField(default=False, verbose_name='依日期分填各期'),
        ),
        migrations.AddField(
            model_name='readprogressevent',
            name='in_periods',
            field=models.BooleanField(default=False, verbose_name='依日期分填各期'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='readprogress',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "cases_readprogressevent" ("case_id", "certainty", "chosen_at", "chosen_by_id", "group", "id", "in_periods", "issue_group_id", "municipality_id", "name", "newly_listed", "order", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reading_id", "source_end", "source_start", "state", "text", "theme", "version") VALUES (NEW."case_id", NEW."certainty", NEW."chosen_at", NEW."chosen_by_id", NEW."group", NEW."id", NEW."in_periods", NEW."issue_group_id", NEW."municipality_id", NEW."name", NEW."newly_listed", NEW."order", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reading_id", NEW."source_end", NEW."source_start", NEW."state", NEW."text", NEW."theme", NEW."version"); RETURN NULL;', hash='fdf79f12027c095c65000292de0b7dd7186789a4', operation='INSERT', pgid='pgtrigger_insert_insert_e1471', table='cases_readprogress', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='readprogress',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "cases_readprogressevent" ("case_id", "certainty", "chosen_at", "chosen_by_id", "group", "id", "in_periods", "issue_group_id", "municipality_id", "name", "newly_listed", "order", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reading_id", "source_end", "source_start", "state", "text", "theme", "version") VALUES (NEW."case_id", NEW."certainty", NEW."chosen_at", NEW."chosen_by_id", NEW."group", NEW."id", NEW."in_periods", NEW."issue_group_id", NEW."municipality_id", NEW."name", NEW."newly_listed", NEW."order", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reading_id", NEW."source_end", NEW."source_start", NEW."state", NEW."text", NEW."theme", NEW."version"); RETURN NULL;', hash='75db61d1182f2132acb3e1e1f31897508f0761b2', operation='UPDATE', pgid='pgtrigger_update_update_c6c0a', table='cases_readprogress', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='readprogress',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "cases_readprogressevent" ("case_id", "certainty", "chosen_at", "chosen_by_id", "group", "id", "in_periods", "issue_group_id", "municipality_id", "name", "newly_listed", "order", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reading_id", "source_end", "source_start", "state", "text", "theme", "version") VALUES (OLD."case_id", OLD."certainty", OLD."chosen_at", OLD."chosen_by_id", OLD."group", OLD."id", OLD."in_periods", OLD."issue_group_id", OLD."municipality_id", OLD."name", OLD."newly_listed", OLD."order", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reading_id", OLD."source_end", OLD."source_start", OLD."state", OLD."text", OLD."theme", OLD."version"); RETURN NULL;', hash='5eed130260abe9815aee11f833e721ca81c4c84b', operation='DELETE', pgid='pgtrigger_delete_delete_4e9d9', table='cases_readprogress', when='AFTER')),
        ),
    ]
