"""An errand is called a policy job. Jobs that wait keep their turn, under the new names of task, queue and argument."""

import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
UPDATE procrastinate_jobs
   SET task_name = 'policy_job',
       queue_name = CASE queue_name WHEN 'long errands' THEN 'long policy jobs' ELSE 'policy jobs' END,
       args = jsonb_build_object('job', args -> 'errand')
 WHERE task_name = 'policy_errand' AND status IN ('todo', 'doing');
UPDATE procrastinate_jobs SET task_name = 'restart_policy_jobs', queueing_lock = 'restart_policy_jobs'
 WHERE task_name = 'take_up_errands' AND status = 'todo'
"""
BACKWARD = """
UPDATE procrastinate_jobs
   SET task_name = 'policy_errand',
       queue_name = CASE queue_name WHEN 'long policy jobs' THEN 'long errands' ELSE 'errands' END,
       args = jsonb_build_object('errand', args -> 'job')
 WHERE task_name = 'policy_job' AND status IN ('todo', 'doing');
UPDATE procrastinate_jobs SET task_name = 'take_up_errands', queueing_lock = 'take_up_errands'
 WHERE task_name = 'restart_policy_jobs' AND status = 'todo'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("policies", "0006_renames"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]

    operations = [
        migrations.RenameModel(old_name="Errand", new_name="PolicyJob"),
        migrations.AlterField(
            model_name="policyjob",
            name="log",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="jobs",
                to="policies.uploadedlog",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
