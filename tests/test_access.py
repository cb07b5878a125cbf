"""Access is denied unless stated: every endpoint × role × own, other's and missing things.

Nothing here lists endpoints: what to expect follows from the table in domain/permissions.py.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app
from werkzeug.routing import Rule

from tests.helpers import pieces
from tests.helpers.cast import NOW, Cast, People, make_user
from tests.helpers.hostile import whole
from tests.helpers.queries import count_queries
from tests.helpers.reports import report_text
from tests.helpers.ringing import remind
from tests.helpers.source import the_house
from tests.helpers.visitor import Visitor, Visits
from tracker.domain.permissions import PERMISSIONS, Deed, Role, Scope
from tracker.extensions import db
from tracker.importers import read_report
from tracker.models import (
    Action,
    ChangeBatch,
    Decision,
    DecisionKind,
    Evaluation,
    ImportDraft,
    Milestone,
    PlanPoint,
    PlanState,
    RoleAssignment,
    SheetDraft,
    User,
)
from tracker.services.calendars import token_of
from tracker.services.readings import Readings
from tracker.services.sources import Sources
from tracker.web.access import PUBLIC

ANONYMOUS = "anonymous"
ROLES = [*(field.name for field in fields(People)), ANONYMOUS]
MISSING = 999_999
METHODS = ("GET", "POST")
# An empty form is answered by the page again (422), by a rule (400, 409) or by going on (302).
WRITING = ("INSERT", "UPDATE", "DELETE")
LET_IN = {"GET": {200, 302}, "POST": {200, 302, 303, 400, 409, 422}}


@dataclass(frozen=True)
class Thing:
    """Something that an address can name: the values of its parameters, and who reaches it."""

    values: Mapping[str, int | str]
    exists: bool = True
    action: Action | None = None  # what the scope is measured on, where there is a scope
    only_for: User | None = None  # who alone reaches it, whatever others may

    def within(self, scope: Scope, user: User) -> bool:
        """Whether the scope reaches this thing, written anew from DESIGN's words."""
        action = self.action
        if self.only_for is not None:
            return self.only_for.id == user.id
        if action is None or scope.everything:
            return True
        adopted = action.plan.state is PlanState.ADOPTED
        return (
            (scope.own and action.owner_id == user.id)
            or (scope.part and user in action.contributors)
            or action.unit_id in scope.units
            or (adopted and action.committee_id in scope.committees)
        )


class Things:
    """What the parameters of addresses stand for; a new parameter gets its things here."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self._places = count(start=1000)

    def named_by(self, rule: Rule) -> list[Thing]:
        """The things to try an endpoint on: existing ones, then a missing one."""
        names = frozenset(rule.arguments)
        if not names:
            return [Thing({})]
        cast = self.cast
        makers = {
            frozenset({"evaluation_id"}): self._evaluations,
            frozenset({"draft_id"}): self._drafts,
            frozenset({"draft_id", "number"}): lambda: self._parts("number", (0, 1), 9),
            frozenset({"draft_id", "item_id"}): lambda: self._parts("item_id", (1, 2), 99),
            frozenset({"draft_id", "page"}): lambda: self._parts("page", (1,), 99),
            frozenset({"token"}): self._readings,
            frozenset({"sheet_id"}): self._sheets,
            frozenset({"secret"}): self._calendars,
            frozenset({"link"}): lambda: [Thing({"link": pieces.answer_token(self.cast.action)})],
            frozenset({"plan_id"}): self._plans,
            frozenset({"round_id"}): lambda: [Thing({"round_id": pieces.round_id(self.cast)})],
            frozenset({"point_id"}): lambda: [Thing({"point_id": self.cast.points[1].id})],
            frozenset({"plan_id", "decision_id"}): self._decisions,
            frozenset({"plan_id", "plan_point_id"}): self._plan_points,
            frozenset({"action_id"}): self._actions,
            frozenset({"action_id", "mid"}): self._milestones,
            frozenset({"action_id", "rid"}): lambda: self._belonging("rid", pieces.update),
            frozenset({"action_id", "eid"}): lambda: self._belonging("eid", pieces.evidence),
            frozenset({"action_id", "cid"}): self._comments,
            frozenset({"batch_id"}): self._batches,
            frozenset({"unit_id"}): lambda: [Thing({"unit_id": self.cast.unit.id})],
            frozenset({"committee_id"}): lambda: [Thing({"committee_id": self.cast.committee.id})],
            frozenset({"reminder_id"}): self._reminders,
            frozenset({"message_id"}): lambda: [Thing(pieces.dead_letter(self.cast.owner))],
            frozenset({"user_id"}): self._users,
            frozenset({"user_id", "role_id"}): self._roles,
            frozenset({"absence_id"}): lambda: [Thing(pieces.absence(cast), only_for=cast.owner)],
            frozenset({"user_id", "absence_id"}): lambda: [Thing(pieces.absence(cast))],
        }
        assert names in makers, (
            f"{rule.endpoint} has the parameters {sorted(names)}, which tests/test_access.py does "
            "not know: add to Things what they may stand for"
        )
        return [*makers[names](), Thing(dict.fromkeys(names, MISSING), exists=False)]

    def _evaluations(self) -> list[Thing]:
        evaluation = self.cast.evaluation
        evaluation.source_sha256 = self._kept(".txt")
        evaluation.source_name = "rapport.txt"
        self._draft(evaluation)
        return [Thing({"evaluation_id": self.cast.evaluation.id})]

    def _readings(self) -> list[Thing]:
        # One that was cut off: reading it takes no time, and taking it up does not wait.
        readings = Readings(self._files / "readings")
        claim = readings.begin("rapport.txt", b"text", by=self.cast.director, now=NOW)
        claim.close()
        return [Thing({"token": claim.reading.token}, only_for=self.cast.director)]

    def _calendars(self) -> list[Thing]:
        # Whoever holds the address reads it; the walk's own posts may have changed it.
        key = current_app.extensions["settings"].secret_key
        self.cast.owner.calendar_rev = abs(self.cast.owner.calendar_rev) + 1
        db.session.commit()
        return [Thing({"secret": token_of(self.cast.owner, key) or ""})]

    @property
    def _files(self) -> Path:
        folder: Path = current_app.extensions["settings"].instance_dir
        return folder

    def _kept(self, ending: str) -> str:
        """The SHA-256 of a report's file that is really there."""
        return Sources(self._files / "sources").keep(whole(ending))

    def _sheets(self) -> list[Thing]:
        sheet = SheetDraft(
            by_id=self.cast.director.id,
            at=NOW,
            file_name="plan.csv",
            columns=["Åtgärd"],
            rows=[["1", "Åtgärd"], ["2", "Rusta lekplatsen"]],
        )
        db.session.add(sheet)
        db.session.commit()
        return [Thing({"sheet_id": sheet.id}, only_for=self.cast.director)]

    def _plans(self) -> list[Thing]:
        return [Thing({"plan_id": self.cast.plan.id})]

    def _decisions(self) -> list[Thing]:
        kind, day = DecisionKind.FOLLOWED_UP, date(2026, 2, 1)
        one = Decision(plan=self.cast.plan, body="KS", decided_on=day, section=1, kind=kind)
        db.session.add(one)
        db.session.commit()
        return [Thing({"plan_id": self.cast.plan.id, "decision_id": one.id})]

    def _plan_points(self) -> list[Thing]:
        self.cast.plan.points.append(PlanPoint(position=next(self._places), label="I", text="Mer"))
        db.session.commit()
        key = self.cast.plan.points[-1].id
        return [Thing({"plan_id": self.cast.plan.id, "plan_point_id": key})]

    def _actions(self) -> list[Thing]:
        return [Thing({"action_id": action.id}, action=action) for action in self._all_actions]

    def _batches(self) -> list[Thing]:
        """Steps that nobody of the cast took: who reaches their action may take them back."""
        found = []
        for action in self._all_actions:
            row = {"action_id": action.id, "was": 0, "version": 0, "before": {}}
            batch = ChangeBatch(kind="bulk", at=NOW, by_id=self._bystander.id, rows=[row])
            db.session.add(batch)
            db.session.commit()
            found.append(Thing({"batch_id": batch.id}, action=action))
        return found

    def _milestones(self) -> list[Thing]:
        return self._belonging(
            "mid", lambda one: Milestone(action_id=one.id, title="Del", due=date(2026, 4, 1))
        )

    def _belonging(self, name: str, make: Callable[[Action], Any]) -> list[Thing]:
        """A new piece of each action."""
        found = []
        for action in self._all_actions:
            piece = make(action)
            db.session.add(piece)
            db.session.commit()
            found.append(Thing({"action_id": action.id, name: piece.id}, action=action))
        # A piece of one action, asked for as if it were another's.
        mixed = {**found[0].values, name: found[-1].values[name]}
        return [*found, Thing(mixed, exists=False)]

    def _comments(self) -> list[Thing]:
        by, action = self.cast.director, self.cast.action
        comment = pieces.comment(action, by)
        return [Thing({"action_id": action.id, "cid": comment.id}, only_for=by)]

    def _drafts(self) -> list[Thing]:
        return [Thing({"draft_id": self._draft().id})]

    def _draft(self, evaluation: Evaluation | None = None, ending: str = ".txt") -> ImportDraft:
        """A new one each time: the walk discards them."""
        draft = ImportDraft(
            file_name=f"rapport{ending}",
            file_sha256=self._kept(ending),
            content=read_report(report_text("Testköping").encode(), "rapport.txt").to_json(),
            created_at=NOW,
            created_by_id=self.cast.director.id,
            evaluation_id=evaluation.id if evaluation else None,
        )
        db.session.add(draft)
        db.session.commit()
        return draft

    def _parts(self, name: str, known: Sequence[int], unknown: int) -> list[Thing]:
        """Parts of a draft, and one that it does not have."""
        draft_id = self._draft(ending=".pdf" if name == "page" else ".txt").id
        found = [Thing({"draft_id": draft_id, name: number}) for number in known]
        return [*found, Thing({"draft_id": draft_id, name: unknown}, exists=False)]

    def _reminders(self) -> list[Thing]:
        mine = remind(self.cast.action, self.cast.owner, f"before-{next(self._places)}")
        return [Thing({"reminder_id": mine.id}, only_for=self.cast.owner)]

    def _users(self) -> list[Thing]:
        # Nobody of the cast: the walk closes the account.
        return [Thing({"user_id": self._bystander.id})]

    def _roles(self) -> list[Thing]:
        role = RoleAssignment(role=Role.COMMITTEE, committee=self.cast.committee)
        self._bystander.roles.append(role)
        db.session.commit()
        mine = {"user_id": self._bystander.id, "role_id": role.id}
        return [Thing({**mine, "user_id": self.cast.owner.id}, exists=False), Thing(mine)]

    @cached_property
    def _bystander(self) -> User:
        user = make_user("Bo Bredvid", RoleAssignment(role=Role.MANAGER, unit=self.cast.unit))
        db.session.add(user)
        db.session.commit()
        return user

    @property
    def _all_actions(self) -> tuple[Action, ...]:
        cast = self.cast
        return (cast.action, cast.colleague_action, cast.done_action, cast.other_action)


def rules_of(app: Flask) -> list[Rule]:
    """Every address of the product, logging out last."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]
    return sorted(rules, key=lambda rule: (rule.endpoint == "auth.logout", rule.rule))


def deed_of(app: Flask, rule: Rule) -> str | None:
    """The deed that an endpoint's view names."""
    return getattr(app.view_functions[rule.endpoint], "deed", None)


def expected(deed: str, method: str, user: User | None, thing: Thing) -> set[int]:
    """The statuses that the permission table allows as an answer."""
    if deed == PUBLIC:
        return LET_IN[method] if thing.exists else {404}
    if user is None:
        return {302}
    if not user.may(Deed(deed)):
        return {403}
    if not thing.exists or not thing.within(user.scope(Deed(deed)), user):
        return {404}
    return LET_IN[method]


@dataclass(frozen=True)
class Step:
    """One request of the walk."""

    method: str
    path: str
    deed: str
    thing: Thing


def steps(app: Flask, cast: Cast, method: str) -> Iterator[Step]:
    """Every endpoint that takes the method, on each thing that its address may name."""
    things = Things(cast)
    addresses = app.url_map.bind("localhost")
    for rule in rules_of(app):
        if method in (rule.methods or ()):
            for thing in things.named_by(rule):
                path = addresses.build(rule.endpoint, thing.values, method)
                yield Step(method, path, deed_of(app, rule) or "", thing)


def test_every_endpoint_names_its_deed(app: Flask) -> None:
    """A view without @requires or @public, or with a deed that no row allows, fails here."""
    known = {PUBLIC, *PERMISSIONS}
    nameless = [r.endpoint for r in rules_of(app) if deed_of(app, r) not in known]
    assert not nameless


def test_the_check_sees_an_endpoint_without_a_deed(app: Flask) -> None:
    """The rule above can fail."""
    app.add_url_rule("/bare", "bare", lambda: "")
    assert [r.endpoint for r in rules_of(app) if deed_of(app, r) is None] == ["bare"]


def test_every_deed_is_allowed_to_somebody_and_used(app: Flask) -> None:
    """The table has a row for each deed, and no row that nothing asks about."""
    assert set(PERMISSIONS) == set(Deed)
    assert all(PERMISSIONS.values())
    asked = {deed_of(app, rule) for rule in rules_of(app)}
    for module in the_house():
        if module.room == "cli":
            asked |= {
                Deed[node.attr]
                for node in ast.walk(module.tree)
                if isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == "Deed"
            }
    assert set(Deed) - asked == set()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("role", ROLES)
def test_the_table_decides(app: Flask, cast: Cast, visit: Visits, role: str, method: str) -> None:
    """Whoever may gets an answer, who may not 403, outside one's scope 404, strangers log in.

    Looking (GET) writes nothing, whoever looks.
    """
    user: User | None = None if role == ANONYMOUS else getattr(cast, role)
    visitor = visit(user)
    wrong, tried = [], 0
    for step in steps(app, cast, method):
        allowed = expected(step.deed, method, user, step.thing)
        with count_queries(app) as counted:
            page = visitor.ask(method, step.path)
        tried += 1
        if method == "GET" and any(sent.startswith(WRITING) for sent in counted.statements):
            wrong.append(f"GET {step.path} as {role} writes to the database")
        if page.status not in allowed:
            wrong.append(f"{method} {step.path} as {role}: {page.status}, not in {allowed}")
        elif user is None and step.deed != PUBLIC:
            assert page.response.location.startswith("/login"), step.path
    assert tried
    assert not wrong, "\n".join(wrong)


def test_nothing_is_accepted_without_a_token(app: Flask, cast: Cast, visit: Visits) -> None:
    """Each posting endpoint refuses a form that was not fetched from us."""
    visitor = visit(cast.director)
    for step in steps(app, cast, "POST"):
        with count_queries(app) as counted:
            page = visitor.ask("POST", step.path, {"csrf_token": None})
        # A link to answer by is its own token; an empty form says nothing.
        refused = {404, 409, 422} if step.path.startswith("/answer/") else {400}
        assert page.status in refused, step.path
        assert not any(sent.startswith(WRITING) for sent in counted.statements), step.path


def test_a_closed_account_is_logged_out(cast: Cast, visit: Visits) -> None:
    """Deactivation ends what the person has open."""
    visitor: Visitor = visit(cast.owner)
    visitor.get("/my-actions")
    cast.owner.deactivated_at = NOW
    page = visitor.ask("GET", "/my-actions")
    assert page.status == 302
    assert page.response.location.startswith("/login")
