"""What people write in a report, section by section; it stays when the data are told anew."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select

from tracker.domain.errors import Conflict, NotFound
from tracker.domain.reporting import Section
from tracker.extensions import db
from tracker.models import Action, CarriedAction, Report, ReportText, TextMode, User
from tracker.services import journal
from tracker.services.actions.rules import check_length, paragraphs
from tracker.services.plans.rules import mark_of
from tracker.services.reports.snapshots import OwnText
from tracker.services.reports.writing import rules

TEXT_MAX = 20_000
DEVIATION = "deviation:"
WRITTEN_BY_HAND = (Section.ECONOMY, Section.CHILDREN)  # the data say nothing of these
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Written:
    """What somebody wrote in a section, who, and when; `seen` is the mark that the next writer
    shows to have had it before them ("" where nobody has written)."""

    own: OwnText
    seen: str = ""
    by: str = ""
    at: datetime | None = None


NOTHING = Written(OwnText(""))


def own_texts(report: Report) -> dict[str, OwnText]:
    """All that people wrote in a report, by section, as `compose` takes it."""
    return {one.section: _own(one) for one in report.texts}


def written_in(report: Report, section: str) -> Written:
    """What stands in a section, or NOTHING."""
    return _all_written(report.id, ReportText.section == section).get(section, NOTHING)


def written_about(report: Report) -> dict[str, Written]:
    """What people wrote of single deviations, by their keys."""
    return _all_written(report.id, ReportText.section.startswith(DEVIATION))


def _all_written(report_id: int, which: ColumnElement[bool]) -> dict[str, Written]:
    query = select(ReportText, User.name).join(User, User.id == ReportText.by_id)
    rows = db.session.execute(query.where(ReportText.report_id == report_id, which))
    return {
        one.section: Written(_own(one), mark_of(one.text, one.mode.value), name, one.at)
        for one, name in rows
    }


def write_text(
    report_id: int,
    section: str,
    own: OwnText,
    seen: str | None = None,
    *,
    by: User,
    now: datetime,
) -> None:
    """Save what somebody wrote in a section of a draft; an empty text takes it away. `seen` is
    the mark of what the writer had before them; None writes whatever stands there.

    Raises:
        NotFound, Forbidden: also where there is no such section.
        Conflict: somebody saved in between; `current` holds text, mode, seen and saved_by.
        RuleBroken: it is no draft, or the text is too long.
    """
    report = rules.locked_draft(report_id, by=by)
    change_text(report, section, own, seen, by=by, now=now)
    db.session.commit()


def write_texts(
    report_id: int,
    texts: dict[str, tuple[OwnText, str]],
    *,
    by: User,
    now: datetime,
) -> None:
    """As write_text, for many sections at once: section → (text, seen). All are saved or none.

    Raises:
        NotFound, Forbidden, RuleBroken.
        Conflict: of some sections; `current` is section → as write_text's.
    """
    report = rules.locked_draft(report_id, by=by)
    overtaken = {}
    for section, (own, seen) in texts.items():
        try:
            change_text(report, section, own, seen, by=by, now=now)
        except Conflict as conflict:
            overtaken[section] = conflict.current
    if overtaken:
        db.session.rollback()
        raise Conflict(overtaken)
    db.session.commit()


def change_text(
    report: Report, section: str, own: OwnText, seen: str | None, *, by: User, now: datetime
) -> None:
    """As write_text, in the caller's transaction, of a draft that is held."""
    check_section(report, section)
    text = paragraphs(own.text)
    there = _found(report.id, section)
    before = written_in(report, section)
    if seen is not None and before.seen != seen and before.own.text != text:
        raise Conflict(
            {
                "text": before.own.text,
                "mode": before.own.mode,
                "seen": before.seen,
                "saved_by": before.by,
            }
        )
    check_length(text, "text", TEXT_MAX)
    after = _kept(section, OwnText(text, own.mode, own.basis))
    if after == before.own:
        return
    if there is None:
        there = ReportText(report_id=report.id, section=section)
        db.session.add(there)
    if text:
        there.text, there.mode, there.basis = after.text, after.mode, after.basis
        there.at, there.by_id = now, by.id
    else:
        db.session.delete(there)
    both = (before.own, after)
    data = {
        "report": rules.name_of(report),
        "section": section,
        "text": [one.text for one in both],
        "mode": [one.mode.value if one.text else "" for one in both],
    }
    journal.record("report.write", "report", report.id, data, by=by, now=now)


def _kept(section: str, own: OwnText) -> OwnText:
    """A text as it is kept: with a basis where it stands instead of something. Where the data only
    say that nothing has been said, a text always stands instead."""
    if not own.text:
        return OwnText("")
    if section in WRITTEN_BY_HAND:
        return OwnText(own.text, TextMode.REPLACE)
    has_basis = own.mode is TextMode.REPLACE and _HASH.fullmatch(own.basis)
    return own if has_basis else OwnText(own.text, own.mode)


def check_section(report: Report, section: str) -> None:
    """Raise NotFound where `section` is none of a report, nor an action of its plan."""
    if section in set(Section):
        return
    key = section.removeprefix(DEVIATION)
    if key == section or not re.fullmatch(r"[1-9][0-9]{0,8}", key):
        raise NotFound
    carried = select(CarriedAction.action_id).where(CarriedAction.from_plan_id == report.plan_id)
    belongs = or_(Action.plan_id == report.plan_id, Action.id.in_(carried))
    if db.session.scalar(select(Action.id).where(Action.id == int(key), belongs)) is None:
        raise NotFound


def _found(report_id: int, section: str) -> ReportText | None:
    query = select(ReportText).where(
        ReportText.report_id == report_id, ReportText.section == section
    )
    found: ReportText | None = db.session.scalar(query)
    return found


def _own(one: ReportText) -> OwnText:
    return OwnText(one.text, one.mode, one.basis)
