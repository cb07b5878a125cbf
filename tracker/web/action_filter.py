"""The form that narrows lists of actions; all of it lives in the address."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Literal, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from tracker.domain.statuses import HEALTH_MARKS, STATUS_MARKS, ActionStatus, Health
from tracker.services.actions.choices import (
    MOST_OWNERS,
    MOST_POINTS,
    FilterChoices,
    committee_name,
    is_person,
    unit_name,
)
from tracker.services.actions.filters import ActionFilter, Sort, When
from tracker.services.actions.pages import PlanShown
from tracker.web.fields import DayField, TypedForm, a_key, maybe
from tracker.web.local import short_date

Named = Iterable[tuple[Any, str]]
LONGEST_SEARCH = 200
LONGEST_POINT = 60  # letters of a plan's point in the list to choose from
WHEN_WORDS = {
    When.LATE: _l("Försenade"),
    When.SOON: _l("Inom 30 dagar"),
    When.MONTH: _l("Denna månad"),
    When.QUARTER: _l("Detta kvartal"),
    When.YEAR: _l("I år"),
    When.SILENT: _l("Tysta länge"),
}
SORT_WORDS = {
    Sort.DEADLINE: _l("Öppna först, efter slutdatum"),
    Sort.TITLE: _l("Rubrik, A till Ö"),
    Sort.STATUS: _l("Status"),
    Sort.UPDATED: _l("Senast rapporterade först"),
}


class Chip(NamedTuple):
    """A part of the filter in words, and the address without it."""

    label: str
    value: str
    url: str


def _owner(text: str) -> int | Literal["none"]:
    return "none" if text == "none" else a_key(text)


class FilterForm(TypedForm):
    """What to see of the actions."""

    class Meta(TypedForm.Meta):
        csrf = False

    q = StringField(_l("Sök"))
    status = SelectField(_l("Status"), coerce=maybe(ActionStatus))
    health = SelectField(_l("Senaste läge"), coerce=maybe(Health))
    unit = SelectField(_l("Förvaltning"), coerce=maybe(a_key))
    committee = SelectField(_l("Nämnd"), coerce=maybe(a_key))
    owner = SelectField(_l("Ägare"), coerce=maybe(_owner))
    area = SelectField(_l("Område"), coerce=maybe(a_key))
    when = SelectField(_l("När"), coerce=maybe(When))
    due_from = DayField(_l("Slutdatum från"))
    due_to = DayField(_l("Slutdatum till"))
    slipped = BooleanField(_l("Bara med flyttat slutdatum"))
    plan = SelectField(_l("Plan"), coerce=maybe(a_key))
    point = SelectField(_l("Planens punkt"), coerce=maybe(a_key))
    sort = SelectField(_l("Ordning"), coerce=Sort, default=Sort.DEADLINE)
    late = BooleanField()  # how addresses from the start page and from mails ask for the late ones

    @classmethod
    def names(cls) -> frozenset[str]:
        """The names that the filter has in the address."""
        return frozenset(name for name in vars(cls) if hasattr(getattr(cls, name), "field_class"))

    def offer(self, choices: FilterChoices, plans: Iterable[PlanShown]) -> None:
        """Fill the lists to choose from; what the address asks for and nobody knows is misread."""
        self._fill(self.status, [(key.value, _(mark.label)) for key, mark in STATUS_MARKS.items()])
        self._fill(self.health, [(key.value, _(mark.label)) for key, mark in HEALTH_MARKS.items()])
        self._fill(self.when, [(key.value, str(label)) for key, label in WHEN_WORDS.items()])
        self._fill(self.unit, choices.units)
        self._fill(self.committee, choices.committees)
        self._fill(self.owner, [("none", _("Ingen ägare än")), *choices.owners])
        self._fill(self.area, [(key, f"{key}. {name}") for key, name in choices.areas])
        self._fill(self.plan, [(plan.id, plan.title) for plan in plans])
        self._fill(self.point, [(key, _shortened(name)) for key, name in choices.plan_points])
        self.sort.choices = [SelectChoice(key.value, str(name)) for key, name in SORT_WORDS.items()]
        self._settle(choices)

    def _settle(self, choices: FilterChoices) -> None:
        """Ask for nothing with what does not exist. What the lists leave out, since no action has
        it or the list was cut short, is offered beside them."""
        many_owners = len(choices.owners) >= MOST_OWNERS
        many_points = len(choices.plan_points) >= MOST_POINTS
        self._check(self.unit, unit_name)
        self._check(self.committee, committee_name)
        self._check(self.owner, lambda key: self._stranger(key, many_owners))
        self._check(self.point, lambda _key: _("en annan punkt") if many_points else None)
        self._check(self.plan, lambda _key: None)
        self._check(self.area, lambda _key: None)

    @staticmethod
    def _stranger(key: int, many: bool) -> str | None:
        if not is_person(key):
            return None
        return str(_("en annan person") if many else _("en person utan åtgärder här"))

    @staticmethod
    def _check(field: SelectField, name_of: Callable[[int], str | None]) -> None:
        choices = list(field.choices or ())
        if field.data is None or str(field.data) in {str(one.value) for one in choices}:
            return
        if (name := name_of(field.data)) is None:
            field.data = None
            field.process_errors = [_("Finns inte.")]
        else:
            field.choices = [*choices, SelectChoice(str(field.data), name)]

    @staticmethod
    def _fill(field: SelectField, items: Named) -> None:
        named = [SelectChoice(str(key), name) for key, name in items]
        field.choices = [SelectChoice("", _("Alla")), *named]

    def asked(self) -> ActionFilter:
        """The filter; what makes no sense in the address asks for nothing."""
        return ActionFilter(
            status=self.status.data,
            health=self.health.data,
            unit_id=self.unit.data,
            committee_id=self.committee.data,
            owner=self.owner.data,
            area=self.area.data,
            when=self.when.data or (When.LATE if self.late.data else None),
            due_from=self.due_from.data,
            due_to=self.due_to.data,
            slipped=self.slipped.data,
            plan_id=self.plan.data,
            plan_point_id=self.point.data,
            q=(self.q.data or "")[:LONGEST_SEARCH],
            sort=self.sort.data or Sort.DEADLINE,
        )

    @property
    def misread(self) -> list[str]:
        """The labels of what the address holds and nobody understands."""
        return [str(field.label.text) for field in self if field.process_errors]

    def removable(self, address_without: Callable[..., str]) -> list[Chip]:
        """What narrows the list, each part with the address that leaves it out."""
        chips = []
        for field in self:
            name = field.short_name
            if name in ("sort", "late") or not field.data:
                continue
            gone = (name, "late") if name == "when" else (name,)
            chips.append(Chip(str(field.label.text), said(field), address_without(*gone)))
        if self.late.data and not self.when.data:
            chips.append(Chip(str(self.when.label.text), _("Försenade"), address_without("late")))
        return chips


def said(field: Field) -> str:
    """A field's value in the words that the reader chose it by."""
    if isinstance(field, SelectField):
        chosen = (one.label for one in field.choices or () if field.coerce(one.value) == field.data)
        return str(next(chosen, _("okänt")))
    if isinstance(field, BooleanField):
        return str(_("ja"))
    return short_date(field.data) if isinstance(field.data, date) else str(field.data)


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_POINT else text[: LONGEST_POINT - 1].rstrip() + "…"
