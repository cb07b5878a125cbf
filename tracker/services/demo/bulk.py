"""Many more people and actions for the demo, from a fixed seed, written in bulk."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from tracker.domain.permissions import Role
from tracker.domain.statuses import ActionStatus, Health
from tracker.domain.text import fold
from tracker.extensions import db
from tracker.models import (
    Action,
    ImprovementPoint,
    RoleAssignment,
    StatusUpdate,
    Unit,
    User,
    action_contributor,
    action_point,
)
from tracker.services.demo.rows import add_points, add_words, advance_ids, insert_rows, link_words
from tracker.services.demo.story import Story

SEED = 2020
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
# Compounds make a vocabulary that grows as that of real texts does, ten times for a hundred.
FIRST_PARTS = (
    "medborgar",
    "brukar",
    "närings",
    "företags",
    "kvalitets",
    "ekonomi",
    "personal",
    "social",
    "skol",
    "äldre",
    "miljö",
    "trafik",
    "kultur",
    "fritids",
    "lokal",
    "region",
    "kommun",
    "nämnd",
    "bolags",
    "verksamhets",
    "förenings",
    "ungdoms",
    "omsorgs",
    "arkiv",
    "upphandlings",
    "bygg",
    "natur",
    "hälso",
    "idrotts",
    "service",
)
MIDDLE_PARTS = (
    "utvecklings",
    "styr",
    "lednings",
    "mål",
    "resultat",
    "budget",
    "data",
    "besluts",
    "samtals",
    "mötes",
    "avtals",
    "risk",
    "framtids",
    "grund",
    "bas",
    "sam",
    "del",
    "ny",
    "fler",
    "hel",
)
LAST_PARTS = (
    "dialog",
    "plan",
    "modell",
    "rutin",
    "analys",
    "panel",
    "undersökning",
    "strategi",
    "policy",
    "handbok",
    "utbildning",
    "jämförelse",
    "uppföljning",
    "kalkyl",
    "kalender",
    "process",
    "karta",
    "guide",
    "portal",
    "träff",
    "rapport",
    "enkät",
    "samverkan",
    "översyn",
    "metod",
    "struktur",
    "mall",
    "grupp",
    "råd",
    "vägledning",
)
RARE_WORD, RARE_ACTIONS = "öronmärkning", 3
HEAVY = 40  # actions of the first of the added people, however many there are in all
HELPED_BY_HEAVY = 20
SLIPS = (0, 0, 0, 14, 45, 120)  # days that a deadline was moved
EVALUATIONS = 20
STATUSES = (
    [ActionStatus.PLANNED] * 3
    + [ActionStatus.ONGOING] * 8
    + [ActionStatus.PAUSED]
    + [ActionStatus.DONE]
    + [ActionStatus.VERIFIED] * 6
    + [ActionStatus.DROPPED]
)


def add_bulk(story: Story, people: int, actions: int, points: int = 0) -> None:
    """Add so many people (managers), actions, and points in older evaluations, in the caller's
    transaction."""
    chance = random.Random(SEED)  # noqa: S311 - the same data from the same seed
    if people > 0:
        _add_people(story, people, chance)
    if points > 0:
        add_points(story, points, EVALUATIONS)
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
    insert_rows(User, iter(rows))
    insert_rows(RoleAssignment, iter(roles))
    advance_ids(User)


def _add_actions(story: Story, count: int, chance: random.Random) -> None:
    managers = db.session.execute(
        select(RoleAssignment.user_id, RoleAssignment.unit_id, Unit.committee_id)
        .join(Unit, Unit.id == RoleAssignment.unit_id)
        .join(User, User.id == RoleAssignment.user_id)
        .where(RoleAssignment.role == Role.MANAGER, User.deactivated_at.is_(None))
        .order_by(RoleAssignment.user_id)
    ).all()
    told = {user.id for user in story.people.values()}
    added = [manager for manager in managers if manager.user_id not in told]
    points = list(db.session.scalars(select(ImprovementPoint.id).order_by(ImprovementPoint.id)))
    first_id = (db.session.scalar(select(func.max(Action.id))) or 0) + 1
    ids = range(first_id, first_id + count)
    owners = [*added[:1] * HEAVY, *(chance.choice(added[1:] or managers) for _ in ids)]
    rows = [_row(story, number, owners[number - first_id], chance) for number in ids]
    for row in rows[-RARE_ACTIONS:]:
        row["title"] += f" och {RARE_WORD}"
    reports = list(_updates(story, rows, chance))
    _repeat_latest(rows, reports)
    add_words(rows)
    insert_rows(Action, iter(rows))
    link_words(rows)
    insert_rows(action_point, ({"action_id": n, "point_id": chance.choice(points)} for n in ids))
    insert_rows(action_contributor, _contributors(ids, [one.user_id for one in added], chance))
    insert_rows(StatusUpdate, iter(reports))
    advance_ids(Action)


def _contributors(ids: range, people: list[int], chance: random.Random) -> Iterator[dict[str, int]]:
    """A third of the actions have somebody who helps."""
    if not people:
        return
    helped = ids[HEAVY :: max(1, (len(ids) - HEAVY) // HELPED_BY_HEAVY)][:HELPED_BY_HEAVY]
    yield from ({"action_id": number, "user_id": people[0]} for number in helped)
    if others := people[1:]:
        yield from ({"action_id": n, "user_id": chance.choice(others)} for n in ids[::3])


def _repeat_latest(rows: list[dict[str, Any]], reports: list[dict[str, Any]]) -> None:
    """What an action repeats of its latest report; the reports stand in the order of time."""
    latest = {report["action_id"]: report for report in reports}
    for row in rows:
        report = latest.get(row["id"])
        row["health"] = report["health"] if report else None
        row["percent"] = report["percent"] if report else None
        row["reported_at"] = report["at"] if report else None


def _row(story: Story, number: int, manager: Any, chance: random.Random) -> dict[str, Any]:
    owner_id, unit_id, committee_id = manager
    title = f"{chance.choice(VERBS)} {chance.choice(THINGS)} i {_compound(chance)}"
    description = f"Knyter an till {_compound(chance)}."
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
        "description": description,
        "expected_effect": "",
        "owner_id": owner_id,
        "assigned_at": created,
        "assigned_by_id": owner_id,
        "unit_id": unit_id,
        "committee_id": committee_id,
        "status": status,
        "deadline": deadline,
        "first_deadline": deadline - timedelta(days=chance.choice(SLIPS)),
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
                "percent": chance.choice((None, 20, 50, 80)),
            }


def _compound(chance: random.Random) -> str:
    return "".join(chance.choice(parts) for parts in (FIRST_PARTS, MIDDLE_PARTS, LAST_PARTS))
