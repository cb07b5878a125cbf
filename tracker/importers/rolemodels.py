"""The municipalities that a report holds up as examples."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tracker.domain.text import fold
from tracker.importers.draft import RoleModel
from tracker.importers.municipalities import COMMON_WORDS, NAMES, base_name

_CUE = re.compile(
    r"\b(?:(?:goda?|bra|fina?|ytterligare ett|är (?:ett|två|tre)?) ?exempel|"
    r"gott exempel|är exempel|inspir\w+|förebild\w*|föregångare|lyckats|"
    r"titta på)\b|^ett exempel på en kommun"
)
_TOWN = re.compile(
    r"\b((?:Upplands |Lilla |Östra )?[A-ZÅÄÖ][\w-]*[a-zåäöé])"
    r"(?: (kommun|stad)\b)?( universitet| högskola)?"
)
_NOT_BEFORE = re.compile(r"\b(?:campus|länsstyrelsen i|region)\s$", re.I)


def find_role_models(
    paragraphs: Iterable[tuple[int | None, str]], own: str | None
) -> tuple[RoleModel, ...]:
    """Every municipality but `own` that a sentence gives as an example; `paragraphs` are
    (area, text) in reading order."""
    found: dict[tuple[str, int | None], RoleModel] = {}
    for area, text in paragraphs:
        for sentence in re.split(r"(?<=[.!?])\s+(?=[A-ZÅÄÖ\"”])", text):
            if not _CUE.search(fold(sentence)):
                continue
            for name in _towns(sentence):
                if name != own:
                    found.setdefault((name, area), RoleModel(name, area, sentence))
    return tuple(found.values())


def _towns(sentence: str) -> Iterable[str]:
    for match in _TOWN.finditer(sentence):
        name, kind, school = base_name(match[1]), match[2], match[3]
        if school or _NOT_BEFORE.search(sentence[: match.start()]):
            continue
        known = name in NAMES and name not in COMMON_WORDS
        if known or (kind and name not in {"Vår", "En", "Varje", "Denna", "Den"}):
            yield name
