"""What commands show on a terminal while they work; a log gets none of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import OutputWrapper

from platform_site.lib.pdf import Progress


@contextmanager
def page_counter(stream: OutputWrapper) -> Iterator[Progress]:
    """Give a function that keeps one line up to date with the page being laid out."""
    is_shown = stream.isatty()

    def show(page: int) -> None:
        if is_shown:
            stream.write(f"\r排版中，第 {page} 頁", ending="")

    try:
        yield show
    finally:
        if is_shown:
            stream.write("")  # what comes next begins a line of its own
