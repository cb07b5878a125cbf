"""A part without a report of its own before it, and what a new version leaves out of itself."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Flask

from tests.helpers import reported
from tests.helpers.cast import NOW, Cast
from tests.services.reports.facts.test_gathering import MARCH, asked, facts, publish
from tracker.domain.reporting import Gap, ReportKind
from tracker.extensions import db
from tracker.models import Decision, DecisionKind, ReportQuestion
from tracker.services.reports.facts.gathering import previous_report
from tracker.services.reports.writing.people import signed_as

EARLY = date(2026, 2, 1)


def test_a_part_without_a_report_stands_beside_the_whole(app: Flask, cast: Cast) -> None:
    """Of the whole plan's report, only what was the part's."""
    part: dict[str, Any] = {"committee_id": cast.committee.id}
    whole = publish(cast, facts(cast, EARLY))
    assert previous_report(asked(cast, **part)) is whole
    changes = facts(cast, **part).changes
    assert changes is not None
    assert changes.of_whole
    theirs = {row.id for row in facts(cast, **part).rows}
    told = {one.id for change in changes.changes if (one := change.now or change.before)}
    assert told <= theirs
    assert {one.before.id for one in changes.promises} <= theirs
    own = publish(cast, facts(cast, date(2026, 2, 2), **part), **part)
    publish(cast, facts(cast, date(2026, 2, 3)))
    assert previous_report(asked(cast, **part)) is own
    later = facts(cast, MARCH, **part).changes
    assert later is not None
    assert not later.of_whole


def test_a_new_version_does_not_tell_of_its_own_meeting(app: Flask, cast: Cast) -> None:
    """Another report of the plan does."""
    first = publish(cast, facts(cast, EARLY))
    asking = ReportQuestion(
        report_id=first.id,
        text="Hur går det?",
        action_id=cast.action.id,
        asked_at=NOW,
        asked_by_id=cast.director.id,
    )
    minutes = Decision(
        plan_id=cast.plan.id,
        body="Kommunstyrelsen",
        decided_on=date(2026, 2, 19),
        section=31,
        kind=DecisionKind.FOLLOWED_UP,
        report_id=first.id,
    )
    db.session.add_all([asking, minutes])
    db.session.commit()
    again = reported.draft(cast, ordinal=2, replaces_id=first.id)
    for report_id, number in ((again.id, 0), (None, 1)):
        told = facts(cast, MARCH, report_id=report_id)
        assert len(told.questions) == number
        assert [one.section for one in told.decisions].count(31) == number


def test_a_last_report_lacks_an_answer_for_what_is_open(app: Flask, cast: Cast) -> None:
    """One on the way does not."""
    open_ones = [one.title for one in facts(cast).rows if one.open]
    final = {one.gap: one for one in facts(cast, kind=ReportKind.FINAL).missing}
    assert final[Gap.STILL_OPEN].number == len(open_ones)
    assert Gap.STILL_OPEN not in {one.gap for one in facts(cast).missing}


def test_who_signs_says_what_they_are(app: Flask, cast: Cast) -> None:
    """After commas, so that the name is one line; a name holds no comma."""
    assert signed_as(cast.director) == f"{cast.director.name}, Kommundirektör"
    cast.director.roles[0].unit = cast.unit
    assert signed_as(cast.director).endswith(f", Direktör, {cast.unit.name}")
    cast.owner.name = "Ek, Ann"
    assert signed_as(cast.owner) == "Ek Ann"
