"""What the pages that make reports ask. The rules themselves live in the services."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import HiddenInput

from tracker.domain.reporting import Part, ReportKind
from tracker.models import TextMode
from tracker.services.reports.snapshots import OwnText
from tracker.services.reports.writing.drafting import HeadWording, NewReport
from tracker.services.reports.writing.offering import Choices
from tracker.services.reports.writing.section_pages import AboutDeviation, SectionPage
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
from tracker.web.reports.labels import KINDS, part_key

HEAD_FIELDS = ("title", "record_number", "as_of")


class HeadForm(TypedForm):
    """What stands on top of a report."""

    title = StringField(_l("Rubrik"))
    record_number = StringField(_l("Diarienummer"))
    as_of = DayField(_l("Vilken dag ska rapporten visa läget på?"), [Needed()])

    def head(self) -> HeadWording:
        """The form as the services take it."""
        return HeadWording(self.title.data or "", self.record_number.data or "", self.as_of.data)


class EditHeadForm(HeadForm):
    """The same as it stands, with the version that the writer has before them."""

    version = IntegerField(widget=HiddenInput())

    def beside(self, theirs: dict[str, Any]) -> list[dict[str, Any]]:
        """The typed version beside the saved one, field by field, what differs first."""
        fields = []
        for name in HEAD_FIELDS:
            yours, saved = (_said(name, one) for one in (self[name].data, theirs[name]))
            label = self[name].label.text
            fields.append(
                {"label": label, "yours": yours, "theirs": saved, "differs": yours != saved}
            )
        return sorted(fields, key=lambda field: not field["differs"])


def _said(name: str, value: Any) -> str:
    return short_date(value) if name == "as_of" else str(value or "")


class NewReportForm(HeadForm):
    """A report to be: of which plan and part of it, and as of which day."""

    plan_id = ChoiceField(_l("Vilken plan?"), [Needed()], coerce=maybe(a_key))
    part = ChoiceField(_l("Vad ska rapporten handla om?"), [Needed()])
    kind = RadioField(
        _l("Vilket slags rapport?"), [Needed()], default=ReportKind.PROGRESS, coerce=str
    )
    round_id = ChoiceField(_l("Uppföljningsomgång"), coerce=maybe(a_key))

    def offer(self, there: Choices) -> None:
        """Fill the lists to choose from."""
        self.plan_id.choices = offered(_("Välj plan"), there.plans)
        self.round_id.choices = offered(_("Ingen omgång"), there.rounds)
        self.kind.choices = [SelectChoice(one.value, str(word)) for one, word in KINDS.items()]
        whole = [(Part.WHOLE.value, _("Hela planen"))] if there.whole else []
        committees = [
            (part_key(key, None), _("Till %(name)s", name=name)) for key, name in there.committees
        ]
        units = [(part_key(None, key), _("Om %(name)s", name=name)) for key, name in there.units]
        self.part.choices = offered(_("Välj"), [*whole, *committees, *units])

    def wording(self) -> NewReport:
        """The form as the services take it."""
        which, _sep, key = (self.part.data or "").partition("-")
        place = known(a_key)(key)
        return NewReport(
            plan_id=self.plan_id.data,
            kind=ReportKind(self.kind.data),
            committee_id=place if which == Part.COMMITTEE else None,
            unit_id=place if which == Part.UNIT else None,
            round_id=self.round_id.data,
            as_of=self.as_of.data,
            title=self.title.data or "",
            record_number=self.record_number.data or "",
        )


class SectionForm(TypedForm):
    """What somebody writes in a section, with the marks of what they had before them."""

    text = TextAreaField(_l("Din egen text"))
    mode = RadioField(_l("Var ska texten stå?"), [Needed()], default=TextMode.ADD, coerce=str)
    seen = HiddenField()
    basis = HiddenField()

    def offer(self) -> None:
        """Fill the two ways."""
        self.mode.choices = [
            SelectChoice(TextMode.ADD.value, _("Efter texten från uppgifterna")),
            SelectChoice(TextMode.REPLACE.value, _("I stället för texten från uppgifterna")),
        ]

    def show(self, page: SectionPage) -> None:
        """Fill in what is written now."""
        own = page.written.own
        self.text.data, self.mode.data = own.text, own.mode.value
        self.seen.data, self.basis.data = page.written.seen, page.basis

    def own(self) -> OwnText:
        """The form as the services take it."""
        return OwnText(self.text.data or "", TextMode(self.mode.data), self.basis.data or "")


def about_form(deviations: Iterable[AboutDeviation]) -> SectionForm:
    """The form of the section of deviations: one text for each besides the section's own."""

    class AboutForm(SectionForm):
        """A text and a mark for each deviation."""

    for one in deviations:
        name = one.deviation.row.id
        text, seen = TextAreaField(_("Vad görs åt det?")), HiddenField()
        setattr(AboutForm, f"about_{name}", text)
        setattr(AboutForm, f"about_{name}_seen", seen)
    return AboutForm()


def show_about(form: SectionForm, deviations: Iterable[AboutDeviation]) -> None:
    """Fill in what is written of each now."""
    for one in deviations:
        name = f"about_{one.deviation.row.id}"
        form[name].data, form[f"{name}_seen"].data = one.written.own.text, one.written.seen


def about_texts(
    form: SectionForm, deviations: Iterable[AboutDeviation]
) -> dict[str, tuple[OwnText, str]]:
    """What the form says of each, by its key, with its mark."""
    return {
        one.key: (OwnText(form[name].data or ""), form[f"{name}_seen"].data or "")
        for one in deviations
        if (name := f"about_{one.deviation.row.id}")
    }


class BackForm(TypedForm):
    """Why a reviewed report goes back."""

    reason = TextAreaField(_l("Vad ska ändras?"))


class SeenForm(TypedForm):
    """The mark of what the reader had before them."""

    seen = HiddenField()
