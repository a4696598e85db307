"""Work that is done after the answer: jobs kept in the database, done by a worker.

A job is a row written in the transaction that asks for it: rolled back, there is none,
and a worker sees it once all is committed. It is done at least once: a worker that is
killed leaves its job to the next, so what a job does must bear being done twice. Its
arguments are ids and plain values; they are kept and logged, so nobody's address is
among them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec

from asgiref.sync import async_to_sync
from django.db import connection, transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import DjangoApp, app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Status
from procrastinate.tasks import Task

if TYPE_CHECKING:
    from procrastinate.job_context import JobContext
    from procrastinate.middleware import SyncCallNext
    from procrastinate.worker import Worker

Arguments = ParamSpec("Arguments")

MOST_ATTEMPTS = 5
# Between two looks at a job that nobody seems to do: it may be about to begin, or
# be done and not yet told so.
SECOND_LOOK = 2.0
# The first of an advisory lock's two numbers; the second is the job's.
_JOBS = 7_206_010


def task(work: Callable[Arguments, None]) -> Task[Arguments, None, Arguments]:
    """Make a function of a ``tasks`` module one that ``later`` may be asked for.

    When it raises it is tried again, later each time, and after ``MOST_ATTEMPTS`` the
    job stays as failed.
    """
    retry = RetryStrategy(max_attempts=MOST_ATTEMPTS, exponential_wait=4)
    return app.task(retry=retry)(work)


def later(
    task: Task[Arguments, None, Arguments], *, once: str | None = None, **arguments: Any
) -> None:
    """Have the task done by a worker, if the transaction around this is committed.

    While a job with the same ``once`` waits to be begun there is no second one.
    """
    try:
        with transaction.atomic():
            task.configure(queueing_lock=once).defer(**arguments)
    except AlreadyEnqueued:
        pass


def work(**options: Any) -> None:
    """Do jobs as they come, until a signal; with ``wait=False`` those that wait now."""
    # An app of its own: what jobs ask for goes through Django's connection.
    worker = DjangoApp(connector=app.connector.get_worker_connector())  # type: ignore[attr-defined]  # of the Django connector
    worker.tasks = app.tasks
    defaults = worker.worker_defaults
    defaults["task_middleware"] = [*defaults.get("task_middleware", []), _hold]
    # Each beat is a commit, after which public pages are made anew. Who is alive
    # the locks tell, so beats may be rare.
    worker.run_worker(
        delete_jobs="successful",
        update_heartbeat_interval=600.0,
        stalled_worker_timeout=3600.0,
        **options,
    )


def _hold(call_next: SyncCallNext, context: JobContext, worker: Worker) -> Any:
    """Hold a lock while the job is done: PostgreSQL drops it when the worker dies."""
    key = [_JOBS, _number(context.job.id or 0)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", key)
    try:
        return call_next()
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


def retry_stalled(second_look: float = SECOND_LOOK) -> int:
    """Put back jobs that a worker began and died over; return how many.

    After ``MOST_ATTEMPTS`` a job is left as failed: it may be what kills workers.
    """
    first = _begun()
    suspects = [job for job in first if _is_left(job)]
    if not suspects:
        return 0
    time.sleep(second_look)
    return sum(_put_back(job) for job in suspects)


def _begun() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM procrastinate_jobs WHERE status = 'doing'")
        return [row[0] for row in cursor.fetchall()]


@transaction.atomic
def _is_left(job: int) -> bool:
    """Whether nobody holds the job's lock; if so, it is held here to the commit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%s, %s)", [_JOBS, _number(job)]
        )
        return bool(cursor.fetchone()[0])


@transaction.atomic
def _put_back(job: int) -> bool:
    if not _is_left(job):
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attempts, now() FROM procrastinate_jobs"
            " WHERE id = %s AND status = 'doing' FOR UPDATE",
            [job],
        )
        row = cursor.fetchone()
    if row is None:
        return False
    attempts, now = row
    if attempts + 1 >= MOST_ATTEMPTS:
        finish = async_to_sync(app.job_manager.finish_job_by_id_async)
        finish(job_id=job, status=Status.FAILED, delete_job=False)
    else:
        app.job_manager.retry_job_by_id(job_id=job, retry_at=now)
    return True


def _number(job: int) -> int:
    return job % 2**31
