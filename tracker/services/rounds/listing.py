"""The list of follow-up rounds, the page of one, and what the first page says of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, case, func, or_, select, true
from sqlalchemy.orm import joinedload, selectinload

from tracker.domain.errors import NotFound
from tracker.domain.permissions import Deed
from tracker.domain.rounds import RoundState, Suggestion, suggestions
from tracker.extensions import db
from tracker.models import Action, ActionPlan, FollowUpRound, JournalEntry, RoundMeeting, User
from tracker.services import journal, scope
from tracker.services.plans.rules import plans_within
from tracker.services.rounds import progress, rules
from tracker.services.rounds.progress import Group, Measure, Share, Some, Span, shares

FEW = 20  # what a round's page shows of people and of actions before it points to the rest


@dataclass(frozen=True)
class RoundShown:
    """A round with its state and how far it has come; `plan` is None where all plans report."""

    span: Span
    plan: str | None
    state: RoundState
    share: Share


def rounds_listed(
    *, by: User, today: date, zone: ZoneInfo, page: int, size: int
) -> tuple[tuple[RoundShown, ...], int]:
    """One page of the rounds: those that ask now, the next ones, then the past; and their number.

    Raises:
        Forbidden.
    """
    scope.require(by, Deed.ROUND_VIEW)
    seen = within(by)
    total = db.session.scalar(select(func.count(FollowUpRound.id)).where(seen)) or 0
    start = (min(max(page, 1), max(1, -(-total // size))) - 1) * size
    ahead = FollowUpRound.opens_on > today
    past = or_(FollowUpRound.closed_on.is_not(None), FollowUpRound.due_on < today)
    place = case((past, 2), (ahead, 1), else_=0)
    query = (
        select(FollowUpRound)
        .where(seen)
        .options(joinedload(FollowUpRound.plan))
        .order_by(
            place,
            case((ahead, FollowUpRound.opens_on)),
            FollowUpRound.due_on.desc(),
            FollowUpRound.id,
        )
        .limit(size)
        .offset(start)
    )
    return _shown(list(db.session.scalars(query)), by=by, today=today, zone=zone), total


def rounds_ahead(*, by: User, today: date, zone: ZoneInfo) -> tuple[RoundShown, ...]:
    """Those that ask now or are late, and the next one; for the first page. Empty for who sees no
    rounds."""
    if not by.may(Deed.ROUND_VIEW):
        return ()
    query = select(FollowUpRound, within(by)).order_by(FollowUpRound.opens_on, FollowUpRound.id)
    rows = db.session.execute(query).all()
    seen = [one for one, mine in rows if mine and one.closed_on is None]
    spans = progress.spans(seen, [(one.plan_id, one.opens_on) for one, _ in rows])
    every = [(span, span.state(today)) for span in spans]
    asking = [one for one, state in every if state in (RoundState.OPEN, RoundState.LATE)]
    following = [one for one, state in every if state is RoundState.PLANNED][:1]
    chosen = [*asking, *following]
    found = shares(chosen, by=by, today=today, zone=zone)
    return tuple(
        RoundShown(one, None, one.state(today), found.get(one.id, Share())) for one in chosen
    )


def within(by: User) -> ColumnElement[bool]:
    """The condition on FollowUpRound that `by` sees it: about all plans, or one they look at."""
    if by.scope(Deed.PLAN_VIEW).everything:
        return true()
    theirs = select(ActionPlan.id).where(plans_within(by))
    return or_(FollowUpRound.plan_id.is_(None), FollowUpRound.plan_id.in_(theirs))


def _shown(
    rows: list[FollowUpRound], *, by: User, today: date, zone: ZoneInfo
) -> tuple[RoundShown, ...]:
    every = progress.spans(rows, progress.openings())
    found = shares(every, by=by, today=today, zone=zone)
    return tuple(
        RoundShown(
            span,
            row.plan.title if row.plan is not None else None,
            span.state(today),
            found.get(span.id, Share()),
        )
        for row, span in zip(rows, every, strict=True)
    )


def load_round(round_id: int, *, by: User, deed: Deed = Deed.ROUND_VIEW) -> FollowUpRound:
    """The round, if `by` may see it.

    Raises:
        NotFound, Forbidden.
    """
    scope.require(by, deed)
    query = select(FollowUpRound).where(FollowUpRound.id == round_id, within(by))
    meetings = selectinload(FollowUpRound.meetings).joinedload(RoundMeeting.committee)
    found = db.session.scalar(query.options(joinedload(FollowUpRound.plan), meetings))
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class RoundPage:
    """One round: its share, units, people and the actions that lack a report; `measured_on` is
    the day of which its reports tell."""

    row: FollowUpRound
    shown: RoundShown
    measured_on: date
    units: tuple[Group, ...]
    people: Some
    missing: Some
    history: tuple[JournalEntry, ...]


def round_page(round_id: int, *, by: User, today: date, zone: ZoneInfo) -> RoundPage:
    """The page of one round; of people and actions the first few.

    Raises:
        NotFound, Forbidden.
    """
    row = load_round(round_id, by=by)
    (shown,) = _shown([row], by=by, today=today, zone=zone)
    entries, measured = _history(row.id), row.as_of or row.due_on
    if shown.state is RoundState.PLANNED:
        return RoundPage(row, shown, measured, (), Some((), 0), Some((), 0), entries)
    measure = Measure.of(shown.span, by=by, today=today, zone=zone)
    units = progress.by_unit(measure)
    people = progress.by_person(measure, shown.share.owners, page=1, size=FEW)
    missing = progress.missing_actions(measure, shown.share.missing, owner=true(), page=1, size=FEW)
    return RoundPage(row, shown, measured, units, people, missing, entries)


def _history(round_id: int) -> tuple[JournalEntry, ...]:
    """What was done to the round, newest first; a number may have belonged to a removed one."""
    entries = journal.history("round", round_id)
    begun = next((n for n, entry in enumerate(entries) if entry.deed == "round.add"), len(entries))
    return tuple(entries[: begun + 1])


def people_of(
    round_id: int, *, by: User, today: date, zone: ZoneInfo, page: int, size: int
) -> tuple[RoundShown, Some]:
    """A page of the round's owners.

    Raises:
        NotFound, Forbidden.
    """
    (shown,) = _shown([load_round(round_id, by=by)], by=by, today=today, zone=zone)
    if shown.state is RoundState.PLANNED:
        return shown, Some((), 0)
    measure = Measure.of(shown.span, by=by, today=today, zone=zone)
    return shown, progress.by_person(measure, shown.share.owners, page=page, size=size)


def missing_of(
    round_id: int,
    owner: int | None,
    *,
    by: User,
    today: date,
    zone: ZoneInfo,
    page: int,
    size: int,
) -> tuple[RoundShown, Some]:
    """A page of the actions without a new report, of all owners or of one.

    Raises:
        NotFound, Forbidden.
    """
    (shown,) = _shown([load_round(round_id, by=by)], by=by, today=today, zone=zone)
    if shown.state is RoundState.PLANNED:
        return shown, Some((), 0)
    measure = Measure.of(shown.span, by=by, today=today, zone=zone)
    whose = true() if owner is None else Action.owner_id == owner
    total = shown.share.missing if owner is None else progress.missing_number(measure, whose)
    return shown, progress.missing_actions(measure, total, owner=whose, page=page, size=size)


def suggested(*, today: date) -> tuple[Suggestion, ...]:
    """The usual rounds to come that would meet none of those there are."""
    taken = [span for one in rules.same_actions(None) if (span := rules.span_of(one))]
    return suggestions(today, taken)


def plans_offered(*, by: User) -> tuple[tuple[int, str], ...]:
    """(id, title) of the plans that a round can be about, newest first.

    Raises:
        Forbidden.
    """
    scope.require(by, Deed.ROUND_MANAGE)
    query = select(ActionPlan.id, ActionPlan.title).where(ActionPlan.closed_on.is_(None))
    return tuple(
        (key, title) for key, title in db.session.execute(query.order_by(ActionPlan.id.desc()))
    )
