"""Forms for what an action waits for, its links, its points and its milestones."""

from __future__ import annotations

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, SelectMultipleField, StringField, URLField
from wtforms.widgets import CheckboxInput, ListWidget

from tracker.models import Milestone
from tracker.services.actions.around import OfferedPoints
from tracker.web.fields import DayField, Needed, TypedForm, a_key, known

_PLAN_POINT = "p"


def posted_key(name: str) -> int | None:
    """The key that a button sent, or None for what is no key."""
    return known(a_key)(request.form.get(name))


class WaitForm(TypedForm):
    """Which action to wait for."""

    needs = StringField(_l("Vilken åtgärd måste bli klar först?"), [Needed()])


class LinkForm(TypedForm):
    """Something to read."""

    link_title = StringField(_l("Vad leder länken till?"), [Needed()])
    link_url = URLField(_l("Adress"), [Needed()])


class PieceForm(TypedForm):
    """A milestone."""

    title = StringField(_l("Vad ska vara klart?"), [Needed()])
    due = DayField(_l("Klart senast"), [Needed()])

    @classmethod
    def of(cls, piece: Milestone) -> PieceForm:
        """The form as it stands for a piece that exists."""
        return cls(data={"title": piece.title, "due": piece.due})


class PointsForm(TypedForm):
    """The points to tie to; those of a plan have a letter before their key."""

    points = SelectMultipleField(
        _l("Punkter"),
        [Needed()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def offer(self, offered: OfferedPoints) -> None:
        """Fill the list to choose from."""
        self.points.choices = [
            *((f"{_PLAN_POINT}{point.id}", point.text) for point in offered.plan_points),
            *((str(point.id), point.text) for point in offered.points),
        ]

    def chosen(self) -> tuple[list[int], list[int]]:
        """The keys of improvement points, and of points of the plan."""
        texts = self.points.data or []
        return (
            [int(text) for text in texts if not text.startswith(_PLAN_POINT)],
            [int(text[1:]) for text in texts if text.startswith(_PLAN_POINT)],
        )


class UntieForm(TypedForm):
    """Which point to let go of, and whether that is meant."""

    class Meta(TypedForm.Meta):
        csrf = False

    point = SelectField(coerce=known(a_key), validate_choice=False, choices=[])
    plan_point = SelectField(coerce=known(a_key), validate_choice=False, choices=[])
    sure = BooleanField()
