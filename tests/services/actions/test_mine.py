"""A person's own list: what is in it, in which order, in pages, and what it costs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.helpers.cast import NOW, TODAY, make_action
from tracker.domain.errors import Forbidden
from tracker.domain.statuses import ActionStatus, Health, Timeliness
from tracker.extensions import db
from tracker.models import Milestone
from tracker.services.actions.mine import Part, my_actions
from tracker.services.actions.reports import Report, report_status

OURS = "Återkoppla synpunkter på webben"


def titles(portion):
    return [row.title for row in portion.rows]


def many(cast, number, **values):
    given = {"unit": cast.unit, "owner": cast.owner, **values}
    made = [make_action(cast.plan, f"Åtgärd {n:03}", **given) for n in range(number)]
    for action in made:
        action.milestones = [Milestone(title="Delsteg", due=date(2026, 4, 1))]
    db.session.add_all(made)
    db.session.commit()
    return made


def test_the_late_ones_lead(any_app, cast):
    for title, days in (("Snart", 10), ("Lugn", 200), ("Sen", -3), ("Senare", -1)):
        deadline = TODAY + timedelta(days=days)
        db.session.add(make_action(cast.plan, title, owner=cast.owner, deadline=deadline))
    db.session.commit()
    own = my_actions(cast.owner, TODAY)
    assert titles(own.open) == ["Sen", "Senare", "Snart", OURS, "Lugn"]
    assert own.open.rows[0].timeliness is Timeliness.OVERDUE
    assert titles(own.waiting) == ["En kalender för alla samråd"]
    assert (own.late, own.open.total, own.waiting.total) == (2, 5, 1)


def test_what_one_contributes_to_stands_apart(app, cast):
    cast.colleague_action.contributors = [cast.owner]
    cast.action.contributors = [cast.owner]  # one's own is one's own
    cast.done_action.contributors = [cast.colleague]
    db.session.commit()
    own = my_actions(cast.owner, TODAY)
    assert titles(own.helping) == ["Mät väntetider för företag"]
    assert own.helping.rows[0].owner == "Karin Kollega"
    assert own.late == 0, "another's delay is not one's own"
    assert my_actions(cast.colleague, TODAY).helping.rows == (), "what is done needs no help"


def test_with_the_next_milestone_and_the_latest_report(app, cast):
    cast.action.milestones.append(Milestone(title="Klar", due=date(2026, 3, 5), done_on=TODAY))
    cast.action.milestones.append(Milestone(title="Senare", due=date(2026, 3, 25)))
    db.session.commit()
    for text in ("Först.", "Sist."):
        said = Report(Health.AT_RISK, text, 30, date(2026, 5, 9))
        report_status(cast.action.id, said, by=cast.owner, now=NOW, today=TODAY)
    row = my_actions(cast.owner, TODAY).open.rows[0]
    assert (row.milestone, row.milestone_due) == ("Mall för svar", date(2026, 3, 20))
    assert (row.report, row.health, row.heard_days) == ("Sist.", Health.AT_RISK, 0)
    assert (row.percent, row.forecast) == (30, date(2026, 5, 9))


def test_closed_ones_are_not_in_the_way(app, cast):
    cast.action.status = ActionStatus.DROPPED
    cast.action.dropped_on, cast.action.dropped_by = TODAY, "Kommunstyrelsen"
    cast.action.dropped_reason = "Staten tar över."
    db.session.commit()
    assert my_actions(cast.owner, TODAY).open.rows == ()


def test_a_director_owns_too(app, cast):
    assert my_actions(cast.director, TODAY).open.rows == ()


@pytest.mark.parametrize("who", ["member", "admin"])
def test_who_has_no_list(app, cast, who):
    with pytest.raises(Forbidden):
        my_actions(getattr(cast, who), TODAY)


def test_in_pages(any_app, cast):
    many(cast, 35)
    own = my_actions(cast.owner, TODAY)
    assert (len(own.open.rows), own.open.total, own.open.more) == (30, 36, 6)
    second = my_actions(cast.owner, TODAY, part=Part.OPEN, page=2)
    assert (len(second.open.rows), second.waiting.rows, second.waiting.total) == (6, (), 1)
    assert not set(titles(second.open)) & set(titles(own.open))
    last = my_actions(cast.owner, TODAY, part=Part.OPEN, page=99)
    assert titles(last.open) == titles(second.open)


def test_it_costs_the_same(app, cast, count_queries):
    numbers = []
    for more in (1, 30):
        for action in many(cast, more, owner=cast.colleague):
            action.contributors = [cast.owner]
        many(cast, more)
        db.session.refresh(cast.owner)
        with count_queries() as counted:
            own = my_actions(cast.owner, TODAY)
        assert len(own.helping.rows) == min(30, own.helping.total)
        numbers.append(counted.number)
    assert numbers == [5, 5]
