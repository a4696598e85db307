"""Sending mail: asked for with the rows it is about, sent by a worker, told in rows.

What the page does never waits for a mail host and never fails for it. Addresses and
links that open something stand in no row and no log: they are put in when the mail is
sent.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.module_loading import import_string

from platform_site import tasks
from platform_site.lib.queue import later
from platform_site.mail_backends import NoMail
from platform_site.models import Mail, MailAttempt

logger = logging.getLogger(__name__)

# Where the link stands in a text until it is sent.
LINK = "［連結］"
# How long to wait after each attempt that may be made again.
WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
)
Outcome = MailAttempt.Outcome


class NotWanted(Exception):
    """The mail need not go out any more; the words say why."""


def site_of(request: HttpRequest) -> str:
    """Return https://host of this site, as the page was called."""
    return f"{request.scheme}://{request.get_host()}"


def send_later(
    kind: Mail.Kind,
    person: AbstractBaseUser,
    *,
    subject: str,
    text: str,
    site: str,
    about: str = "",
) -> Mail:
    """Have a mail sent once the transaction around this is committed."""
    with transaction.atomic():
        mail = Mail.objects.create(
            kind=kind,
            person_id=person.pk,
            about=about,
            subject=subject,
            text=text,
            site=site,
        )
        later(tasks.send_mail, mail=mail.pk)
    return mail


def send_again(mail: Mail) -> None:
    """Have a mail tried once more that did not go out."""
    later(tasks.send_mail, once=f"mail-{mail.pk}", mail=mail.pk)


def deliver(pk: int) -> MailAttempt | None:
    """Hand a mail to the mail host and tell what came of it; None: it is out already.

    What may go better later is asked for again, after the next of ``WAITS``.
    """
    mail = Mail.objects.select_related("person").get(pk=pk)
    tried = list(mail.attempts.values_list("outcome", flat=True))
    if Outcome.SENT in tried:
        return None
    outcome, fault = _try(mail)
    failures = tried.count(Outcome.RETRY)
    if outcome == Outcome.RETRY and failures >= len(WAITS):
        outcome = Outcome.FAILED
    with transaction.atomic():
        if outcome == Outcome.RETRY:
            later(tasks.send_mail, wait=WAITS[failures], mail=pk)
        try:
            with transaction.atomic():
                return MailAttempt.objects.create(
                    mail=mail, outcome=outcome, fault=fault
                )
        except IntegrityError:  # another worker sent it this very moment
            return None


def _try(mail: Mail) -> tuple[Outcome, str]:
    address = mail.person.email
    if not address:
        return Outcome.FAILED, "這個帳號沒有電子郵件地址"
    try:
        EmailMessage(mail.subject, _text(mail), to=[address]).send()
    except NotWanted as why:
        return Outcome.DROPPED, str(why)
    except NoMail:
        return Outcome.FAILED, "本站尚未設定寄信主機，請洽系統管理者"
    except (SMTPException, OSError, ValueError) as error:
        # Its words may hold the address.
        logger.warning("Mail %s was not sent: %s", mail.pk, type(error).__name__)
        return _judge(error)
    return Outcome.SENT, ""


def _text(mail: Mail) -> str:
    link = settings.MAIL_LINKS.get(mail.kind)
    if link is None:
        return mail.text
    path: str = import_string(link)(mail)
    return mail.text.replace(LINK, f"{mail.site}{path}")


def _judge(error: Exception) -> tuple[Outcome, str]:
    """Return whether it may go better later, and why it did not go now."""
    if isinstance(error, SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
        if codes and all(code >= 500 for code in codes):
            return Outcome.FAILED, f"寄信主機不收這個電子郵件地址（{codes[0]}）"
        return Outcome.RETRY, "寄信主機暫時不收"
    if isinstance(error, SMTPResponseException):
        outcome = Outcome.FAILED if error.smtp_code >= 500 else Outcome.RETRY
        return outcome, f"寄信主機拒絕（{error.smtp_code}）"
    if isinstance(error, ValueError):
        return Outcome.FAILED, "電子郵件地址或主旨不合格式"
    return Outcome.RETRY, "連不上寄信主機"
