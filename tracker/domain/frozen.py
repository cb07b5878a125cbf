"""Frozen dataclasses as plain JSON and back, so that what was read once can be read again for ever.

Members of a union of dataclasses carry the name of their class under `_TAG`; a field that is not
in the data takes its default, so that old data are read by newer classes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
_TAG = "is"


def to_plain(value: Any) -> Any:
    """`value` in the types of JSON; a dataclass becomes an object with its class's name."""
    if is_dataclass(value) and not isinstance(value, type):
        hints = _hints(type(value))
        told = {
            one.name: _number(hints[one.name], to_plain(getattr(value, one.name)))
            for one in fields(value)
        }
        return {_TAG: type(value).__name__, **told}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): to_plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(one) for one in value]
    if value is None or isinstance(value, (str, int, float)):
        return value
    raise TypeError(f"{type(value).__name__} has no place in a snapshot")


def _number(kind: Any, data: Any) -> Any:
    """A whole number as the float that will be read where its type says so: 4 and 4.0 are equal
    but are written differently."""
    if type(data) is int and (kind is float or float in get_args(kind)):
        return float(data)
    return data


def from_plain(kind: type[T], data: Any) -> T:
    """The value of type `kind` that `to_plain` made `data` of.

    Raises:
        ValueError: `data` are not those of such a value.
    """
    try:
        return cast(T, _read(kind, data))
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"no {getattr(kind, '__name__', kind)} in the data: {error}") from error


def canonical(data: Any) -> str:
    """The one JSON text of plain `data`: sorted keys, no spaces."""
    return json.dumps(
        data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def sha256_of(text: str) -> str:
    """The hash of a text in UTF-8, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def _read(kind: Any, data: Any) -> Any:
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return _one_of(get_args(kind), data)
    if origin is tuple:
        return _tuple(get_args(kind), data)
    return _dataclass(kind, data) if is_dataclass(kind) else _single(kind, data)


def _single(kind: Any, data: Any) -> Any:
    if kind is datetime or kind is date:
        return kind.fromisoformat(data)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(data)
    if kind is float and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    if kind is not Any and not _fits(kind, data):
        raise TypeError(f"{data!r:.60} is no {kind.__name__}")
    return data


def _fits(kind: Any, data: Any) -> bool:
    """A truth value is no number here, though Python takes it for one."""
    return isinstance(data, kind) and (kind is bool or not isinstance(data, bool))


def _tuple(members: tuple[Any, ...], data: Any) -> tuple[Any, ...]:
    if not isinstance(data, Sequence) or isinstance(data, str):
        raise TypeError("a list is missing")
    if len(members) == 2 and members[1] is Ellipsis:
        return tuple(_read(members[0], one) for one in data)
    if len(members) != len(data):
        raise TypeError(f"{len(data)} values in place of {len(members)}")
    return tuple(_read(member, one) for member, one in zip(members, data, strict=True))


def _one_of(members: tuple[Any, ...], data: Any) -> Any:
    if data is None and NoneType in members:
        return None
    if isinstance(data, dict) and _TAG in data:
        named = [member for member in members if getattr(member, "__name__", "") == data[_TAG]]
        return _read(named[0], data) if named else _unknown(data[_TAG])
    plain = [one for one in members if one is not NoneType and not is_dataclass(one)]
    for member in plain:
        try:
            return _read(member, data)
        except (TypeError, ValueError):
            continue
    return _unknown(data)


def _unknown(data: Any) -> Any:
    raise TypeError(f"{data!r:.60} is none of what may stand there")


def _dataclass(kind: Any, data: Any) -> Any:
    if data[_TAG] != kind.__name__:
        _unknown(data[_TAG])
    hints, values = _hints(kind), {}
    for one in fields(kind):
        if one.name in data:
            values[one.name] = _read(hints[one.name], data[one.name])
        elif _needed(one):
            raise KeyError(one.name)
    return kind(**values)


def _needed(one: Field[Any]) -> bool:
    return one.default is MISSING and one.default_factory is MISSING


@lru_cache(maxsize=256)
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
