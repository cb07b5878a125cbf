"""Forms for bringing a spreadsheet in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from tracker.domain.sheets import FIELDS, HEADINGS, KEPT
from tracker.models import ActionPlan, PlanState
from tracker.services.sheets.drafts import Mapped
from tracker.web.fields import DayField, FileForm, Needed, TypedForm, a_key, known, maybe


class UploadForm(FileForm):
    """A spreadsheet as a file."""

    file = FileField(_l("Kalkylbladet"), [Needed()])


class ApplyForm(FlaskForm):
    """The yes to a preview; each conflict's choice stands in the form beside it."""

    fingerprint = HiddenField()
    partly = BooleanField(_l("Genomför de rader som går, och hoppa över raderna med fel"))
    outside_ok = BooleanField(_l("Ägarna ska vara från en annan förvaltning"))


class PlanForm(FlaskForm):
    """Which plan new rows go into."""

    plan_id = SelectField(_l("Plan för nya åtgärder"), coerce=maybe(a_key))

    def offer(self, plans: Sequence[ActionPlan]) -> None:
        """Fill the list; it starts with what happens if nothing is chosen."""
        self.plan_id.choices = _plans(plans)


class MappingForm(TypedForm):
    """Where the headings stand, and what new actions get that their row does not say. Which
    column is what is read beside it: how many there are only the sheet knows."""

    header = HiddenField()
    unit_id = SelectField(_l("Förvaltning för rader som inte säger någon"), coerce=maybe(a_key))
    deadline = DayField(_l("Slutdatum för rader utan datum, eller med ett som har passerat"))
    plan_id = SelectField(_l("Plan"), coerce=maybe(a_key))
    plan_title = StringField(_l("Ny plan"))

    def offer(self, units: Iterable[tuple[int, str]], plans: Sequence[ActionPlan]) -> None:
        """Fill the lists to choose from."""
        named = [SelectChoice(str(key), name) for key, name in units]
        self.unit_id.choices = [SelectChoice("", _("Ingen")), *named]
        self.plan_id.choices = _plans(plans)

    def mapped(self, columns: Sequence[str]) -> Mapped:
        """What the service keeps."""
        header = known(int)(self.header.data)
        return Mapped(
            header=-1 if header is None else header,
            columns=tuple(columns),
            unit_id=self.unit_id.data,
            deadline=self.deadline.data,
            plan_id=self.plan_id.data,
            plan_title=self.plan_title.data or "",
        )


def column_choices() -> list[tuple[str, str]]:
    """What a column may be: a field, kept as it is, or left out."""
    fields = [(name, _(HEADINGS[name])) for name in FIELDS]
    return [*fields, (KEPT, _("Egen kolumn (sparas som den är)")), ("", _("Läs inte in"))]


def _plans(plans: Sequence[ActionPlan]) -> list[SelectChoice]:
    usual = _("En ny plan, som börjar som utkast")
    if plans and plans[0].state is PlanState.ADOPTED:
        usual = _("Den senast antagna planen: ”%(title)s”", title=plans[0].title)
    elif plans:
        usual = _("Det nyaste utkastet: ”%(title)s”", title=plans[0].title)
    return [SelectChoice("", usual), *(SelectChoice(str(one.id), one.title) for one in plans)]
