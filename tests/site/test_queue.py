"""The queue: jobs come with the transaction that asks, and outlive their worker."""

import time

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from platform_site.lib import queue
from tests.jobs import run_jobs, waiting
from tests.worker import wait_until, worker


@queue.task
def found_group(name):
    Group.objects.create(name=name)


@queue.task
def found_group_slowly(name):
    """Say that it has begun; the first to do so never ends."""
    _, is_first = Group.objects.get_or_create(name=f"{name}開始")
    if is_first:
        time.sleep(600)
    Group.objects.get_or_create(name=name)


@queue.task
def fail(name):
    raise ValueError(name)


def names():
    made = Group.objects.filter(name__startswith="甲")
    return sorted(made.values_list("name", flat=True))


def states():
    return list(
        ProcrastinateJob.objects.order_by("id").values_list("status", flat=True)
    )


def begin_all(attempts=0):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', attempts = %s", [attempts]
        )


@pytest.mark.django_db
def test_a_job_that_is_asked_for_is_done_with_its_arguments():
    queue.later(found_group, name="甲")
    before = waiting()

    done = run_jobs()

    assert before == [("found_group", {"name": "甲"})]
    assert (done, names(), waiting()) == (1, ["甲"], [])


@pytest.mark.django_db
def test_what_is_rolled_back_leaves_no_job():
    with transaction.atomic():
        queue.later(found_group, name="甲")
        transaction.set_rollback(True)

    assert waiting() == []


@pytest.mark.django_db
def test_a_job_that_waits_is_not_asked_for_twice():
    queue.later(found_group, name="甲", once="甲")
    queue.later(found_group, name="甲", once="甲")
    queue.later(found_group, name="乙", once="乙")

    assert [arguments["name"] for _, arguments in waiting()] == ["甲", "乙"]


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_lives_keeps_its_job(meanwhile):
    queue.later(found_group, name="甲")
    begin_all()
    key = [queue._JOBS, queue._begun()[0]]

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", key)
        assert meanwhile(queue.retry_stalled, 0).result(30) == 0
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)
    assert meanwhile(queue.retry_stalled, 0).result(30) == 1
    assert states() == ["todo"]


@pytest.mark.django_db(transaction=True)
def test_a_job_over_which_workers_keep_dying_is_given_up(meanwhile):
    queue.later(found_group, name="甲")
    begin_all(attempts=queue.MOST_ATTEMPTS - 1)

    # In another thread: a browser's loop may run in this one.
    assert meanwhile(queue.retry_stalled, 0).result(30) == 1
    assert states() == ["failed"]


@pytest.mark.django_db(transaction=True)
def test_a_job_outlives_the_worker_that_is_killed_over_it():
    queue.later(found_group_slowly, name="甲")

    with worker(__name__) as process:
        wait_until(lambda: names() == ["甲開始"])
        process.kill()
    begun = states()
    with worker(__name__):
        wait_until(lambda: states() == [])

    assert begun == ["doing"]
    assert names() == ["甲", "甲開始"]


@pytest.mark.django_db(transaction=True)
def test_a_job_that_raises_is_tried_again_later():
    queue.later(fail, name="甲")

    with worker(__name__):
        wait_until(lambda: ProcrastinateJob.objects.filter(attempts=1, status="todo"))

    assert ProcrastinateJob.objects.get().scheduled_at is not None


def test_jobs_are_not_among_the_rows_of_the_admin():
    assert ProcrastinateJob not in admin.site._registry
