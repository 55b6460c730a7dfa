"""Jobs that wait for the worker while a desk is upgraded."""

import json
from importlib import import_module

import pytest
from django.db import connection

UPGRADE = import_module("rung.policies.migrations.0007_policy_jobs")


@pytest.mark.django_db
def test_a_waiting_job_keeps_its_turn_under_its_new_name() -> None:
    with connection.cursor() as cursor:
        for task, queue, args in (
            ("policy_errand", "errands", {"errand": 7}),
            ("policy_errand", "long errands", {"errand": 8}),
            ("take_up_errands", "default", {"timestamp": 1}),
            ("another", "default", {"errand": 9}),
        ):
            cursor.execute(
                "INSERT INTO procrastinate_jobs (task_name, queue_name, args) VALUES (%s, %s, %s)",
                [task, queue, json.dumps(args)],
            )
        cursor.execute(UPGRADE.FORWARD)
        cursor.execute("SELECT task_name, queue_name, args FROM procrastinate_jobs ORDER BY id")
        waiting = [(task, queue, json.loads(args)) for task, queue, args in cursor.fetchall()]
    assert waiting == [
        ("policy_job", "policy jobs", {"job": 7}),
        ("policy_job", "long policy jobs", {"job": 8}),
        ("restart_policy_jobs", "default", {"timestamp": 1}),
        ("another", "default", {"errand": 9}),
    ]
