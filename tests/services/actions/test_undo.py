"""Taking back what was just changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tests.helpers.cast import NOW, TODAY, Cast
from tests.helpers.together import person, together
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.models import Action, ChangeBatch
from tracker.services import journal
from tracker.services.actions.bulk import apply_bulk
from tracker.services.actions.bulk_step import BulkChange
from tracker.services.actions.standing import readable
from tracker.services.actions.undo import Undone, undo_batch, undo_edit, undoable_edit
from tracker.services.actions.wording import changes_of, edit_action

CHANGE = BulkChange(
    owner_text="Frida Chef",
    status=ActionStatus.PAUSED,
    deadline=date(2026, 6, 1),
    deadline_reason="Nämnden flyttade mötet.",
)


def step(cast: Cast, *actions: Action, change: BulkChange = CHANGE) -> int:
    seen = {action.id: action.version for action in actions}
    done = apply_bulk(change, seen, by=cast.director, now=NOW, today=TODAY)
    assert done.batch_id is not None
    return done.batch_id


def edit(cast: Cast, by: Any = None, **changes: Any) -> int:
    """Change the cast's action as from its form, and say which entry the journal has of it."""
    wanted = replace(changes_of(cast.action), **changes)
    version = cast.action.version
    edit_action(cast.action.id, wanted, version, by=by or cast.director, now=NOW, today=TODAY)
    return journal.history("action", cast.action.id)[0].id


def test_a_step_on_many_is_taken_back_whole(cast: Cast) -> None:
    both = (cast.action, cast.colleague_action)
    before = [readable(action) for action in both]
    batch_id = step(cast, *both)
    assert [readable(action) for action in both] != before
    revisions = [action.deadline_rev for action in both]
    assert undo_batch(batch_id, by=cast.director, now=NOW) == Undone(2, ())
    db.session.expire_all()
    assert [readable(action) for action in both] == before, "a deadline may have passed then"
    assert [action.deadline_rev for action in both] == [one + 1 for one in revisions]
    entry = journal.history("action", cast.action.id)[0]
    assert entry.deed == "action.undo"
    assert entry.data["status"] == ["paused", "ongoing"]
    assert entry.data["owner"] == ["Frida Chef", "Olle Ägare"]
    assert journal.verify()


def test_whoever_helped_before_owning_helps_again(app: Any, cast: Cast) -> None:
    cast.action.contributors = [cast.unit_director, cast.colleague]
    db.session.commit()
    batch_id = step(cast, cast.action)
    assert cast.action.contributors == [cast.colleague]
    version = cast.action.version
    assert undo_batch(batch_id, by=cast.director, now=NOW) == Undone(1, ())
    db.session.expire_all()
    assert set(cast.action.contributors) == {cast.unit_director, cast.colleague}
    assert cast.action.version > version


def test_once_only_and_within_a_day(cast: Cast) -> None:
    batch_id = step(cast, cast.action)
    with pytest.raises(RuleBroken, match="ett dygn"):
        undo_batch(batch_id, by=cast.director, now=NOW + timedelta(hours=25))
    db.session.rollback()
    undo_batch(batch_id, by=cast.director, now=NOW + timedelta(hours=23))
    with pytest.raises(RuleBroken, match="redan ångrad"):
        undo_batch(batch_id, by=cast.director, now=NOW + timedelta(hours=23))


def test_what_somebody_changed_since_stays(cast: Cast) -> None:
    batch_id = step(cast, cast.action, cast.colleague_action)
    edit(cast, title="Någon annans rubrik")
    undone = undo_batch(batch_id, by=cast.director, now=NOW)
    assert undone.restored == 1
    assert [left.title for left in undone.left] == ["Någon annans rubrik"]
    db.session.expire_all()
    assert (cast.action.status, cast.action.owner) == (ActionStatus.PAUSED, cast.unit_director)


def test_what_was_finished_or_lost_its_owner_since_stays(cast: Cast) -> None:
    batch_id = step(cast, cast.action)
    cast.owner.deactivated_at = NOW
    db.session.commit()
    (left,) = undo_batch(batch_id, by=cast.director, now=NOW).left
    assert "Olle Ägare kan inte äga" in str(left.why)


def test_who_may(cast: Cast) -> None:
    paused = BulkChange(status=ActionStatus.PAUSED)
    batch_id = step(cast, cast.action, cast.other_action, change=paused)
    for nobody in (cast.owner, cast.member, cast.admin):
        with pytest.raises(Forbidden):
            undo_batch(batch_id, by=nobody, now=NOW)
    with pytest.raises(NotFound):
        undo_batch(batch_id, by=cast.unit_director, now=NOW)
    with pytest.raises(NotFound):
        undo_batch(2**31 - 1, by=cast.director, now=NOW)
    db.session.rollback()
    mine = step(cast, cast.colleague_action)
    assert undo_batch(mine, by=cast.unit_director, now=NOW).restored == 1, "all within reach"


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "En annan rubrik"},
        {"description": "Rad 1\nRad 2 🦉", "expected_effect": "=1+1", "cost": "10 tkr"},
        {"owner_text": "Karin Kollega"},
        {"owner_text": ""},
        {"deadline": date(2027, 1, 1), "deadline_reason": "Nya pengar"},
        {"status": ActionStatus.PAUSED, "starts_on": date(2026, 4, 1)},
        {"contributors": ("Karin Kollega",)},
        {"unit_id": 2, "committee_id": None, "outside_ok": True},
    ],
)
def test_an_edit_is_taken_back(app: Any, cast: Cast, changes: dict[str, Any]) -> None:
    if "unit_id" in changes:
        changes = {**changes, "unit_id": cast.other_unit.id}
    before = readable(cast.action)
    entry = edit(cast, **changes)
    assert readable(cast.action) != before
    assert undoable_edit(cast.action.id, by=cast.director, at=NOW) == entry
    undo_edit(cast.action.id, entry, by=cast.director, now=NOW)
    db.session.expire_all()
    assert readable(cast.action) == before
    assert journal.history("action", cast.action.id)[0].deed == "action.undo"
    with pytest.raises(RuleBroken, match="har ändrats sedan"):
        undo_edit(cast.action.id, entry, by=cast.director, now=NOW)
    with pytest.raises(RuleBroken, match="har ändrats sedan"):
        undo_edit(cast.action.id, entry + 1, by=cast.director, now=NOW)


def test_only_the_last_edit_of_ones_own(cast: Cast) -> None:
    entry = edit(cast, title="En annan rubrik")
    for other, number in ((cast.director, entry - 1), (cast.unit_director, entry)):
        with pytest.raises(RuleBroken, match="har ändrats sedan"):
            undo_edit(cast.action.id, number, by=other, now=NOW)
    with pytest.raises(RuleBroken, match="ett dygn"):
        undo_edit(cast.action.id, entry, by=cast.director, now=NOW + timedelta(days=2))
    with pytest.raises(Forbidden):
        undo_edit(cast.action.id, entry, by=cast.owner, now=NOW)
    with pytest.raises(NotFound):
        undo_edit(cast.other_action.id, 1, by=cast.unit_director, now=NOW)
    edit(cast, by=cast.unit_director, title="En tredje")
    with pytest.raises(RuleBroken, match="har ändrats sedan"):
        undo_edit(cast.action.id, entry, by=cast.director, now=NOW)
    assert cast.action.title == "En tredje"


def test_an_edit_that_did_more_is_not_taken_back_by_half(cast: Cast) -> None:
    due = date(2026, 4, 1)
    entry = edit(cast, title="En annan rubrik", milestone_title="Nytt", milestone_due=due)
    with pytest.raises(RuleBroken, match="går inte att ångra med en knapp"):
        undo_edit(cast.action.id, entry, by=cast.director, now=NOW)
    assert cast.action.title == "En annan rubrik"
    assert undoable_edit(cast.action.id, by=cast.director, at=NOW) is None


def test_saving_nothing_offers_nothing(cast: Cast) -> None:
    edit(cast, title="En annan rubrik")
    later = NOW + timedelta(minutes=5)
    wanted = changes_of(cast.action)
    version = cast.action.version
    edit_action(cast.action.id, wanted, version, by=cast.director, now=later, today=TODAY)
    assert undoable_edit(cast.action.id, by=cast.director, at=later) is None


def test_two_who_undo_at_once_undo_once(any_app: Any, cast: Cast) -> None:
    batch_id, by = step(cast, cast.action, cast.colleague_action), cast.director.id

    def undo() -> Undone:
        return undo_batch(batch_id, by=person(by), now=NOW)

    results = together(any_app, undo, undo, undo)
    assert [result.restored for result in results if isinstance(result, Undone)] == [2]
    assert db.session.get_one(ChangeBatch, batch_id).undone_at == NOW
    assert journal.verify()
