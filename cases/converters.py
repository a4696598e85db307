"""What addresses of cases, rounds and reports are made of."""

from datetime import date

from django.urls import register_converter
from django.urls.converters import StringConverter

from cases.editions.files import SINCE
from cases.exports.status_report import FILE_FORMATS


class CaseNumberConverter:
    """A case number in an address; small letters lead to the capital ones."""

    regex = "[A-Za-z]{2,4}-[0-9]{3,6}"

    def to_python(self, value: str) -> str:
        """Return the number as typed."""
        return value

    def to_url(self, value: str) -> str:
        """Return the number as it stands in the address."""
        return value


class ReportFormatConverter(StringConverter):
    """The format of a report, as its file name ends."""

    regex = "|".join(["pdf", *FILE_FORMATS])


class SheetFormatConverter(StringConverter):
    """The format of a spreadsheet, as its file name ends."""

    regex = "xlsx|ods"


class DataDateConverter:
    """The data date of a round, which is what it is called by: 2026-09-30."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        """Return the day; one that no calendar has leads nowhere."""
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        """Return the day as it stands in the address."""
        return value.isoformat()


class ComparedConverter(StringConverter):
    """What an edition is compared to: the last edition, or the last round's."""

    regex = "|".join(SINCE)


register_converter(DataDateConverter, "data_date")
register_converter(ComparedConverter, "compared")
register_converter(CaseNumberConverter, "case_number")
register_converter(ReportFormatConverter, "report_format")
register_converter(SheetFormatConverter, "sheet_format")
