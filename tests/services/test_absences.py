"""Saying when one is away: what will do, what is refused, and what the journal keeps."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.helpers.cast import NOW, TODAY, Cast, make_user
from tests.services.mailing import at_once
from tracker.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from tracker.domain.permissions import Role
from tracker.extensions import db
from tracker.models import Absence, RoleAssignment, User
from tracker.services import absences, departures, journal, people, stand_ins
from tracker.services.absence_rules import Wanted
from tracker.services.accounts import preferences
from tracker.services.actions.rules import Refused

DAY = timedelta(days=1)
FIRST, LAST = TODAY + 7 * DAY, TODAY + 11 * DAY


def wanted(delegate: User | str, first: date | None = FIRST, last: date | None = LAST) -> Wanted:
    return Wanted(first, last, delegate if isinstance(delegate, str) else delegate.email)


def add(person: User, delegate: User | str, first=FIRST, last=LAST, **by) -> Absence:
    told = {"by": person, "now": NOW, "today": TODAY, **by}
    return absences.add_absence(person.id, wanted(delegate, first, last), **told)


def listed(person: User, today: date = TODAY) -> list[tuple[str, str, str]]:
    shown = absences.absences_of(person.id, by=person, today=today)
    return [(str(one.starts_on), str(one.ends_on), one.delegate) for one in shown]


def entries(count: int = 1) -> list[tuple[str, str, dict[str, object]]]:
    return [(e.deed, e.subject, e.data) for e in journal.latest(count)]


class TestAdding:
    def test_it_is_listed_and_journalled(self, any_app, cast: Cast) -> None:
        absence = add(cast.owner, "karin kollega")
        assert listed(cast.owner) == [("2026-03-09", "2026-03-13", "Karin Kollega")]
        assert entries() == [
            (
                "absence.add",
                "user",
                {
                    "absence_id": absence.id,
                    "starts_on": [None, "2026-03-09"],
                    "ends_on": [None, "2026-03-13"],
                    "delegate_id": [None, cast.colleague.id],
                    "delegate": [None, "Karin Kollega"],
                },
            )
        ]

    def test_an_administrator_does_it_for_somebody_who_fell_ill(self, app, cast: Cast) -> None:
        add(cast.owner, cast.colleague, TODAY - 2 * DAY, TODAY, by=cast.admin)
        assert listed(cast.owner) == [("2026-02-28", "2026-03-02", "Karin Kollega")]
        assert journal.latest(1)[0].actor_id == cast.admin.id

    @pytest.mark.parametrize("who", ["director", "colleague", "member"])
    def test_nobody_else_does_it_for_others(self, app, cast: Cast, who: str) -> None:
        with pytest.raises(Forbidden):
            add(cast.owner, cast.colleague, by=getattr(cast, who))
        with pytest.raises(Forbidden):
            absences.absences_of(cast.owner.id, by=getattr(cast, who), today=TODAY)

    def test_somebody_who_does_not_exist(self, app, cast: Cast) -> None:
        with pytest.raises(NotFound):
            absences.absences_of(2**40 % 2**31, by=cast.admin, today=TODAY)

    @pytest.mark.parametrize(
        ("first", "last", "told"),
        [
            (None, LAST, ("starts_on", "första dagen")),
            (FIRST, None, ("ends_on", "sista dagen")),
            (LAST, FIRST, ("ends_on", "före den första")),
            (TODAY - 9 * DAY, TODAY - DAY, ("ends_on", "redan passerat")),
            (TODAY, TODAY + 366 * DAY, ("ends_on", "högst ett år")),
            (date(1026, 3, 9), LAST, ("starts_on", "årtalet")),
            (FIRST, date(9999, 12, 31), ("ends_on", "årtalet")),
        ],
    )
    def test_days_that_will_not_do(self, app, cast, first, last, told) -> None:
        with pytest.raises(Refused) as refused:
            add(cast.owner, cast.colleague, first, last)
        (problem,) = refused.value.problems
        field, words = told
        assert (problem.field, words in str(problem)) == (field, True)
        assert listed(cast.owner) == []

    @pytest.mark.parametrize(
        ("delegate", "words"),
        [
            ("", "Skriv vem"),
            ("   ", "Skriv vem"),
            ("Nils Ingen", "inget konto"),
            ("\x00\u202e🦆", "inget konto"),
            ("x" * 10_000, "inget konto"),
            ("=1+1@x.example", "inget konto"),
        ],
    )
    def test_texts_that_mean_nobody(self, app, cast, delegate, words) -> None:
        with pytest.raises(Refused) as refused:
            add(cast.owner, delegate)
        assert refused.value.field == "delegate"
        assert words in str(refused.value)

    @pytest.mark.parametrize(
        ("who", "words"),
        [
            ("owner", "någon annan än den som är borta"),
            ("member", "ingen roll"),
            ("admin", "ingen roll"),
        ],
    )
    def test_people_who_cannot_act(self, app, cast, who, words) -> None:
        with pytest.raises(RuleBroken, match=words) as refused:
            add(cast.owner, getattr(cast, who))
        assert refused.value.field == "delegate"

    def test_two_of_one_name(self, app, cast: Cast) -> None:
        twin = make_user("Karin Kollega", RoleAssignment(role=Role.MANAGER, unit=cast.unit))
        twin.email = twin.email_key = "karin.tva@testkoping.example"
        db.session.add(twin)
        db.session.commit()
        with pytest.raises(RuleBroken, match="Flera personer"):
            add(cast.owner, "Karin Kollega")
        add(cast.owner, twin)

    def test_all_that_is_wrong_is_said_at_once(self, app, cast: Cast) -> None:
        with pytest.raises(Refused) as refused:
            add(cast.owner, "", None, None)
        fields = [problem.field for problem in refused.value.problems]
        assert fields == ["starts_on", "ends_on", "delegate"]

    @pytest.mark.parametrize(("first", "last"), [(0, 0), (-3, 0), (4, 9), (1, 2), (-9, 20)])
    def test_days_that_are_taken(self, app, cast: Cast, first: int, last: int) -> None:
        add(cast.owner, cast.colleague)
        start = max(FIRST + first * DAY, TODAY)
        with pytest.raises(RuleBroken, match="från 2026-03-09 till 2026-03-13"):
            add(cast.owner, cast.unit_director, start, FIRST + last * DAY)

    def test_the_days_beside_are_free(self, app, cast: Cast) -> None:
        add(cast.owner, cast.colleague)
        add(cast.owner, cast.colleague, FIRST - DAY, FIRST - DAY)
        add(cast.owner, cast.colleague, LAST + DAY, LAST + DAY)
        assert len(listed(cast.owner)) == 3

    def test_whoever_gets_no_reminders_needs_nobody(self, app, cast: Cast) -> None:
        with pytest.raises(RuleBroken, match="inga påminnelser"):
            add(cast.member, cast.colleague, by=cast.admin)


class TestNobodyLeft:
    def test_two_who_are_away_for_each_other(self, app, cast: Cast) -> None:
        add(cast.colleague, cast.owner)
        with pytest.raises(RuleBroken, match="2026-03-13, och då svarar ingen") as refused:
            add(cast.owner, cast.colleague, LAST, LAST + 5 * DAY)
        assert refused.value.field == "delegate"

    def test_a_ring_of_three(self, app, cast: Cast) -> None:
        add(cast.colleague, cast.unit_director)
        add(cast.unit_director, cast.owner)
        with pytest.raises(RuleBroken, match="då svarar ingen"):
            add(cast.owner, cast.colleague)

    def test_a_chain_with_somebody_at_its_end_will_do(self, app, cast: Cast) -> None:
        add(cast.colleague, cast.unit_director)
        add(cast.owner, cast.colleague)

    def test_two_at_the_same_moment(self, pg_app, cast: Cast) -> None:
        ids = (cast.owner.id, cast.colleague.id)

        def work(person_id: int, delegate_id: int):
            def run() -> None:
                person = db.session.get_one(User, person_id)
                add(person, db.session.get_one(User, delegate_id))

            return run

        results = at_once(pg_app, [work(*ids), work(*ids[::-1])])
        assert sorted(type(one).__name__ for one in results) == ["NoneType", "RuleBroken"] or (
            len([one for one in results if isinstance(one, RuleBroken)]) == 1
        )
        assert db.session.query(Absence).count() == 1


def change(absence: Absence, seen: str, delegate, first=FIRST, last=LAST) -> Absence:
    person = absence.user
    told = {"by": person, "now": NOW, "today": TODAY}
    data = wanted(delegate, first, last)
    return absences.change_absence(person.id, absence.id, data, seen, **told)


class TestChanging:
    def seen(self, absence: Absence) -> str:
        by, day = absence.user, absence.ends_on
        return absences.absence_of(by.id, absence.id, by=by, today=min(day, TODAY)).seen

    def test_the_journal_says_from_and_to(self, app, cast: Cast) -> None:
        absence = add(cast.owner, cast.colleague)
        change(absence, self.seen(absence), cast.unit_director, FIRST, LAST - DAY)
        assert listed(cast.owner) == [("2026-03-09", "2026-03-12", "Frida Chef")]
        ((deed, _, data),) = entries()
        assert deed == "absence.change"
        assert data["ends_on"] == ["2026-03-13", "2026-03-12"]
        assert data["delegate"] == ["Karin Kollega", "Frida Chef"]
        assert "starts_on" not in data

    def test_nothing_changed_is_nothing_journalled(self, app, cast: Cast) -> None:
        absence = add(cast.owner, cast.colleague)
        change(absence, self.seen(absence), cast.colleague)
        assert entries()[0][0] == "absence.add"

    def test_it_may_overlap_itself(self, app, cast: Cast) -> None:
        absence = add(cast.owner, cast.colleague)
        change(absence, self.seen(absence), cast.colleague, FIRST + DAY, LAST + DAY)

    def test_two_tabs(self, app, cast: Cast) -> None:
        absence = add(cast.owner, cast.colleague)
        seen = self.seen(absence)
        change(absence, seen, cast.unit_director)
        with pytest.raises(Conflict):
            change(absence, seen, cast.colleague, FIRST, LAST + DAY)
        assert listed(cast.owner) == [("2026-03-09", "2026-03-13", "Frida Chef")]

    @pytest.mark.parametrize("key", [0, 999_999, 2**31 - 1])
    def test_what_is_missing(self, app, cast: Cast, key: int) -> None:
        told = {"by": cast.owner, "now": NOW, "today": TODAY}
        with pytest.raises(NotFound):
            absences.end_absence(cast.owner.id, key, **told)

    def test_anothers_is_not_reached_by_its_key(self, app, cast: Cast) -> None:
        absence = add(cast.owner, cast.colleague)
        told = {"by": cast.colleague, "now": NOW, "today": TODAY}
        with pytest.raises(NotFound):
            absences.end_absence(cast.colleague.id, absence.id, **told)


class TestEnding:
    def end(self, absence: Absence, today: date = TODAY) -> absences.Ended:
        by = absence.user
        return absences.end_absence(by.id, absence.id, by=by, now=NOW, today=today)

    def undo(self, person: User, ended: absences.Ended, today: date = TODAY) -> None:
        absences.undo_end(person.id, ended.entry_id, by=person, now=NOW, today=today)

    def test_what_is_to_come_is_taken_away_and_put_back(self, app, cast: Cast) -> None:
        ended = self.end(add(cast.owner, cast.colleague))
        assert ended.removed
        assert (listed(cast.owner), entries()[0][0]) == ([], "absence.remove")
        self.undo(cast.owner, ended)
        assert listed(cast.owner) == [("2026-03-09", "2026-03-13", "Karin Kollega")]
        with pytest.raises(RuleBroken):
            self.undo(cast.owner, ended)

    def test_whoever_is_back_has_been_away_until_yesterday(self, app, cast: Cast) -> None:
        absence = add(cast.owner, cast.colleague, FIRST, LAST)
        ended = self.end(absence, today=FIRST + 2 * DAY)
        assert not ended.removed
        assert absence.ends_on == FIRST + DAY
        assert listed(cast.owner, FIRST + 2 * DAY) == []
        self.undo(cast.owner, ended, today=FIRST + 2 * DAY)
        assert absence.ends_on == LAST
        with pytest.raises(RuleBroken, match="har ändrats sedan dess"):
            self.undo(cast.owner, ended, today=FIRST + 2 * DAY)

    def test_on_its_first_day_it_is_as_if_it_never_was(self, app, cast: Cast) -> None:
        assert self.end(add(cast.owner, cast.colleague), today=FIRST).removed

    def test_other_entries_undo_nothing(self, app, cast: Cast) -> None:
        add(cast.owner, cast.colleague)
        entry = journal.latest(1)[0]
        for person, key in ((cast.owner, entry.id), (cast.colleague, entry.id), (cast.owner, 99)):
            with pytest.raises(NotFound):
                absences.undo_end(person.id, key, by=person, now=NOW, today=TODAY)


class TestDelegates:
    def test_they_see_for_whom_they_act_and_until_when(self, any_app, cast: Cast) -> None:
        add(cast.owner, cast.colleague, TODAY, TODAY + DAY)
        add(cast.stranger, cast.colleague)
        stand_ins.with_stand_ins(cast.colleague, TODAY)
        duties = absences.duties_of(cast.colleague, today=TODAY)
        assert [(duty.name, duty.starts_on, duty.ends_on) for duty in duties] == [
            ("Olle Ägare", None, TODAY + DAY),
            ("Sten Främling", FIRST, LAST),
        ]

    def test_one_who_leaves_is_missed(self, app, cast: Cast) -> None:
        add(cast.owner, cast.colleague)
        assert absences.left_without(cast.colleague.id, today=TODAY) == ("Olle Ägare",)
        assert absences.left_without(cast.colleague.id, today=LAST + DAY) == ()
        departures.deactivate_person(
            cast.colleague.id, departures.Heirs("Frida Chef"), by=cast.admin, now=NOW
        )
        (shown,) = absences.absences_of(cast.owner.id, by=cast.owner, today=TODAY)
        assert shown.needs_delegate

    def test_one_who_acts_keeps_the_role_that_it_takes(self, app, cast: Cast) -> None:
        helper = make_user("Vera Vikarie", RoleAssignment(role=Role.MANAGER, unit=cast.unit))
        db.session.add(helper)
        db.session.commit()
        add(cast.owner, helper)
        role = helper.roles[0].id
        with pytest.raises(RuleBroken, match="svarar för Olle Ägare"):
            people.remove_role(helper.id, role, by=cast.admin, now=NOW)
        later = NOW + timedelta(days=30)
        people.remove_role(helper.id, role, by=cast.admin, now=later)


class TestWeekdays:
    def test_a_choice_is_journalled_once(self, app, cast: Cast) -> None:
        for _ in range(2):
            preferences.set_digest_weekday(4, by=cast.owner, now=NOW)
        assert cast.owner.digest_weekday == 4
        assert entries() == [("user.digest_weekday", "user", {"digest_weekday": [None, 4]})]
        preferences.set_digest_weekday(None, by=cast.owner, now=NOW)
        assert entries() == [("user.digest_weekday", "user", {"digest_weekday": [4, None]})]

    @pytest.mark.parametrize("weekday", [-1, 5, 6, 2**40])
    def test_a_day_that_is_none(self, app, cast: Cast, weekday: int) -> None:
        with pytest.raises(RuleBroken):
            preferences.set_digest_weekday(weekday, by=cast.owner, now=NOW)
