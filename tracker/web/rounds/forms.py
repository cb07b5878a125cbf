"""What the pages about rounds ask. The rules themselves live in the services."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    StringField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import HiddenInput

from tracker.domain.errors import RuleBroken
from tracker.domain.rounds import RoundKind, Suggestion
from tracker.models import FollowUpRound
from tracker.services.actions.rules import Refused
from tracker.services.rounds import listing, meetings
from tracker.services.rounds.meetings import MeetingWording
from tracker.services.rounds.rules import RoundWording
from tracker.web.access import me
from tracker.web.fields import (
    ChoiceField,
    DayField,
    Needed,
    TypedForm,
    a_key,
    known,
    maybe,
    offered,
)
from tracker.web.local import short_date
from tracker.web.messages import refused, translated
from tracker.web.rounds import words

FIELDS = ("name", "kind", "plan_id", "opens_on", "due_on", "as_of")
MOST_ROWS = 200


class MeetingForm(Form):
    """When one committee reads the report; empty where it does not."""

    committee_id = HiddenField()
    meets_on = DayField(_l("Möte"))
    dispatch_on = DayField(_l("Handlingarna går ut"))

    @property
    def key(self) -> int:
        """The committee; 0 for what is none."""
        return known(a_key)(self.committee_id.data) or 0

    def wording(self) -> MeetingWording:
        """The row as the services take it."""
        return MeetingWording(self.key, self.dispatch_on.data, self.meets_on.data)


def typed_row(one: MeetingWording) -> dict[str, Any]:
    """A committee's dates as their row holds them."""
    days = {"meets_on": one.meets_on, "dispatch_on": one.dispatch_on}
    return {"committee_id": str(one.committee_id), **days}


class RowsForm(TypedForm):
    """A form with rows, at whose fields it shows what a service refused ("meetings-2-meets_on")."""

    def refuse(self, error: RuleBroken) -> int:
        """As web.messages.refused, with what is wrong in a row said in the row."""
        problems = error.problems if isinstance(error, Refused) else (error,)
        rest = [problem for problem in problems if not self._said_in_row(problem)]
        if not rest:
            return 422
        return refused(self, Refused(rest) if isinstance(error, Refused) else error)

    def _said_in_row(self, problem: RuleBroken) -> bool:
        rows, place, name = [*(problem.field or "").split("-", 2), "", ""][:3]
        if rows not in self or not place.isdecimal():
            return False
        entries = self[rows].entries
        if int(place) >= len(entries) or name not in entries[int(place)].form:
            return False
        field = entries[int(place)].form[name]
        field.errors = [*field.errors, translated(problem)]
        # So that the whole form knows that something is wrong.
        self[rows].errors = [*self[rows].errors, {name: field.errors}]
        return True


class RoundForm(RowsForm):
    """A round: what it is called, whom it asks, from when till when, and who reads of it."""

    name = StringField(_l("Vad heter omgången?"), [Needed()])
    kind = ChoiceField(_l("Slag"))
    opens_on = DayField(_l("Öppnar"), [Needed()])
    due_on = DayField(_l("Sista dag att rapportera"), [Needed()])
    as_of = DayField(_l("Mätdag"))
    plan_id = ChoiceField(_l("Gäller"), coerce=maybe(a_key))
    meetings = FieldList(FormField(MeetingForm), max_entries=MOST_ROWS)

    def offer(self, changed: FollowUpRound | None = None) -> None:
        """Fill the lists; a plan that was closed stays where it was chosen before, and every
        committee has a row."""
        plans = list(listing.plans_offered(by=me()))
        if changed is not None and changed.plan is not None:
            plans += [(changed.plan.id, changed.plan.title)]
        self.plan_id.choices = offered(_("Alla planer"), dict(plans).items())
        self.kind.choices = [
            SelectChoice(kind.value, str(name)) for kind, name in words.KINDS.items()
        ]
        if self.kind.data is None:
            self.kind.data = RoundKind.EXTRA.value
        self.committees = dict(meetings.committees())
        had = {
            one.committee_id: one for one in meetings.as_typed(changed.meetings if changed else ())
        }
        there = {entry.form.key for entry in self.meetings.entries}
        for key in self.committees:
            if key not in there and len(self.meetings.entries) < MOST_ROWS:
                self.meetings.append_entry(typed_row(had.get(key, MeetingWording(key))))

    def fill(self, one: Suggestion) -> None:
        """Start from a usual round."""
        self.name.data, self.kind.data = words.suggested_name(one), one.kind.value
        self.opens_on.data, self.due_on.data = one.opens_on, one.due_on

    def wording(self) -> RoundWording:
        """The form as the services take it."""
        return RoundWording(
            name=self.name.data or "",
            plan_id=self.plan_id.data,
            opens_on=self.opens_on.data,
            due_on=self.due_on.data,
            kind=RoundKind(self.kind.data),
            as_of=self.as_of.data,
            meetings=tuple(entry.form.wording() for entry in self.meetings.entries),
        )

    def rows(self) -> list[tuple[str, Form]]:
        """(committee, its row), by name; a committee that is gone by no name."""
        named = [
            (self.committees.get(entry.form.key, _("En nämnd som inte finns längre")), entry.form)
            for entry in self.meetings.entries
        ]
        return sorted(named, key=lambda row: row[0])

    def beside(self, theirs: dict[str, Any]) -> list[dict[str, Any]]:
        """The typed version beside the saved one, field by field, what differs first."""
        fields = [
            _beside(
                self[name].label.text,
                self._said(name, self[name].data),
                self._said(name, theirs[name]),
            )
            for name in FIELDS
        ]
        saved = {one.committee_id: one for one in theirs["meetings"]}
        for committee, row in self.rows():
            their = saved.get(row.key, MeetingWording(row.key))
            yours = words.meeting_days(row.dispatch_on.data, row.meets_on.data)
            fields.append(
                _beside(committee, yours, words.meeting_days(their.dispatch_on, their.meets_on))
            )
        return sorted(fields, key=lambda field: not field["differs"])

    def _said(self, name: str, value: Any) -> str:
        if name in ("plan_id", "kind"):
            choices = self[name].choices
            return next((str(c.label) for c in choices if c.value == str(value or "")), "")
        is_day = name in ("opens_on", "due_on", "as_of")
        return short_date(value) if is_day else str(value or "")


def _beside(label: str, yours: str, theirs: str) -> dict[str, Any]:
    return {"label": label, "yours": yours, "theirs": theirs, "differs": yours != theirs}


class EditRoundForm(RoundForm):
    """A round as it stands, with the version that the writer has before them."""

    version = IntegerField(widget=HiddenInput())


class UsualRoundForm(Form):
    """One of the year's usual rounds, to take or to leave."""

    kind = HiddenField()
    wanted = BooleanField()
    opens_on = DayField(_l("Öppnar"), [Needed()])
    due_on = DayField(_l("Sista dag att rapportera"), [Needed()])


class UsualForm(RowsForm):
    """The usual rounds of a year, with their days."""

    rounds = FieldList(FormField(UsualRoundForm), max_entries=len(RoundKind))

    def show(self, lacks: Iterable[Suggestion]) -> None:
        """Fill the form with what the year lacks."""
        for one in lacks:
            days = {"opens_on": one.opens_on, "due_on": one.due_on}
            self.rounds.append_entry({"kind": one.kind.value, "wanted": True, **days})

    def name_them(self, year: int) -> None:
        """Call each row by its round's name."""
        for entry in self.rounds.entries:
            entry.form.wanted.label.text = f"{words.KINDS[_kind_of(entry.form)]} {year}"

    def chosen(self, year: int) -> tuple[Sequence[int], tuple[RoundWording, ...]]:
        """The rows that were taken, as places in the form and as the service takes them."""
        taken = [
            (place, entry.form)
            for place, entry in enumerate(self.rounds.entries)
            if entry.form.wanted.data
        ]
        wordings = tuple(
            RoundWording(
                name=f"{words.KINDS[_kind_of(row)]} {year}",
                plan_id=None,
                opens_on=row.opens_on.data,
                due_on=row.due_on.data,
                kind=_kind_of(row),
            )
            for _place, row in taken
        )
        return [place for place, _row in taken], wordings


def _kind_of(row: Any) -> RoundKind:
    found = [kind for kind in RoundKind if kind.value == row.kind.data]
    return found[0] if found else RoundKind.EXTRA


def in_rows(error: RuleBroken, places: Sequence[int]) -> RuleBroken:
    """What a service refused of the rows at `places` of a form, with their places in it."""
    if not isinstance(error, Refused):
        return error
    problems = []
    for problem in error.problems:
        rows, place, name = (problem.field or "--").split("-", 2)
        field = f"{rows}-{places[int(place)]}-{name}" if place.isdecimal() else problem.field
        problems.append(RuleBroken(problem.message, field=field, **problem.params))
    return Refused(problems)
