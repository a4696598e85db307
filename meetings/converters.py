"""What addresses of papers are made of; importing this makes it known."""

from django.urls import register_converter
from django.urls.converters import StringConverter

from meetings.minutes.paper_files import FORMATS


class PaperFormatConverter(StringConverter):
    """The format of a paper of a meeting, as its file name ends."""

    regex = "|".join(FORMATS)


register_converter(PaperFormatConverter, "paper_format")
