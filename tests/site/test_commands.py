"""What people meet on the command line when something is not as it must be."""

import socket

import pytest
from django.db import OperationalError, ProgrammingError

from platform_site import database
from platform_site.failures import Refusal, sentence
from tests.site.commands import PRODUCTION, assert_refused, manage


@pytest.fixture
def taken_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_taken_port_is_a_sentence_and_nothing_is_begun(tmp_path, taken_port):
    done = manage("demo", VAR_DIR=tmp_path, PORT=taken_port)

    assert_refused(done, f"埠號 {taken_port} 已有其他程式使用")
    assert not (tmp_path / "postgres").exists()


@pytest.mark.parametrize("port", ["http", "0", "65536"])
def test_port_that_is_none_is_a_sentence(tmp_path, port):
    assert_refused(manage("demo", VAR_DIR=tmp_path, PORT=port), f"埠號「{port}」看不懂")


@pytest.mark.parametrize("command", ["migrate", "demo", "showmigrations"])
def test_unreachable_database_is_a_sentence(tmp_path, command, unused_port):
    done = manage(
        command,
        VAR_DIR=tmp_path,
        PORT=unused_port(),
        DATABASE_URL=f"postgresql://app:secret@127.0.0.1:{unused_port()}/platform",
        **PRODUCTION,
    )

    assert done.returncode == 1
    assert done.stderr.startswith("連不上資料庫（")
    assert len(done.stderr.strip().splitlines()) == 1
    assert "secret" not in done.stderr


@pytest.fixture
def unused_port():
    def find():
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]

    return find


@pytest.mark.parametrize("version", [90624, 140022, 149999])
def test_old_server_is_refused(version):
    with pytest.raises(
        Refusal, match=f"^資料庫是 PostgreSQL {version // 10000}，太舊了"
    ):
        database.refuse_old_server(version)


@pytest.mark.parametrize("version", [150000, 180006])
def test_current_server_is_accepted(version):
    assert database.refuse_old_server(version) is None


@pytest.mark.django_db
def test_every_connection_asks_for_the_version(monkeypatch):
    from django.db import connection

    monkeypatch.setattr(database, "OLDEST_SERVER", 990000)

    with pytest.raises(Refusal, match=r"太舊了"):
        connection.check_database_version_supported()


@pytest.mark.parametrize(
    ("error", "begins"),
    [
        (
            OperationalError('FATAL:  role "platform_app" does not exist'),
            "資料庫裡沒有帳號或角色「platform_app」",
        ),
        (
            OperationalError('FATAL:  database "platform" does not exist'),
            "資料庫「platform」不存在",
        ),
        (
            OperationalError('FATAL:  password authentication failed for user "a"'),
            "資料庫拒絕登入",
        ),
        (
            OperationalError('FATAL:  permission denied to set role "platform_app"'),
            "資料庫帳號不能使用本站的角色",
        ),
        (ModuleNotFoundError(name="openpyxl"), "缺少 Python 套件 openpyxl"),
    ],
)
def test_expected_failures_have_a_sentence(error, begins):
    assert sentence(error).startswith(begins)


@pytest.mark.parametrize("error", [KeyError("a"), ProgrammingError("syntax error")])
def test_mistakes_of_programmers_have_none(error):
    assert sentence(error) is None


def test_empty_database_is_a_sentence(reachable_tmp):
    done = manage(
        "shell",
        "-v0",
        "-c",
        "from django.contrib.auth.models import Group; Group.objects.first()",
        VAR_DIR=reachable_tmp(),
        DEBUG=1,
    )

    assert_refused(done, "資料庫裡還沒有本站的資料表")
