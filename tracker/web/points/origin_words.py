"""How it is said where a point comes from, and what became of an older one."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.domain.ancestry import Ancestry
from tracker.domain.errors import N_
from tracker.domain.statuses import Mark
from tracker.services.points.ancestry import AncestryCounts, Origin
from tracker.web.points import bp

MARKS = {
    Ancestry.NEW: Mark(N_("Ny"), "info", "plus"),
    Ancestry.REPEATED: Mark(N_("Upprepad"), "warn", "same"),
    Ancestry.CHANGED: Mark(N_("Ändrad"), "neutral", "arrow"),
}
PROPOSED = {
    Ancestry.NEW: N_("Föreslås: ny"),
    Ancestry.REPEATED: N_("Föreslås: upprepad"),
    Ancestry.CHANGED: N_("Föreslås: ändrad"),
}
FATES = {
    (True, True): Mark(N_("Löst"), "good", "success"),
    (False, True): Mark(N_("Kvarstår"), "warn", "warning"),
    (True, False): Mark(N_("Föreslås: löst"), "good", "success"),
    (False, False): Mark(N_("Föreslås: kvarstår"), "warn", "warning"),
}


@bp.app_template_filter("origin_mark")
def origin_mark(origin: Origin) -> dict[str, str]:
    """Word, tone and icon of where a point comes from."""
    mark = MARKS[origin.kind]
    label = mark.label if origin.settled else PROPOSED[origin.kind]
    return {"label": str(_(label)), "tone": mark.tone, "icon": mark.icon}


@bp.app_template_filter("fate_mark")
def fate_mark(fate: tuple[bool, bool]) -> dict[str, str]:
    """Word, tone and icon of what became of a point: (resolved, settled)."""
    mark = FATES[fate]
    return {"label": str(_(mark.label)), "tone": mark.tone, "icon": mark.icon}


@bp.app_template_filter("why_alike")
def why_alike(origin: Origin) -> str:
    """Why a point is proposed to come from another; empty where nobody proposes it."""
    if origin.settled or origin.why is None:
        return ""
    return str(_(origin.why.label))


def kind_choices() -> list[tuple[str, str]]:
    """What a point can be."""
    return [(kind.value, str(_(mark.label))) for kind, mark in MARKS.items()]


def lead_sentence(counts: AncestryCounts, may_settle: bool) -> str:
    """What the page comes to: 26 av 38 punkter är nya, 9 upprepas, 3 är ändrade. …"""
    total = counts.new + counts.repeated + counts.changed
    if counts.before is None or not total:
        return ""
    parts = [
        ngettext(
            "%(num)s av %(total)s punkter är ny", "%(num)s av %(total)s punkter är nya",
            counts.new, total=total,
        ),
        ngettext("%(num)s upprepas", "%(num)s upprepas", counts.repeated),
        ngettext("%(num)s är ändrad", "%(num)s är ändrade", counts.changed),
    ]  # fmt: skip
    return f"{', '.join(parts)}. {_waiting(counts.unsettled, may_settle)}"


def before_sentence(counts: AncestryCounts, may_settle: bool) -> str:
    """What became of the points before: 20 av 36 punkter är lösta, 16 kvarstår. …"""
    total = counts.resolved + counts.remaining
    if not total:
        return ""
    said = ngettext(
        "%(num)s av %(total)s punkter är löst", "%(num)s av %(total)s punkter är lösta",
        counts.resolved, total=total,
    )  # fmt: skip
    left = ngettext("%(num)s kvarstår", "%(num)s kvarstår", counts.remaining)
    return f"{said}, {left}. {_waiting(counts.unsaid, may_settle)}"


def _waiting(number: int, may_settle: bool) -> str:
    if not number:
        return str(_("Allt är bekräftat."))
    if may_settle:
        return str(
            ngettext(
                "%(num)s av förslagen väntar på ditt ja.",
                "%(num)s av förslagen väntar på ditt ja.",
                number,
            )
        )
    return str(ngettext("%(num)s är ett förslag.", "%(num)s är förslag.", number))


def after_sentence(changed: int) -> str:
    """What a save did, for the next page."""
    if not changed:
        return str(_("Inget nytt att spara."))
    return str(ngettext("%(num)s punkt är sparad.", "%(num)s punkter är sparade.", changed))
