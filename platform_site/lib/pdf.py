"""PDF papers: HTML and our own stylesheets in, a tagged PDF/UA-1 file out.

``render_pdf`` hands the work to one warm worker process with a limit on time
and memory, so that no request imports WeasyPrint or waits on a runaway page;
``render_pdf_here`` does it in the calling process, for commands.

A paper is right or it is not made: a character our fonts lack, a font that
cannot be loaded or cut down, a fault in a stylesheet or a picture that is not
there all end in ``PaperError``, whose message is a sentence in Chinese.
"""

import atexit
import contextlib
import gc
import html as html_entities
import logging
import multiprocessing
import os
import re
import shutil
import tempfile
import threading
import traceback
import unicodedata
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pylopdf_fonts_zh_tw as fonts

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

logger = logging.getLogger(__name__)

STATIC_FOLDER = Path(__file__).resolve().parent.parent / "static"

# The families the stylesheets name. Names of our own: an installed font of the
# same name would be taken instead of the file.
FONT_FILES = {"Paper Serif": fonts.serif_path(), "Paper Sans": fonts.sans_path()}

SECONDS_ALLOWED = 60.0
SECONDS_TO_START = 30.0
BYTES_ALLOWED = 1536 * 1024 * 1024

Progress = Callable[[int], None]


class PaperError(Exception):
    """A paper could not be made; the message is a sentence for its reader."""


class PaperUnavailable(PaperError):
    """This machine lacks a library that PDF papers need."""


def render_pdf(
    html: str,
    *,
    stylesheets: Sequence[Path] = (),
    seconds: float = SECONDS_ALLOWED,
) -> bytes:
    """Render ``html`` in the worker process and return the PDF.

    ``html`` is a whole document with a title and a language, both of which
    PDF/UA demands. ``stylesheets`` are files below the static folder. Raises
    ``PaperError`` when the paper has a fault, or takes longer than ``seconds``
    or more memory than a paper may, and ``PaperUnavailable`` when Pango is
    missing. After either the next paper is made by a sound worker.
    """
    _require_title_and_language(html)
    return _worker.render(html, tuple(stylesheets), seconds)


def render_pdf_here(
    html: str,
    *,
    stylesheets: Sequence[Path] = (),
    progress: Progress | None = None,
) -> bytes:
    """Render ``html`` in this process; otherwise as ``render_pdf``, unlimited.

    ``progress`` is called with the number of each page as it is laid out. Not
    for a web request: the libraries loaded stay in memory.
    """
    printable = clean(html)
    _refuse_missing_characters(printable)
    _require_title_and_language(printable)
    weasyprint = _load_weasyprint()
    with _watched(progress) as faults:
        document = weasyprint.HTML(
            string=printable,
            base_url=STATIC_FOLDER.as_uri() + "/",
            url_fetcher=_fetcher(),
        ).render(
            font_config=_font_configuration(),
            stylesheets=[_font_faces(), *(_stylesheet(path) for path in stylesheets)],
            **_OPTIONS,
        )
        content: bytes = document.write_pdf(**_OPTIONS)
    strangers = {font.family for font in document.fonts.values()} - FONT_FILES.keys()
    faults.extend(f"Font not ours: {family}" for family in sorted(strangers))
    _refuse_faults(faults)
    return content


_OPTIONS: dict[str, Any] = {"pdf_variant": "pdf/ua-1", "pdf_tags": True}


# Text ------------------------------------------------------------------------


def clean(text: str) -> str:
    """``text`` with nothing in it that no paper can show.

    Control characters, marks that only steer the direction or breaking of text
    (a stray one can hide words), variation selectors and broken halves of pairs
    are dropped; tabs and line breaks stay. Spaces of odd widths become ordinary
    ones, and the radicals that copying from a PDF leaves behind (⽅) become the
    characters they look like (方).
    """
    composed = unicodedata.normalize("NFC", text)
    return "".join(_clean_character(character) for character in composed)


@cache
def _clean_character(character: str) -> str:
    if _RADICAL.match(character):
        return unicodedata.normalize("NFKC", character)
    if character in "\t\n\r" or ord(character) in _covered():
        return "" if unicodedata.category(character) == "Cf" else character
    match unicodedata.category(character):
        case "Cc" | "Cf" | "Cs" | "Cn":
            return ""
        case "Zs":
            return " "
        case "Zl" | "Zp":
            return "\n"
    return "" if _SELECTOR.match(character) else character


_SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_RADICAL = re.compile("[\u2e80-\u2fdf]")


@cache
def _covered() -> frozenset[int]:
    """The characters that both fonts have."""
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # no stubs

    covered: list[set[int]] = []
    for path in FONT_FILES.values():
        with TTFont(path, lazy=True) as font:
            covered.append(set(font.getBestCmap()))
    return frozenset(set.intersection(*covered))


def missing_characters(text: str) -> list[str]:
    """The characters of ``text`` that no paper can print, each once, in order."""
    covered = _covered()
    return [
        character
        for character in dict.fromkeys(text)
        if ord(character) not in covered and character not in "\t\n\r"
    ]


def _refuse_missing_characters(html: str) -> None:
    # Asked of the fonts themselves, since a renderer would quietly take the
    # glyph from whatever other font a machine has.
    if missing := missing_characters(html_entities.unescape(html)):
        named = "、".join(f"「{each}」（U+{ord(each):04X}）" for each in missing[:10])
        more = "等" if len(missing) > 10 else ""
        raise PaperError(
            f"文件中的{named}{more}共{len(missing)}個字元不在列印字型中，"
            "無法製作PDF，請改用其他寫法。"
        )


def _require_title_and_language(html: str) -> None:
    if not re.search(r"<title>[^<]*\S[^<]*</title>", html):
        raise ValueError("a paper needs a title")
    if not re.search(r"<html[^>]*\slang=\"?\w", html):
        raise ValueError("a paper needs a language")


# WeasyPrint -------------------------------------------------------------------


def _load_weasyprint() -> Any:
    """The library, which looks for Pango when it is imported."""
    try:
        with contextlib.redirect_stdout(None):  # it prints its own advice
            import weasyprint
            import weasyprint.urls
    except OSError as error:
        raise PaperUnavailable(_TO_INSTALL) from error
    return weasyprint


@cache
def _font_configuration() -> "FontConfiguration":
    from weasyprint.text.fonts import FontConfiguration

    atexit.register(_forget_fonts)
    return FontConfiguration()


def _forget_fonts() -> None:
    """Let go of the fonts while their copies on disk can still be removed."""
    _parsed_stylesheet.cache_clear()
    _font_faces.cache_clear()
    _font_configuration.cache_clear()
    gc.collect()


@cache
def _font_faces() -> "CSS":
    rules = "".join(
        f'@font-face {{ font-family: "{family}"; src: url("{path.as_uri()}"); }}\n'
        for family, path in FONT_FILES.items()
    )
    return _css(string=rules)


def _stylesheet(path: Path) -> "CSS":
    return _parsed_stylesheet(path, path.stat().st_mtime_ns)


@cache
def _parsed_stylesheet(path: Path, changed: int) -> "CSS":
    """A stylesheet, read again only when its file has changed."""
    return _css(filename=path)


def _css(**source: Any) -> "CSS":
    from weasyprint import CSS

    return CSS(**source, font_config=_font_configuration(), url_fetcher=_fetcher())


def is_allowed(url: str) -> bool:
    """Whether a paper may read ``url``: a file of the static or font folder."""
    parts = urlsplit(url)
    if parts.scheme != "file" or parts.netloc:
        return False
    path = Path(urllib.request.url2pathname(parts.path)).resolve()
    folders = {STATIC_FOLDER, *(file.resolve().parent for file in FONT_FILES.values())}
    return path.is_file() and any(path.is_relative_to(folder) for folder in folders)


@cache
def _fetcher() -> Any:
    from weasyprint.urls import URLFetcher

    class LocalFetcher(URLFetcher):  # type: ignore[misc]  # untyped library
        """Reads our own files and refuses everything else, ending the paper."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            if not is_allowed(url):
                raise ValueError(f"a paper may not read {url}")
            return super().fetch(url, headers)

    return LocalFetcher(
        allowed_protocols={"file"}, allow_redirects=False, fail_on_errors=True
    )


@contextlib.contextmanager
def _watched(progress: Progress | None) -> Iterator[list[str]]:
    """Gather what WeasyPrint complains of, and tell ``progress`` of each page."""
    from weasyprint.urls import FatalURLFetchingError

    faults: list[str] = []
    library = logging.getLogger("weasyprint")
    steps = logging.getLogger("weasyprint.progress")
    handler = _Gather(faults)
    counter = _Count(progress)
    level, steps_level, propagate = library.level, steps.level, library.propagate
    library.addHandler(handler)
    library.setLevel(logging.WARNING)
    library.propagate = False
    if progress:
        steps.addHandler(counter)
        steps.setLevel(logging.INFO)
    try:
        yield faults
    except FatalURLFetchingError as error:
        _refuse_faults([str(error)])
    finally:
        library.removeHandler(handler)
        steps.removeHandler(counter)
        library.setLevel(level)
        steps.setLevel(steps_level)
        library.propagate = propagate


class _Gather(logging.Handler):
    """Keeps each complaint once."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(logging.WARNING)
        self.faults = faults

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if message not in self.faults:
            self.faults.append(message)


class _Count(logging.Handler):
    """Passes on the page number in "Step 5 - Creating layout - Page 3"."""

    def __init__(self, progress: Progress | None) -> None:
        super().__init__(logging.INFO)
        self.progress = progress

    def emit(self, record: logging.LogRecord) -> None:
        found = re.search(r"layout - Page (\d+)$", record.getMessage())
        if found and self.progress:
            self.progress(int(found[1]))


def _refuse_faults(faults: list[str]) -> None:
    if not faults:
        return
    for fault in faults:
        logger.error("paper refused: %s", fault)
    said = " ".join(faults)
    if ".notdef" in said:
        characters = "、".join(re.findall(r"U\+[0-9A-F]{4,6}", said))
        raise PaperError(
            f"文件中有列印字型沒有的字元（{characters}），無法製作PDF，請改用其他寫法。"
        )
    if "fontTools instead of HarfBuzz-Subset" in said:
        raise PaperUnavailable(_TO_INSTALL)  # ten times slower, and soon not at all
    if re.search("Unable to subset|Font-face|Font not ours", said):
        raise PaperError("列印字型無法載入或嵌入，PDF未製作，請洽系統管理者。")
    raise PaperError(_FAULTY)


# The worker -------------------------------------------------------------------

_Job = tuple[str, tuple[Path, ...]]
_Answer = tuple[str, bytes]


def _serve(pipe: Connection, folder: str, bytes_allowed: int) -> None:
    """The worker's life: load once, then render what comes until the pipe closes.

    ``folder`` takes the copies of the fonts and goes when the worker does.
    """
    tempfile.tempdir = folder
    _limit_memory(bytes_allowed)
    gc.set_threshold(50_000, 20, 100)  # a page is many small objects that all live
    try:
        _load_weasyprint()
    except PaperUnavailable as error:
        _send(pipe, ("unavailable", str(error).encode()))
        return
    _send(pipe, ("ready", b""))
    while True:
        try:
            html, stylesheets = pipe.recv()
        except (EOFError, KeyboardInterrupt):
            shutil.rmtree(folder, ignore_errors=True)
            return
        _send(pipe, _answer(html, stylesheets))


def _answer(html: str, stylesheets: tuple[Path, ...]) -> _Answer:
    try:
        return "done", render_pdf_here(html, stylesheets=stylesheets)
    except PaperUnavailable as error:
        return "unavailable", str(error).encode()
    except PaperError as error:
        return "refused", str(error).encode()
    except (MemoryError, SystemError):  # an extension that got no memory
        return "too big", b""
    except Exception:
        return "failed", traceback.format_exc().encode(errors="replace")


def _send(pipe: Connection, answer: _Answer) -> None:
    """Answer in plain bytes: nothing the worker says is unpickled."""
    kind, content = answer
    pipe.send_bytes(kind.encode() + b"\n" + content)


def _limit_memory(bytes_allowed: int) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # not on every system
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (bytes_allowed, bytes_allowed))


class Worker:
    """One process that renders papers one after another; replaced when it fails."""

    def __init__(self, *, bytes_allowed: int = BYTES_ALLOWED) -> None:
        self._bytes_allowed = bytes_allowed
        self._lock = threading.Lock()
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None
        self._folder = ""
        self._owner = 0

    def render(self, html: str, stylesheets: tuple[Path, ...], seconds: float) -> bytes:
        """See ``render_pdf``."""
        if not self._lock.acquire(timeout=seconds):
            raise PaperError("系統正在製作其他PDF，請稍後再試。")
        try:
            pipe = self._ready_pipe()
            kind, content = self._ask(pipe, (html, stylesheets), seconds)
        finally:
            self._lock.release()
        match kind:
            case "done":
                return content
            case "refused":
                raise PaperError(content.decode())
            case "unavailable":
                raise PaperUnavailable(content.decode())
            case "failed":
                logger.error("paper failed: %s", content.decode())
                raise PaperError(_FAULTY)
        raise PaperError("文件過大，超過製作PDF的記憶體上限，請縮小範圍後再試。")

    def stop(self) -> None:
        """End the process, if there is one of ours."""
        process, pipe, owner = self._process, self._pipe, self._owner
        self._process = self._pipe = None
        if process is None or owner != os.getpid():
            return  # a parent's, copied to us by fork: not ours to end
        if pipe:
            pipe.close()
        process.kill()
        process.join()
        process.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def pid(self) -> int | None:
        """The number of the process at work, None when there is none."""
        return self._process.pid if self._process else None

    def _ready_pipe(self) -> Connection:
        """The pipe to a living worker, starting one when there is none."""
        ours = self._owner == os.getpid()
        if ours and self._pipe and self._process and self._process.is_alive():
            return self._pipe
        self.stop()
        context = multiprocessing.get_context("spawn")
        near, far = context.Pipe()
        self._folder = tempfile.mkdtemp(prefix="papers-")
        self._process = context.Process(
            target=_serve,
            args=(far, self._folder, self._bytes_allowed),
            name="papers",
            daemon=True,
        )
        self._process.start()
        far.close()
        self._pipe, self._owner = near, os.getpid()
        kind, content = self._receive(near, SECONDS_TO_START)
        if kind == "unavailable":
            self.stop()
            raise PaperUnavailable(content.decode())
        return near

    def _ask(self, pipe: Connection, job: _Job, seconds: float) -> _Answer:
        try:
            pipe.send(job)
        except OSError as error:
            self.stop()
            raise PaperError(_STOPPED) from error
        answer = self._receive(pipe, seconds)
        if answer[0] in ("too big", "failed"):
            self.stop()  # memory is not given back, and who knows what is broken
        return answer

    def _receive(self, pipe: Connection, seconds: float) -> _Answer:
        try:
            if pipe.poll(seconds):
                kind, _, content = pipe.recv_bytes().partition(b"\n")
                return kind.decode(), content
        except (EOFError, OSError) as error:
            self.stop()
            raise PaperError(_STOPPED) from error
        self.stop()
        raise PaperError(f"PDF製作超過{seconds:g}秒，已停止，請縮小範圍後再試。")


_TO_INSTALL = (
    "這臺主機缺少製作PDF所需的程式庫，無法製作PDF，請系統管理者安裝"
    "libpango-1.0-0、libpangoft2-1.0-0與libharfbuzz-subset0套件。"
)
_FAULTY = "文件版面有錯誤，PDF未製作，請洽系統管理者。"
_STOPPED = "製作PDF的程序意外停止，可能是文件過大，請縮小範圍後再試。"

_worker = Worker()
atexit.register(_worker.stop)
