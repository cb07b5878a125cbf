"""The demo: a whole story, the same each time, as large as one wants."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, make_url, select

from tests.helpers.apps import entered, make_app, settings
from tests.helpers.cast import CHEAP, NOW, TODAY, Cast, make_action, make_user
from tests.helpers.logged_in import log_in
from tests.helpers.postgres import PostgresServer
from tests.services.mailing import deliver, messages, plan, post
from tracker.domain.calendar import next_working_day
from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Role
from tracker.domain.statuses import ActionStatus, Timeliness, timeliness
from tracker.extensions import db
from tracker.models import (
    Action,
    ActionPlan,
    Base,
    Decision,
    Evaluation,
    Evidence,
    ImprovementPoint,
    JournalEntry,
    Milestone,
    StatusUpdate,
    User,
    action_point,
)
from tracker.services import journal
from tracker.services.accounts import passwords
from tracker.services.actions.mine import HOME
from tracker.services.demo import demo_logins, load_demo
from tracker.services.rounds.listing import rounds_listed


def load(**sizes: int) -> list[Any]:
    """The demo at NOW."""
    return list(load_demo(post=post(), now=NOW, **sizes))


def count(table: type[Base]) -> int:
    """Its number of rows."""
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def dump() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    return {
        table.name: sorted((tuple(row) for row in db.session.execute(select(table))), key=repr)
        for table in Base.metadata.sorted_tables
    }


def every_action() -> list[Action]:
    """All actions of the story."""
    return list(db.session.scalars(select(Action)))


def load_into(folder: Path, url: str = "") -> None:
    """The demo at NOW, into a migrated database."""
    with pytest.MonkeyPatch.context() as patch, entered(make_app(settings(folder, url))):
        patch.setattr(passwords, "_hasher", CHEAP)
        load()


@pytest.fixture(scope="module")
def sqlite_with_demo(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the demo, to be copied."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copy(sqlite_template, folder / "atgarda.db")
    load_into(folder)
    return folder / "atgarda.db"


@pytest.fixture(scope="module")
def postgres_with_demo(
    postgres_server: PostgresServer,
    postgres_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The name of a PostgreSQL database with the demo, to be copied."""
    with postgres_server.database(postgres_template) as url:
        load_into(tmp_path_factory.mktemp("demo"), url)
        yield make_url(url).database or ""


@pytest.fixture
def demo(tmp_path: Path, sqlite_with_demo: Path) -> Iterator[Flask]:
    """The product on the demo at NOW, in SQLite."""
    shutil.copy(sqlite_with_demo, tmp_path / "atgarda.db")
    with entered(make_app(settings(tmp_path))) as made:
        yield made


@pytest.fixture
def pg_demo(
    tmp_path: Path, postgres_server: PostgresServer, postgres_with_demo: str
) -> Iterator[Flask]:
    """The same in PostgreSQL."""
    with (
        postgres_server.database(postgres_with_demo) as url,
        entered(make_app(settings(tmp_path, url))) as made,
    ):
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def any_demo(request: pytest.FixtureRequest) -> Flask:
    """For what must hold on both databases."""
    made: Flask = request.getfixturevalue("demo" if request.param == "sqlite" else "pg_demo")
    return made


class TestStory:
    def test_every_role_can_log_in(self, any_demo: Flask) -> None:
        people = demo_logins()
        assert {person.role for person in people} == {role.value for role in Role}
        for role in Role:
            one = next(person for person in people if person.role == role)
            user, _ = log_in(one.email, one.password, now=NOW)
            assert (user.name, user.has_role(role)) == (one.name, True)

    def test_every_status_and_situation(self, any_demo: Flask) -> None:
        actions = every_action()
        assert {action.status for action in actions} == set(ActionStatus)
        seen = {timeliness(a.status, a.deadline, heard(a), TODAY) for a in actions}
        assert seen == set(Timeliness)
        assert any(a.owner is None for a in actions)
        assert any(a.deadline != a.first_deadline for a in actions)
        assert all(a.dropped_reason for a in actions if a.status is ActionStatus.DROPPED)
        assert all(a.evidence for a in actions if a.status is ActionStatus.VERIFIED)
        assert count(Milestone) and count(Evidence)

    def test_two_evaluations_with_points_that_repeat(self, any_demo: Flask) -> None:
        first, second = db.session.scalars(select(Evaluation).order_by(Evaluation.month))
        assert (first.ordinal, second.ordinal) == (1, 2)
        assert first.municipality.is_own
        repeated = db.session.scalars(
            select(ImprovementPoint).where(ImprovementPoint.repeats_id.is_not(None))
        ).all()
        assert repeated
        assert {p.evaluation_id for p in repeated} == {second.id}

    def test_it_makes_plan_one(self, any_demo: Flask) -> None:
        assert [plan.id for plan in db.session.scalars(select(ActionPlan))] == [1]

    def test_committees_meet_on_working_days(self, app: Flask) -> None:
        load_demo(post=post(), now=NOW.replace(month=11, day=21))
        days = list(db.session.scalars(select(Decision.decided_on)))
        assert days and [next_working_day(day) for day in days] == days
        assert journal.verify()

    def test_its_journal_holds(self, any_demo: Flask) -> None:
        found = journal.verify()
        assert found and found.entries > 100
        moments = db.session.scalars(
            select(JournalEntry.at)
            .where(JournalEntry.subject == "action")
            .order_by(JournalEntry.id)
        ).all()
        assert list(moments) == sorted(moments)

    def test_nothing_in_it_lies_ahead(self, demo: Flask) -> None:
        assert max(db.session.scalars(select(StatusUpdate.at))) <= NOW
        assert max(db.session.scalars(select(Action.created_at))) <= NOW

    # In the midst of a tertial, and where the year ends; above and in TestRounds are other days.
    @pytest.mark.parametrize("month", [6, 12])
    def test_it_can_be_told_on_any_day(self, app: Flask, month: int) -> None:
        load_demo(post=post(), now=NOW.replace(month=month, day=28, hour=23))
        assert journal.verify()


def heard(action: Action) -> Any:
    """The local day of the last word on an action (all demo instants lie at the same hour)."""
    return max([action.created_at, *(update.at for update in action.updates)]).date()


class TestRounds:
    @pytest.mark.parametrize("month", [1, 3, 5, 9, 12])
    def test_one_goes_on_and_the_last_usual_one_is_over(self, app: Flask, month: int) -> None:
        now = NOW.replace(month=month, day=28)
        load_demo(post=post(), now=now)
        karin = db.session.scalars(select(User).where(User.name.startswith("Karin"))).one()
        asked = {"by": karin, "today": now.date(), "zone": HOME, "page": 1, "size": 9}
        (current, past, earlier), _ = rounds_listed(**asked)
        assert (current.state.value, past.state.value) == ("open", "ended")
        assert 0 < current.share.answered < current.share.asked
        assert current.share.silent and past.share.asked
        # Most answered in the past rounds, and not everybody did.
        for one in (past, earlier):
            assert one.share.answered > one.share.asked / 2
        assert earlier.share.missing
        assert past.span.name.startswith(("Tertial", "Årsbokslut"))
        assert journal.verify()


class TestReminders:
    def test_one_mail_each_then_none_then_at_most_one(self, any_demo: Flask) -> None:
        told_before = len(messages())
        first = plan()
        names = [mail.address for mail in first.mails]
        assert names and len(names) == len(set(names))
        assert deliver() == {"sent": len(names)}
        assert plan().mails == ()
        assert deliver() == {}
        later = plan(now=NOW + timedelta(days=10))
        again = [mail.address for mail in later.mails]
        assert len(again) == len(set(again))
        assert len(messages()) == told_before + len(names) + len(again)

    def test_nobody_is_told_what_they_were_told_when_it_was_new(self, demo: Flask) -> None:
        assert not [mail for mail in plan().mails if "ny för dig" in mail.subject]


class TestRefusal:
    def test_where_people_are_already(self, any_app: Flask, cast: Cast) -> None:
        people = count(User)
        with pytest.raises(RuleBroken, match="redan användare"):
            load()
        db.session.rollback()
        assert count(User) == people
        assert count(ActionPlan) == 1

    def test_twice(self, any_demo: Flask) -> None:
        with pytest.raises(RuleBroken):
            load()


def test_no_demo_no_logins(app: Flask, cast: Cast) -> None:
    assert demo_logins() == []


class TestSize:
    def test_the_same_again(self, app: Flask, tmp_path: Path, sqlite_template: Path) -> None:
        load(people=30, actions=60)
        assert (count(User), count(Action)) == (30, 60)
        once = dump()
        db.session.remove()
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        shutil.copy(sqlite_template, elsewhere / "atgarda.db")
        with make_app(settings(elsewhere)).app_context():
            load(people=30, actions=60)
            again = dump()
            db.session.remove()
            db.engine.dispose()
        assert again == once

    def test_a_small_total_leaves_the_story_whole(self, app: Flask) -> None:
        load(people=1, actions=1)
        assert (count(User), count(Action)) == (26, 34)

    def test_many_and_life_goes_on(self, any_app: Flask) -> None:
        load(people=60, actions=300)
        assert (count(User), count(Action)) == (60, 300)
        linked = select(func.count(func.distinct(action_point.c.action_id)))
        assert (db.session.scalar(linked) or 0) >= 300 - 34
        plan_row = db.session.scalars(select(ActionPlan)).one()
        newcomer = make_user("Ny Person")
        action = make_action(plan_row, "En till", owner=newcomer)
        db.session.add_all([newcomer, action])
        db.session.commit()
        assert newcomer.id == 61
        assert action.id == 301
        db.session.add(
            StatusUpdate(action_id=action.id, author=newcomer, at=NOW, health="on_track")
        )
        db.session.commit()
        assert journal.verify()
