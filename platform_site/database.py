"""Which PostgreSQL, as which role, and what the runtime role may do there.

Two roles share the work: the owner role has the tables and runs migrations,
the runtime role is the application's and gets only what ``grant`` gives it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from platform_site.embedded import DATABASE, OWNER_ROLE, RUNTIME_ROLE, SUPERUSER
from platform_site.failures import Refusal

if TYPE_CHECKING:
    from django.db import models
    from django.db.backends.base.base import BaseDatabaseWrapper

    from platform_site.env import Environment

OLDEST_SERVER = 150000
ALL = ("SELECT", "INSERT", "UPDATE", "DELETE")
APPEND_ONLY = ("SELECT", "INSERT")

Alias = dict[str, Any]


def aliases(env: Environment) -> dict[str, Alias]:
    """Django's ``DATABASES``: ``default`` is the runtime role, ``owner`` the owner."""
    login = env.database("DATABASE_URL")
    owner = env.database("DATABASE_OWNER_URL")
    if login is None:
        if owner is not None:
            raise Refusal(
                "只設了 DATABASE_OWNER_URL：請同時以 DATABASE_URL 設定應用程式的帳號。"
            )
        place = {"NAME": DATABASE, "EMBEDDED": str(env.var_dir / "postgres")}
        return {
            "default": _alias(place | {"USER": RUNTIME_ROLE}),
            "owner": _alias(place | {"USER": OWNER_ROLE}),
        }
    if owner is None:
        return {
            "default": _alias(login, role=RUNTIME_ROLE),
            "owner": _alias(login, role=OWNER_ROLE),
        }
    if owner["USER"] == login["USER"]:
        raise Refusal(
            "DATABASE_URL 與 DATABASE_OWNER_URL 用了同一個帳號："
            "請給應用程式另一個帳號，或只設 DATABASE_URL。"
        )
    place_of = ("HOST", "PORT", "NAME")
    if any(owner.get(key) != login.get(key) for key in place_of):
        raise Refusal(
            "DATABASE_URL 與 DATABASE_OWNER_URL 指向不同的資料庫："
            "兩者的主機、埠號與資料庫名稱必須相同。"
        )
    return {"default": _alias(login), "owner": _alias(owner)}


def _alias(place: Alias, *, role: str | None = None) -> Alias:
    options = {"connect_timeout": 10, **place.get("OPTIONS", {})}
    if role is not None:
        given = options.get("options", "")
        options["options"] = f"{given} -c role={role}".strip()
    return {
        **place,
        "ENGINE": "platform_site.postgresql",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
        "ROLE": role or place["USER"],
    }


def refuse_old_server(version: int) -> None:
    if version < OLDEST_SERVER:
        raise Refusal(
            f"資料庫是 PostgreSQL {version // 10000}，太舊了："
            "請升級到 PostgreSQL 15 以上，或以 DATABASE_URL 改用較新的資料庫。"
        )


def role_of(alias: str) -> str:
    """The database role that Django's ``alias`` works as."""
    from django.db import connections

    return str(connections[alias].settings_dict["ROLE"])


def admin_parameters() -> dict[str, Any]:
    """How to connect with the full rights of the login, for roles and databases."""
    from django.db import connections

    connection = connections["owner"]
    params: dict[str, Any] = connection.get_connection_params()
    params = {key: params[key] for key in params if key not in DJANGO_ONLY}
    settings = connection.settings_dict
    if settings.get("EMBEDDED"):
        params["user"] = SUPERUSER
    elif settings["ROLE"] != settings["USER"]:
        options = params["options"].removesuffix(f"-c role={settings['ROLE']}")
        params["options"] = options.strip()
    return params


# Parameters by which Django tells psycopg what to return, not where to connect.
DJANGO_ONLY = {"context", "cursor_factory", "prepare_threshold"}


def prepare() -> None:
    """Reach the server and create the two roles where they are missing.

    The embedded server has them from its first start, and two logins given by
    two addresses are themselves the roles.
    """
    from django.db import connections

    settings = connections["owner"].settings_dict
    if settings.get("EMBEDDED"):
        connections["owner"].ensure_connection()
        return
    with psycopg.connect(**admin_parameters(), autocommit=True) as admin:
        refuse_old_server(admin.info.server_version)
        if settings["ROLE"] == settings["USER"]:
            _refuse_powerful_runtime(admin)
        else:
            _create_roles(admin)


def _refuse_powerful_runtime(admin: psycopg.Connection) -> None:
    runtime = role_of("default")
    row = admin.execute(
        "SELECT r.rolsuper OR pg_has_role(r.oid, current_user, 'MEMBER')"
        " FROM pg_roles r WHERE r.rolname = %s",
        [runtime],
    ).fetchone()
    if row is None:
        raise Refusal(f"資料庫裡沒有帳號「{runtime}」：請先建立 DATABASE_URL 的帳號。")
    if row[0]:
        raise Refusal(
            f"應用程式的帳號「{runtime}」權限過大（超級使用者，或屬於擁有者）："
            "請換一個一般帳號，否則帳冊與歷程可能遭改寫。"
        )


def _create_roles(admin: psycopg.Connection) -> None:
    database = sql.Identifier(admin.info.dbname)
    owner = sql.Identifier(OWNER_ROLE)
    try:
        for role in (OWNER_ROLE, RUNTIME_ROLE):
            _create_role(admin, role)
        if not _owner_is_set_up(admin):
            for statement in (
                "GRANT CONNECT, CREATE, TEMPORARY ON DATABASE {database} TO {owner}",
                "GRANT USAGE, CREATE ON SCHEMA public TO {owner}",
            ):
                admin.execute(sql.SQL(statement).format(database=database, owner=owner))
        admin.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    except psycopg.errors.InsufficientPrivilege:
        ready = False
    else:
        ready = _owner_is_set_up(admin)
    if not ready:
        login = admin.info.user
        raise Refusal(
            f"資料庫帳號「{login}」不能建立本站需要的角色與權限："
            f"請資料庫管理者執行 CREATE ROLE {OWNER_ROLE}; CREATE ROLE {RUNTIME_ROLE};"
            f" GRANT {OWNER_ROLE}, {RUNTIME_ROLE} TO {login};"
            f" GRANT CREATE ON DATABASE {admin.info.dbname} TO {OWNER_ROLE};"
            f" GRANT CREATE ON SCHEMA public TO {OWNER_ROLE};"
            " CREATE EXTENSION IF NOT EXISTS btree_gist；，"
            "或以 DATABASE_OWNER_URL 另給擁有者帳號。"
        )


def _create_role(admin: psycopg.Connection, role: str) -> None:
    name = sql.Identifier(role)
    if not admin.execute(
        "SELECT 1 FROM pg_roles WHERE rolname = %s", [role]
    ).fetchone():
        admin.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(name))
    kind = "SET" if admin.info.server_version >= 160000 else "MEMBER"
    row = admin.execute(
        "SELECT pg_has_role(current_user, %s, %s)", [role, kind]
    ).fetchone()
    if row is None or not row[0]:
        admin.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(name))


def _owner_is_set_up(admin: psycopg.Connection) -> bool:
    row = admin.execute(
        "SELECT has_database_privilege(%(role)s, current_database(), 'CREATE')"
        " AND has_schema_privilege(%(role)s, 'public', 'CREATE')",
        {"role": OWNER_ROLE},
    ).fetchone()
    return row is not None and bool(row[0])


def privileges(model: type[models.Model]) -> tuple[str, ...]:
    """What the runtime role may do with the rows of ``model``."""
    from pghistory.models import Event

    said = getattr(model, "runtime_privileges", None)
    if said is not None:
        return tuple(said)
    return APPEND_ONLY if issubclass(model, Event) else ALL


def grant(connection: BaseDatabaseWrapper, role: str) -> None:
    """Give ``role`` its rights on every table that exists, and no others."""
    from django.apps import apps

    wanted: dict[str, tuple[str, ...]] = {"django_migrations": ("SELECT",)}
    for model in apps.get_models(include_auto_created=True):
        # The queue's tables are made by its own SQL, and so not managed.
        is_table = model._meta.managed or model._meta.app_label == "procrastinate"
        if is_table and not model._meta.proxy:
            wanted[model._meta.db_table] = privileges(model)
    existing = set(connection.introspection.table_names())
    to = sql.Identifier(role)
    statements = [sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(to)]
    for table, rights in sorted(wanted.items()):
        if table not in existing:
            continue
        name = sql.Identifier(table)
        statements.append(sql.SQL("REVOKE ALL ON {} FROM {}").format(name, to))
        if rights:
            allowed = sql.SQL(", ").join(map(sql.SQL, rights))
            statements.append(sql.SQL("GRANT {} ON {} TO {}").format(allowed, name, to))
    statements.append(
        sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}").format(to)
    )
    with connection.cursor() as cursor:
        script = sql.SQL(";\n").join(statements)
        cursor.execute(script.as_string(cursor.connection))
