"""The status report as PDF: our worker beside Chromium, both warm."""

import contextlib
import io
import random
import shutil
import threading
import time

import psutil
from playwright.sync_api import sync_playwright
from pypdf import PdfReader

from cases.exports.status_report_pdf import STYLESHEETS, status_report_html
from platform_site.lib.pdf import FONT_FILES, Worker
from tests.bench import words

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--allow-file-access-from-files",  # or it does not read the fonts
)
SECONDS_ALLOWED = 900


class Ours:
    """Papers by the site's own worker process."""

    def __init__(self, **pages):
        self.worker = Worker()
        self.html = pages

    def print(self, name):
        html = self.html[name]
        return self.worker.render(html, STYLESHEETS, SECONDS_ALLOWED)

    def processes(self):
        return [psutil.Process(self.worker.pid)]


class Chromium:
    """The same HTML with the same stylesheets and fonts, printed by Chromium."""

    def __init__(self, playwright, folder, **pages):
        before = set(psutil.Process().children(recursive=True))
        self.browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=FLAGS
        )
        self.started = set(psutil.Process().children(recursive=True)) - before
        self.files = {}
        for name, html in pages.items():
            self.files[name] = folder / f"{name}.html"
            self.files[name].write_text(html.replace("</head>", f"{_head()}</head>"))

    def print(self, name):
        # A page of its own for every paper, as a server would: nothing of one
        # paper is left to the next.
        with self.browser.new_context() as context:
            page = context.new_page()
            page.goto(self.files[name].as_uri())
            loaded = page.evaluate(_LOADED)
            if sorted(loaded) != sorted(FONT_FILES):
                raise RuntimeError(f"Chromium has these of our fonts: {loaded}")
            return page.pdf(
                prefer_css_page_size=True,
                print_background=True,
                tagged=True,
                outline=True,
            )

    def processes(self):
        found = set(self.started)
        for process in self.started:
            with contextlib.suppress(psutil.Error):
                found |= set(process.children(recursive=True))
        return [process for process in found if _is_chromium(process)]


_LOADED = """document.fonts.ready.then(fonts => [...fonts]
  .filter(font => font.status == "loaded").map(font => font.family.replaceAll('"', "")))"""


def _is_chromium(process):
    try:
        return "chrom" in process.name()
    except psutil.Error:
        return False


def _head():
    faces = "".join(
        f'@font-face {{ font-family: "{family}"; src: url("{path.as_uri()}"); }}'
        for family, path in FONT_FILES.items()
    )
    sheets = "".join(
        f'<link rel="stylesheet" href="{path.as_uri()}">' for path in STYLESHEETS
    )
    return f"<style>{faces}</style>{sheets}"


@contextlib.contextmanager
def both(folder):
    """Give our worker and Chromium, warm, with the report once and ten times."""
    report = words.report(random.Random(36))
    pages = {
        "one": status_report_html(report),
        "ten": status_report_html(words.times(report, 10)),
    }
    with sync_playwright() as playwright:
        ours, chromium = Ours(**pages), Chromium(playwright, folder, **pages)
        try:
            for printer in (ours, chromium, ours, chromium):
                printer.print("one")
            yield ours, chromium
        finally:
            ours.worker.stop()
            chromium.browser.close()


def seconds(printer, name):
    began = time.perf_counter()
    printer.print(name)
    return time.perf_counter() - began


def peak_memory(printer, name):
    """Return the most memory its processes held together while it printed.

    Shared pages are counted once (PSS), for Chromium has many processes.
    """
    peak, done = 0, threading.Event()

    def watch():
        nonlocal peak
        while not done.wait(0.02):
            held = 0
            for process in printer.processes():
                with contextlib.suppress(psutil.Error):
                    held += process.memory_full_info().pss
            peak = max(peak, held)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        printer.print(name)
    finally:
        done.set()
        watcher.join()
    return peak


def page_count(content):
    return len(PdfReader(io.BytesIO(content)).pages)
