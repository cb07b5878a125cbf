"""Which reports a person may read, and which they may work on."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.sql.base import ExecutableOption

from tracker.domain.errors import NotFound
from tracker.domain.permissions import Deed
from tracker.extensions import db
from tracker.models import Report, ReportState, Unit, User
from tracker.services import scope


def visible(by: User) -> ColumnElement[bool]:
    """The condition on Report that `by` may read it: what is published for them, and what they
    work on themselves."""
    return or_(_published_for(by), within(by, Deed.REPORT_EDIT))


def within(by: User, deed: Deed) -> ColumnElement[bool]:
    """The condition on Report that `deed` reaches it: for a unit's director, those of the unit."""
    reach = by.scope(deed)
    if reach.everything:
        return true()
    return Report.unit_id.in_(reach.units) if reach.units else false()


def _published_for(by: User) -> ColumnElement[bool]:
    reach = by.scope(Deed.REPORT_VIEW)
    published = Report.state == ReportState.PUBLISHED
    if reach.everything:
        return published
    if not reach.committees:
        return false()
    theirs = select(Unit.id).where(Unit.committee_id.in_(reach.committees))
    return and_(
        published,
        or_(
            Report.committee_id.in_(reach.committees),
            Report.unit_id.in_(theirs),
            and_(Report.committee_id.is_(None), Report.unit_id.is_(None)),
        ),
    )


def load_report(
    report_id: int, *, by: User, deed: Deed, options: tuple[ExecutableOption, ...] = ()
) -> Report:
    """The report, if it exists within the reach of `deed`; REPORT_VIEW reads also one's drafts.

    Raises:
        Forbidden: no role of the person allows the deed at all.
        NotFound: it is missing or outside the reach.
    """
    scope.require(by, deed)
    reached = visible(by) if deed is Deed.REPORT_VIEW else within(by, deed)
    found: Report | None = db.session.scalar(
        select(Report).where(Report.id == report_id, reached).options(*options)
    )
    if found is None:
        raise NotFound
    return found


def may_edit(report: Report, by: User) -> bool:
    """Whether `by` may work on this report that is already loaded; mirrors `within`."""
    reach = by.scope(Deed.REPORT_EDIT)
    return reach.everything or report.unit_id in reach.units
