"""The child that reads a foreign file: limited, without secrets, soon gone."""

import fcntl
import http.server
import logging
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from platform_site.reading import child, sandbox
from platform_site.reading.document import Refused
from platform_site.reading.sandbox import read
from tests.site.foreign import docx, paragraph

PAPER = "第1次會議紀錄\n".encode()


def probe(name, content=PAPER, **options):
    return read(content, "paper.txt", f"tests.site.reading_probe:{name}", **options)


def children():
    return psutil.Process().children(recursive=True)


def test_the_function_gets_the_document_and_its_options():
    found = probe("say", day="114/8/7")

    assert found == {"text": "第1次會議紀錄\n", "options": {"day": "114/8/7"}}


def test_the_child_sees_no_secrets(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    monkeypatch.setenv("HOME", "/home/secret")

    found = probe("environment")

    assert "secret" not in str(found)


def test_the_child_starts_without_django():
    assert probe("settings_loaded") == {"django": False}


def test_the_child_has_limits():
    found = probe("limits")

    work = child.SECONDS_OF_WORK
    assert found == {
        "RLIMIT_AS": [child.MEMORY, child.MEMORY],
        "RLIMIT_CPU": [work, work + 1],
        "RLIMIT_CORE": [0, 0],
        "RLIMIT_FSIZE": [0, 0],
    }


def test_a_child_that_hangs_is_ended(monkeypatch):
    monkeypatch.setattr(sandbox, "SECONDS", 0.5)
    before = children()

    with pytest.raises(Refused, match="已停止"):
        probe("hang")

    assert children() == before


def test_a_child_that_works_too_long_is_ended():
    with pytest.raises(Refused, match="已停止"):
        probe("spin")


def test_a_child_that_dies_is_a_sentence():
    with pytest.raises(Refused, match="意外停止"):
        probe("die")


def test_a_child_without_memory_is_a_sentence():
    with pytest.raises(Refused, match="記憶體上限"):
        probe("fill_memory")


def test_an_answer_beyond_all_measure_is_not_taken():
    with pytest.raises(Refused, match="內容過多"):
        probe("answer_too_much")


@pytest.mark.parametrize("act", ["start_process", "fork", "connect"])
def test_the_child_starts_nothing_and_calls_nobody(act, caplog):
    with pytest.raises(Refused, match="發生錯誤"):
        probe(act)

    assert "PermissionError" in caplog.text


def test_the_child_writes_no_file(tmp_path):
    with pytest.raises(Refused, match="發生錯誤"):
        probe("write_file", path=str(tmp_path / "written"))

    assert list(tmp_path.iterdir()) == []


def test_our_own_slips_are_logged_and_told_in_one_sentence(caplog):
    caplog.set_level(logging.ERROR)

    with pytest.raises(Refused, match="請洽系統管理者"):
        probe("be_wrong")

    assert "a slip of ours" in caplog.text


def test_a_file_that_is_too_large_starts_no_child(monkeypatch):
    monkeypatch.setattr(sandbox, "_run", None)

    with pytest.raises(Refused, match="20MB"):
        probe("say", content=bytes(sandbox.LARGEST_FILE + 1))


def test_a_process_that_cannot_start_is_a_sentence(monkeypatch, tmp_path, caplog):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))

    with pytest.raises(Refused, match="無法啟動"):
        probe("say")

    assert "no process to read with" in caplog.text


def test_a_refusal_of_the_reader_reaches_the_caller():
    with pytest.raises(Refused, match="檔案是空的"):
        probe("say", content=b"")


def test_no_more_children_than_places_at_once(var_folder):
    with ThreadPoolExecutor(5) as pool:
        spans = list(pool.map(lambda _: probe("wait"), range(5)))

    together = [
        sum(other["began"] <= span["began"] < other["ended"] for other in spans)
        for span in spans
    ]
    assert max(together) <= sandbox.SLOTS


def test_whoever_waits_too_long_for_a_place_is_told(monkeypatch, var_folder):
    monkeypatch.setattr(sandbox, "SECONDS_TO_WAIT", 0.1)
    probe("say")  # makes the folder
    files = [path.open("wb") for path in (var_folder / "reading").iterdir()]
    for file in files:
        fcntl.flock(file, fcntl.LOCK_EX)

    with pytest.raises(Refused, match="正在讀取其他文件"):
        probe("say")

    for file in files:
        file.close()
    assert probe("say")["text"] == "第1次會議紀錄\n"


def test_nothing_a_file_points_to_is_fetched():
    asked = []

    class Server(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)

        log_message = None

    with http.server.HTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/template.dotm"
        rels = (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="r1" TargetMode="External" Target="{}" Type="http://schemas.'
            'openxmlformats.org/officeDocument/2006/relationships/{}"/></Relationships>'
        )
        content = docx(
            paragraph("會議紀錄"),
            more={
                "word/_rels/document.xml.rels": rels.format(address, "styles"),
                "word/_rels/settings.xml.rels": rels.format(
                    address, "attachedTemplate"
                ),
            },
        )
        found = read(content, "a.docx", "tests.site.reading_probe:say")
        server.shutdown()

    assert (found["text"], asked) == ("會議紀錄\n", [])
