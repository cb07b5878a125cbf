"""What a director does with follow-up rounds: add, change, close, reopen, remove."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from tracker.domain.errors import Conflict, RuleBroken
from tracker.domain.text import normalise_space
from tracker.extensions import db
from tracker.models import ActionPlan, FollowUpRound, User
from tracker.services import journal
from tracker.services.actions.rules import Refused
from tracker.services.plans.rules import saved_by
from tracker.services.rounds import meetings, rules
from tracker.services.rounds.rules import RoundWording


def add_round(wording: RoundWording, *, by: User, now: datetime, today: date) -> FollowUpRound:
    """Plan a round; from the day it opens on, the owners are asked to report.

    Raises:
        Forbidden.
        Refused: what was typed breaks rules; its `problems` name the fields.
    """
    rules.held(by)
    problems = rules.problems_of(wording, today=today)
    if problems:
        raise Refused(problems)
    one = _added(wording, by, now)
    db.session.commit()
    return one


def add_rounds(
    wordings: Sequence[RoundWording], *, by: User, now: datetime, today: date
) -> tuple[FollowUpRound, ...]:
    """Plan several rounds in one step: all of them, or none.

    Raises:
        Forbidden.
        RuleBroken: there is none.
        Refused: what was typed breaks rules; its `problems` name the fields ("rounds-1-due_on").
    """
    rules.held(by)
    if not wordings:
        raise RuleBroken("Välj minst en omgång.")
    problems = rules.problems_of_all(wordings, today=today)
    if problems:
        raise Refused(problems)
    every = tuple(_added(wording, by, now) for wording in wordings)
    db.session.commit()
    return every


def _added(wording: RoundWording, by: User, now: datetime) -> FollowUpRound:
    one = FollowUpRound(created_at=now, created_by_id=by.id, version=1)
    _write(one, wording)
    db.session.add(one)
    db.session.flush()
    _note("round.add", one, rules.readable(one), by, now)
    return one


def change_round(
    round_id: int, wording: RoundWording, version: int, *, by: User, now: datetime, today: date
) -> FollowUpRound:
    """Change a round; `version` is the one that the writer had before them. Who has been told
    that it opened is not told again; a new last day is told anew.

    Raises:
        NotFound, Forbidden.
        Conflict: somebody saved in between; `current` is their version.
        RuleBroken, Refused: the round is closed, or what was typed breaks rules.
    """
    one = rules.held_round(round_id, by=by)
    if one.version != version:
        raise Conflict({**saved_values(one), "saved_by": saved_by("round", one.id)})
    if one.closed_on is not None:
        raise RuleBroken("Omgången är avslutad. Öppna den igen om något ska ändras.")
    wording = replace(wording, meetings=meetings.completed(one, wording.meetings))
    problems = rules.problems_of(wording, today=today, changed=one)
    if problems:
        raise Refused(problems)
    before = rules.readable(one)
    _write(one, wording)
    after = rules.readable(one)
    data = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    if data:
        one.version += 1
        _note("round.change", one, data, by, now)
    db.session.commit()
    return one


def close_round(round_id: int, *, by: User, now: datetime, today: date) -> FollowUpRound:
    """End a round that has opened; nobody is reminded of it any more.

    Raises:
        NotFound, Forbidden.
        RuleBroken: it is closed already, or has not opened.
    """
    one = rules.held_round(round_id, by=by)
    if one.closed_on is not None:
        raise RuleBroken("Omgången är redan avslutad.")
    if one.opens_on > today:
        raise RuleBroken("Omgången har inte öppnat än. Ta bort den i stället.")
    one.closed_on = today
    one.version += 1
    _note("round.close", one, {"closed_on": [None, today.isoformat()]}, by, now)
    db.session.commit()
    return one


def reopen_round(round_id: int, *, by: User, now: datetime, today: date) -> FollowUpRound:
    """Open a closed round again; who has not reported is reminded of it from now on.

    Raises:
        NotFound, Forbidden.
        RuleBroken: it is not closed, another round has taken over, or its plan is closed.
    """
    one = rules.held_round(round_id, by=by)
    if one.closed_on is None:
        raise RuleBroken("Omgången är inte avslutad.")
    if one.plan is not None and one.plan.closed_on is not None:
        raise RuleBroken(
            "Planen ”%(title)s” är avslutad. Öppna planen först om omgången ska gå vidare.",
            title=one.plan.title,
        )
    later = [
        other
        for other in rules.same_actions(one.plan_id, one.id)
        if other.opens_on >= one.opens_on and other.opens_on <= max(today, one.due_on)
    ]
    if later:
        raise RuleBroken(
            "”%(name)s” har tagit över efter den här omgången. En åtgärd kan bara ingå i en "
            "omgång i taget.",
            name=later[0].name,
        )
    before = one.closed_on.isoformat()
    one.closed_on = None
    one.version += 1
    _note("round.reopen", one, {"closed_on": [before, None]}, by, now)
    db.session.commit()
    return one


def remove_round(round_id: int, *, by: User, now: datetime, today: date) -> str:
    """Take away a round that has not opened, and return its name; the journal keeps it.

    Raises:
        NotFound, Forbidden.
        RuleBroken: it has opened; people may have been told of it.
    """
    one = rules.held_round(round_id, by=by)
    if one.opens_on <= today:
        raise RuleBroken(
            "Omgången har öppnat och kan ha nått människor. Avsluta den i stället, "
            "så finns den kvar att läsa."
        )
    name = one.name
    _note("round.remove", one, rules.readable(one), by, now)
    db.session.delete(one)
    db.session.commit()
    return name


def saved_values(one: FollowUpRound) -> dict[str, Any]:
    """A round in the names of the fields that change it."""
    return {
        "name": one.name,
        "plan_id": one.plan_id,
        "kind": one.kind,
        "opens_on": one.opens_on,
        "as_of": one.as_of,
        "due_on": one.due_on,
        "meetings": meetings.as_typed(one.meetings),
        "version": one.version,
    }


def _note(deed: str, one: FollowUpRound, data: dict[str, Any], by: User, now: datetime) -> None:
    """The journal's entry, with the name that the round has now: it may be removed one day."""
    journal.record(deed, "round", one.id, {**data, "round": one.name}, by=by, now=now)


def _write(one: FollowUpRound, wording: RoundWording) -> None:
    assert wording.opens_on and wording.due_on  # noqa: S101 - checked by the rules
    one.name = normalise_space(wording.name)
    one.plan = db.session.get(ActionPlan, wording.plan_id) if wording.plan_id else None
    one.kind, one.opens_on, one.due_on = wording.kind, wording.opens_on, wording.due_on
    one.as_of = None if wording.as_of == wording.due_on else wording.as_of
    meetings.write(one, wording.meetings)
