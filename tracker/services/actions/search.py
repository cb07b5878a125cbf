"""Which words stand in which action, so that a search costs what it finds.

Neither database folds Swedish letters or finds a piece of a word by an index. The words of all
actions are few beside the actions: a piece is looked for among the words, and the actions are
found by the words' keys.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    cast,
    delete,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite

from tracker.domain.text import fold, words
from tracker.extensions import db
from tracker.models import Action, SearchWord, action_word

WORD_MAX = 100
LARGEST_KEY = 2**31 - 1
MOST_LEADS = 4  # words of a question that are tried as the way to the actions
MOST_WORDS = 1000  # words with one piece; more of them stand nearly everywhere
MOST_LED = 10_000  # actions that a word leads to; more of them are met anyhow
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
    db.session.flush()
    wanted = _ids({word[:WORD_MAX] for word in words(action.search_key)})
    stands = select(action_word.c.word_id).where(action_word.c.action_id == action.id)
    had = set(db.session.scalars(stands))
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
    where a word stands in few; `checks` say it all without."""

    leads: list[ColumnElement[bool]] = field(default_factory=list)
    checks: list[ColumnElement[bool]] = field(default_factory=list)
    led: int = 0


def found(q: str) -> Found:
    """That every word of `q` stands there, whole or inside another.

    A search without a letter or a digit finds nothing; an empty one asks for nothing.
    """
    pieces = fold(q).split()
    if not pieces:
        return Found()
    if not any(words(piece) for piece in pieces):
        return Found(checks=[false()])
    said: ColumnElement[bool] = and_(
        *(Action.search_key.contains(piece, autoescape=True) for piece in pieces)
    )
    number = _number(pieces)
    if number is not None:
        said = or_(said, Action.id == number)
    lead, led = _lead(pieces)
    if lead is None:
        return Found(checks=[said])
    if number is None:
        return Found([_among(lead)], [said], led)
    return Found([_among(union_all(lead, select(literal(number))))], [said], led + 1)


def _among(ids: Any) -> ColumnElement[bool]:
    """The condition on Action that a query for ids gives it."""
    if db.session.get_bind().dialect.name == "postgresql":
        # Gathered first: a join would be planned as a reading of all texts.
        return Action.id == func.any(func.array(ids.scalar_subquery()))
    return Action.id.in_(ids)


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


def _lead(pieces: list[str]) -> tuple[Select[Any] | None, int]:
    """The actions in which the rarest word stands, and how many; None where that are too many."""
    tried = sorted({word[:WORD_MAX] for piece in pieces for word in words(piece)}, key=len)
    known = [ids for ids in _known(tried[-MOST_LEADS:]) if len(ids) <= MOST_WORDS]
    if not known:
        return None, 0
    leads = [_standing(ids) for ids in known]
    some = [lead.limit(MOST_LED + 1).subquery() for lead in leads]
    counts = db.session.execute(
        select(*(select(func.count()).select_from(one).scalar_subquery() for one in some))
    ).one()
    fewest = min(counts)
    if fewest > MOST_LED:
        return None, 0
    return leads[list(counts).index(fewest)], fewest


def _known(pieces: list[str]) -> list[list[int]]:
    """For each piece the keys of the words that it is in, to MOST_WORDS + 1."""
    parts = [
        select(
            select(literal(place).label("place"), SearchWord.id.label("id"))
            .where(SearchWord.word.contains(piece, autoescape=True))
            .limit(MOST_WORDS + 1)
            .subquery()
        )
        for place, piece in enumerate(pieces)
    ]
    known: list[list[int]] = [[] for _ in pieces]
    for place, word_id in db.session.execute(union_all(*parts)):
        known[place].append(word_id)
    return known


def _standing(word_ids: list[int]) -> Select[Any]:
    """The ids of the actions in which one of the words stands, one for each that does."""
    standing = select(action_word.c.action_id)
    # All of them as one parameter: a thousand would cost more than what they find.
    if db.session.get_bind().dialect.name == "postgresql":
        listed = cast(word_ids, postgresql.ARRAY(Integer))
        return standing.where(action_word.c.word_id == func.any(listed))
    each = func.json_each(json.dumps(word_ids)).table_valued("value")
    return standing.where(action_word.c.word_id.in_(select(each.c.value)))
