"""The jobs of the queue that are about cases."""

from platform_site.lib.queue import task


@task
def make_edition(edition: int) -> None:
    """Make the files of an edition and publish it."""
    from cases.editions.publishing import make  # which asks for this job

    make(edition)


@task
def make_handbook(edition: int) -> None:
    """Make the files of a handbook."""
    from cases.handbooks.making import make  # which asks for this job

    make(edition)
