"""Which words stand in which action, so that a search costs what it finds.

Neither database folds Swedish letters or finds a piece of a word by an index. The words of all
actions are few beside the actions: a piece is looked for among the words, and the actions are
found by the words' keys.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    cast,
    delete,
    false,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from tracker.domain.text import fold, words
from tracker.extensions import db
from tracker.models import Action, SearchWord, action_word

WORD_MAX = 100
LARGEST_KEY = 2**31 - 1
MOST_LEADS = 4  # words of a question that are tried as the way to the actions
MOST_WORDS = 1000  # words with one piece; more of them stand nearly everywhere
MOST_LED = 10_000  # actions that words lead to; more of them are met anyhow
MOST_READ = 40_000  # actions with one of several words that are read in order to see who has all
_LAST_LETTERS = str.maketrans("åäö", "{|}")  # what stands after z, byte by byte


def sort_key(title: str) -> str:
    """The title as Swedish sorts it, to be compared byte by byte: å, ä and ö come after z."""
    return fold(title).translate(_LAST_LETTERS)


def remember(action: Action) -> None:
    """Make the action findable by what it says now, in the caller's transaction.

    The action must be in the session; it is flushed.
    """
    said = (action.title, action.description, action.expected_effect)
    action.search_key = fold(" ".join(filter(None, said)))
    action.title_key = sort_key(action.title)
    is_new = action.id is None
    db.session.flush()
    wanted = _ids({word[:WORD_MAX] for word in words(action.search_key)})
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
    led, certain = _led(pieces)
    if led is None:
        return Found(checks=checks, rest=checks)
    rest = [piece for piece in pieces if piece not in certain]
    if number is not None:
        led.add(number)
    return Found([Action.id.in_(_each(led))], checks, _said(rest, number), len(led))


def _said(pieces: list[str], number: int | None) -> list[ColumnElement[bool]]:
    """The condition on Action that its text says each piece, or that it has the number."""
    if not pieces:
        return []
    said: ColumnElement[bool] = and_(
        *(Action.search_key.contains(piece, autoescape=True) for piece in pieces)
    )
    return [said if number is None else or_(said, Action.id == number)]


def _each(ids: Collection[int]) -> Select[Any]:
    """A query for these ids, all in one parameter: a thousand would cost more than they find."""
    if db.session.get_bind().dialect.name == "postgresql":
        listed = func.string_to_array(",".join(map(str, ids)), ",")
        return select(func.unnest(cast(listed, postgresql.ARRAY(Integer))))
    return select(func.json_each(json.dumps(list(ids))).table_valued("value").c.value)


def is_rare(ids: Select[Any], most: int) -> bool:
    """Whether a query for ids gives no more than `most`."""
    some = ids.limit(most + 1).subquery()
    return (db.session.scalar(select(func.count()).select_from(some)) or 0) <= most


def _number(pieces: list[str]) -> int | None:
    """The number of an action, where nothing else is asked for."""
    text = pieces[0].removeprefix("#")
    if len(pieces) > 1 or not (text.isascii() and text.isdigit()) or len(text) > 10:
        return None
    return int(text) if int(text) <= LARGEST_KEY else None


def _led(pieces: list[str]) -> tuple[set[int] | None, set[str]]:
    """The actions in which the rarer words stand, and the pieces that stand in each of them for
    certain; None where all words stand in too many."""
    tried = sorted({word[:WORD_MAX] for piece in pieces for word in words(piece)}, key=len)
    tried = tried[-MOST_LEADS:]
    known = {
        word: ids for word, ids in zip(tried, _known(tried), strict=True) if len(ids) <= MOST_WORDS
    }
    most = MOST_READ // len(known) if len(known) > 1 else MOST_LED
    standing = zip(known, _standing(list(known.values()), most), strict=True)
    short = {word: set(ids) for word, ids in standing if len(ids) <= most}
    led = set.intersection(*short.values()) if short else set()
    return (led, set(short)) if short and len(led) <= MOST_LED else (None, set())


def _known(pieces: list[str]) -> list[list[int]]:
    """For each piece the keys of the words that it is in, to MOST_WORDS + 1."""
    return _gathered(
        select(SearchWord.id.label("id"))
        .where(SearchWord.word.contains(piece, autoescape=True))
        .limit(MOST_WORDS + 1)
        for piece in pieces
    )


def _standing(known: list[list[int]], most: int) -> list[list[int]]:
    """For each list of words the actions in which one of them stands, to `most` + 1; an action
    may be there for each word."""
    return _gathered(
        select(action_word.c.action_id.label("id"))
        .where(action_word.c.word_id.in_(_each(word_ids)))
        .limit(most + 1)
        for word_ids in known
    )


def _gathered(queries: Iterable[Select[Any]]) -> list[list[int]]:
    """The ids that each query gives. One text for each: rows would cost more than the reading."""
    parts = [query.subquery() for query in queries]
    if not parts:
        return []
    texts = db.session.execute(
        select(
            *(
                select(func.aggregate_strings(cast(part.c.id, Text), ",")).scalar_subquery()
                for part in parts
            )
        )
    ).one()
    return [list(map(int, text.split(","))) if text else [] for text in texts]
