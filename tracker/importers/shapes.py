"""Whether a value is what its type says, all the way down: for answers that nobody vouches for."""

from __future__ import annotations

import math
import types
from dataclasses import is_dataclass
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints


def conforms(value: Any, kind: Any) -> bool:
    """Whether `value` is a `kind`: a plain type, a union, a tuple[X, ...], a list[X], a
    dict[str, X], or a dataclass of such. True is no number, and a text holds neither NUL nor half
    a character, which no database takes."""
    origin, arguments = get_origin(kind), get_args(kind)
    if isinstance(kind, types.UnionType):
        return any(conforms(value, one) for one in arguments)
    if origin in {tuple, list}:
        return type(value) is origin and all(conforms(one, arguments[0]) for one in value)
    if origin is dict:
        return type(value) is dict and all(
            conforms(key, arguments[0]) and conforms(one, arguments[1])
            for key, one in value.items()
        )
    if is_dataclass(kind):
        return type(value) is kind and all(
            conforms(getattr(value, name), hint) for name, hint in _hints(type(value)).items()
        )
    return type(value) is kind and _is_sound(value)


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    """The types of a dataclass's fields: a handful of classes, asked for a thousand times."""
    return get_type_hints(kind)


def _is_sound(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= sign <= "\udfff" for sign in value)
    return not isinstance(value, float) or math.isfinite(value)
