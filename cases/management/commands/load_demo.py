"""Fill an empty database with the record, the demo accounts and an open round."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from cases.demo import (
    accounts,
    create_accounts,
    open_demo_round,
    publish_reports,
)
from cases.record import RecordError, load_record


class Command(BaseCommand):
    help = "把 fixtures/ 的紀錄與示範帳號載入空的資料庫；全部載入，或完全不動。"

    def handle(self, *args: Any, **options: Any) -> None:
        """Load the record; a wrong file is one sentence and nothing is saved."""
        try:
            with transaction.atomic():
                load_record(say=self._say)
                self._refuse_taken_names()
                create_accounts()
                publish_reports()
                open_demo_round(timezone.now())
        except RecordError as error:
            raise CommandError(str(error)) from error
        self.stdout.write("紀錄已載入。")

    def _refuse_taken_names(self) -> None:
        for _, username, _ in accounts():
            raise CommandError(
                f"已有名為「{username}」的帳號，未載入；示範資料請載入全新的資料庫。"
            )

    def _say(self, line: str) -> None:
        self.stdout.write(f"載入 {line}")
        self.stdout.flush()
