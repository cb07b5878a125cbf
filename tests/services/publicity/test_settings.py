"""Opening a plan to the public and closing it again: who may, what is kept, two at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from tests.helpers.cast import NOW, Cast
from tests.helpers.opened import ALL, NOTHING, publish
from tracker.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from tracker.extensions import db
from tracker.models import JournalEntry, PlanState, User
from tracker.services.journal import verify
from tracker.services.publicity import pages, reading
from tracker.services.publicity.settings import (
    Shown,
    change,
    close_plan,
    open_plan,
    setting_of,
)
from tracker.services.publicity.titles import titled


def deeds() -> list[tuple[str, dict[str, object]]]:
    """What the journal says about opening plans."""
    rows = db.session.query(JournalEntry).order_by(JournalEntry.id)
    return [(row.deed, row.data) for row in rows if row.deed.startswith("plan.publicity")]


def test_a_plan_is_closed_until_somebody_opens_it(any_app: Flask, cast: Cast) -> None:
    """Off by default; opened, changed, closed, each step in the journal."""
    plan, by = cast.plan.id, cast.director
    publish(cast)
    assert setting_of(plan, by=by) is None
    assert reading.open_plans() == ()
    open_plan(plan, Shown(), by=by, now=NOW)
    first = setting_of(plan, by=by)
    assert first is not None
    assert (first.shown, first.version, first.opened_by) == (Shown(), 1, by.name)
    change(plan, ALL, 1, by=by, now=NOW + timedelta(hours=1))
    second = setting_of(plan, by=by)
    assert second is not None
    assert (second.shown, second.version, second.opened_at) == (ALL, 2, NOW)
    [found] = reading.open_plans()
    assert (found.id, found.shown, found.changed_at) == (plan, ALL, NOW + timedelta(hours=1))
    [shown] = titled(reading.reports_of([plan]))
    assert shown.title
    assert reading.newest_of([plan], 1) == reading.news_of([plan], 1) == reading.reports_of([plan])
    close_plan(plan, by=by, now=NOW)
    assert setting_of(plan, by=by) is None
    with pytest.raises(NotFound):
        reading.open_plan(plan)
    opened, changed, closed = deeds()
    assert opened[0] == "plan.publicity_open"
    assert changed == ("plan.publicity_change", {"texts": [False, True]})
    assert closed[0] == "plan.publicity_close"
    assert verify()


def test_saving_the_same_changes_nothing(app: Flask, cast: Cast) -> None:
    """No version and no entry for what was so already."""
    open_plan(cast.plan.id, ALL, by=cast.director, now=NOW)
    change(cast.plan.id, ALL, 1, by=cast.director, now=NOW)
    setting = setting_of(cast.plan.id, by=cast.director)
    assert setting is not None
    assert setting.version == 1
    assert len(deeds()) == 1


def test_whoever_comes_second_is_told(app: Flask, cast: Cast) -> None:
    """Two who open, or change, at once: the second sees what the first chose."""
    plan, by = cast.plan.id, cast.director
    open_plan(plan, ALL, by=by, now=NOW)
    with pytest.raises(Conflict) as opening:
        open_plan(plan, NOTHING, by=by, now=NOW)
    assert opening.value.current["texts"] is True
    assert opening.value.current["saved_by"] == by.name
    change(plan, replace(ALL, effects=False), 1, by=by, now=NOW)
    with pytest.raises(Conflict) as changing:
        change(plan, NOTHING, 1, by=by, now=NOW)
    assert changing.value.current["effects"] is False
    close_plan(plan, by=by, now=NOW)
    with pytest.raises(RuleBroken, match="inte längre öppen"):
        change(plan, NOTHING, 2, by=by, now=NOW)
    with pytest.raises(RuleBroken, match="redan stängd"):
        close_plan(plan, by=by, now=NOW)


def test_a_draft_is_not_opened_and_a_withdrawn_plan_is_not_shown(app: Flask, cast: Cast) -> None:
    """The public reads of what was adopted."""
    open_plan(cast.plan.id, ALL, by=cast.director, now=NOW)
    cast.plan.state = PlanState.DRAFT
    db.session.commit()
    assert reading.open_plans() == ()
    close_plan(cast.plan.id, by=cast.director, now=NOW)
    with pytest.raises(RuleBroken, match="utkast"):
        open_plan(cast.plan.id, ALL, by=cast.director, now=NOW)


@pytest.mark.parametrize("name", ["admin", "unit_director", "owner", "member"])
def test_only_the_municipal_director_opens(app: Flask, cast: Cast, name: str) -> None:
    """Nobody else opens, looks or closes."""
    by: User = getattr(cast, name)
    plan = cast.plan.id
    with pytest.raises(Forbidden):
        open_plan(plan, ALL, by=by, now=NOW)
    with pytest.raises(Forbidden):
        change(plan, ALL, 1, by=by, now=NOW)
    with pytest.raises(Forbidden):
        close_plan(plan, by=by, now=NOW)
    with pytest.raises(Forbidden):
        setting_of(plan, by=by)
    with pytest.raises(Forbidden):
        pages.preview(plan, ALL, "sv", by=by)


def test_a_plan_that_is_not_there(app: Flask, cast: Cast) -> None:
    """Missing is missing."""
    for missing in (999_999, 2**31 - 1):
        with pytest.raises(NotFound):
            open_plan(missing, ALL, by=cast.director, now=NOW)
        with pytest.raises(NotFound):
            reading.open_report(missing)
