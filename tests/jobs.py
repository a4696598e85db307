"""Jobs of the queue, done here and now."""

from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob


def waiting():
    """Return the names and arguments of the jobs that wait, in their order."""
    return [
        (job.task_name.rpartition(".")[2], job.args)
        for job in ProcrastinateJob.objects.filter(status="todo").order_by("id")
    ]


def run_jobs():
    """Do each job that waits, and those they ask for, on this test's connection.

    What a job raises the test gets. Returns how many were done.
    """
    done = 0
    jobs = ProcrastinateJob.objects.filter(status="todo").order_by("-priority", "id")
    while (job := jobs.first()) is not None:
        app.tasks[job.task_name](**job.args)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job.pk])
        done += 1
    return done
