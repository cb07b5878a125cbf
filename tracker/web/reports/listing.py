"""The list of reports: the latest on top for those who read, what waits for those who write."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from tracker.domain.permissions import Deed
from tracker.domain.reporting import Part
from tracker.models import ReportState
from tracker.services.reports.reading import listing as service
from tracker.services.reports.reading.listing import Choices, ReportFilter
from tracker.web import report_words
from tracker.web.access import me, requires
from tracker.web.fields import TypedForm, a_key, known, offered
from tracker.web.local import today
from tracker.web.paging import SIZE, asked_page, page_of
from tracker.web.reports.blueprint import bp


def _part(text: str) -> tuple[Part, int | None]:
    """Read whole, committee-3 or unit-7."""
    name, _dash, key = text.partition("-")
    part = Part(name)
    return part, None if part is Part.WHOLE else a_key(key)


class ReportFilterForm(TypedForm):
    """What to see of the reports; all of it lives in the address."""

    class Meta(TypedForm.Meta):
        csrf = False

    plan = SelectField(_l("Plan"), coerce=known(a_key), validate_choice=False)
    part = SelectField(_l("Gäller"), coerce=str, validate_choice=False)
    state = SelectField(_l("Läge"), coerce=str, validate_choice=False)

    def offer(self, choices: Choices, *, with_states: bool) -> None:
        """Fill the lists to choose from."""
        parts = [("whole", _("Hela planen"))] if choices.whole else []
        parts += [(f"committee-{key}", name) for key, name in choices.committees]
        parts += [(f"unit-{key}", name) for key, name in choices.units]
        self.plan.choices = offered(_("Alla"), choices.plans)
        self.part.choices = offered(_("Allt"), parts)
        states = [
            (ReportState.REVIEWED.value, _("Granskade")),
            (ReportState.DRAFT.value, _("Utkast")),
        ]
        self.state.choices = offered(_("Publicerade"), states if with_states else [])

    def asked(self) -> ReportFilter:
        """The filter; what makes no sense in the address asks for nothing."""
        part, part_id = known(_part)(self.part.data) or (None, None)
        state = known(ReportState)(self.state.data) or ReportState.PUBLISHED
        return ReportFilter(self.plan.data, part, part_id, state)


@bp.get("")
@requires(Deed.REPORT_VIEW)
def index() -> ResponseReturnValue:
    """The latest report, or what waits to be written, and then all of them."""
    makes = me().may(Deed.REPORT_EDIT)
    choices = service.choices_for(me())
    form = ReportFilterForm(request.args)
    form.offer(choices, with_states=makes)
    asked = form.asked()
    latest = None if makes else service.latest_for(me())
    # The latest stands on top; below it only where somebody looks for something.
    but = latest.report.id if latest and not asked.narrows else None
    rows, total = service.reports_page(me(), asked, page=asked_page(), size=SIZE, but=but)
    return render_template(
        "reports/index.html",
        makes=makes,
        latest=latest,
        rows=rows,
        page=page_of(total),
        form=form,
        asked=asked,
        said=report_words,
        **_waiting(),
    )


def _waiting() -> dict[str, Any]:
    waiting, number = service.waiting_for(me(), today=today())
    return {"waiting": waiting, "number_waiting": number}
