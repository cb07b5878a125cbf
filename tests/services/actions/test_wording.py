"""From a point to an action, and changes to it: rules, scope, and what is left behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tests.helpers.cast import NOW, TODAY, Cast, make_user
from tracker.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from tracker.domain.permissions import Role
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.models import Action, ActionPlan, PlanState, RoleAssignment
from tracker.services import journal
from tracker.services.actions.rules import Refused
from tracker.services.actions.wording import ActionChanges, NewAction, create_action, edit_action

LATER = NOW + timedelta(hours=1)
DAY = timedelta(days=1)


def an_action(cast: Cast, **changes: Any) -> NewAction:
    return replace(
        NewAction(
            title="Inför en mall för återkoppling",
            unit_id=cast.unit.id,
            deadline=date(2026, 6, 30),
            point_ids=(cast.points[1].id,),
        ),
        **changes,
    )


def create(cast: Cast, by: Any = None, **changes: Any) -> Action:
    return create_action(an_action(cast, **changes), by=by or cast.director, now=NOW, today=TODAY)


def refused_fields(error: pytest.ExceptionInfo[Refused]) -> dict[str | None, str]:
    return {problem.field: str(problem) for problem in error.value.problems}


def as_saved(action: Action, **changes: Any) -> ActionChanges:
    return replace(
        ActionChanges(
            title=action.title,
            description=action.description,
            expected_effect=action.expected_effect,
            owner_text=action.owner.name if action.owner else "",
            unit_id=action.unit_id,
            committee_id=action.committee_id,
            deadline=action.deadline,
            status=action.status,
        ),
        **changes,
    )


def edit(cast: Cast, by: Any = None, version: int | None = None, **changes: Any) -> Action:
    action = cast.action
    return edit_action(
        action.id,
        as_saved(action, **changes),
        action.version if version is None else version,
        by=by or cast.director,
        now=LATER,
        today=TODAY,
    )


class TestCreate:
    def test_a_point_becomes_an_action(self, any_app, cast):
        action = create(
            cast,
            description="Alla som lämnar synpunkter får svar.\r\nInom en vecka.",
            owner_text="Olle Ägare",
            milestone_title="Utkast",
            milestone_due=date(2026, 4, 1),
        )
        assert action.plan == cast.plan
        assert action.points == [cast.points[1]]
        assert action.owner == cast.owner
        assert (action.assigned_at, action.assigned_by_id) == (NOW, cast.director.id)
        assert action.committee_id == cast.committee.id, "the unit's committee"
        assert action.first_deadline == action.deadline == date(2026, 6, 30)
        assert action.deadline_set_at == NOW
        assert action.status is ActionStatus.PLANNED
        assert action.description == "Alla som lämnar synpunkter får svar.\nInom en vecka."
        assert "alla som lämnar synpunkter" in action.search_key
        assert [(m.title, m.due) for m in action.milestones] == [("Utkast", date(2026, 4, 1))]

    def test_it_is_journaled(self, app, cast):
        action = create(cast)
        entry = journal.history("action", action.id)[0]
        assert (entry.deed, entry.actor) == ("action.create", "Dag Direktör")
        assert entry.data["title"] == "Inför en mall för återkoppling"
        assert entry.data["points"] == [cast.points[1].id]
        assert journal.verify()

    def test_nobody_needs_to_own_it_yet(self, app, cast):
        action = create(cast, owner_text=" ")
        assert action.owner is None
        assert action.assigned_at is None

    def test_the_very_first_action_brings_a_draft_plan(self, app, cast):
        for action in (cast.action, cast.colleague_action, cast.done_action, cast.other_action):
            action.points = []
            for piece in action.milestones:
                db.session.delete(piece)
            db.session.delete(action)
        db.session.flush()
        for decision in cast.plan.decisions:
            db.session.delete(decision)
        db.session.delete(cast.plan)
        db.session.commit()
        first, second = create(cast), create(cast)
        assert first.plan.title == "Handlingsplan"
        assert first.plan.state is PlanState.DRAFT
        assert second.plan_id == first.plan_id

    def test_the_adopted_plan_gets_it_unless_another_is_named(self, app, cast):
        draft = ActionPlan(title="Nästa", created_at=NOW)
        db.session.add(draft)
        db.session.commit()
        assert create(cast).plan_id == cast.plan.id
        assert create(cast, plan_id=draft.id).plan_id == draft.id

    def test_several_points_may_share_an_action(self, app, cast):
        ids = (cast.points[3].id, cast.points[0].id, cast.points[3].id)
        assert create(cast, point_ids=ids).points == [cast.points[0], cast.points[3]]

    @pytest.mark.parametrize("field", ["point_ids", "plan_id", "committee_id"])
    def test_what_does_not_exist_is_not_found(self, app, cast, field):
        with pytest.raises(NotFound):
            create(cast, **{field: (9999,) if field == "point_ids" else 9999})

    def test_everything_wrong_is_told_at_once(self, app, cast):
        with pytest.raises(Refused) as error:
            create(cast, title=" ", unit_id=None, deadline=None, owner_text="Kalle")
        assert refused_fields(error) == {
            "title": "Skriv vad som ska göras.",
            "owner_text": "Det finns inget konto för ”Kalle”. Be administratören lägga upp "
            "personen, eller lämna fältet tomt så länge.",
            "unit_id": "Välj den förvaltning som ska göra jobbet.",
            "deadline": "Välj ett slutdatum.",
        }
        assert db.session.query(Action).count() == 4

    @pytest.mark.parametrize(
        ("deadline", "right"),
        [
            (date(2026, 3, 1), False),
            (date(2026, 3, 2), True),
            (date(2026, 3, 3), True),
            (date(1, 1, 1), False),
            (date(2100, 12, 31), True),
            (date(2101, 1, 1), False),
            (date(9999, 12, 31), False),
        ],
    )
    def test_the_deadline_has_not_passed(self, app, cast, deadline, right):
        if right:
            assert create(cast, deadline=deadline).deadline == deadline
            return
        with pytest.raises(Refused) as error:
            create(cast, deadline=deadline)
        assert list(refused_fields(error)) == ["deadline"]

    @pytest.mark.parametrize(
        ("title", "due", "field"),
        [
            ("Utkast", date(2026, 3, 1), "milestone_due"),
            ("Utkast", date(2026, 3, 2), None),
            ("Utkast", date(2026, 6, 30), None),
            ("Utkast", date(2026, 7, 1), "milestone_due"),
            ("Utkast", None, "milestone_due"),
            ("", date(2026, 4, 1), "milestone_title"),
            ("x" * 201, date(2026, 4, 1), "milestone_title"),
            ("", None, None),
        ],
    )
    def test_a_milestone_is_whole_and_in_time(self, app, cast, title, due, field):
        if field is None:
            create(cast, milestone_title=title, milestone_due=due)
            return
        with pytest.raises(Refused) as error:
            create(cast, milestone_title=title, milestone_due=due)
        assert list(refused_fields(error)) == [field]

    @pytest.mark.parametrize(("length", "right"), [(1, True), (200, True), (201, False)])
    def test_a_title_has_its_limits(self, app, cast, length, right):
        if right:
            assert len(create(cast, title="å" * length).title) == length
            return
        with pytest.raises(Refused) as error:
            create(cast, title="å" * length)
        assert refused_fields(error)["title"] == "Skriv högst 200 tecken. Nu är det 201."

    def test_what_cannot_be_stored_or_seen_is_left_out(self, any_app, cast):
        action = create(
            cast, title="Hej\x00 \u202edu\u200b 🙂 <script>", description="a\x00b\n\n c"
        )
        assert action.title == "Hej du 🙂 <script>"
        assert action.description == "ab\n\nc"


class TestOwner:
    @pytest.mark.parametrize(
        "typed",
        ["Olle Ägare", "  olle   ägare ", "OLLE.AGARE@testkoping.example", "Olle Agare"],
    )
    def test_a_name_or_an_address(self, app, cast, typed):
        if typed == "Olle Agare":
            with pytest.raises(Refused):
                create(cast, owner_text=typed)
            return
        assert create(cast, owner_text=typed).owner == cast.owner

    def test_two_of_the_same_name_are_told_apart_by_address(self, app, cast):
        twin = make_user("Olle Ägare", RoleAssignment(role=Role.MANAGER, unit=cast.unit))
        twin.email = twin.email_key = "olle2@testkoping.example"
        db.session.add(twin)
        db.session.commit()
        with pytest.raises(Refused) as error:
            create(cast, owner_text="Olle Ägare")
        assert refused_fields(error) == {
            "owner_text": "Flera personer heter ”Olle Ägare”. Skriv e-postadressen i stället."
        }
        assert create(cast, owner_text="olle2@testkoping.example").owner == twin

    def test_a_closed_account_owns_nothing_new(self, app, cast):
        cast.owner.deactivated_at = NOW
        db.session.commit()
        for typed in (cast.owner.name, cast.owner.email):
            with pytest.raises(Refused, match="inget konto"):
                create(cast, owner_text=typed)

    def test_an_owner_is_one_who_can_report(self, app, cast):
        with pytest.raises(Refused, match="Lena Ledamot har ingen roll som chef"):
            create(cast, owner_text="Lena Ledamot")

    def test_percent_signs_in_a_name_are_only_signs(self, app, cast):
        with pytest.raises(Refused) as error:
            create(cast, owner_text="100 %s")
        assert "”100 %s”" in str(error.value)


class TestWhoMayCreate:
    @pytest.mark.parametrize("who", ["admin", "owner", "member"])
    def test_only_directors(self, app, cast, who):
        with pytest.raises(Forbidden):
            create(cast, by=getattr(cast, who))

    def test_a_unit_director_stays_in_the_unit(self, app, cast):
        assert create(cast, by=cast.unit_director).unit_id == cast.unit.id
        with pytest.raises(Refused) as error:
            create(cast, by=cast.unit_director, unit_id=cast.other_unit.id)
        assert refused_fields(error) == {
            "unit_id": "Du kan bara lägga åtgärder på din egen förvaltning."
        }

    def test_the_municipal_director_reaches_all(self, app, cast):
        action = create(cast, unit_id=cast.other_unit.id)
        assert action.committee_id == cast.other_committee.id


class TestEdit:
    def test_words_change_and_the_journal_keeps_the_old(self, app, cast):
        before = cast.action.version
        action = edit(cast, title="Svara alla", description="Nytt")
        assert (action.title, action.search_key) == ("Svara alla", "svara alla nytt")
        assert action.version == before + 1
        assert action.deadline_rev == 1, "no reminder goes stale by a new title"
        entry = journal.history("action", action.id)[0]
        assert entry.data == {
            "title": ["Återkoppla synpunkter på webben", "Svara alla"],
            "description": ["", "Nytt"],
        }

    def test_nothing_changed_leaves_no_trace(self, app, cast):
        before = cast.action.version
        assert edit(cast).version == before
        assert journal.history("action", cast.action.id) == []

    def test_a_new_deadline_needs_a_reason(self, app, cast):
        with pytest.raises(Refused) as error:
            edit(cast, deadline=date(2026, 5, 31))
        assert refused_fields(error) == {"deadline_reason": "Skriv varför slutdatumet ändras."}

    def test_a_new_deadline_makes_old_reminders_stale(self, app, cast):
        action = edit(cast, deadline=date(2026, 5, 31), deadline_reason="Upphandlingen drog ut.")
        assert action.deadline == date(2026, 5, 31)
        assert action.first_deadline == date(2026, 4, 30)
        assert (action.deadline_rev, action.deadline_set_at) == (2, LATER)
        data = journal.history("action", action.id)[0].data
        assert data["deadline"] == ["2026-04-30", "2026-05-31"]
        assert data["deadline_reason"] == "Upphandlingen drog ut."

    @pytest.mark.parametrize(("days", "right"), [(-1, False), (0, True), (1, True)])
    def test_a_deadline_does_not_move_into_the_past(self, app, cast, days, right):
        moved = {"deadline": TODAY + days * DAY, "deadline_reason": "Går fortare."}
        if right:
            assert edit(cast, **moved).deadline == TODAY + days * DAY
            return
        with pytest.raises(Refused) as error:
            edit(cast, **moved)
        assert list(refused_fields(error)) == ["deadline"]

    def test_a_deadline_that_passed_may_stay(self, app, cast):
        late = cast.colleague_action
        changed = as_saved(late, title="Mät väntetiderna")
        edit_action(late.id, changed, late.version, by=cast.director, now=LATER, today=TODAY)
        assert late.title == "Mät väntetiderna"

    def test_a_new_owner_is_assigned_anew(self, app, cast):
        action = edit(cast, owner_text="Karin Kollega")
        assert action.owner == cast.colleague
        assert (action.assigned_at, action.assigned_by_id) == (LATER, cast.director.id)
        assert (action.deadline_rev, action.deadline_set_at) == (2, LATER)

    def test_an_owner_may_be_taken_away(self, app, cast):
        action = edit(cast, owner_text="")
        assert (action.owner, action.assigned_at, action.deadline_rev) == (None, None, 2)

    def test_an_owner_whose_account_closed_may_stay_while_other_words_change(self, app, cast):
        cast.owner.deactivated_at = NOW
        db.session.commit()
        assert edit(cast, title="Ny rubrik").owner == cast.owner

    def test_owner_and_deadline_together_are_one_revision(self, app, cast):
        action = edit(
            cast,
            owner_text="Karin Kollega",
            deadline=date(2026, 5, 31),
            deadline_reason="Ny ägare, ny tid.",
        )
        assert action.deadline_rev == 2

    @pytest.mark.parametrize("status", [ActionStatus.PLANNED, ActionStatus.PAUSED])
    def test_an_open_action_may_pause_or_go_back(self, app, cast, status):
        assert edit(cast, status=status).status is status

    @pytest.mark.parametrize(
        "status", [ActionStatus.DONE, ActionStatus.VERIFIED, ActionStatus.DROPPED]
    )
    def test_no_action_ends_by_an_edit(self, app, cast, status):
        with pytest.raises(RuleBroken):
            edit(cast, status=status)

    def test_a_finished_action_is_opened_first(self, app, cast):
        done = cast.done_action
        with pytest.raises(RuleBroken, match="Öppna den igen"):
            edit_action(
                done.id, as_saved(done), done.version, by=cast.director, now=NOW, today=TODAY
            )

    def test_a_milestone_is_added_to_those_there_are(self, app, cast):
        action = edit(cast, milestone_title="Test", milestone_due=date(2026, 4, 1))
        db.session.refresh(action)
        assert [piece.title for piece in action.milestones] == ["Mall för svar", "Test"]

    def test_an_older_version_meets_the_newer_one(self, app, cast):
        version = cast.action.version
        edit(cast, title="Deras")
        with pytest.raises(Conflict) as error:
            edit(cast, title="Min", version=version)
        assert error.value.current["title"] == "Deras"
        assert error.value.current["version"] == version + 1
        assert error.value.current["saved_by"] == "Dag Direktör"
        assert edit(cast, title="Min", version=version + 1).title == "Min"

    @pytest.mark.parametrize(
        ("who", "error"),
        [
            ("owner", Forbidden),
            ("member", Forbidden),
            ("admin", Forbidden),
            ("unit_director", None),
        ],
    )
    def test_who_may_edit(self, app, cast, who, error):
        if error is None:
            edit(cast, by=getattr(cast, who), title="Ny")
            return
        with pytest.raises(error):
            edit(cast, by=getattr(cast, who), title="Ny")

    def test_another_units_action_does_not_exist(self, app, cast):
        other = cast.other_action
        with pytest.raises(NotFound):
            edit_action(other.id, as_saved(other), 1, by=cast.unit_director, now=NOW, today=TODAY)

    def test_a_unit_director_gives_nothing_away(self, app, cast):
        with pytest.raises(Refused) as error:
            edit(cast, by=cast.unit_director, unit_id=cast.other_unit.id)
        assert list(refused_fields(error)) == ["unit_id"]
