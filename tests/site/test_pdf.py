"""A paper is right or it is not made, and the worker outlives bad ones."""

import io
import logging
import os
import re
import signal
import subprocess
import sys
import tempfile

import pylopdf_fonts_zh_tw as fonts
import pypdf
import pytest

from platform_site.lib import pdf
from platform_site.lib.pdf import (
    STATIC_FOLDER,
    PaperError,
    PaperUnavailable,
    Worker,
    clean,
    is_allowed,
    missing_characters,
    render_pdf_here,
)

PAPER_CSS = STATIC_FOLDER / "css" / "paper.css"


def paper(body: str) -> str:
    return (
        '<!doctype html><html lang="zh-Hant-TW"><head><title>測試文件</title></head>'
        f"<body>{body}</body></html>"
    )


def read(content: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(content))


@pytest.fixture(scope="module")
def worker():
    worker = Worker()
    yield worker
    worker.stop()


def test_a_paper_is_tagged_and_says_its_title_and_language(worker):
    content = worker.render(paper("<h1>決議</h1><p>照案通過。</p>"), (PAPER_CSS,), 60)

    root = read(content).trailer["/Root"]
    assert read(content).metadata.title == "測試文件"
    assert root["/Lang"] == "zh-Hant-TW"
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    metadata = root["/Metadata"].get_data().decode()
    assert re.search(r"pdfuaid:part\W+1\b", metadata)


def test_a_paper_holds_only_our_fonts(worker):
    content = worker.render(paper("<h1>決議ABC</h1><p>通過123</p>"), (PAPER_CSS,), 60)

    fonts_used = {
        str(font.get_object()["/BaseFont"]).partition("+")[2]
        for page in read(content).pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts_used == {"Paper-Sans", "Paper-Serif"}


def test_a_text_without_our_fonts_is_refused():
    css_free = paper("<p>Only Latin letters</p>").replace("測試文件", "Title")

    with pytest.raises(PaperError, match="列印字型無法載入或嵌入"):
        render_pdf_here(css_free)


def test_a_character_no_font_has_is_refused_by_name(worker):
    with pytest.raises(PaperError) as refused:
        worker.render(paper("<p>謝𠮷安、\ue000</p>"), (PAPER_CSS,), 60)

    assert str(refused.value) == (
        "文件中的「𠮷」（U+20BB7）、「\ue000」（U+E000）共2個字元不在列印字型中，"
        "無法製作PDF，請改用其他寫法。"
    )


def test_a_character_written_as_an_entity_is_refused_too():
    with pytest.raises(PaperError, match="U\\+20BB7"):
        render_pdf_here(paper("<p>&#134071;</p>"), stylesheets=[PAPER_CSS])


def test_what_the_renderer_complains_of_is_refused(tmp_path):
    broken = tmp_path / "broken.css"
    broken.write_text("p { colour: red }")

    with pytest.raises(PaperError, match="版面有錯誤"):
        render_pdf_here(paper("<p>甲</p>"), stylesheets=[PAPER_CSS, broken])


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (
            '.notdef glyph rendered for Unicode string unsupported by fonts: "x" （U+20BB7）',
            "文件中有列印字型沒有的字元（U+20BB7）",
        ),
        ('Unable to subset "Paper Serif" with HarfBuzz', "列印字型無法載入或嵌入"),
        ("Font-face 'Paper Serif' cannot be loaded", "列印字型無法載入或嵌入"),
        (
            'Using fontTools instead of HarfBuzz-Subset for font "Paper Serif".',
            "libharfbuzz-subset0",
        ),
        ("Something new", "版面有錯誤"),
    ],
)
def test_what_the_library_only_logs_refuses_the_paper(monkeypatch, fault, sentence):
    stylesheet = pdf._stylesheet

    def complain(path):
        logging.getLogger("weasyprint").warning(fault)
        return stylesheet(path)

    monkeypatch.setattr(pdf, "_stylesheet", complain)

    with pytest.raises(PaperError, match=re.escape(sentence)):
        render_pdf_here(paper("<p>甲</p>"), stylesheets=[PAPER_CSS])


def test_complaints_of_one_paper_do_not_reach_the_next(tmp_path):
    with pytest.raises(PaperError):
        render_pdf_here(paper('<img src="no.png" alt="">'), stylesheets=[PAPER_CSS])

    assert render_pdf_here(paper("<p>甲</p>"), stylesheets=[PAPER_CSS])
    kinds = {type(handler) for handler in logging.getLogger("weasyprint").handlers}
    assert pdf._Gather not in kinds
    assert logging.getLogger("weasyprint").propagate


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/x.png",
        "https://example.test/x.png",
        "ftp://example.test/x",
        "file:///etc/passwd",
        "file://elsewhere/etc/passwd",
        STATIC_FOLDER.as_uri() + "/../settings.py",
        STATIC_FOLDER.as_uri() + "/%2e%2e/settings.py",
        STATIC_FOLDER.as_uri(),
        "data:image/png;base64,AAAA",
        "css/paper.css",
    ],
)
def test_a_paper_may_read_only_our_own_files(url):
    assert not is_allowed(url)


@pytest.mark.parametrize(
    "path",
    [PAPER_CSS, fonts.serif_path(), fonts.sans_path()],
    ids=lambda path: path.name,
)
def test_a_paper_may_read_our_own_files(path):
    assert is_allowed(path.as_uri())


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x.png", "file:///etc/passwd"])
@pytest.mark.parametrize(
    "markup", ['<img src="{}" alt="">', '<link rel="stylesheet" href="{}">']
)
def test_a_paper_that_reaches_outside_is_refused(url, markup, caplog):
    with pytest.raises(PaperError, match="版面有錯誤"):
        render_pdf_here(paper(markup.format(url)), stylesheets=[PAPER_CSS])

    assert url in caplog.text


def test_a_sound_file_outside_our_folders_is_refused_too(tmp_path):
    outside = tmp_path / "outside.css"
    outside.write_text("p { color: red }")

    with pytest.raises(PaperError, match="版面有錯誤"):
        render_pdf_here(
            paper(f'<link rel="stylesheet" href="{outside.as_uri()}">'),
            stylesheets=[PAPER_CSS],
        )


def test_characters_that_show_nothing_are_left_out():
    assert clean("甲\x00\x07\u200b\u202e\ufeff\ud800乙\n丙\t丁\u2028戊\u205f己") == (
        "甲乙\n丙\t丁\n戊 己"
    )


def test_radicals_left_by_copying_become_characters():
    assert clean("⽅案葛\U000e0100") == "方案葛"


def test_missing_characters_are_told_once_and_in_order():
    assert missing_characters("甲𠮷乙\ue000𠮷\n") == ["𠮷", "\ue000"]


@pytest.mark.parametrize(
    "html",
    [
        "<html lang=zh-Hant-TW><title> </title><p>甲",
        "<html><title>甲</title><p>甲",
    ],
)
def test_a_paper_without_title_or_language_is_a_mistake(html):
    with pytest.raises(ValueError, match="a paper needs"):
        render_pdf_here(html)
    with pytest.raises(ValueError, match="a paper needs"):
        pdf.render_pdf(html)


def test_the_worker_is_kept_and_used_again(worker):
    worker.render(paper("<p>甲</p>"), (PAPER_CSS,), 60)
    first = worker.pid

    worker.render(paper("<p>乙</p>"), (PAPER_CSS,), 60)

    assert worker.pid == first


def test_a_paper_over_the_time_limit_is_stopped_and_the_next_is_made(worker):
    worker.render(paper("<p>甲</p>"), (PAPER_CSS,), 60)
    slow = worker.pid

    with pytest.raises(PaperError, match=r"超過0\.2秒"):
        worker.render(paper("<p>甲</p>" * 20_000), (PAPER_CSS,), 0.2)

    with pytest.raises(ProcessLookupError):
        os.kill(slow, 0)
    assert worker.render(paper("<p>乙</p>"), (PAPER_CSS,), 60).startswith(b"%PDF")


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_stays_on_disk_when_the_worker_ends(tmp_path, monkeypatch, end):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    worker = Worker()
    worker.render(paper("<p>甲</p>"), (PAPER_CSS,), 60)
    assert list(tmp_path.rglob("weasyprint-*"))

    os.kill(worker.pid, end)
    worker.stop()

    assert list(tmp_path.iterdir()) == []


def test_a_worker_left_alone_ends_and_cleans_up(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    worker = Worker()
    worker.render(paper("<p>甲</p>"), (PAPER_CSS,), 60)
    assert list(tmp_path.iterdir())

    worker._pipe.close()  # as when the asking process is killed
    worker._process.join(10)

    assert list(tmp_path.iterdir()) == []


def test_a_worker_that_hangs_is_killed_and_replaced(worker):
    worker.render(paper("<p>甲</p>"), (PAPER_CSS,), 60)
    hanging = worker.pid
    os.kill(hanging, signal.SIGSTOP)

    with pytest.raises(PaperError, match=r"超過0\.2秒"):
        worker.render(paper("<p>甲</p>"), (PAPER_CSS,), 0.2)

    with pytest.raises(ProcessLookupError):
        os.kill(hanging, 0)
    assert worker.render(paper("<p>乙</p>"), (PAPER_CSS,), 60).startswith(b"%PDF")


def test_a_worker_that_was_killed_is_replaced(worker):
    worker.render(paper("<p>甲</p>"), (PAPER_CSS,), 60)
    os.kill(worker.pid, signal.SIGKILL)
    worker._process.join()

    content = worker.render(paper("<p>乙</p>"), (PAPER_CSS,), 60)

    assert content.startswith(b"%PDF")


def test_a_paper_over_the_memory_limit_is_refused_and_the_next_is_made():
    small = Worker(bytes_allowed=280 * 1024 * 1024)
    try:
        with pytest.raises(PaperError, match="請縮小範圍後再試"):
            small.render(paper("<p>甲</p>" * 30_000), (PAPER_CSS,), 60)

        assert small.render(paper("<p>乙</p>"), (PAPER_CSS,), 60).startswith(b"%PDF")
    finally:
        small.stop()


def test_the_asking_process_never_loads_the_renderer():
    script = (
        "import sys\n"
        "from platform_site.lib.pdf import render_pdf, PaperError\n"
        "from pathlib import Path\n"
        "if __name__ == '__main__':\n"
        f"    render_pdf({paper('<p>甲</p>')!r}, stylesheets=[Path({str(PAPER_CSS)!r})])\n"
        "    print('weasyprint' in sys.modules)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout == "False\n"


def test_a_machine_without_pango_is_told_what_to_install(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("weasyprint")]:
        monkeypatch.delitem(sys.modules, name)

    class NoPango:
        def find_spec(self, name, path=None, target=None):
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr(sys, "meta_path", [NoPango(), *sys.meta_path])

    with pytest.raises(PaperUnavailable, match=r"libpango-1\.0-0.*套件。$"):
        render_pdf_here(paper("<p>甲</p>"), stylesheets=[PAPER_CSS])


def test_progress_is_told_of_every_page():
    pages: list[int] = []

    render_pdf_here(
        paper('<p>甲</p><p style="break-before: page">乙</p>'),
        stylesheets=[PAPER_CSS],
        progress=pages.append,
    )

    assert pages == [1, 2]
