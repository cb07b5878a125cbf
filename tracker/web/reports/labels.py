"""How sections, gaps and the fields of reports are called on the pages that make them."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from tracker.domain.reporting import Gap, Missing, Part, ReportKind, Section
from tracker.domain.statuses import HEALTH_MARKS, STATUS_MARKS, ActionStatus, Health
from tracker.models import Report
from tracker.services.reports.telling.sections.headings import SECTION_NAMES
from tracker.web.report_words import whole_name

GAPS = {
    Gap.NO_REPORT: _l("Öppna åtgärder utan lägesrapport sedan förra rapporten"),
    Gap.NO_OWNER: _l("Åtgärder utan ägare"),
    Gap.NO_UNIT: _l("Åtgärder utan förvaltning"),
    Gap.NO_EXPLANATION: _l("Avvikelser som ingen har sagt något om"),
    Gap.NO_DECISION: _l("Planen är inte antagen"),
    Gap.NO_LOGO: _l("Kommunens logotyp går inte att läsa"),
    Gap.NO_EFFECTS: _l("Den nya utvärderingen går inte att jämföra med den förra"),
    Gap.NO_FORECAST: _l("Avvikelser utan ny prognos"),
    Gap.STILL_OPEN: _l("Öppna åtgärder som ingen ny plan har tagit över"),
}

KINDS = {ReportKind.PROGRESS: _l("Delrapport"), ReportKind.FINAL: _l("Slutrapport")}

FIELDS = {
    "title": _l("Rubrik"),
    "as_of": _l("Läget den"),
    "record_number": _l("Diarienummer"),
    "status": _l("Status"),
    "deadline": _l("Slutdatum"),
    "first_deadline": _l("Första slutdatum"),
    "created_on": _l("Tillagd"),
    "owner": _l("Ägare"),
    "unit": _l("Förvaltning"),
    "committee": _l("Nämnd"),
    "areas": _l("Områden"),
    "expected_effect": _l("Förväntad effekt"),
    "health": _l("Så går det"),
    "percent": _l("Andel klart i procent"),
    "forecast": _l("Väntas bli klar"),
    "said": _l("Senaste lägesrapport"),
    "said_on": _l("Rapporterad den"),
    "done_on": _l("Genomförd den"),
    "verified_on": _l("Verifierad den"),
    "dropped_on": _l("Avbruten den"),
    "dropped_by": _l("Avbruten av"),
    "dropped_reason": _l("Varför den avbröts"),
    "evidence": _l("Antal underlag"),
    "total": _l("Åtgärder i planen"),
    "reached": _l("Genomförda"),
    "verified": _l("Verifierade"),
    "ongoing": _l("Pågående"),
    "planned": _l("Planerade"),
    "paused": _l("Pausade"),
    "dropped": _l("Avbrutna"),
    "overdue": _l("Försenade"),
    "ownerless": _l("Utan ägare"),
    "deviations": _l("Avvikelser"),
}


def section_name(key: str) -> str:
    """A section as reports head it; what is written of one deviation stands with the others."""
    section = Section(key) if key in set(Section) else Section.DEVIATIONS
    return str(_(SECTION_NAMES[section]))


def gap_name(gap: Gap) -> str:
    """What is missing."""
    return str(GAPS[gap])


def glyphs_missing(one: Missing) -> str:
    """Which characters the PDF cannot show, and where they are seen."""
    return str(
        ngettext(
            "PDF:ens typsnitt saknar tecknet %(some)s, som blir □. I Word och på sidan syns det.",
            "PDF:ens typsnitt saknar %(num)s tecken (till exempel %(some)s), som blir □. I Word "
            "och på sidan syns de.",
            one.number,
            some=", ".join(one.titles),
        )
    )


def field_name(name: str) -> str:
    """A field of a row or a number of the whole."""
    return str(FIELDS.get(name, name))


def value_words(value: Any) -> str:
    """A field's value as a table writes it."""
    if value is None or value in ("", ()):
        return str(_("(tomt)"))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, ActionStatus):
        return str(_(STATUS_MARKS[value].label))
    if isinstance(value, Health):
        return str(_(HEALTH_MARKS[value].label))
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value)
    return str(value)


def part_of(report: Report) -> str:
    """The committee or the unit that a report is about, or the whole plan."""
    place = report.committee or report.unit
    return place.name if place is not None else str(_("Hela planen"))


def draft_name(report: Report) -> str:
    """What a report is called where its usual title would want the whole of it read."""
    place = report.committee or report.unit
    part = place.name if place is not None else ""
    return whole_name(report.title, report.kind, report.plan.title, part, report.as_of)


def part_key(committee_id: int | None, unit_id: int | None) -> str:
    """A part of a plan as a choice of a form."""
    if committee_id is not None:
        return f"{Part.COMMITTEE}-{committee_id}"
    return f"{Part.UNIT}-{unit_id}" if unit_id is not None else Part.WHOLE.value
