"""An action's further fields: start, owner's unit, contributors, plan and points."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.helpers.cast import NOW, TODAY, make_user
from tracker.domain.errors import NotFound, RuleBroken
from tracker.domain.permissions import Role
from tracker.domain.statuses import slippage
from tracker.extensions import db
from tracker.models import ActionPlan, PlanPoint, PlanState, RoleAssignment
from tracker.services import journal
from tracker.services.actions.rules import Refused
from tracker.services.actions.who import OutsideOwner
from tracker.services.actions.wording import (
    NewAction,
    change_action,
    changes_of,
    create_action,
    edit_action,
)


def create(cast, **changes):
    wanted = NewAction(title="Ny", unit_id=cast.unit.id, deadline=date(2026, 6, 30))
    return create_action(replace(wanted, **changes), by=cast.director, now=NOW, today=TODAY)


def edit(cast, **changes):
    action = cast.action
    wanted = replace(changes_of(action), **changes)
    return edit_action(action.id, wanted, action.version, by=cast.director, now=NOW, today=TODAY)


def problems(error):
    return {problem.field: str(problem) for problem in error.value.problems}


def test_everything_is_kept_and_journaled(any_app, cast):
    action = create(
        cast,
        starts_on=date(2026, 4, 1),
        effect_measure="Enkät\r\ni maj",
        cost="=SUMMA(1;2) 🙂",
        contributors=("Karin Kollega", " ", "karin  kollega"),
    )
    assert (action.starts_on, action.effect_measure) == (date(2026, 4, 1), "Enkät\ni maj")
    assert action.cost == "=SUMMA(1;2) 🙂"
    assert action.contributors == [cast.colleague]
    data = journal.history("action", action.id)[0].data
    assert data["contributors"] == ["Karin Kollega"]
    assert data["starts_on"] == "2026-04-01"
    same = changes_of(action)
    before = len(journal.history("action", action.id))
    change_action(action, same, by=cast.director, now=NOW, today=TODAY)
    assert len(journal.history("action", action.id)) == before


@pytest.mark.parametrize(
    ("starts_on", "right"),
    [(date(2026, 6, 29), True), (date(2026, 6, 30), True), (date(2026, 7, 1), False)],
)
def test_it_starts_before_it_ends(app, cast, starts_on, right):
    if right:
        assert create(cast, starts_on=starts_on).starts_on == starts_on
        return
    with pytest.raises(Refused) as error:
        create(cast, starts_on=starts_on)
    assert list(problems(error)) == ["starts_on"]


@pytest.mark.parametrize(("due", "right"), [(date(2026, 4, 9), False), (date(2026, 4, 10), True)])
def test_a_milestone_comes_after_the_start(app, cast, due, right):
    wanted = {"starts_on": date(2026, 4, 10), "milestone_title": "Del", "milestone_due": due}
    if right:
        create(cast, **wanted)
        return
    with pytest.raises(Refused) as error:
        create(cast, **wanted)
    assert list(problems(error)) == ["milestone_due"]


@pytest.mark.parametrize(
    ("field", "longest"), [("effect_measure", 10_000), ("cost", 1_000), ("description", 10_000)]
)
def test_texts_have_their_limits(app, cast, field, longest):
    assert getattr(create(cast, **{field: "å" * longest}), field) == "å" * longest
    with pytest.raises(Refused) as error:
        create(cast, **{field: "å" * (longest + 1)})
    assert list(problems(error)) == [field]


class TestOwnersUnit:
    def test_an_outsider_owns_only_when_it_is_meant(self, app, cast):
        with pytest.raises(Refused) as error:
            create(cast, owner_text="Sten Främling")
        assert problems(error) == {
            "owner_text": "Sten Främling hör till Skolförvaltningen, inte till "
            "Kommunledningsförvaltningen. Välj en annan ägare, eller kryssa i att det ska vara så."
        }
        assert isinstance(error.value.problems[0], OutsideOwner)
        assert create(cast, owner_text="Sten Främling", outside_ok=True).owner == cast.stranger

    @pytest.mark.parametrize("who", ["director", "unit_director", "owner"])
    def test_who_belongs(self, app, cast, who):
        person = getattr(cast, who)
        assert create(cast, owner_text=person.email).owner == person

    def test_an_outsider_who_owns_already_stays(self, app, cast):
        edit(cast, owner_text="Sten Främling", outside_ok=True)
        assert edit(cast, title="Ny rubrik").owner == cast.stranger

    def test_a_new_unit_is_asked_about_too(self, app, cast):
        with pytest.raises(Refused) as error:
            edit(cast, unit_id=cast.other_unit.id)
        assert list(problems(error)) == ["owner_text"]


class TestContributors:
    def test_the_owner_is_dropped_silently(self, app, cast):
        action = create(cast, owner_text="Olle Ägare", contributors=("Olle Ägare", "Karin Kollega"))
        assert action.contributors == [cast.colleague]

    def test_unknown_names_are_all_named(self, app, cast):
        with pytest.raises(Refused) as error:
            create(cast, contributors=("Ingen", "Karin Kollega", "Ingen Heller 🙂"))
        assert "”Ingen”, ”Ingen Heller 🙂”" in problems(error)["contributors"]

    def test_who_cannot_report_cannot_help(self, app, cast):
        with pytest.raises(Refused, match="Lena Ledamot har ingen roll"):
            create(cast, contributors=("Lena Ledamot",))

    def test_twenty_at_most(self, app, cast):
        people = [
            make_user(f"Chef {n}", RoleAssignment(role=Role.MANAGER, unit=cast.unit))
            for n in range(21)
        ]
        db.session.add_all(people)
        db.session.commit()
        names = tuple(person.name for person in people)
        assert len(create(cast, contributors=names[:20]).contributors) == 20
        with pytest.raises(Refused, match="högst 20"):
            create(cast, contributors=names)

    def test_a_change_raises_the_version(self, app, cast):
        before = cast.action.version
        action = edit(cast, contributors=("Karin Kollega",))
        assert action.version == before + 1
        data = journal.history("action", action.id)[0].data
        assert data == {"contributors": [[], ["Karin Kollega"]]}

    def test_one_whose_account_closed_may_stay(self, app, cast):
        edit(cast, contributors=("Karin Kollega",))
        cast.colleague.deactivated_at = NOW
        db.session.commit()
        assert edit(cast, title="Annan").contributors == [cast.colleague]


class TestPlan:
    def close(self, cast):
        cast.plan.closed_on, cast.plan.closed_by_id = TODAY, cast.director.id
        db.session.commit()

    def test_nothing_is_added_to_a_closed_plan(self, app, cast):
        self.close(cast)
        with pytest.raises(RuleBroken, match="är avslutad"):
            create(cast)
        with pytest.raises(RuleBroken, match="är avslutad"):
            edit(cast, title="Annan")

    def test_but_an_owner_may_hand_over(self, app, cast):
        self.close(cast)
        assert edit(cast, owner_text="Karin Kollega").owner == cast.colleague

    def test_the_newest_open_plan_that_is_adopted_gets_it(self, app, cast):
        open_plan = ActionPlan(title="Öppen", created_at=NOW, state=PlanState.ADOPTED)
        draft = ActionPlan(title="Utkast", created_at=NOW)
        closed = ActionPlan(
            title="Stängd",
            created_at=NOW,
            state=PlanState.ADOPTED,
            closed_on=TODAY,
            closed_by_id=cast.director.id,
        )
        db.session.add_all([open_plan, closed, draft])
        db.session.commit()
        assert create(cast).plan == open_plan
        for plan in (cast.plan, open_plan):
            plan.closed_on, plan.closed_by_id = TODAY, cast.director.id
        db.session.commit()
        assert create(cast).plan == draft
        cast.plan.closed_on = cast.plan.closed_by_id = None
        cast.plan.evaluation_id = cast.evaluation.id
        db.session.commit()
        assert create(cast, point_ids=(cast.points[0].id,)).plan == cast.plan

    def test_a_point_of_a_plan_decides(self, any_app, cast):
        own = ActionPlan(title="Eget program", created_at=NOW)
        own.points = [PlanPoint(position=1, label="I", text="Enklare väg in")]
        newest = ActionPlan(title="Nyast", created_at=NOW)
        db.session.add_all([own, newest])
        db.session.commit()
        action = create(cast, plan_point_ids=(own.points[0].id,))
        assert (action.plan, action.plan_points) == (own, own.points)
        with pytest.raises(RuleBroken, match="annan plan"):
            create(cast, plan_point_ids=(own.points[0].id,), plan_id=newest.id)
        with pytest.raises(NotFound):
            create(cast, plan_point_ids=(9999,))


def test_slippage_counts_from_the_first_deadline(app, cast):
    edit(cast, deadline=date(2026, 5, 30), deadline_reason="Upphandlingen.")
    edit(cast, deadline=date(2026, 6, 14), deadline_reason="Igen.")
    assert cast.action.first_deadline == date(2026, 4, 30)
    assert slippage(cast.action.first_deadline, cast.action.deadline) == 45
