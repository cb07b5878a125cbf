"""Forms about improvement points: the filter, the answers that need words, effort and priority."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SearchField, SelectField, StringField, TextAreaField

from tracker.services.points.listing import AreaChoice, PointFilter
from tracker.services.points.shown import Choice
from tracker.services.points.state import PointState
from tracker.web.fields import Needed, TypedForm, a_key, known, offered
from tracker.web.points import words

LONGEST_SEARCH = 200
LONGEST_CHOICE = 90


class FilterForm(TypedForm):
    """What to show; it lives in the address, so it needs no token."""

    class Meta:
        csrf = False

    q = SearchField(_l("Sök i punkterna"))
    area = SelectField(_l("Område"), coerce=known(a_key), validate_choice=False)
    state = SelectField(_l("Svar"), coerce=known(PointState), validate_choice=False)
    priority = SelectField(_l("Prioritet"), coerce=known(a_key), validate_choice=False)
    repeated = BooleanField(_l("Bara upprepade och ändrade"))
    evaluation = HiddenField()

    def offer(self, areas: Iterable[AreaChoice]) -> None:
        """Fill the lists to choose from."""
        named = [(area.number, f"{area.number} {area.name}") for area in areas]
        self.area.choices = offered(_("Alla områden"), named)
        marks = [(state.value, _(mark.label)) for state, mark in words.STATE_MARKS.items()]
        self.state.choices = offered(_("Alla punkter"), marks)
        self.priority.choices = offered(_("Alla"), words.priorities())

    def asked(self) -> PointFilter:
        """The filter; what makes no sense in the address asks for nothing."""
        priority = self.priority.data
        return PointFilter(
            area=self.area.data,
            state=self.state.data,
            priority=priority if priority in (1, 2, 3) else None,
            repeated=bool(self.repeated.data),
            q=(self.q.data or "").strip()[:LONGEST_SEARCH],
        )


class WeighForm(FlaskForm):
    """How much work points take, and what comes first; each is saved by a button of its own.

    Its fields stand in forms that carry the token already, beside filters of the same names.
    """

    class Meta:
        csrf = False

    effort = SelectField(_l("Insats"), coerce=known(a_key), validate_choice=False)
    priority = SelectField(_l("Prioritet"), coerce=known(a_key), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.effort.choices = offered(_("Inte bedömd"), words.efforts())
        self.priority.choices = offered(_("Räknas ut"), words.priorities())
        for field in self:
            field.id = field.label.field_id = f"weigh-{field.short_name}"


class NoActionForm(TypedForm):
    """Why nothing is to be done, and who decided so."""

    reason = TextAreaField(_l("Varför ska punkten inte åtgärdas?"), [Needed()])
    decided_by = StringField(_l("Vem har beslutat det?"), [Needed()])


class MergeForm(FlaskForm):
    """Which point answers for the others."""

    merged_into_id = SelectField(
        _l("Slå ihop med"), [Needed()], coerce=known(a_key), validate_choice=False
    )

    def offer(self, choices: Iterable[Choice]) -> None:
        """Fill the list to choose from."""
        named = [(choice.id, label_of(choice)) for choice in choices]
        self.merged_into_id.choices = offered(_("Välj en punkt"), named)


def label_of(choice: Choice) -> str:
    """A point in a list to choose from: 12. Samla dialogen …"""
    text = choice.text
    short = text if len(text) <= LONGEST_CHOICE else f"{text[: LONGEST_CHOICE - 1].rstrip()}…"
    return f"{choice.number}. {short}"
