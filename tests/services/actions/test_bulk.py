"""Many actions in one step."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.helpers.cast import NOW, TODAY, Cast, make_action
from tests.helpers.found import many
from tests.helpers.together import person, together
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.models import Action, ChangeBatch
from tracker.services import journal
from tracker.services.actions import undo
from tracker.services.actions.bulk import (
    MOST,
    BulkPreview,
    BulkResult,
    apply_bulk,
    check_chosen,
    ids_matching,
    preview,
)
from tracker.services.actions.bulk_step import BulkChange
from tracker.services.actions.filters import HOME, ActionFilter

ON_MONDAY = date(2026, 5, 4)
BOTH = BulkChange(deadline=ON_MONDAY, deadline_reason="Nämnden flyttade mötet.")


def looked_at(change: BulkChange, *actions: Action, by: Any) -> BulkPreview:
    return preview(change, [action.id for action in actions], by=by, today=TODAY)


def take(change: BulkChange, *actions: Action, by: Any) -> BulkResult:
    seen = {action.id: action.version for action in actions}
    return apply_bulk(change, seen, by=by, now=NOW, today=TODAY)


def test_the_preview_says_from_and_to_and_writes_nothing(cast: Cast) -> None:
    before = journal.latest(1)
    shown = looked_at(BOTH, cast.action, cast.done_action, by=cast.director)
    rows = {row.action_id: row for row in shown.rows}
    (change,) = rows[cast.action.id].differences
    assert (change.field, change.before, change.after) == (
        "deadline",
        cast.action.deadline,
        ON_MONDAY,
    )
    assert "avslutad" in str(rows[cast.done_action.id].problems[0])
    assert (len(shown.changing), shown.refused, shown.same, shown.missing) == (1, 1, 0, 0)
    assert journal.latest(1) == before
    assert db.session.query(ChangeBatch).count() == 0


def test_a_late_deadline_moved_too_little_says_what_is_enough(cast: Cast) -> None:
    cast.action.deadline = TODAY - timedelta(days=47)
    db.session.commit()
    for days, problems in ((46, [{"days": 47}]), (47, [])):
        change = BulkChange(move_days=days, deadline_reason="Senare")
        (row,) = looked_at(change, cast.action, by=cast.director).rows
        assert [one.params for one in row.problems] == problems


def test_the_step_is_written_with_an_entry_for_each(any_app: Any, cast: Cast) -> None:
    change = BulkChange(
        owner_text="Frida Chef",
        status=ActionStatus.PAUSED,
        move_days=14,
        deadline_reason="Semester",
    )
    first, second = cast.action.deadline, cast.colleague_action.deadline
    done = take(change, cast.action, cast.colleague_action, by=cast.director)
    assert (done.changed, done.left) == (2, ())
    for action, deadline in ((cast.action, first), (cast.colleague_action, second)):
        assert action.owner == cast.unit_director
        assert action.deadline == deadline + timedelta(days=14)
        assert action.status is ActionStatus.PAUSED
        entry = journal.history("action", action.id)[0]
        assert entry.deed == "action.edit"
        assert entry.data["deadline_reason"] == "Semester"
        assert entry.data["owner"][1] == "Frida Chef"
    assert journal.verify()
    assert done.batch_id is not None
    assert undo.undo_batch(done.batch_id, by=cast.director, now=NOW).restored == 2


def test_the_committee_follows_the_unit(cast: Cast) -> None:
    change = BulkChange(unit_id=cast.other_unit.id, outside_ok=True)
    (row,) = looked_at(change, cast.action, by=cast.director).rows
    assert [one.field for one in row.differences] == ["unit", "committee"]
    assert row.outside, "its owner belongs to the unit that it leaves"
    assert take(change, cast.action, by=cast.director).changed == 1
    assert cast.action.unit_id == cast.other_unit.id
    assert cast.action.committee_id == cast.other_committee.id


def test_an_owner_from_outside_needs_a_yes(cast: Cast) -> None:
    change = BulkChange(owner_text=cast.stranger.email)
    shown = looked_at(change, cast.action, by=cast.director)
    assert shown.outside == 1
    refused = take(change, cast.action, by=cast.director)
    assert (refused.changed, refused.batch_id) == (0, None)
    assert "hör till" in str(refused.left[0].why)
    meant = BulkChange(owner_text=cast.stranger.email, outside_ok=True)
    assert take(meant, cast.action, by=cast.director).changed == 1


def test_what_stands_so_already_stays(cast: Cast) -> None:
    shown = looked_at(BulkChange(status=cast.action.status), cast.action, by=cast.director)
    assert (shown.same, len(shown.changing)) == (1, 0)
    version = cast.action.version
    done = take(BulkChange(status=cast.action.status), cast.action, by=cast.director)
    assert (done.changed, done.left, done.batch_id) == (0, (), None)
    assert cast.action.version == version


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        (BulkChange(), None, "Välj vad som ska ändras"),
        (BulkChange(move_days=0), None, "Välj vad som ska ändras"),
        (BulkChange(owner_text="Ingen Alls"), "owner_text", "inget konto"),
        (BulkChange(owner_text="Mia Ledamot"), "owner_text", "konto|roll"),
        (BulkChange(unit_id=999), "unit_id", "Välj den förvaltning"),
        (BulkChange(unit_id=2**40), "unit_id", "Välj den förvaltning"),
        (BulkChange(deadline=ON_MONDAY), "deadline_reason", "Skriv varför"),
        (BulkChange(move_days=7, deadline_reason="  "), "deadline_reason", "Skriv varför"),
        (BulkChange(move_days=10**9, deadline_reason="Skäl"), "move", "tio år"),
        (
            BulkChange(deadline=ON_MONDAY, move_days=7, deadline_reason="Skäl"),
            "move",
            "antingen",
        ),
        (BulkChange(status=ActionStatus.VERIFIED), "status", "planerad, pågår eller pausad"),
        (BulkChange(deadline=ON_MONDAY, deadline_reason="x" * 10_000), "deadline_reason", "högst"),
        (BulkChange(owner_text="\x00" * 9 + "🦉" * 9999), "owner_text", "inget konto"),
    ],
)
def test_a_step_that_makes_no_sense(
    cast: Cast, change: BulkChange, field: str | None, sentence: str
) -> None:
    for use in (looked_at, take):
        with pytest.raises(RuleBroken, match=sentence) as caught:
            use(change, cast.action, by=cast.director)
        assert caught.value.field == field


def test_days_that_cannot_be(cast: Cast) -> None:
    back = BulkChange(move_days=-70, deadline_reason="Tidigare")
    (row,) = looked_at(back, cast.action, by=cast.director).rows
    assert "redan passerat" in str(row.problems[0])
    cast.action.deadline = date(9999, 12, 1)
    db.session.commit()
    forward = BulkChange(move_days=70, deadline_reason="Senare")
    (row,) = looked_at(forward, cast.action, by=cast.director).rows
    assert "utanför kalendern" in str(row.problems[0])
    assert take(forward, cast.action, by=cast.director).changed == 0


def test_what_lies_outside_does_not_exist(cast: Cast) -> None:
    ids = [cast.action.id, cast.other_action.id, 2**40 - 2**40 + 999_999]
    shown = preview(BOTH, ids, by=cast.unit_director, today=TODAY)
    assert [row.action_id for row in shown.rows] == [cast.action.id]
    assert shown.missing == 2
    done = take(BOTH, cast.action, cast.other_action, by=cast.unit_director)
    assert done.changed == 1
    assert [(left.title, type(left.why)) for left in done.left] == [("", NotFound)]
    with pytest.raises(Forbidden):
        take(BOTH, cast.action, by=cast.owner)
    with pytest.raises(Forbidden):
        looked_at(BOTH, cast.action, by=cast.owner)


def test_what_is_seen_but_not_ones_own_says_whom_to_ask(cast: Cast) -> None:
    cast.other_action.contributors = [cast.unit_director]
    db.session.commit()
    (row,) = looked_at(BOTH, cast.other_action, by=cast.unit_director).rows
    assert "inte ändra den" in str(row.problems[0])


def test_what_somebody_changed_meanwhile_is_left_alone(cast: Cast) -> None:
    seen = {cast.action.id: cast.action.version, cast.colleague_action.id: 0}
    done = apply_bulk(BOTH, seen, by=cast.director, now=NOW, today=TODAY)
    assert done.changed == 1
    assert [left.title for left in done.left] == [cast.colleague_action.title]
    assert "sedan förhandsvisningen" in str(done.left[0].why)


def test_pressing_twice_changes_nothing_more(cast: Cast) -> None:
    change = BulkChange(move_days=7, deadline_reason="En vecka till")
    seen = {cast.action.id: cast.action.version}
    first = apply_bulk(change, seen, by=cast.director, now=NOW, today=TODAY)
    deadline = cast.action.deadline
    again = apply_bulk(change, seen, by=cast.director, now=NOW, today=TODAY)
    assert (again.changed, again.again, again.batch_id) == (0, True, first.batch_id)
    assert cast.action.deadline == deadline


def test_how_many(cast: Cast) -> None:
    with pytest.raises(RuleBroken, match="minst en"):
        check_chosen([])
    with pytest.raises(RuleBroken, match="Högst 500"):
        check_chosen(range(1, 10_001))
    check_chosen([7] * 10_000)


def test_all_that_a_filter_finds(cast: Cast) -> None:
    asked = ActionFilter(q="Åtgärd")
    many(cast, 3)
    found = ids_matching(asked, by=cast.director, today=TODAY, zone=HOME)
    assert len(found) == 3
    db.session.add_all(make_action(cast.plan, "Till", unit=cast.unit) for _number in range(MOST))
    db.session.commit()
    with pytest.raises(RuleBroken, match="Högst 500"):
        ids_matching(ActionFilter(), by=cast.director, today=TODAY, zone=HOME)
    with pytest.raises(Forbidden):
        ids_matching(asked, by=cast.owner, today=TODAY, zone=HOME)


OF_EACH = 4  # the action itself, and the log's end, entry and seal


def test_as_many_as_can_be_cost_a_few_queries_each(cast: Cast, count_queries: Any) -> None:
    actions = many(cast, MOST)
    change = BulkChange(
        owner_text=cast.colleague.email,
        status=ActionStatus.PAUSED,
        move_days=7,
        deadline_reason="Ny period",
    )
    seen = {action.id: action.version for action in actions}
    with count_queries() as looked:
        assert len(preview(change, list(seen), by=cast.director, today=TODAY).changing) == MOST
    assert looked.number <= 20
    some = dict(list(seen.items())[:60])
    with count_queries() as changed:
        done = apply_bulk(change, some, by=cast.director, now=NOW, today=TODAY)
    assert done.changed == 60
    assert changed.number <= 20 + OF_EACH * 60
    assert done.batch_id is not None
    assert undo.undo_batch(done.batch_id, by=cast.director, now=NOW).restored == 60


def test_the_preview_costs_the_same_for_one_and_for_thirty(cast: Cast, count_queries: Any) -> None:
    ids = [action.id for action in many(cast, 30)]
    director = cast.director

    def measured(number: int) -> int:
        db.session.expire_all()
        assert director.may
        with count_queries() as counted:
            preview(BOTH, ids[:number], by=director, today=TODAY)
        return counted.number

    assert measured(1) == measured(30) <= 14


def test_two_who_change_many_do_not_wait_for_each_other(any_app: Any, cast: Cast) -> None:
    actions = many(cast, 20)
    seen = {action.id: action.version for action in actions}
    backwards = dict(reversed(seen.items()))
    by, other = cast.director.id, cast.unit_director.id

    def change(chosen: dict[int, int], user_id: int, days: int) -> BulkResult:
        step = BulkChange(move_days=days, deadline_reason="Samtidigt")
        return apply_bulk(step, chosen, by=person(user_id), now=NOW, today=TODAY)

    results = together(
        any_app,
        lambda: change(seen, by, 1),
        lambda: change(backwards, other, 2),
        lambda: change(backwards, by, 3),
    )
    assert sorted(result.changed for result in results) == [0, 0, 20]
    assert len({db.session.get_one(Action, action_id).deadline for action_id in seen}) == 1
    assert journal.verify()
