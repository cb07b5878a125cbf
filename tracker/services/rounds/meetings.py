"""The meetings at which committees read the reports of a round, and when their papers leave."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from tracker.domain.errors import RuleBroken
from tracker.domain.rounds import MEETS_WITHIN_DAYS, papers_leave
from tracker.extensions import db
from tracker.models import Committee, FollowUpRound, RoundMeeting
from tracker.services.actions.rules import check_year, collecting


@dataclass(frozen=True)
class MeetingWording:
    """A committee's dates as typed; with neither it does not read this round's report, and
    without `dispatch_on` the papers leave when they usually do."""

    committee_id: int
    dispatch_on: date | None = None
    meets_on: date | None = None

    @property
    def says_nothing(self) -> bool:
        """Whether the committee is left out."""
        return self.dispatch_on is None and self.meets_on is None


def problems_of(
    typed: Sequence[MeetingWording], due_on: date, as_of: date | None
) -> list[RuleBroken]:
    """Everything wrong with the dates, each at its field ("meetings-2-meets_on")."""
    problems: list[RuleBroken] = []
    known = set(db.session.scalars(select(Committee.id))) if typed else set()
    ready_on = max(due_on, as_of or due_on)
    seen: set[int] = set()
    for place, one in enumerate(typed):
        if one.says_nothing:
            continue
        with collecting(problems):
            _check_committee(one, place, known, seen)
            _check_meeting(one, place, due_on)
            _check_papers(one, place, due_on, ready_on)
        seen.add(one.committee_id)
    return problems


def _check_committee(one: MeetingWording, place: int, known: set[int], seen: set[int]) -> None:
    field = f"meetings-{place}-meets_on"
    if one.committee_id not in known:
        raise RuleBroken("Nämnden finns inte längre. Ta bort dess datum.", field=field)
    if one.committee_id in seen:
        raise RuleBroken("Nämnden står två gånger. Ta bort den ena.", field=field)


def _check_meeting(one: MeetingWording, place: int, due_on: date) -> None:
    field = f"meetings-{place}-meets_on"
    if one.meets_on is None:
        raise RuleBroken("Välj vilken dag nämnden möts, eller ta bort utskicket.", field=field)
    check_year(one.meets_on, field)
    if one.meets_on < due_on:
        raise RuleBroken(
            "Mötet ligger före sista dagen att rapportera, %(due)s. Då finns ingen rapport att "
            "läsa: välj ett senare möte, eller tidigarelägg sista dagen.",
            field=field,
            due=due_on.isoformat(),
        )
    if one.meets_on > due_on + timedelta(days=MEETS_WITHIN_DAYS):
        raise RuleBroken(
            "Mötet ligger mer än ett halvår efter sista dagen att rapportera. Kontrollera årtalet.",
            field=field,
        )


def _check_papers(one: MeetingWording, place: int, due_on: date, ready_on: date) -> None:
    assert one.meets_on  # noqa: S101 - checked before
    leave = one.dispatch_on or papers_leave(one.meets_on, ready_on)
    field = f"meetings-{place}-{'dispatch_on' if one.dispatch_on else 'meets_on'}"
    if leave > one.meets_on:
        raise RuleBroken(
            "Handlingarna går ut efter mötet. Välj en dag senast %(meets)s.",
            field=field,
            meets=one.meets_on.isoformat(),
        )
    if leave < due_on:
        raise RuleBroken(
            "Handlingarna går ut före sista dagen att rapportera, %(due)s. Välj en senare dag, "
            "eller tidigarelägg sista dagen.",
            field=field,
            due=due_on.isoformat(),
        )
    if leave < ready_on:
        raise RuleBroken(
            "Handlingarna går ut före mätdagen, %(measured)s. Välj en senare dag, eller en "
            "tidigare mätdag.",
            field=field,
            measured=ready_on.isoformat(),
        )


def write(one: FollowUpRound, typed: Sequence[MeetingWording]) -> None:
    """Give the round the meetings that were typed, keeping the rows of those it had."""
    ready_on = max(one.due_on, one.as_of or one.due_on)
    had = {meeting.committee_id: meeting for meeting in one.meetings}
    kept = []
    for wanted in typed:
        if wanted.meets_on is None:
            continue
        meeting = had.get(wanted.committee_id)
        if meeting is None:
            committee = db.session.get(Committee, wanted.committee_id)
            meeting = RoundMeeting(committee=committee, committee_id=wanted.committee_id)
        meeting.meets_on = wanted.meets_on
        meeting.dispatch_on = wanted.dispatch_on or papers_leave(wanted.meets_on, ready_on)
        kept.append(meeting)
    one.meetings = kept


def completed(one: FollowUpRound, typed: Sequence[MeetingWording]) -> tuple[MeetingWording, ...]:
    """What was typed, and the meetings of committees about which nothing was said."""
    said = {wording.committee_id for wording in typed}
    return (*typed, *(row for row in as_typed(one.meetings) if row.committee_id not in said))


def as_typed(rows: Iterable[RoundMeeting]) -> tuple[MeetingWording, ...]:
    """The meetings as a form holds them."""
    return tuple(MeetingWording(row.committee_id, row.dispatch_on, row.meets_on) for row in rows)


def readable(rows: Iterable[RoundMeeting]) -> list[list[str]]:
    """As the journal keeps them: committee, papers, meeting, in the order of the meetings."""
    ordered = sorted(rows, key=lambda row: (row.meets_on, row.committee.name))
    return [
        [row.committee.name, row.dispatch_on.isoformat(), row.meets_on.isoformat()]
        for row in ordered
    ]


def committees() -> tuple[tuple[int, str], ...]:
    """(id, name) of every committee, by name."""
    rows = db.session.execute(select(Committee.id, Committee.name).order_by(Committee.name))
    return tuple((key, name) for key, name in rows)
