"""Rows written in bulk for the demo: words to search in, points, and the keys after them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import func, insert, select

from tracker.domain.editions import edition
from tracker.domain.text import fold, words
from tracker.extensions import db
from tracker.models import (
    Area,
    Evaluation,
    ImprovementPoint,
    ScoreSet,
    SearchWord,
    action_word,
)
from tracker.services.actions.search import sort_key
from tracker.services.demo.story import Story

CHUNK = 5000
FIRST_YEAR = 1950
SCORED_BY = "kommunkompassen-2020"


def insert_rows(table: Any, rows: Iterator[dict[str, Any]]) -> None:
    """Insert the rows, some thousands at a time."""
    while chunk := list(islice(rows, CHUNK)):
        db.session.execute(insert(table), chunk)


def advance_ids(model: Any) -> None:
    """Keys were given out by hand; PostgreSQL's counter must go on after them."""
    if db.session.get_bind().dialect.name == "postgresql":
        last = select(func.max(model.id)).scalar_subquery()
        counter = func.pg_get_serial_sequence(model.__tablename__, "id")
        db.session.execute(select(func.setval(counter, last)))


def add_words(actions: list[dict[str, Any]]) -> None:
    """Give the actions' rows the keys that services.actions.search.remember would, and note down
    which words stand in them as soon as they are there themselves."""
    known = dict(db.session.execute(select(SearchWord.word, SearchWord.id)).all())
    before = len(known)
    next_id = max(known.values(), default=0) + 1
    for row in actions:
        said = (row["title"], row["description"], row["expected_effect"])
        row["search_key"] = fold(" ".join(filter(None, said)))
        row["title_key"] = sort_key(row["title"])
        for word in words(row["search_key"]):
            if word not in known:
                known[word], next_id = next_id, next_id + 1
    new = islice(known.items(), before, None)
    insert_rows(SearchWord, ({"id": key, "word": word} for word, key in new))
    advance_ids(SearchWord)


def link_words(actions: list[dict[str, Any]]) -> None:
    """Write which words stand in the actions; both must be in the database."""
    known = dict(db.session.execute(select(SearchWord.word, SearchWord.id)).all())
    insert_rows(
        action_word,
        (
            {"word_id": known[word], "action_id": row["id"]}
            for row in actions
            for word in sorted(set(words(row["search_key"])))
        ),
    )


def add_points(story: Story, count: int, evaluations: int) -> None:
    """Fill up to `count` points with evaluations from before our time."""
    municipality = db.session.scalars(select(Evaluation)).first()
    if municipality is None:
        return
    areas: list[tuple[int, int]] = []
    for number in range(evaluations):
        evaluation = Evaluation(
            municipality_id=municipality.municipality_id,
            month=date(FIRST_YEAR + number, 1, 1),
            accepted_at=story.now,
            score_sets=[ScoreSet(edition=SCORED_BY, areas=_areas())],
        )
        db.session.add(evaluation)
        db.session.flush()
        areas += [(evaluation.id, area.id) for area in evaluation.score_sets[0].areas]
    missing = count - (db.session.scalar(select(func.count()).select_from(ImprovementPoint)) or 0)
    chosen = (areas[number % len(areas)] for number in range(max(0, missing)))
    insert_rows(
        ImprovementPoint,
        (
            {
                "evaluation_id": evaluation_id,
                "area_id": area_id,
                "position": position,
                "text": "Pröva om arbetet kan läggas upp enklare.",
                "certain": True,
            }
            for position, (evaluation_id, area_id) in enumerate(chosen, start=1)
        ),
    )


def _areas() -> list[Area]:
    return [Area(number=area.number, name=area.name) for area in edition(SCORED_BY).areas]
