"""Expected failures, told to people in one sentence."""

from __future__ import annotations

import re

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, ProgrammingError


class Refusal(Exception):
    """Something outside the code is not as it must be; the text says what to do."""


def sentence(error: BaseException) -> str | None:
    """What to tell a person about ``error``; None for a programmer's mistake."""
    if isinstance(error, Refusal | ImproperlyConfigured):
        return str(error)
    if isinstance(error, OperationalError | psycopg.OperationalError):
        return _about_connection(str(error))
    if isinstance(error, ProgrammingError):
        return _about_schema(error)
    if isinstance(error, ModuleNotFoundError) and error.name:
        return f"缺少 Python 套件 {error.name}：請執行 make setup 安裝。"
    return None


def _about_connection(text: str) -> str:
    missing = re.search(r'(role|database) "([^"]+)" does not exist', text)
    if missing:
        return _about_missing(*missing.groups())
    if "password" in text or "authentication" in text:
        return "資料庫拒絕登入：請檢查 DATABASE_URL 的帳號與密碼。"
    if 'permission denied to set role "' in text:
        return (
            "資料庫帳號不能使用本站的角色：請先執行 manage.py migrate，"
            "或請資料庫管理者以 GRANT 把該角色授予這個帳號。"
        )
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    reason = lines[0] if lines else "沒有說明"
    return (
        f"連不上資料庫（{reason}）："
        "請確認資料庫已啟動，且 DATABASE_URL 的主機、埠號與資料庫名稱正確。"
    )


def _about_missing(kind: str, name: str) -> str:
    if kind == "database":
        return f"資料庫「{name}」不存在：請先建立，或更正 DATABASE_URL。"
    return (
        f"資料庫裡沒有帳號或角色「{name}」："
        "請檢查 DATABASE_URL，並先執行 manage.py migrate。"
    )


def _about_schema(error: ProgrammingError) -> str | None:
    if getattr(error.__cause__, "sqlstate", None) == "42P01":
        return "資料庫裡還沒有本站的資料表：請先執行 manage.py migrate。"
    return None
