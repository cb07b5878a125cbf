"""The demo: a made-up municipality on its second evaluation, with a plan in full swing."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from sqlalchemy import select

from tracker.domain.calendar import local_date
from tracker.domain.editions import edition
from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Role
from tracker.domain.text import fold
from tracker.extensions import db
from tracker.importers import read_report
from tracker.models import (
    ActionPlan,
    Committee,
    Evaluation,
    RoleAssignment,
    Unit,
    User,
)
from tracker.services import journal
from tracker.services.acceptance import DraftHead, add_evaluation
from tracker.services.accounts.passwords import hash_password
from tracker.services.demo.actions import add_story_actions
from tracker.services.demo.answers import add_dispositions, adopt_plan
from tracker.services.demo.bulk import add_bulk
from tracker.services.demo.others import add_others
from tracker.services.demo.rounds import add_rounds
from tracker.services.demo.story import ACCEPTED_DAYS_AGO, Story
from tracker.services.posts import Post

PASSWORD = "varsamt-framat"  # noqa: S105 - shown on purpose; the demo is for trying
EDITION = "kommunkompassen-2020"
SALT = b"same each time"  # so that two loads are alike to the last byte
EVALUATED_MONTHS_AGO = 39
EVALUATED_DAYS_AGO = 60
HIRED_DAYS_AGO = 1200


@dataclass(frozen=True)
class DemoPerson:
    """Somebody to log in as."""

    name: str
    email: str
    role: str
    password: str


def load_demo(
    *, post: Post, now: datetime, people: int = 0, actions: int = 0, points: int = 0
) -> list[DemoPerson]:
    """Fill an empty database; `people`, `actions` and `points` are totals to fill up to.

    The same arguments give the same data. Raises RuleBroken when somebody is there already.
    """
    if db.session.scalar(select(User.id).limit(1)) is not None:
        raise RuleBroken("Databasen har redan användare; demon läses bara in i en tom databas.")
    story = _told_places_and_people(now, post.zone)
    _tell_evaluations(story)
    adopt_plan(story, evaluation_months(story.today)[0])
    add_dispositions(story)
    add_rounds(story)
    told = add_story_actions(story, post)
    add_others(story)
    add_bulk(story, people - len(story.people), actions - told, points)
    journal.record("demo.load", "plan", story.plan.id, {"actions": told}, by=None, now=now)
    db.session.commit()
    return demo_logins()


def demo_logins() -> list[DemoPerson]:
    """The demo's people who can log in; empty where the database holds no demo."""
    told = json.loads(_file("story.json"))["people"]
    found = db.session.scalars(
        select(User)
        .where(User.email.in_([p["email"] for p in told]), User.deactivated_at.is_(None))
        .order_by(User.id)
    ).all()
    return [
        DemoPerson(user.name, user.email, user.roles[0].role.value, PASSWORD)
        for user in found
        if user.roles
    ]


def _file(name: str) -> str:
    return resources.files("tracker").joinpath(f"data/demo/{name}").read_text("utf-8")


def _told_places_and_people(now: datetime, zone: ZoneInfo) -> Story:
    data = json.loads(_file("story.json"))
    committees = {c["key"]: Committee(name=c["name"]) for c in data["committees"]}
    units = {
        u["key"]: Unit(name=u["name"], committee=committees[u["committee"]]) for u in data["units"]
    }
    plan = ActionPlan(
        title=data["plan"]["title"],
        purpose=data["plan"]["purpose"],
        created_at=now - timedelta(days=ACCEPTED_DAYS_AGO[0]),
    )
    story = Story(data, now, local_date(now, zone), zone, units, committees, {}, {}, plan)
    db.session.add_all([*committees.values(), *units.values(), plan])
    db.session.flush()
    hashed = hash_password(PASSWORD, salt=SALT)
    story.people = {p["key"]: _person(p, story, hashed) for p in data["people"]}
    db.session.add_all(story.people.values())
    db.session.flush()
    return story


def _person(told: dict[str, Any], story: Story, hashed: str) -> User:
    roles = [
        RoleAssignment(
            role=Role(held["role"]),
            unit_id=story.units[held["unit"]].id if held["unit"] else None,
            committee_id=story.committees[held["committee"]].id if held["committee"] else None,
        )
        for held in told["roles"]
    ]
    return User(
        name=told["name"],
        email=told["email"],
        email_key=fold(told["email"]),
        password_hash=hashed,
        created_at=story.ago(HIRED_DAYS_AGO),
        deactivated_at=None if told["active"] else story.ago(200),
        roles=roles,
    )


def evaluation_months(today: date) -> tuple[date, date]:
    """The first days of the months of the two evaluations."""
    months = today.year * 12 + today.month - 1 - EVALUATED_MONTHS_AGO
    return (
        date(months // 12, months % 12 + 1, 1),
        (today - timedelta(days=EVALUATED_DAYS_AGO)).replace(day=1),
    )


def _tell_evaluations(story: Story) -> None:
    director = story.people["karin"]
    for number, month in enumerate(evaluation_months(story.today), start=1):
        draft = read_report(report_text(number, month).encode(), f"report-{number}.txt")
        head = DraftHead(story.data["municipality"], f"{month:%Y-%m}", number, EDITION)
        accepted = story.ago(ACCEPTED_DAYS_AGO[number - 1])
        evaluation = add_evaluation(draft, head, by=director, now=accepted, source=None)
        _remember_points(story, number, evaluation)
    for pair in story.data["repeats"]:
        new, old = pair["new"], pair["old"]
        story.points[2, new["area"], new["index"]].repeats_id = story.points[
            1, old["area"], old["index"]
        ].id


def report_text(number: int, month: date) -> str:
    """The demo's first or second evaluation report as it would be published, for that month.

    The file names areas and sub-areas by their numbers, {1} and {1.1}; the edition has the words.
    """
    words = {"month": format_date(month, "MMMM", locale="sv"), "year": str(month.year)}
    for area in edition(EDITION).areas:
        words[str(area.number)] = area.name
        words.update({subarea.code: subarea.name for subarea in area.subareas})
    return re.sub(r"\{([a-z0-9.]+)\}", lambda place: words[place[1]], _file(f"report-{number}.txt"))


def _remember_points(story: Story, number: int, evaluation: Evaluation) -> None:
    for area in evaluation.score_sets[0].areas:
        for index, point in enumerate(area.points):
            story.points[number, area.number, index] = point
