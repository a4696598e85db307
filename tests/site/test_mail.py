"""Mail goes out after the page, is tried again, and what came of it can be read."""

import logging
import smtplib

import pytest
from django.core import mail as outbox
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.db import DatabaseError, connection, transaction

from platform_site.lib import queue
from platform_site.mail import WAITS, deliver, send_again, send_later
from platform_site.mail_backends import ConsoleBackend, mail_folder
from platform_site.models import Mail, MailAttempt
from tests.factories import UserFactory
from tests.jobs import run_jobs, waiting

pytestmark = pytest.mark.django_db

ADDRESS = "wang@example.gov.tw"


class FaultyBackend(EmailBackend):
    """A mail host that says ``faults`` one after another, then takes mail."""

    faults = []

    def send_messages(self, messages):
        if self.faults:
            raise self.faults.pop(0)
        return super().send_messages(messages)


@pytest.fixture
def host(settings):
    settings.EMAIL_BACKEND = f"{__name__}.FaultyBackend"
    FaultyBackend.faults = []
    return FaultyBackend


def write(**fields):
    person = UserFactory(email=fields.pop("email", ADDRESS))
    return send_later(
        Mail.Kind.REMINDER,
        person,
        subject="待填 2 件",
        text="請填報。\n",
        site="https://example.gov.tw",
        **fields,
    )


def told(mail):
    return list(mail.attempts.values_list("outcome", "fault"))


def standing(mail):
    return Mail.objects.with_state().get(pk=mail.pk).standing


def refused_by_host(code):
    return smtplib.SMTPRecipientsRefused({ADDRESS: (code, b"no")})


def test_mail_waits_for_the_worker():
    mail = write()

    assert outbox.outbox == []
    assert waiting() == [("send_mail", {"mail": mail.pk})]
    assert standing(mail) == "等候寄送"

    run_jobs()

    [sent] = outbox.outbox
    assert (sent.to, sent.subject, sent.body) == ([ADDRESS], "待填 2 件", "請填報。\n")
    assert (told(mail), standing(mail)) == ([("sent", "")], "已寄出")


def test_mail_of_what_was_not_saved_is_not_sent():
    with transaction.atomic():
        write()
        transaction.set_rollback(True)

    assert (waiting(), Mail.objects.count()) == ([], 0)


def test_job_done_twice_sends_once():
    mail = write()

    deliver(mail.pk)
    deliver(mail.pk)

    assert len(outbox.outbox) == 1
    assert told(mail) == [("sent", "")]


def test_host_that_is_away_is_asked_again_later(host):
    mail = write()
    host.faults = [ConnectionRefusedError(), smtplib.SMTPServerDisconnected()]

    deliver(mail.pk)

    assert standing(mail) == "尚未寄出（連不上寄信主機），系統稍後再試"
    run_jobs()
    assert [outcome for outcome, _ in told(mail)] == ["retry", "retry", "sent"]
    assert len(outbox.outbox) == 1


def test_second_try_waits(host):
    mail = write()
    host.faults = [ConnectionRefusedError()]
    run = (
        "SELECT scheduled_at - now() FROM procrastinate_jobs WHERE scheduled_at > now()"
    )

    deliver(mail.pk)

    with connection.cursor() as cursor:
        cursor.execute(run)
        [(wait,)] = cursor.fetchall()
    assert WAITS[0] <= wait < WAITS[1]


def test_host_that_stays_away_is_given_up(host):
    mail = write()
    host.faults = [OSError() for _ in range(9)]

    run_jobs()

    assert [outcome for outcome, _ in told(mail)] == ["retry"] * len(WAITS) + ["failed"]
    assert standing(mail) == "寄送失敗：連不上寄信主機"


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (refused_by_host(550), "寄信主機不收這個電子郵件地址（550）"),
        (smtplib.SMTPAuthenticationError(535, b"no"), "寄信主機拒絕（535）"),
    ],
)
def test_what_no_second_try_mends_is_given_up_at_once(host, fault, why):
    mail = write()
    host.faults = [fault]

    run_jobs()

    assert told(mail) == [("failed", why)]


def test_host_that_is_busy_is_asked_again(host):
    mail = write()
    host.faults = [refused_by_host(450), smtplib.SMTPDataError(451, b"busy")]

    run_jobs()

    assert [outcome for outcome, _ in told(mail)] == ["retry", "retry", "sent"]


def test_mail_that_failed_is_sent_again_by_hand(host):
    mail = write()
    host.faults = [refused_by_host(550)]
    run_jobs()

    send_again(mail)
    send_again(mail)

    assert run_jobs() == 1
    assert standing(mail) == "已寄出"


def test_account_without_an_address_gets_no_mail():
    mail = write(email="")

    run_jobs()

    assert told(mail) == [("failed", "這個帳號沒有電子郵件地址")]


def test_site_without_a_mail_host_says_so(settings):
    settings.EMAIL_BACKEND = "platform_site.mail_backends.NoMailBackend"
    mail = write()

    run_jobs()

    assert standing(mail) == "寄送失敗：本站尚未設定寄信主機，請洽系統管理者"


def test_log_and_queue_name_no_address(host, caplog):
    caplog.set_level(logging.DEBUG)
    mail = write()
    host.faults = [refused_by_host(550)]
    jobs = str(waiting())

    run_jobs()

    assert "SMTPRecipientsRefused" in caplog.text
    assert ADDRESS not in caplog.text + jobs + str(told(mail))


def test_mail_and_its_attempts_are_only_added():
    mail = write()
    deliver(mail.pk)

    for model in (Mail, MailAttempt):
        for change in (
            lambda rows: rows.update(id=0),
            lambda rows: rows._raw_delete("default"),
        ):
            with pytest.raises(DatabaseError) as caught, transaction.atomic():
                change(model.objects.all())
            assert caught.value.__cause__.sqlstate == "42501"


def test_wait_puts_a_job_off():
    queue.later(_task(), wait=WAITS[2], mail=1)

    with connection.cursor() as cursor:
        cursor.execute("SELECT scheduled_at > now() FROM procrastinate_jobs")
        assert cursor.fetchall() == [(True,)]


def _task():
    from platform_site.tasks import send_mail

    return send_mail


def test_demo_shows_mail_and_keeps_it_in_files(capsys, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    message = EmailMessage("邀請", "請開啟網址。\n", "platform@localhost", [ADDRESS])

    ConsoleBackend().send_messages([message, message])

    text = (
        f"寄件人：platform@localhost\n收件人：{ADDRESS}\n主旨：邀請\n\n請開啟網址。\n"
    )
    files = sorted(mail_folder().iterdir())
    assert [path.read_text("utf-8") for path in files] == [text, text]
    assert capsys.readouterr().out.count(text) == 2
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
