"""Fill an empty database with the record and the demo accounts."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from cases.demo import create_accounts
from cases.record import RecordError, load_record


class Command(BaseCommand):
    help = "把 fixtures/ 的紀錄與示範帳號載入空的資料庫；全部載入，或完全不動。"

    def handle(self, *args: Any, **options: Any) -> None:
        """Load the record; a wrong file is one sentence and nothing is saved."""
        try:
            with transaction.atomic():
                load_record(say=self._say)
                create_accounts()
        except RecordError as error:
            raise CommandError(str(error)) from error
        self.stdout.write("紀錄已載入。")

    def _say(self, line: str) -> None:
        self.stdout.write(f"載入 {line}")
        self.stdout.flush()
