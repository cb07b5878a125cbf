"""The life of an action: reported, done, verified, reopened, dropped; its milestones."""

from __future__ import annotations

import pytest

from tests.helpers.cast import NOW, TODAY, make_action
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.domain.statuses import OPEN, TRANSITIONS, ActionStatus
from tracker.extensions import db
from tracker.services import journal
from tracker.services.actions.evidence import NewEvidence
from tracker.services.actions.rules import Refused
from tracker.services.actions.steps import (
    complete_action,
    drop_action,
    reopen_action,
    toggle_milestone,
    undo_step,
    verify_action,
)


def deeds_of(action):
    return [entry.deed for entry in reversed(journal.history("action", action.id))]


def complete(action, by, title="Mallen är beslutad.", url=""):
    return complete_action(action.id, NewEvidence(title, url), by=by, now=NOW, today=TODAY)


def drop(action, by, reason="Staten tar över.", decided_by="Kommunstyrelsen"):
    return drop_action(action.id, reason, decided_by, by=by, now=NOW, today=TODAY)


class TestComplete:
    def test_done_with_what_shows_it(self, any_app, cast):
        action = complete(cast.action, cast.owner, url="https://www.testkoping.example/mall")
        assert (action.status, action.done_on) == (ActionStatus.DONE, TODAY)
        assert action.done_by_id == cast.owner.id
        evidence = action.evidence[0]
        assert (evidence.title, evidence.url) == (
            "Mallen är beslutad.",
            "https://www.testkoping.example/mall",
        )
        assert deeds_of(action) == ["action.complete"]

    @pytest.mark.parametrize(
        ("title", "right"),
        [("", False), ("  ", False), ("ok", False), ("Ja!", True), ("x" * 201, False)],
    )
    def test_the_evidence_says_something(self, app, cast, title, right):
        if right:
            complete(cast.action, cast.owner, title)
            return
        with pytest.raises(Refused) as error:
            complete(cast.action, cast.owner, title)
        assert error.value.field == "evidence_title"

    @pytest.mark.parametrize(
        ("url", "right"),
        [
            ("", True),
            ("https://a.se/b?c=d", True),
            ("http://a.se", True),
            ("  https://a.se ", True),
            ("javascript:alert(1)", False),
            ("data:text/html,x", False),
            ("a.se", False),
            ("https://", False),
            ("http://[", False),
            ("//a.se/b", False),
            ("https://a.se/" + "x" * 1000, False),
        ],
    )
    def test_a_link_leads_to_the_web(self, app, cast, url, right):
        if right:
            complete(cast.action, cast.owner, url=url)
            return
        with pytest.raises(Refused) as error:
            complete(cast.action, cast.owner, url=url)
        assert error.value.field == "evidence_url"
        assert cast.action.status is ActionStatus.ONGOING

    def test_done_twice_is_refused(self, app, cast):
        complete(cast.action, cast.owner)
        with pytest.raises(RuleBroken, match="från ”Genomförd” till ”Genomförd”"):
            complete(cast.action, cast.owner)


class TestVerify:
    def test_somebody_else_confirms(self, app, cast):
        action = verify_action(cast.done_action.id, by=cast.unit_director, now=NOW, today=TODAY)
        assert (action.status, action.verified_on) == (ActionStatus.VERIFIED, TODAY)
        assert action.verified_by == cast.unit_director
        assert deeds_of(action) == ["action.verify"]

    def test_nobody_confirms_themselves(self, app, cast):
        complete(cast.action, cast.director)
        with pytest.raises(RuleBroken, match="Någon annan behöver se underlaget"):
            verify_action(cast.action.id, by=cast.director, now=NOW, today=TODAY)
        assert cast.action.status is ActionStatus.DONE

    def test_only_what_is_done(self, app, cast):
        with pytest.raises(RuleBroken):
            verify_action(cast.action.id, by=cast.director, now=NOW, today=TODAY)

    @pytest.mark.parametrize("who", ["owner", "member", "admin"])
    def test_managers_do_not_verify(self, app, cast, who):
        with pytest.raises(Forbidden):
            verify_action(cast.done_action.id, by=getattr(cast, who), now=NOW, today=TODAY)


class TestReopen:
    def test_done_goes_back_to_work(self, app, cast):
        action = reopen_action(
            cast.done_action.id, "Rutinen används inte.", by=cast.director, now=NOW
        )
        assert (action.status, action.done_on, action.done_by_id) == (
            ActionStatus.ONGOING,
            None,
            None,
        )
        entry = journal.history("action", action.id)[0]
        assert entry.data == {"status": ["done", "ongoing"], "reason": "Rutinen används inte."}

    def test_verified_goes_back_to_work(self, app, cast):
        verify_action(cast.done_action.id, by=cast.director, now=NOW, today=TODAY)
        action = reopen_action(cast.done_action.id, "Fel underlag.", by=cast.director, now=NOW)
        assert action.status is ActionStatus.ONGOING
        assert (action.verified_on, action.verified_by_id) == (None, None)

    def test_dropped_goes_back_to_the_plan(self, app, cast):
        drop(cast.action, cast.director)
        action = reopen_action(cast.action.id, "Staten ångrade sig.", by=cast.director, now=NOW)
        assert action.status is ActionStatus.PLANNED
        assert (action.dropped_on, action.dropped_by, action.dropped_reason) == (None, "", "")

    def test_the_reason_is_asked_for(self, app, cast):
        with pytest.raises(RuleBroken) as error:
            reopen_action(cast.done_action.id, " ", by=cast.director, now=NOW)
        assert error.value.field == "reason"
        assert cast.done_action.status is ActionStatus.DONE

    def test_what_is_open_stays_open(self, app, cast):
        with pytest.raises(RuleBroken, match="redan öppen"):
            reopen_action(cast.action.id, "Varför inte?", by=cast.director, now=NOW)

    @pytest.mark.parametrize("reopen", [True, False])
    def test_who_has_left_does_not_get_it_back(self, app, cast, reopen):
        if not reopen:
            drop(cast.action, cast.director)
        cast.owner.deactivated_at = NOW
        db.session.commit()
        if reopen:
            action = reopen_action(cast.done_action.id, "Fel.", by=cast.director, now=NOW)
        else:
            action = undo_step(cast.action.id, by=cast.director, now=NOW)
        assert action.status in OPEN
        assert (action.owner, action.assigned_at) == (None, None)
        entry = journal.history("action", action.id)[0]
        assert entry.data["owner"] == ["Olle Ägare", None]

    def test_managers_do_not_reopen(self, app, cast):
        with pytest.raises(Forbidden):
            reopen_action(cast.done_action.id, "Hoppsan.", by=cast.owner, now=NOW)


class TestDrop:
    def test_with_reason_and_decision(self, app, cast):
        action = drop(cast.action, cast.director)
        assert (action.status, action.dropped_on) == (ActionStatus.DROPPED, TODAY)
        assert (action.dropped_by, action.dropped_reason) == (
            "Kommunstyrelsen",
            "Staten tar över.",
        )
        assert deeds_of(action) == ["action.drop"]

    def test_both_are_asked_for(self, app, cast):
        with pytest.raises(Refused) as error:
            drop(cast.action, cast.director, "", "")
        assert [problem.field for problem in error.value.problems] == ["reason", "decided_by"]

    def test_what_is_done_is_not_dropped(self, app, cast):
        with pytest.raises(RuleBroken, match="från ”Genomförd” till ”Avbruten”"):
            drop(cast.done_action, cast.director)

    @pytest.mark.parametrize(("who", "error"), [("owner", Forbidden), ("member", Forbidden)])
    def test_who_may_not(self, app, cast, who, error):
        with pytest.raises(error):
            drop(cast.action, getattr(cast, who))

    def test_another_units_action_does_not_exist(self, app, cast):
        with pytest.raises(NotFound):
            drop(cast.other_action, cast.unit_director)


class TestMilestone:
    def toggle(self, action, by, done, milestone_id=None):
        piece = milestone_id or action.milestones[0].id
        return toggle_milestone(action.id, piece, done=done, by=by, now=NOW, today=TODAY)

    def test_ticked_and_unticked(self, app, cast):
        assert self.toggle(cast.action, cast.owner, True).done_on == TODAY
        assert self.toggle(cast.action, cast.owner, False).done_on is None
        assert deeds_of(cast.action) == ["action.milestone_done", "action.milestone_undone"]

    def test_the_same_click_twice_changes_nothing(self, app, cast):
        self.toggle(cast.action, cast.owner, True)
        self.toggle(cast.action, cast.owner, True)
        assert deeds_of(cast.action) == ["action.milestone_done"]

    def test_only_its_own_actions(self, app, cast):
        piece = cast.action.milestones[0].id
        with pytest.raises(NotFound):
            self.toggle(cast.colleague_action, cast.director, True, piece)

    def test_not_when_finished(self, app, cast):
        complete(cast.action, cast.owner)
        with pytest.raises(RuleBroken, match="avslutad"):
            self.toggle(cast.action, cast.owner, True)


def stand(action, status, cast):
    """Put the action into a status, with what belongs to it."""
    action.status = status
    if status in (ActionStatus.DONE, ActionStatus.VERIFIED):
        action.done_on, action.done_by = TODAY, cast.owner
    if status is ActionStatus.VERIFIED:
        action.verified_on, action.verified_by = TODAY, cast.director
    if status is ActionStatus.DROPPED:
        action.dropped_on, action.dropped_by = TODAY, "Kommunstyrelsen"
        action.dropped_reason = "Staten tar över."
    db.session.commit()


STEPS = {
    ActionStatus.DONE: lambda action, cast: complete(action, cast.owner),
    ActionStatus.VERIFIED: lambda action, cast: verify_action(
        action.id, by=cast.unit_director, now=NOW, today=TODAY
    ),
    ActionStatus.DROPPED: lambda action, cast: drop(action, cast.director),
    None: lambda action, cast: reopen_action(
        action.id, "Den håller inte.", by=cast.director, now=NOW
    ),
}


class TestTheTable:
    """Each step leads where the table lets it, from every status, and nowhere else."""

    @pytest.mark.parametrize("before", list(ActionStatus))
    def test_from_each_to_each(self, app, cast, before):
        for after, step in STEPS.items():
            action = make_action(cast.plan, f"{after}", owner=cast.owner, unit=cast.unit)
            db.session.add(action)
            stand(action, before, cast)
            allowed = TRANSITIONS[before] - (set(OPEN) if before in OPEN else set())
            right = after in allowed if after else bool(allowed & set(OPEN))
            if right:
                step(action, cast)
                assert action.status in ({after} if after else allowed & set(OPEN)), after
                entry = journal.history("action", action.id)[0]
                assert entry.data["status"] == [before.value, action.status.value], after
                continue
            with pytest.raises(RuleBroken):
                step(action, cast)
            db.session.rollback()
            assert action.status is before, after
            assert deeds_of(action) == [], after


class TestUndo:
    @pytest.mark.parametrize("before", OPEN)
    def test_done_is_as_it_was(self, app, cast, before):
        stand(cast.action, before, cast)
        complete(cast.action, cast.owner)
        action = undo_step(cast.action.id, by=cast.owner, now=NOW)
        assert (action.status, action.done_on, action.done_by_id) == (before, None, None)
        assert deeds_of(action) == ["action.complete", "action.take_back"]
        assert [item.title for item in action.evidence] == ["Mallen är beslutad."]

    def test_dropped_is_as_it_was(self, app, cast):
        drop(cast.action, cast.director)
        action = undo_step(cast.action.id, by=cast.director, now=NOW)
        assert (action.status, action.dropped_on) == (ActionStatus.ONGOING, None)

    def test_only_ones_own(self, app, cast):
        complete(cast.action, cast.owner)
        with pytest.raises(RuleBroken, match="inte att ångra längre"):
            undo_step(cast.action.id, by=cast.director, now=NOW)
        assert cast.action.status is ActionStatus.DONE

    def test_not_when_somebody_verified(self, app, cast):
        complete(cast.action, cast.owner)
        verify_action(cast.action.id, by=cast.director, now=NOW, today=TODAY)
        with pytest.raises(RuleBroken, match="inte att ångra längre"):
            undo_step(cast.action.id, by=cast.owner, now=NOW)

    def test_not_twice(self, app, cast):
        complete(cast.action, cast.owner)
        undo_step(cast.action.id, by=cast.owner, now=NOW)
        with pytest.raises(RuleBroken, match="inte att ångra längre"):
            undo_step(cast.action.id, by=cast.owner, now=NOW)

    def test_nothing_opens_in_a_closed_plan(self, app, cast):
        complete(cast.action, cast.owner)
        cast.plan.closed_on, cast.plan.closed_by_id = TODAY, cast.director.id
        db.session.commit()
        with pytest.raises(RuleBroken, match="är avslutad"):
            undo_step(cast.action.id, by=cast.owner, now=NOW)
        with pytest.raises(RuleBroken, match="är avslutad"):
            reopen_action(cast.action.id, "Den håller inte.", by=cast.director, now=NOW)

    @pytest.mark.parametrize(
        ("who", "error"), [("colleague", NotFound), ("stranger", NotFound), ("member", Forbidden)]
    )
    def test_who_may_not(self, app, cast, who, error):
        complete(cast.action, cast.owner)
        with pytest.raises(error):
            undo_step(cast.action.id, by=getattr(cast, who), now=NOW)
