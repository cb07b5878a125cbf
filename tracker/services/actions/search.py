"""Which words stand in which action, so that a search costs what it finds.

Neither database folds Swedish letters or finds a piece of a word by an index. The words of all
actions are few beside the actions: a piece is looked for among the words, and the actions are
found by the words' keys.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from tracker.domain.text import fold, words
from tracker.extensions import db
from tracker.models import Action, SearchWord, action_word

WORD_MAX = 100
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
