"""A person's calendar: what stands in it, who reaches it, and how it is written."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.cast import NOW, make_action
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.domain.statuses import ActionStatus
from tracker.domain.text import normalise_space
from tracker.extensions import db
from tracker.models import Milestone
from tracker.reports.ical import Event, calendar
from tracker.services import calendars, journal
from tracker.services.calendars import close_address, feed, renew_address, token_of

SECRET = "en hemlighet för prov"
BASE = "https://atgarda.example/plan"
CHANGED = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def token(cast):
    renew_address(by=cast.owner, now=NOW)
    return token_of(cast.owner, SECRET)


def read(token):
    return icalendar.Calendar.from_ical(feed(token, secrets=(SECRET,), base_url=BASE).content)


def events(token):
    return read(token).events


def summaries(token):
    return [str(event["SUMMARY"]) for event in events(token)]


class TestWhatStandsInIt:
    def test_deadlines_milestones_and_forecasts_that_differ_by_day(self, cast, token):
        cast.action.forecast = date(2026, 5, 29)
        db.session.commit()
        assert summaries(token) == [
            "Delsteg: Mall för svar (Återkoppla synpunkter på webben)",
            "Slutdatum: Återkoppla synpunkter på webben",
            "Prognos: Återkoppla synpunkter på webben",
        ]

    def test_what_is_finished_or_as_forecast_is_gone(self, cast, token):
        cast.action.forecast = cast.action.deadline
        cast.action.milestones[0].done_on = date(2026, 3, 1)
        db.session.commit()
        assert summaries(token) == ["Slutdatum: Återkoppla synpunkter på webben"]
        cast.action.status = ActionStatus.DROPPED
        cast.action.dropped_on, cast.action.dropped_by = date(2026, 3, 1), "KS"
        cast.action.dropped_reason = "Behövs inte."
        db.session.commit()
        assert summaries(token) == []

    def test_what_one_contributes_to_is_marked(self, cast, token):
        cast.other_action.contributors = [cast.owner]
        cast.action.contributors = [cast.owner]
        db.session.commit()
        assert "Slutdatum: Elevernas egna frågor (medverkar)" in summaries(token)
        assert len(summaries(token)) == 3

    def test_a_director_has_only_their_own(self, cast):
        renew_address(by=cast.director, now=NOW)
        assert summaries(token_of(cast.director, SECRET)) == []

    def test_it_speaks_the_language_of_its_person(self, cast, token):
        swedish = feed(token, secrets=(SECRET,), base_url=BASE)
        cast.owner.locale = "en"
        db.session.commit()
        assert len(events(token)) == 2
        assert swedish.content.count(b"Slutdatum") == 2

    def test_an_event_is_whole(self, cast, token):
        journal.record("action.edit", "action", cast.action.id, {}, by=cast.owner, now=CHANGED)
        db.session.commit()
        last = journal.history("action", cast.action.id)[0]
        event = events(token)[-1]
        assert event["UID"] == f"deadline-{cast.action.id}@atgarda.example"
        assert event["URL"] == f"{BASE}/actions/{cast.action.id}"
        assert event.start == date(2026, 4, 30)
        assert event["SEQUENCE"] == last.id
        assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt == CHANGED
        assert event["CATEGORIES"].cats == ["Åtgärda", "Slutdatum"]

    def test_a_change_keeps_the_uid_and_raises_the_sequence(self, cast, token):
        before = events(token)[-1]
        cast.action.deadline = date(2026, 6, 30)
        journal.record("action.edit", "action", cast.action.id, {}, by=cast.owner, now=NOW)
        db.session.commit()
        after = events(token)[-1]
        assert after["UID"] == before["UID"]
        assert after["SEQUENCE"] > before["SEQUENCE"]
        assert after.start == date(2026, 6, 30)

    def test_the_first_five_hundred_are_enough(self, cast, token):
        days = [date(2026, 5, 1) + timedelta(days=n) for n in range(520)]
        db.session.add_all(
            make_action(cast.plan, f"Åtgärd {day}", owner=cast.owner, deadline=day) for day in days
        )
        db.session.commit()
        found = events(token)
        assert len(found) == calendars.MOST_EVENTS
        assert found[-1].start == days[497]

    @pytest.mark.parametrize("many", [1, 30])
    def test_it_costs_three_questions(self, cast, token, count_queries, many):
        for number in range(many):
            action = make_action(cast.plan, f"Fler {number}", owner=cast.owner)
            action.milestones = [Milestone(title="Del", due=date(2026, 4, 1))]
            db.session.add(action)
        db.session.commit()
        db.session.expunge_all()
        with count_queries() as counted:
            feed(token, secrets=(SECRET,), base_url=BASE)
        # The person, their roles, and all the days at once.
        assert counted.number == 3

    def test_both_databases_say_the_same(self, any_app, cast):
        cast.action.forecast = date(2026, 5, 29)
        cast.other_action.contributors = [cast.owner]
        renew_address(by=cast.owner, now=NOW)
        assert [event.start for event in events(token_of(cast.owner, SECRET))] == [
            date(2026, 3, 20),
            date(2026, 4, 30),
            date(2026, 4, 30),
            date(2026, 5, 29),
        ]


class TestAddress:
    def test_there_is_none_until_one_is_made(self, cast):
        assert token_of(cast.owner, SECRET) is None

    def test_it_depends_on_person_count_and_secret(self, cast, token):
        assert token.startswith(f"{cast.owner.id}-")
        assert token_of(cast.owner, "en annan hemlighet") != token
        renew_address(by=cast.owner, now=NOW)
        assert token_of(cast.owner, SECRET) != token

    def test_a_new_one_ends_the_old(self, cast, token):
        renew_address(by=cast.owner, now=NOW)
        with pytest.raises(NotFound):
            read(token)
        assert summaries(token_of(cast.owner, SECRET))

    def test_no_closed_one_ever_comes_back(self, cast):
        seen = set()
        for _ in range(3):
            renew_address(by=cast.owner, now=NOW)
            seen.add(token_of(cast.owner, SECRET))
            close_address(by=cast.owner, now=NOW)
            assert token_of(cast.owner, SECRET) is None
        assert len(seen) == 3
        for token in seen:
            with pytest.raises(NotFound):
                read(token)

    def test_closing_twice_is_refused(self, cast, token):
        close_address(by=cast.owner, now=NOW)
        with pytest.raises(RuleBroken, match="redan avstängd"):
            close_address(by=cast.owner, now=NOW)

    def test_the_journal_names_the_deed_and_keeps_the_secret(self, cast, token):
        close_address(by=cast.owner, now=NOW)
        entries = journal.history("user", cast.owner.id)
        assert [entry.deed for entry in entries] == ["user.calendar_close", "user.calendar_renew"]
        assert [entry.data for entry in entries] == [{}, {}]

    @pytest.mark.parametrize("who", ["member", "admin"])
    def test_who_has_no_actions_gets_none(self, cast, who):
        with pytest.raises(Forbidden):
            renew_address(by=getattr(cast, who), now=NOW)

    def test_a_closed_account_and_a_lost_role_end_it(self, cast, token):
        cast.owner.roles[0].role = cast.member.roles[0].role
        db.session.commit()
        with pytest.raises(NotFound):
            read(token)

    def test_a_deactivated_person_has_none(self, cast, token):
        cast.owner.deactivated_at = NOW
        db.session.commit()
        with pytest.raises(NotFound):
            read(token)

    def test_no_other_text_opens_it(self, cast, token):
        number, _, sum_ = token.partition("-")
        for wrong in (
            "",
            "-",
            number,
            sum_,
            f"{number}-",
            f"{number}-{'0' * 32}",
            f"{cast.colleague.id}-{sum_}",
            f"0{token}",
            f" {token}",
            f"{token}\n",
            f"{token}\0",
            token.upper() if token.upper() != token else "A",
            token.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
            f"99999999999-{sum_}",
            f"2147483648-{sum_}",
            f"9999999999-{sum_}",
            "9" * 10_000,
            "å" * 10_000,
            "1-" + "a" * 10_000,
        ):
            with pytest.raises(NotFound):
                read(wrong)


class TestWriting:
    def test_the_same_days_give_the_same_bytes(self, cast, token):
        one, two = (feed(token, secrets=(SECRET,), base_url=BASE) for _ in range(2))
        assert one == two
        cast.action.title = "Ett annat namn"
        db.session.commit()
        assert feed(token, secrets=(SECRET,), base_url=BASE).tag != one.tag

    def test_lines_are_short_and_end_as_they_should(self):
        content = calendar("Mina", [_event("Räksmörgås, ; \\ " * 40)])
        lines = content.split(b"\r\n")
        assert max(map(len, lines)) <= 75
        assert b"\n" not in content.replace(b"\r\n", b"")
        assert b"DTSTART;VALUE=DATE:20260430" in lines

    def test_the_last_day_of_the_calendar_is_a_day(self):
        content = calendar("Mina", [_event("Sist", date.max)])
        assert icalendar.Calendar.from_ical(content).events[0].start == date.max

    @settings(max_examples=150)
    @given(st.text(st.characters(codec="utf-8")) | st.sampled_from(',;:\n\r\t\\"😀\u202e\0'))
    def test_whatever_is_typed_comes_back(self, text):
        title = f"a{text}z"
        (event,) = icalendar.Calendar.from_ical(calendar("Mina", [_event(title)])).events
        assert str(event["SUMMARY"]) == normalise_space(title)

    def test_ten_thousand_letters_come_back(self):
        title = "Å,;\\\n🙂" * 2_000
        (event,) = icalendar.Calendar.from_ical(calendar("Mina", [_event(title)])).events
        assert str(event["SUMMARY"]) == normalise_space(title)


def _event(summary, day=date(2026, 4, 30)):
    return Event("uid@x", day, summary, f"{BASE}/actions/1", ("Åtgärda",), 1, CHANGED)
