"""Which words stand in which action, so that a search costs what it finds.

Neither database folds Swedish letters or finds a piece of a word by an index. The words of all
actions are few beside the actions: a piece is looked for among the words, and the actions are
found by the words' keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    delete,
    false,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute

from tracker.domain.text import fold, words
from tracker.extensions import db
from tracker.models import Action, SearchWord, action_word
from tracker.services.actions.ids import counted, each, gathered, in_one_text

WORD_MAX = 100
LARGEST_KEY = 2**31 - 1
_AT_ONCE = 500
MOST_LEADS = 4  # words of a question that are tried as the way to the actions
MOST_WORDS = 1000  # words with one piece; more of them stand nearly everywhere
MOST_LED = 10_000  # actions that a word leads to; more of them are met anyhow
_LAST_LETTERS = str.maketrans("åäö", "{|}")  # what stands after z, byte by byte


def sort_key(title: str) -> str:
    """The title as Swedish sorts it, to be compared byte by byte: å, ä and ö come after z."""
    return fold(title).translate(_LAST_LETTERS)


SEARCHED = frozenset({"title", "description", "expected_effect"})


def remember(action: Action, known: Mapping[str, int] | None = None) -> None:
    """Make the action findable by what it says now, in the caller's transaction.

    The action must be in the session; it is flushed. `known` is what `learnt` gave for its texts.
    """
    said = (action.title, action.description, action.expected_effect)
    action.search_key = fold(" ".join(filter(None, said)))
    action.title_key = sort_key(action.title)
    is_new = action.id is None
    db.session.flush()
    found = _searched(action.search_key)
    has_all = known is not None and found <= known.keys()
    wanted = {known[word] for word in found} if known is not None and has_all else _ids(found)
    stands = select(action_word.c.word_id).where(action_word.c.action_id == action.id)
    had = set() if is_new else set(db.session.scalars(stands))
    if gone := had - wanted:
        db.session.execute(
            delete(action_word).where(
                action_word.c.action_id == action.id, action_word.c.word_id.in_(gone)
            )
        )
    if new := sorted(wanted - had):
        rows = [{"word_id": word_id, "action_id": action.id} for word_id in new]
        db.session.execute(insert(action_word), rows)


def learnt(texts: Iterable[str]) -> dict[str, int]:
    """The keys of all words in the texts, unknown ones made known, in the caller's transaction.

    A step that changes many actions asks once, before its first entry in the journal: nobody who
    adds the same words may wait for the journal meanwhile.
    """
    wanted = sorted({word for text in texts for word in _searched(fold(text))})
    found: dict[str, int] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        piece = wanted[start : start + _AT_ONCE]
        _ids(set(piece))
        query = select(SearchWord.word, SearchWord.id).where(SearchWord.word.in_(piece))
        found.update(dict(db.session.execute(query).all()))
    return found


def _searched(key: str) -> set[str]:
    return {word[:WORD_MAX] for word in words(key)}


def _ids(found: set[str]) -> set[int]:
    """The keys of the words; unknown ones become known."""
    if not found:
        return set()
    dialect: Any = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    # In one order for everybody: two who add the same words must not wait for each other.
    rows = [{"word": word} for word in sorted(found)]
    known = dict(
        db.session.execute(
            select(SearchWord.word, SearchWord.id).where(SearchWord.word.in_(found))
        ).all()
    )
    new = [row for row in rows if row["word"] not in known]
    if not new:
        return set(known.values())
    db.session.execute(
        dialect.insert(SearchWord.__table__).on_conflict_do_nothing(index_elements=["word"]), new
    )
    return set(db.session.scalars(select(SearchWord.id).where(SearchWord.word.in_(found))))


@dataclass(frozen=True)
class Found:
    """The conditions on Action that words stand in it: `leads` lead to no more than `led` actions,
    where a word stands in few, and `rest` says what else must hold of these; `checks` say it all
    without."""

    leads: list[ColumnElement[bool]] = field(default_factory=list)
    checks: list[ColumnElement[bool]] = field(default_factory=list)
    rest: list[ColumnElement[bool]] = field(default_factory=list)
    led: int = 0


def found(q: str) -> Found:
    """That every word of `q` stands there, whole or inside another.

    A search without a letter or a digit finds nothing; an empty one asks for nothing.
    """
    pieces = fold(q).split()
    if not pieces:
        return Found()
    if not any(words(piece) for piece in pieces):
        return Found(checks=[false()], rest=[false()])
    number = _number(pieces)
    checks = _said(pieces, number)
    word, ids, led = _lead(pieces)
    if ids is None:
        return Found(checks=checks, rest=checks)
    rest = [piece for piece in pieces if piece != word]
    if number is not None:
        ids, led = ",".join(filter(None, [ids, str(number)])), led + 1
    return Found([Action.id.in_(each(ids))], checks, _said(rest, number), led)


def _said(pieces: list[str], number: int | None) -> list[ColumnElement[bool]]:
    """The condition on Action that its text says each piece, or that it has the number."""
    if not pieces:
        return []
    said: ColumnElement[bool] = and_(*(_has(Action.search_key, piece) for piece in pieces))
    return [said if number is None else or_(said, Action.id == number)]


def _has(text: InstrumentedAttribute[str], piece: str) -> ColumnElement[bool]:
    """The condition that a folded text has the piece in it."""
    if db.session.get_bind().dialect.name == "sqlite":
        return func.instr(text, piece) > 0  # its LIKE folds again, at twice the price
    return text.contains(piece, autoescape=True)


def _number(pieces: list[str]) -> int | None:
    """The number of an action, where nothing else is asked for."""
    text = pieces[0].removeprefix("#")
    if len(pieces) > 1 or not (text.isascii() and text.isdigit()) or len(text) > 10:
        return None
    return int(text) if int(text) <= LARGEST_KEY else None


def _lead(pieces: list[str]) -> tuple[str, str | None, int]:
    """The rarest of the words, the actions in which it stands (as `each` takes them), and how many
    they are at the most; None where each word stands in too many."""
    tried = sorted({word[:WORD_MAX] for piece in pieces for word in words(piece)}, key=len)
    tried = tried[-MOST_LEADS:]
    known = gathered(
        *(
            select(SearchWord.id).where(_has(SearchWord.word, word)).limit(MOST_WORDS + 1)
            for word in tried
        )
    )
    standing = {
        word: select(action_word.c.action_id).where(action_word.c.word_id.in_(each(word_ids)))
        for word, word_ids in zip(tried, known, strict=True)
        if len(word_ids) <= MOST_WORDS
    }
    numbers = counted(*standing.values(), most=MOST_LED)
    number, rarest = min(zip(numbers, standing, strict=True), default=(MOST_LED + 1, ""))
    if number > MOST_LED:
        return rarest, None, number
    # Told how many they are, PostgreSQL chooses the better way.
    return rarest, in_one_text(standing[rarest]), number
