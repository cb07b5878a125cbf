"""What the parameters of addresses stand for, where every endpoint is tried on everything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

from flask import current_app
from werkzeug.routing import Rule

from tests.helpers import between, opened, others, pieces, reported
from tests.helpers.cast import NOW, Cast, make_user
from tests.helpers.hostile import whole
from tests.helpers.reports import report_text
from tests.helpers.ringing import remind
from tests.helpers.second import add_evaluation
from tracker.domain.permissions import Role, Scope
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
    Report,
    RoleAssignment,
    SheetDraft,
    TokenPurpose,
    User,
)
from tracker.services.calendars import token_of
from tracker.services.comparisons.choosing import comparable, latest_two
from tracker.services.readings import Readings
from tracker.services.reports.reading.files import keep
from tracker.services.sources import Sources

MISSING = 999_999


@dataclass(frozen=True)
class Thing:
    """Something that an address can name: the values of its parameters, and who reaches it."""

    values: Mapping[str, int | str]
    exists: bool = True
    action: Action | None = None  # what the scope is measured on, where there is a scope
    only_for: User | None = None  # who alone reaches it, whatever others may
    report: Report | None = None  # what the scope is measured on, of a report

    def within(self, scope: Scope, user: User) -> bool:
        """Whether the scope reaches this thing, written anew from DESIGN's words."""
        action = self.action
        if self.only_for is not None:
            return self.only_for.id == user.id
        if self.report is not None:
            return reported.is_reached(self.report, scope, user)
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
        # Before there is anything else: all of it would have to be written out.
        self._export = pieces.export_key(cast.admin)

    def named_by(self, rule: Rule) -> list[Thing]:
        """The things to try an endpoint on: existing ones, then a missing one."""
        names = frozenset(rule.arguments)
        cast = self.cast
        if rule.endpoint.startswith("public."):
            opened.open_to_all(cast)  # without an open plan there is no such page
        if not names:
            return [Thing({})]
        makers = {
            frozenset({"evaluation_id"}): self._evaluations,
            frozenset({"number"}): self._areas,
            frozenset({"draft_id"}): self._drafts,
            frozenset({"draft_id", "number"}): lambda: self._parts("number", (0, 1), 9),
            frozenset({"draft_id", "item_id"}): lambda: self._parts("item_id", (1, 2), 99),
            frozenset({"draft_id", "page"}): lambda: self._parts("page", (1,), 99),
            frozenset({"token"}): self._readings,
            frozenset({"sheet_id"}): self._sheets,
            frozenset({"secret"}): self._calendars,
            **{
                frozenset({purpose}): lambda purpose=purpose: self._account_keys(purpose)
                for purpose in TokenPurpose
            },
            frozenset({"session_id"}): self._sessions,
            frozenset({"link"}): lambda: [Thing({"link": pieces.answer_token(self.cast.action)})],
            frozenset({"plan_id"}): self._plans,
            frozenset({"open_plan_id"}): lambda: [Thing({"open_plan_id": cast.plan.id})],
            frozenset({"nowhere"}): lambda: [],
            frozenset({"open_report_id"}): lambda: [
                Thing({"open_report_id": self._open_report.id})
            ],
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
            frozenset({"reference_id"}): lambda: [Thing({"reference_id": others.row_id()})],
            frozenset({"import_id"}): lambda: [Thing({"import_id": others.import_id()})],
            frozenset({"unit_id"}): lambda: [Thing({"unit_id": self.cast.unit.id})],
            frozenset({"committee_id"}): lambda: [Thing({"committee_id": self.cast.committee.id})],
            frozenset({"digest"}): lambda: [Thing({"digest": pieces.logo_mark(cast.admin)})],
            frozenset({"report_id"}): self._reports,
            frozenset({"report_id", "key"}): lambda: self._reports(key="deviations"),
            frozenset({"report_id", "kind"}): lambda: self._reports(kind="csv"),
            frozenset({"reminder_id"}): self._reminders,
            frozenset({"message_id"}): lambda: [Thing(pieces.dead_letter(self.cast.owner))],
            frozenset({"user_id"}): self._users,
            frozenset({"what"}): lambda: [Thing({"what": "drafts"}), Thing({"what": "letters"})],
            frozenset({"user_id", "role_id"}): self._roles,
            frozenset({"claim_rule_id"}): lambda: [Thing(pieces.claim_rule())],
            frozenset({"absence_id"}): lambda: [Thing(pieces.absence(cast), only_for=cast.owner)],
            frozenset({"user_id", "absence_id"}): lambda: [Thing(pieces.absence(cast))],
            frozenset({"before_id", "after_id"}): lambda: [Thing(between.crosswalk(cast))],
            frozenset({"evaluation_id", "edition"}): lambda: [Thing(between.more_scores(cast))],
            frozenset({"kind", "language"}): lambda: [
                Thing({"kind": "privacy", "language": "sv"}),
                Thing({"kind": "privacy", "language": "fi"}, exists=False),
            ],
            frozenset({"export_key"}): lambda: [
                Thing({"export_key": self._export}, only_for=cast.admin)
            ],
            frozenset({"municipality_id", "predecessor_id"}): lambda: [
                Thing(between.predecessor(cast))
            ],
        }
        assert names in makers, (
            f"{rule.endpoint} has the parameters {sorted(names)}, which tests/helpers/things.py "
            "does not know: add to Things what they may stand for"
        )
        return [*makers[names](), Thing(dict.fromkeys(names, MISSING), exists=False)]

    def _evaluations(self) -> list[Thing]:
        evaluation = self.cast.evaluation
        evaluation.source_sha256 = self._kept(".txt")
        evaluation.source_name = "rapport.txt"
        self._draft(evaluation)
        return [Thing({"evaluation_id": self.cast.evaluation.id})]

    def _areas(self) -> list[Thing]:
        # An area is one of a comparison, which wants two evaluations.
        if latest_two(comparable(None)) is None:
            add_evaluation(self.cast.municipality, date(2026, 2, 1), {1: (18, 15), 2: (20, 10)})
        return [Thing({"number": 1})]

    def _readings(self) -> list[Thing]:
        # One that was cut off: reading it takes no time, and taking it up does not wait.
        readings = Readings(self._files / "readings")
        claim = readings.begin("rapport.txt", b"text", by=self.cast.director, now=NOW)
        claim.close()
        return [Thing({"token": claim.work.token}, only_for=self.cast.director)]

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

    def _reports(self, **values: str) -> list[Thing]:
        """One that a unit's director works on, and one that a committee reads."""
        cast = self.cast
        draft = reported.draft(cast, unit_id=cast.unit.id)
        read = reported.published(cast, committee_id=cast.other_committee.id)
        if kind := values.get("kind"):
            # What is asked for the first time is kept, and looking writes nothing.
            keep(read.id, kind, b"id", now=NOW)
        return [Thing({"report_id": one.id, **values}, report=one) for one in (draft, read)]

    def _users(self) -> list[Thing]:
        # Nobody of the cast: the walk closes the account.
        return [Thing({"user_id": self._bystander.id})]

    def _account_keys(self, purpose: TokenPurpose) -> list[Thing]:
        # Each of somebody else: a key that is spent makes the person's others void.
        somebody = make_user(f"Nyckel {next(self._places)}")
        db.session.add(somebody)
        db.session.commit()
        return [Thing({purpose.value: pieces.account_key(somebody, purpose)})]

    def _sessions(self) -> list[Thing]:
        return [Thing(pieces.open_session(self.cast.owner), only_for=self.cast.owner)]

    def _roles(self) -> list[Thing]:
        role = RoleAssignment(role=Role.COMMITTEE, committee=self.cast.committee)
        self._bystander.roles.append(role)
        db.session.commit()
        mine = {"user_id": self._bystander.id, "role_id": role.id}
        return [Thing({**mine, "user_id": self.cast.owner.id}, exists=False), Thing(mine)]

    @cached_property
    def _open_report(self) -> Report:
        return opened.publish(self.cast)

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
