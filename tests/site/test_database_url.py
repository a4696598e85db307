"""On a PostgreSQL of somebody else's, as DATABASE_URL names it.

The embedded server plays that part, without the roles it is born with.
"""

from urllib.parse import quote

import psycopg
import pytest

from platform_site.embedded import EmbeddedServer
from tests.site.commands import PRODUCTION, assert_refused, manage

WHO = """
from django.db import connections
for alias in ("default", "owner"):
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT current_user")
        print(alias, cursor.fetchone()[0])
with connections["default"].cursor() as cursor:
    cursor.execute("SELECT DISTINCT tableowner FROM pg_tables"
                   " WHERE schemaname = 'public'")
    print("tables", *[row[0] for row in cursor.fetchall()])
    cursor.execute("SELECT has_table_privilege('auth_group', 'INSERT'),"
                   " has_table_privilege('auth_group', 'TRUNCATE'),"
                   " has_table_privilege('django_migrations', 'INSERT')")
    print("rights", *cursor.fetchone())
"""


@pytest.fixture(scope="module")
def server(reachable_tmp):
    """A server with a superuser and nothing of ours."""
    embedded = EmbeddedServer(reachable_tmp() / "postgres")
    host = str(embedded.acquire())
    with psycopg.connect(host=host, user="postgres", autocommit=True) as admin:
        admin.execute("DROP DATABASE platform")
        admin.execute("DROP ROLE platform_owner")
        admin.execute("DROP ROLE platform_app")
        yield admin
    embedded.release()


@pytest.fixture
def empty_database(server):
    server.execute("CREATE DATABASE site")
    yield server
    server.execute("DROP DATABASE site WITH (FORCE)")
    roles = server.execute(
        "SELECT rolname FROM pg_roles WHERE rolname !~ '^(pg_|postgres$)'"
    ).fetchall()
    for (role,) in roles:
        server.execute(f"DROP OWNED BY {role}")
    for (role,) in roles:
        server.execute(f"DROP ROLE {role}")


def url(admin, login):
    return f"postgresql://{login}@{quote(admin.info.host, safe='')}/site"


def who(**variables):
    done = manage("shell", "-v0", "-c", WHO, **variables)
    assert done.stderr == ""
    return dict(line.split(" ", 1) for line in done.stdout.splitlines())


def migrated(tmp_path, **urls):
    variables = {"VAR_DIR": tmp_path, **PRODUCTION, **urls}
    done = manage("migrate", "-v0", **variables)
    assert (done.returncode, done.stderr) == (0, "")
    return who(**variables)


def test_superuser_on_an_empty_database(empty_database, tmp_path):
    assert migrated(tmp_path, DATABASE_URL=url(empty_database, "postgres")) == {
        "default": "platform_app",
        "owner": "platform_owner",
        "tables": "platform_owner",
        "rights": "True False False",
    }


def test_ordinary_login_that_may_create_roles(empty_database, tmp_path):
    empty_database.execute("CREATE ROLE city LOGIN CREATEROLE")
    empty_database.execute("ALTER DATABASE site OWNER TO city")

    assert migrated(tmp_path, DATABASE_URL=url(empty_database, "city")) == {
        "default": "platform_app",
        "owner": "platform_owner",
        "tables": "platform_owner",
        "rights": "True False False",
    }


def test_two_prepared_logins(empty_database, tmp_path):
    empty_database.execute("CREATE ROLE builder LOGIN")
    empty_database.execute("CREATE ROLE web LOGIN")
    empty_database.execute("ALTER DATABASE site OWNER TO builder")

    assert migrated(
        tmp_path,
        DATABASE_URL=url(empty_database, "web"),
        DATABASE_OWNER_URL=url(empty_database, "builder"),
    ) == {
        "default": "web",
        "owner": "builder",
        "tables": "builder",
        "rights": "True False False",
    }


def test_login_that_may_not_create_roles_is_a_sentence(empty_database, tmp_path):
    empty_database.execute("CREATE ROLE city LOGIN")
    login = url(empty_database, "city")

    done = manage("migrate", VAR_DIR=tmp_path, DATABASE_URL=login, **PRODUCTION)

    assert_refused(done, "資料庫帳號「city」不能建立本站需要的角色與權限")
    with psycopg.connect(
        host=empty_database.info.host, user="postgres", dbname="site"
    ) as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
    assert tables == []


def test_the_advice_of_that_sentence_helps(empty_database, tmp_path):
    empty_database.execute("CREATE ROLE city LOGIN")
    login = url(empty_database, "city")
    refused = manage("migrate", VAR_DIR=tmp_path, DATABASE_URL=login, **PRODUCTION)
    advice = refused.stderr.partition("執行 ")[2].rpartition(";")[0]

    with psycopg.connect(
        host=empty_database.info.host, user="postgres", dbname="site"
    ) as connection:
        connection.execute(advice)

    assert migrated(tmp_path, DATABASE_URL=login)["tables"] == "platform_owner"


def test_powerful_runtime_login_is_a_sentence(empty_database, tmp_path):
    empty_database.execute("CREATE ROLE builder LOGIN")
    empty_database.execute("CREATE ROLE web LOGIN SUPERUSER")

    done = manage(
        "migrate",
        VAR_DIR=tmp_path,
        DATABASE_URL=url(empty_database, "web"),
        DATABASE_OWNER_URL=url(empty_database, "builder"),
        **PRODUCTION,
    )

    assert_refused(done, "應用程式的帳號「web」權限過大")


def test_serving_before_the_first_migration_is_a_sentence(empty_database, tmp_path):
    done = manage(
        "load_demo",
        VAR_DIR=tmp_path,
        DATABASE_URL=url(empty_database, "postgres"),
        **PRODUCTION,
    )

    assert_refused(done, "資料庫裡沒有帳號或角色「platform_app」")
