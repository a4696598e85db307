"""A bad environment is refused in one sentence; a good one is read."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from platform_site import database
from platform_site.env import Environment, write_demo_file
from platform_site.failures import Refusal
from tests.site.commands import PRODUCTION, SECRET, assert_refused, manage


def env(tmp_path, **variables):
    return Environment(tmp_path, variables)


@pytest.mark.parametrize(
    ("name", "value", "attribute", "sentence"),
    [
        ("DEBUG", "maybe", "debug", "環境變數 DEBUG 的值「maybe」看不懂"),
        ("HTTPS", "2", "https", "環境變數 HTTPS 的值「2」看不懂"),
        ("SECRET_KEY", "", "secret_key", "缺少環境變數 SECRET_KEY"),
        ("SECRET_KEY", "short", "secret_key", "環境變數 SECRET_KEY 太短"),
        ("SECRET_KEY", "a" * 60, "secret_key", "環境變數 SECRET_KEY 太短或太簡單"),
        ("ALLOWED_HOSTS", "", "allowed_hosts", "缺少環境變數 ALLOWED_HOSTS"),
        ("ALLOWED_HOSTS", "https://a.tw", "allowed_hosts", "環境變數 ALLOWED_HOSTS"),
        ("CSRF_TRUSTED_ORIGINS", "a.tw", "csrf_trusted_origins", "環境變數 CSRF"),
        ("VAR_DIR", "here", "var_dir", "環境變數 VAR_DIR 的值「here」不是絕對路徑"),
        ("LOG_LEVEL", "LOUD", "log_level", "環境變數 LOG_LEVEL 的值「LOUD」看不懂"),
        ("SITE_AGENCY", "某" * 61, "site_agency", "環境變數 SITE_AGENCY 的值不合用"),
        ("SITE_CONTACT", "甲\n乙", "site_contact", "環境變數 SITE_CONTACT 的值"),
        ("EMAIL_URL", "mail.example.tw", "email", "環境變數 EMAIL_URL 看不懂"),
        ("EMAIL_URL", "smtp://host:port", "email", "環境變數 EMAIL_URL 看不懂"),
        ("EMAIL_URL", "smtp://", "email", "環境變數 EMAIL_URL 看不懂"),
        ("EMAIL_URL", "smtp://mail.tw", "email", "環境變數 EMAIL_FROM 不是電子郵件"),
        ("SECRET_KEY_FILE", "/no/such", "secret_key", "環境變數 SECRET_KEY_FILE 所指"),
    ],
)
def test_bad_value_is_refused(tmp_path, name, value, attribute, sentence):
    with pytest.raises(ImproperlyConfigured, match=f"^{sentence}") as caught:
        getattr(env(tmp_path, DEMO_SETTINGS="0", **{name: value}), attribute)

    assert str(caught.value).endswith("。")


@pytest.mark.parametrize(
    "url",
    [
        "mysql://someone@localhost/platform",
        "platform",
        "postgresql://localhost/platform",
        "postgresql://someone@localhost",
        "postgresql://someone@localhost:http/platform",
    ],
)
def test_bad_database_address_is_refused(tmp_path, url):
    with pytest.raises(ImproperlyConfigured, match=r"^環境變數 DATABASE_URL"):
        env(tmp_path, DATABASE_URL=url).database("DATABASE_URL")


def test_values_are_read(tmp_path):
    read = env(
        tmp_path,
        DEBUG="no",
        SECRET_KEY=SECRET,
        ALLOWED_HOSTS="a.gov.tw, .b.gov.tw [::1]",
        CSRF_TRUSTED_ORIGINS="https://a.gov.tw",
        BEHIND_PROXY="yes",
        SITE_AGENCY=" 某市政府 ",
        SITE_CONTACT="某市某路1號",
    )

    assert read.debug is False
    assert read.secret_key == SECRET
    assert read.allowed_hosts == ["a.gov.tw", ".b.gov.tw", "[::1]"]
    assert read.csrf_trusted_origins == ["https://a.gov.tw"]
    assert read.https is True
    assert read.behind_proxy is True
    assert (read.site_agency, read.site_contact) == ("某市政府", "某市某路1號")
    assert read.var_dir == tmp_path / "var"


def test_development_needs_nothing_but_debug(tmp_path):
    read = env(tmp_path, DEBUG="1")

    assert read.secret_key
    assert read.allowed_hosts == ["localhost", "127.0.0.1", "[::1]"]
    assert read.https is False


def test_demo_settings_fill_what_is_missing(tmp_path):
    write_demo_file(tmp_path / "var")
    read = env(tmp_path)
    key = read.secret_key
    write_demo_file(tmp_path / "var")

    assert len(key) >= 50
    assert read.allowed_hosts == ["localhost", "127.0.0.1", "[::1]"]
    assert read.debug is False
    assert read.https is False
    assert env(tmp_path).secret_key == key
    assert (tmp_path / "var" / "demo.env").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "variables",
    [
        {"DATABASE_URL": "postgresql://app@localhost/platform"},
        {"DEBUG": "0"},
        {"DEMO_SETTINGS": "0"},
    ],
)
def test_demo_settings_are_for_the_demo(tmp_path, variables):
    write_demo_file(tmp_path / "var")

    with pytest.raises(ImproperlyConfigured, match=r"^缺少環境變數 SECRET_KEY"):
        _ = env(tmp_path, **variables).secret_key


def test_one_login_works_as_two_roles(tmp_path):
    url = "postgresql://boss:p%40ss@db.example:5433/platform?sslmode=require"

    found = database.aliases(env(tmp_path, DATABASE_URL=url))

    common = {
        "ENGINE": "platform_site.postgresql",
        "NAME": "platform",
        "USER": "boss",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": 5433,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
    options = {"connect_timeout": 10, "sslmode": "require"}
    assert found == {
        alias: {
            **common,
            "ROLE": role,
            "OPTIONS": {**options, "options": f"-c role={role}"},
        }
        for alias, role in (
            ("default", "platform_app"),
            ("owner", "platform_owner"),
        )
    }


def test_two_logins_are_the_roles(tmp_path):
    found = database.aliases(
        env(
            tmp_path,
            DATABASE_URL="postgresql://web@db/platform",
            DATABASE_OWNER_URL="postgresql://builder@db/platform",
        )
    )

    assert [(a["USER"], a["ROLE"]) for a in found.values()] == [
        ("web", "web"),
        ("builder", "builder"),
    ]
    assert found["default"]["OPTIONS"] == {"connect_timeout": 10}


@pytest.mark.parametrize(
    ("runtime", "owner", "sentence"),
    [
        (None, "postgresql://a@db/p", "只設了 DATABASE_OWNER_URL"),
        ("postgresql://a@db/p", "postgresql://a@db/p", "DATABASE_URL 與 .*同一個帳號"),
        (
            "postgresql://a@db/p",
            "postgresql://b@db/q",
            "DATABASE_URL 與 .*不同的資料庫",
        ),
    ],
)
def test_contradictory_logins_are_refused(tmp_path, runtime, owner, sentence):
    given = {"DATABASE_URL": runtime or "", "DATABASE_OWNER_URL": owner}

    with pytest.raises(Refusal, match=f"^{sentence}"):
        database.aliases(env(tmp_path, **given))


def test_commands_say_the_sentence_and_no_traceback(tmp_path):
    done = manage("migrate", VAR_DIR=tmp_path)

    assert_refused(done, "缺少環境變數 SECRET_KEY")


def test_check_is_clean_for_deployment(tmp_path):
    done = manage(
        "check", "--deploy", "--fail-level", "WARNING", VAR_DIR=tmp_path, **PRODUCTION
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_check_does_not_take_the_demo_settings(tmp_path):
    write_demo_file(tmp_path)

    done = manage("check", VAR_DIR=tmp_path)

    assert_refused(done, "缺少環境變數 SECRET_KEY")


def test_mail_host_is_read(tmp_path):
    url = "smtp+tls://sender%40example.tw:p%2Fw@mail.example.tw:587"

    read = env(tmp_path, EMAIL_URL=url, EMAIL_FROM="sender@example.tw").email

    assert read == {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "mail.example.tw",
        "EMAIL_PORT": 587,
        "EMAIL_HOST_USER": "sender@example.tw",
        "EMAIL_HOST_PASSWORD": "p/w",
        "EMAIL_USE_TLS": True,
        "EMAIL_TIMEOUT": 20,
        "DEFAULT_FROM_EMAIL": "sender@example.tw",
    }


@pytest.mark.parametrize(
    ("variables", "backend"),
    [
        ({}, "NoMailBackend"),
        ({"DEBUG": "1"}, "ConsoleBackend"),
        ({"EMAIL_URL": "console:"}, "ConsoleBackend"),
    ],
)
def test_mail_goes_nowhere_without_a_host(tmp_path, variables, backend):
    read = env(tmp_path, DEMO_SETTINGS="0", **variables).email

    assert read["EMAIL_BACKEND"] == f"platform_site.mail_backends.{backend}"


def test_demo_of_an_older_version_learns_of_mail(tmp_path):
    (tmp_path / "demo.env").write_text(f"SECRET_KEY={SECRET}\nHTTPS=0\n")

    write_demo_file(tmp_path)
    write_demo_file(tmp_path)

    lines = (tmp_path / "demo.env").read_text().splitlines()
    assert lines[:2] == [f"SECRET_KEY={SECRET}", "HTTPS=0"]
    assert sorted(line.partition("=")[0] for line in lines) == [
        "ALLOWED_HOSTS",
        "EMAIL_URL",
        "HTTPS",
        "SECRET_KEY",
    ]
