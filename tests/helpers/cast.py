"""The cast: a small made-up municipality, its people, one plan and a few actions.

All dates stand around NOW, at which web tests also hold the clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import manager_of_class, set_committed_value

from tracker.domain.permissions import Role
from tracker.domain.statuses import ActionStatus
from tracker.domain.text import fold
from tracker.extensions import db
from tracker.models import (
    Action,
    ActionPlan,
    Area,
    Base,
    Committee,
    Decision,
    Evaluation,
    ImprovementPoint,
    Milestone,
    Municipality,
    PlanState,
    PointSubArea,
    RoleAssignment,
    ScoreSet,
    Strength,
    SubArea,
    Unit,
    User,
)
from tracker.services.actions.search import remember, sort_key

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  # a Monday, 09.00 in Stockholm
TODAY = date(2026, 3, 2)
PASSWORD = "lösenord-för-test"
PLAIN_LETTERS = str.maketrans("åäö ", "aao.")


CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@cache
def cheap_hash() -> str:
    """PASSWORD under parameters that cost nothing; the product's hasher verifies it as well."""
    return CHEAP.hash(PASSWORD)


@dataclass(frozen=True)
class Places:
    """The municipality's parts; unit belongs to committee, other_unit to other_committee."""

    municipality: Municipality
    committee: Committee
    other_committee: Committee
    unit: Unit
    other_unit: Unit


@dataclass(frozen=True)
class People:
    """Who is who: owner owns, colleague works beside, stranger must see nothing of it."""

    admin: User
    director: User
    unit_director: User
    owner: User
    colleague: User
    stranger: User
    member: User
    other_member: User


@dataclass(frozen=True)
class Cast(People, Places):
    """Everything there is.

    action: the owner's, ongoing, due 2026-04-30, with a milestone. colleague_action: planned and
    overdue since 2026-02-27. done_action: the owner's, done on 2026-02-20, not yet verified.
    other_action: the stranger's, in the other unit and committee. points: two of area 1 (the
    first is answered by `action`), one of area 2, one that belongs to no area.
    """

    evaluation: Evaluation
    points: tuple[ImprovementPoint, ...]
    plan: ActionPlan
    action: Action
    colleague_action: Action
    done_action: Action
    other_action: Action


def make_user(name: str, *roles: RoleAssignment) -> User:
    """A person who logs in with PASSWORD; the address is made from the name."""
    mailbox = fold(name).translate(PLAIN_LETTERS)
    address = f"{mailbox}@testkoping.example"
    return User(
        name=name,
        email=address,
        email_key=fold(address),
        password_hash=cheap_hash(),
        created_at=NOW - timedelta(days=400),
        roles=list(roles),
    )


def make_action(plan: ActionPlan, title: str, **values: object) -> Action:
    """An ongoing action of `plan`, due in two months unless `values` say otherwise."""
    deadline = values.setdefault("deadline", date(2026, 4, 30))
    given: dict[str, object] = {
        "first_deadline": deadline,
        "status": ActionStatus.ONGOING,
        "created_at": NOW - timedelta(days=40),
        "assigned_at": NOW - timedelta(days=40),
        "deadline_set_at": NOW - timedelta(days=40),
        "title_key": sort_key(title),
    }
    return Action(plan=plan, title=title, **{**given, **values})


def build_cast() -> Cast:
    """Write the cast into the database of the current app, and commit."""
    places = _places()
    people = _people(places)
    db.session.add_all([*vars(places).values(), *vars(people).values()])
    db.session.flush()
    evaluation, points = _evaluation(places, people)
    plan = _plan()
    db.session.add_all([evaluation, plan])
    db.session.flush()
    actions = _actions(plan, places, people, points)
    db.session.add_all(actions.values())
    for action in actions.values():
        remember(action)
    db.session.commit()
    return Cast(
        **vars(places), **vars(people), evaluation=evaluation, points=points, plan=plan, **actions
    )


Keys = dict[str, tuple[type[Base], tuple[int, ...]]]


def keys_of(cast: Cast) -> Keys:
    """Under which keys a cast that was written can be found in a copy of its database."""
    rows = {name: value if name == "points" else (value,) for name, value in vars(cast).items()}
    return {name: (type(many[0]), tuple(one.id for one in many)) for name, many in rows.items()}


def found_cast(keys: Keys) -> Cast:
    """The cast in a copy of the database that it was written into; as new as after a commit, so
    nothing of them is read before somebody asks."""
    rows = {
        name: tuple(_standing(kind, key) for key in many) for name, (kind, many) in keys.items()
    }
    return Cast(**{name: many if name == "points" else many[0] for name, many in rows.items()})


def _standing(kind: type[Any], key: int) -> Any:
    one = manager_of_class(kind).new_instance()
    set_committed_value(one, "id", key)
    make_transient_to_detached(one)
    db.session.add(one)
    return one


def _places() -> Places:
    committee, other = Committee(name="Kommunstyrelsen"), Committee(name="Skolnämnden")
    return Places(
        municipality=Municipality(name="Testköping", is_own=True),
        committee=committee,
        other_committee=other,
        unit=Unit(name="Kommunledningsförvaltningen", committee=committee),
        other_unit=Unit(name="Skolförvaltningen", committee=other),
    )


def _people(places: Places) -> People:
    def of_unit(role: Role, unit: Unit) -> RoleAssignment:
        return RoleAssignment(role=role, unit=unit)

    def of_committee(committee: Committee) -> RoleAssignment:
        return RoleAssignment(role=Role.COMMITTEE, committee=committee)

    return People(
        admin=make_user("Anna Administratör", RoleAssignment(role=Role.ADMIN)),
        director=make_user("Dag Direktör", RoleAssignment(role=Role.DIRECTOR)),
        unit_director=make_user("Frida Chef", of_unit(Role.DIRECTOR, places.unit)),
        owner=make_user("Olle Ägare", of_unit(Role.MANAGER, places.unit)),
        colleague=make_user("Karin Kollega", of_unit(Role.MANAGER, places.unit)),
        stranger=make_user("Sten Främling", of_unit(Role.MANAGER, places.other_unit)),
        member=make_user("Lena Ledamot", of_committee(places.committee)),
        other_member=make_user("Per Politiker", of_committee(places.other_committee)),
    )


def _evaluation(places: Places, people: People) -> tuple[Evaluation, tuple[ImprovementPoint, ...]]:
    evaluation = Evaluation(
        municipality=places.municipality,
        month=date(2025, 11, 1),
        ordinal=1,
        accepted_at=NOW - timedelta(days=60),
        accepted_by_id=people.director.id,
    )
    scores = ScoreSet(evaluation=evaluation, edition="kommunkompassen-2020")
    first = _area(scores, 1, "Samspel mellan förtroendevalda och medborgare", (12, 15))
    second = _area(scores, 2, "Samhällsutveckling", (20, 8))
    first.strengths = [Strength(position=1, text="Medborgarna får tydliga svar i tid.", page=4)]
    points = tuple(
        ImprovementPoint(evaluation=evaluation, area=area, position=number, text=text, page=page)
        for number, (area, text, page) in enumerate(
            [
                (first, "Berätta öppet hur synpunkter har påverkat besluten.", 4),
                (first, "Samla dialogen med medborgarna på ett ställe.", 5),
                (second, "Följ upp näringslivets väntetider varje kvartal.", 7),
                (None, "Låt målen hänga ihop från nämnd till enhet.", None),
            ],
            start=1,
        )
    )
    points[0].subarea_links = [PointSubArea(sub_area=first.subareas[0], rank=0)]
    db.session.add_all(points)
    return evaluation, points


def _area(scores: ScoreSet, number: int, name: str, got: tuple[int, int]) -> Area:
    area = Area(score_set=scores, number=number, name=name, score=sum(got), max=60)
    area.subareas = [
        SubArea(code=f"{number}.{place}", name=f"{name}, del {place}", score=score, max=30)
        for place, score in enumerate(got, start=1)
    ]
    return area


def _plan() -> ActionPlan:
    decision = Decision(
        body="Kommunstyrelsen",
        decided_on=date(2026, 1, 15),
        section=12,
        record_number="KS 2026/17",
    )
    return ActionPlan(
        title="Handlingsplan 2026",
        purpose="Svara på utvärderingen.",
        state=PlanState.ADOPTED,
        created_at=NOW - timedelta(days=55),
        decisions=[decision],
    )


def _actions(
    plan: ActionPlan, places: Places, people: People, points: tuple[ImprovementPoint, ...]
) -> dict[str, Action]:
    ours = {"unit": places.unit, "committee": places.committee}
    theirs = {"unit": places.other_unit, "committee": places.other_committee}
    first = make_action(
        plan, "Återkoppla synpunkter på webben", owner=people.owner, points=[points[0]], **ours
    )
    first.milestones = [Milestone(title="Mall för svar", due=date(2026, 3, 20))]
    return {
        "action": first,
        "colleague_action": make_action(
            plan,
            "Mät väntetider för företag",
            owner=people.colleague,
            points=[points[2]],
            status=ActionStatus.PLANNED,
            deadline=date(2026, 2, 27),
            **ours,
        ),
        "done_action": make_action(
            plan,
            "En kalender för alla samråd",
            owner=people.owner,
            status=ActionStatus.DONE,
            deadline=date(2026, 3, 31),
            done_on=date(2026, 2, 20),
            done_by=people.owner,
            **ours,
        ),
        "other_action": make_action(plan, "Elevernas egna frågor", owner=people.stranger, **theirs),
    }
