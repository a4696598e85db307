"""Where mail goes when there is no mail host: the console and a folder, or nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.console import EmailBackend as ConsoleOnly
from django.utils import timezone


def mail_folder() -> Path:
    """Return where the demo keeps its mail."""
    return Path(settings.VAR_DIR) / "mail"


class ConsoleBackend(ConsoleOnly):
    """Writes each mail to the console, and to a file of its own under VAR_DIR."""

    def write_message(self, message: EmailMessage) -> None:
        """Show the mail as a person would read it: its lines are not encoded."""
        text = readable(message)
        self.stream.write(f"{'─' * 60}\n{text}{'─' * 60}\n")
        folder = mail_folder()
        folder.mkdir(parents=True, exist_ok=True)
        moment = timezone.localtime()
        number = 0
        while True:
            path = folder / f"{moment:%Y%m%d-%H%M%S}-{number:03}.txt"
            try:
                with path.open("x", encoding="utf-8") as file:
                    path.chmod(0o600)
                    file.write(text)
            except FileExistsError:
                number += 1
            else:
                return


def readable(message: EmailMessage) -> str:
    """Return a mail as text."""
    head = [
        f"寄件人：{message.from_email}",
        f"收件人：{', '.join(message.to)}",
        f"主旨：{message.subject}",
    ]
    return "\n".join([*head, "", str(message.body).rstrip("\n"), ""])


class NoMail(Exception):
    """There is no mail host."""


class NoMailBackend(BaseEmailBackend):
    """Refuses: the site was not told where to send mail (EMAIL_URL)."""

    def send_messages(self, email_messages: Sequence[Any]) -> int:
        """Refuse them all."""
        raise NoMail
