"""Many more people and actions for the demo, from a fixed seed, written in bulk."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from sqlalchemy import func, insert, select

from tracker.domain.permissions import Role
from tracker.domain.statuses import ActionStatus, Health
from tracker.domain.text import fold
from tracker.extensions import db
from tracker.models import Action, RoleAssignment, StatusUpdate, Unit, User, action_point
from tracker.services.demo.story import Story

SEED = 2020
CHUNK = 5000
FIRST_NAMES = ("Alva", "Bo", "Cilla", "Dan", "Eva", "Filip", "Gun", "Hugo", "Iris", "Kim", "Moa")
LAST_NAMES = ("Ahl", "Berg", "Dahl", "Ek", "Falk", "Gran", "Holm", "Lind", "Malm", "Nord", "Palm")
VERBS = ("Ta fram", "Se över", "Förankra", "Inför", "Följ upp", "Förenkla", "Samordna", "Pröva")
THINGS = (
    "rutin för återkoppling",
    "modell för nyttokalkyl",
    "mall för analys",
    "introduktion för chefer",
    "plan för kompetens",
    "överenskommelse om samverkan",
    "karta över processer",
    "jämförelse med andra",
)
STATUSES = (
    [ActionStatus.PLANNED] * 3
    + [ActionStatus.ONGOING] * 8
    + [ActionStatus.PAUSED]
    + [ActionStatus.DONE]
    + [ActionStatus.VERIFIED] * 6
    + [ActionStatus.DROPPED]
)


def add_bulk(story: Story, people: int, actions: int) -> None:
    """Add so many people (managers) and actions, in the caller's transaction."""
    chance = random.Random(SEED)  # noqa: S311 - the same data from the same seed
    if people > 0:
        _add_people(story, people, chance)
    if actions > 0:
        _add_actions(story, actions, chance)


def _add_people(story: Story, count: int, chance: random.Random) -> None:
    hashed = story.people["karin"].password_hash
    units = [unit.id for unit in story.units.values()]
    first_id = (db.session.scalar(select(func.max(User.id))) or 0) + 1
    rows, roles = [], []
    for number in range(count):
        first, last = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
        email = f"{first}.{last}.{number + 1}@bjorkhaga.example".lower()
        rows.append(
            {
                "id": first_id + number,
                "name": f"{first} {last} {number + 1}",
                "email": email,
                "email_key": fold(email),
                "password_hash": hashed,
                "locale": "sv",
                "created_at": story.now - timedelta(days=400),
            }
        )
        roles.append(
            {
                "user_id": first_id + number,
                "role": Role.MANAGER,
                "unit_id": chance.choice(units),
            }
        )
    _insert(User, iter(rows))
    _insert(RoleAssignment, iter(roles))
    _advance_ids("user_account")


def _add_actions(story: Story, count: int, chance: random.Random) -> None:
    managers = db.session.execute(
        select(RoleAssignment.user_id, RoleAssignment.unit_id, Unit.committee_id)
        .join(Unit, Unit.id == RoleAssignment.unit_id)
        .join(User, User.id == RoleAssignment.user_id)
        .where(RoleAssignment.role == Role.MANAGER, User.deactivated_at.is_(None))
        .order_by(RoleAssignment.user_id)
    ).all()
    points = sorted(point.id for point in story.points.values())
    first_id = (db.session.scalar(select(func.max(Action.id))) or 0) + 1
    ids = range(first_id, first_id + count)
    rows = [_row(story, number, chance.choice(managers), chance) for number in ids]
    _insert(Action, iter(rows))
    _insert(action_point, ({"action_id": n, "point_id": chance.choice(points)} for n in ids))
    _insert(StatusUpdate, _updates(story, rows, chance))
    _advance_ids("action")


def _row(story: Story, number: int, manager: Any, chance: random.Random) -> dict[str, Any]:
    owner_id, unit_id, committee_id = manager
    title = f"{chance.choice(VERBS)} {chance.choice(THINGS)} ({number})"
    deadline = story.today + timedelta(days=chance.randint(-200, 500))
    created = story.now - timedelta(days=chance.randint(210, 900))
    status = chance.choice(STATUSES)
    over = story.today - timedelta(days=chance.randint(20, 200))
    reached = status in (ActionStatus.DONE, ActionStatus.VERIFIED)
    verified, dropped = status is ActionStatus.VERIFIED, status is ActionStatus.DROPPED
    return {
        "id": number,
        "plan_id": story.plan.id,
        "title": title,
        "description": "",
        "expected_effect": "",
        "search_key": fold(title),
        "owner_id": owner_id,
        "assigned_at": created,
        "assigned_by_id": owner_id,
        "unit_id": unit_id,
        "committee_id": committee_id,
        "status": status,
        "deadline": deadline,
        "first_deadline": deadline,
        "deadline_rev": 1,
        "deadline_set_at": created,
        "done_on": over if reached else None,
        "done_by_id": owner_id if reached else None,
        "verified_on": over if verified else None,
        "verified_by_id": story.people["karin"].id if verified else None,
        "dropped_on": over if dropped else None,
        "dropped_by": "Förvaltningschefen" if dropped else "",
        "dropped_reason": "Ersatt av en annan åtgärd." if dropped else "",
        "created_at": created,
        "created_by_id": story.people["karin"].id,
        "version": 1,
    }


def _updates(
    story: Story, rows: list[dict[str, Any]], chance: random.Random
) -> Iterator[dict[str, Any]]:
    for row in rows:
        if row["status"] is ActionStatus.PLANNED:
            continue
        for days in sorted((chance.randint(1, 200) for _ in range(2)), reverse=True):
            yield {
                "action_id": row["id"],
                "author_id": row["owner_id"],
                "at": story.now - timedelta(days=days),
                "health": chance.choice(list(Health)),
                "text": "Arbetet fortsätter enligt överenskommelse.",
            }


def _insert(table: Any, rows: Iterator[dict[str, Any]]) -> None:
    while chunk := list(islice(rows, CHUNK)):
        db.session.execute(insert(table), chunk)


def _advance_ids(table: str) -> None:
    """Keys were given out by hand; PostgreSQL's counter must go on after them."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(
            select(
                func.setval(
                    func.pg_get_serial_sequence(table, "id"),
                    select(func.max(Action.id if table == "action" else User.id)).scalar_subquery(),
                )
            )
        )
