"""Jobs of the site as a whole."""

from platform_site.lib.queue import task


@task
def send_mail(mail: int) -> None:
    """Send a mail that waits."""
    from platform_site.mail import deliver  # it asks for this job

    deliver(mail)
