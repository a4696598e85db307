"""The files of the record: read, and refused by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Hashable, Mapping
from datetime import time
from pathlib import Path
from typing import Any

import yaml
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DatabaseError

from platform_site.lib.faults import reason

Data = Mapping[str, Any]


class RecordError(Exception):
    """A file of the record that cannot be loaded; the message is a sentence."""


def guarded(path: Path, kind: type, load: Callable[[Path, Any], None]) -> None:
    """Run ``load`` on the content of a file; anything wrong in it names the file."""
    try:
        load(path, read(path, kind))
    except ValidationError as error:
        raise refused(path, error) from error
    except KeyError as error:
        raise RecordError(
            f"資料檔 {short(path)} 缺少「{error.args[0]}」，或沒有這個名稱。"
        ) from error
    except (LookupError, TypeError, ValueError, AttributeError, DatabaseError) as error:
        said = str(error).partition("\n")[0]
        unknown = re.search(r"unexpected keyword arguments?:? (.+)", said)
        if unknown:
            names = "、".join(sorted(re.findall(r"'(.+?)'", unknown[1])))
            raise RecordError(f"資料檔 {short(path)}：不認得「{names}」。") from error
        raise RecordError(
            f"資料檔 {short(path)} 缺少欄位或內容有誤（{said}）。"
        ) from error


class _Loader(yaml.SafeLoader):
    """YAML's plain types; a key written twice is refused, not half forgotten."""

    def construct_mapping(
        self, node: yaml.MappingNode, deep: bool = False
    ) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if str(key.value) in seen:
                raise yaml.constructor.ConstructorError(
                    problem="key written twice", problem_mark=key.start_mark
                )
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)

    def construct_day(self, node: yaml.ScalarNode) -> Any:
        """Return a date; the 31st of April is refused with its line."""
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError:
            raise yaml.constructor.ConstructorError(
                problem="no such day", problem_mark=node.start_mark
            ) from None


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.construct_day)


def read(path: Path, kind: type) -> Any:
    try:
        data = _Loader(path.read_text(encoding="utf-8")).get_single_data()
    except FileNotFoundError:
        raise RecordError(f"缺少資料檔 {path}。") from None
    except OSError as error:
        raise RecordError(f"讀不到資料檔 {path}（{reason(error)}）。") from error
    except UnicodeDecodeError as error:
        raise RecordError(
            f"資料檔 {short(path)} 不是 UTF-8 編碼，請另存為 UTF-8 後再載入。"
        ) from error
    except (yaml.YAMLError, RecursionError) as error:
        where = getattr(error, "problem_mark", None)
        line = f"第 {where.line + 1} 行" if where else ""
        raise RecordError(
            f"資料檔 {short(path)} {line}格式有誤，請更正後再載入。"
        ) from error
    if not isinstance(data, kind):
        raise RecordError(
            f"資料檔 {short(path)} 的內容不是預期的格式，請對照其他同類檔案。"
        )
    return data


def short(path: Path) -> str:
    """Return the file as people call it: meetings/2024-07-11-vice-mayor-3.yaml."""
    return f"{path.parent.name}/{path.name}"


def refuse_unknown(path: Path, data: Data, known: Collection[str]) -> None:
    unknown = {str(key) for key in data} - set(known)
    if unknown:
        raise RecordError(
            f"資料檔 {short(path)}：不認得「{'、'.join(sorted(unknown))}」。"
        )


def make(path: Path, instance: Any) -> Any:
    """Check and save ``instance``; a refusal names the file and the field."""
    try:
        instance.full_clean()
    except ValidationError as error:
        said = [
            text if name == NON_FIELD_ERRORS else f"「{label(instance, name)}」{text}"
            for name, texts in error.message_dict.items()
            for text in texts
        ]
        raise RecordError(f"資料檔 {short(path)}：{' '.join(said)}") from error
    instance.save()
    return instance


def label(instance: Any, field: str) -> str:
    return str(instance._meta.get_field(field).verbose_name)


def refused(path: Path, error: ValidationError) -> RecordError:
    return RecordError(f"資料檔 {short(path)}：{' '.join(error.messages)}")


def clock(text: Any) -> time | None:
    """Return the time; unquoted, YAML reads 14:30 as a number of minutes."""
    if text is None:
        return None
    try:
        return time.fromisoformat(text)
    except (TypeError, ValueError):
        raise ValidationError(
            f'看不懂時間「{text}」，請連同引號寫成 "14:30"。'
        ) from None
