"""Whoever marks an action as done does not verify it, by whichever way they try."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.helpers.cast import NOW, TODAY, Cast
from tests.services.actions.test_steps import complete
from tests.services.sheets.workbook import (
    brought,
    edited,
    everything,
    exported,
    previewed,
    with_cells,
)
from tracker.domain.errors import RuleBroken
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.importers.sheets import read_sheet
from tracker.services.actions import undo
from tracker.services.actions.bulk import apply_bulk
from tracker.services.actions.bulk_step import BulkChange
from tracker.services.actions.steps import reopen_action, undo_step, verify_action
from tracker.services.sheets import drafts

LATER = NOW + timedelta(minutes=1)


def stands_done(cast: Cast) -> bool:
    """Whether the action is done by the director's word, and by that alone."""
    db.session.rollback()
    db.session.refresh(cast.action)
    action = cast.action
    done = (action.status, action.done_by_id) == (ActionStatus.DONE, cast.director.id)
    return done and (action.verified_on, action.verified_by_id) == (None, None)


def test_not_many_at_once(cast: Cast) -> None:
    complete(cast.action, cast.director)
    seen = {cast.action.id: cast.action.version}
    step = {"by": cast.director, "now": NOW, "today": TODAY}
    with pytest.raises(RuleBroken, match="planerad, pågår eller pausad"):
        apply_bulk(BulkChange(status=ActionStatus.VERIFIED), seen, **step)
    assert stands_done(cast)
    taken = apply_bulk(BulkChange(status=ActionStatus.ONGOING), seen, **step)
    assert (taken.changed, len(taken.left)) == (0, 1)
    assert stands_done(cast)


@pytest.mark.parametrize("word", ["Verifierad", "verified", "Verifisert"])
def test_not_by_a_sheet(cast: Cast, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setattr(drafts, "read_sheet_isolated", read_sheet)
    complete(cast.action, cast.director)
    before = everything()
    change = with_cells({(cast.action.id, "status"): word})
    draft = brought(edited(exported(cast.director), change), cast.director)
    outcome = previewed(draft, cast.director)
    assert not outcome.changed
    assert len(outcome.faulty) == 1
    assert everything() == before
    assert stands_done(cast)


def test_not_by_taking_something_back(cast: Cast) -> None:
    """Neither a step on many that went before, nor the verification's own reopening."""
    step = {"by": cast.director, "now": NOW, "today": TODAY}
    paused = BulkChange(status=ActionStatus.PAUSED)
    batch = apply_bulk(paused, {cast.action.id: cast.action.version}, **step).batch_id
    assert batch is not None
    complete(cast.action, cast.director)
    assert undo.undo_batch(batch, by=cast.director, now=LATER).restored == 0
    assert stands_done(cast)
    verify_action(cast.action.id, by=cast.unit_director, now=NOW, today=TODAY)
    with pytest.raises(RuleBroken):
        undo_step(cast.action.id, by=cast.director, now=LATER)
    db.session.rollback()
    reopen_action(cast.action.id, "Fel underlag.", by=cast.unit_director, now=LATER)
    with pytest.raises(RuleBroken):
        undo_step(cast.action.id, by=cast.director, now=LATER)
    db.session.rollback()
    complete(cast.action, cast.director)
    with pytest.raises(RuleBroken, match="Någon annan"):
        verify_action(cast.action.id, by=cast.director, now=LATER, today=TODAY)
    assert stands_done(cast)
