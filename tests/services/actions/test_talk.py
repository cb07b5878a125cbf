"""Comments: who says what to whom, and who never reads it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.helpers.cast import NOW, make_user
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.domain.permissions import Role
from tracker.extensions import db
from tracker.models import Comment, Mention, RoleAssignment
from tracker.services import journal
from tracker.services.actions.talk import (
    add_comment,
    mark_seen,
    remove_comment,
    talk_shown,
    unseen_mentions,
)

LATER = NOW + timedelta(hours=1)


def say(action, by, text, now=NOW):
    return add_comment(action.id, text, by=by, now=now)


def texts(talk):
    return [["".join(piece.text for piece in line) for line in one.lines] for one in talk.comments]


class TestSay:
    def test_in_its_order_line_by_line(self, any_app, cast):
        say(cast.action, cast.owner, "Först.\n\nSedan. <b>🙂</b>")
        say(cast.action, cast.director, "Bra!", LATER)
        talk = talk_shown(cast.action, cast.owner)
        assert texts(talk) == [["Först.", "", "Sedan. <b>🙂</b>"], ["Bra!"]]
        assert [one.own for one in talk.comments] == [True, False]
        entry = journal.history("comment", 1)[0]
        assert (entry.deed, entry.data) == (
            "comment.add",
            {"action": cast.action.id, "mentions": []},
        )
        assert journal.history("action", cast.action.id) == [], "no committee reads of it there"

    def test_a_double_click_is_one_comment(self, app, cast):
        say(cast.action, cast.owner, "Hej!")
        say(cast.action, cast.owner, "Hej!", NOW + timedelta(seconds=60))
        say(cast.action, cast.owner, "Hej!", LATER)
        assert db.session.query(Comment).count() == 2

    @pytest.mark.parametrize(
        ("text", "message"), [(" \n\x00", "Skriv en kommentar"), ("x" * 5001, "högst 5000 tecken")]
    )
    def test_what_is_no_comment(self, app, cast, text, message):
        with pytest.raises(RuleBroken, match=message) as error:
            say(cast.action, cast.owner, text)
        assert error.value.field == "text"

    @pytest.mark.parametrize(
        ("who", "error"),
        [
            ("director", None),
            ("unit_director", None),
            ("colleague", NotFound),
            ("stranger", NotFound),
            ("member", Forbidden),
            ("admin", Forbidden),
        ],
    )
    def test_who_may(self, app, cast, who, error):
        if error is None:
            say(cast.action, getattr(cast, who), "Hej!")
            return
        with pytest.raises(error):
            say(cast.action, getattr(cast, who), "Hej!")

    @pytest.mark.parametrize("who", ["member", "other_member", "stranger", "colleague", "admin"])
    def test_who_reads_nothing(self, app, cast, who):
        say(cast.action, cast.owner, "Internt.")
        assert talk_shown(cast.action, getattr(cast, who)) is None

    def test_a_contributor_reads_and_writes(self, app, cast):
        cast.action.contributors = [cast.colleague]
        db.session.commit()
        say(cast.action, cast.colleague, "Jag hjälper till.")
        assert texts(talk_shown(cast.action, cast.colleague)) == [["Jag hjälper till."]]


class TestMentions:
    def test_who_is_called_sees_it_until_they_say_so(self, any_app, cast):
        say(cast.action, cast.director, "@olle ägare, hur går det? @okänd @Dag Direktör")
        found = unseen_mentions(cast.owner)
        assert [(one.title, one.author) for one in found] == [
            ("Återkoppla synpunkter på webben", "Dag Direktör")
        ]
        assert found[0].excerpt.startswith("@olle ägare, hur går det?")
        talk = talk_shown(cast.action, cast.owner)
        assert talk.unseen
        names = [piece.text for piece in talk.comments[0].lines[0] if piece.calls]
        assert names == ["@olle ägare"], "nobody calls themselves, and the unknown stays text"
        mark_seen(cast.action.id, by=cast.owner, now=LATER)
        assert unseen_mentions(cast.owner) == ()
        assert not talk_shown(cast.action, cast.owner).unseen
        assert db.session.query(Mention).one().seen_at == LATER

    def test_who_answers_has_seen_it(self, app, cast):
        say(cast.action, cast.director, "@Olle Ägare?")
        say(cast.action, cast.owner, "@Dag Direktör: ja.", LATER)
        assert unseen_mentions(cast.owner) == ()
        assert len(unseen_mentions(cast.director)) == 1

    @pytest.mark.parametrize("who", ["stranger", "colleague", "member", "admin"])
    def test_nobody_is_called_who_cannot_read_it(self, app, cast, who):
        person = getattr(cast, who)
        with pytest.raises(RuleBroken, match=r"medverkande|en roll som inte läser") as error:
            say(cast.action, cast.owner, f"@{person.name} titta")
        assert person.name in str(error.value)
        assert error.value.field == "text"
        assert db.session.query(Comment).count() == 0

    def test_two_of_one_name(self, app, cast):
        twin = make_user("Olle Ägare", RoleAssignment(role=Role.MANAGER, unit=cast.unit))
        twin.email = twin.email_key = "olle2@testkoping.example"
        db.session.add(twin)
        db.session.commit()
        with pytest.raises(RuleBroken, match="Flera personer heter Olle Ägare") as error:
            say(cast.action, cast.director, "@Olle Ägare?")
        assert "olle2@testkoping.example" in str(error.value)
        say(cast.action, cast.director, f"@{cast.owner.email}?")
        assert len(unseen_mentions(cast.owner)) == 1

    def test_who_has_left_is_only_text(self, app, cast):
        cast.colleague.deactivated_at = NOW
        db.session.commit()
        say(cast.action, cast.owner, "@Karin Kollega var med.")
        assert db.session.query(Mention).count() == 0

    def test_what_went_out_of_reach_is_not_shown(self, app, cast):
        say(cast.action, cast.director, "@Olle Ägare?")
        cast.action.owner = cast.colleague
        db.session.commit()
        assert unseen_mentions(cast.owner) == ()


class TestRemove:
    def test_its_place_stays(self, app, cast):
        comment = say(cast.action, cast.director, "@Olle Ägare, hemligt")
        say(cast.action, cast.owner, "Va?", LATER)
        remove_comment(cast.action.id, comment.id, by=cast.director, now=LATER)
        talk = talk_shown(cast.action, cast.owner)
        assert [one.removed for one in talk.comments] == [True, False]
        assert texts(talk)[0] == []
        assert db.session.get(Comment, comment.id).text == ""
        assert unseen_mentions(cast.owner) == ()
        remove_comment(cast.action.id, comment.id, by=cast.director, now=LATER)
        assert [e.deed for e in journal.history("comment", comment.id)] == [
            "comment.remove",
            "comment.add",
        ]

    def test_only_ones_own(self, app, cast):
        comment = say(cast.action, cast.owner, "Mitt.")
        with pytest.raises(NotFound):
            remove_comment(cast.action.id, comment.id, by=cast.director, now=LATER)
        with pytest.raises(NotFound):
            remove_comment(cast.colleague_action.id, comment.id, by=cast.director, now=LATER)


def test_reading_costs_the_same(app, cast, count_queries):
    numbers = []
    for more in (1, 30):
        for turn in range(more):
            say(cast.action, cast.director, f"@Olle Ägare {more} {turn}")
        db.session.expire_all()
        assert cast.action.owner.may
        db.session.refresh(cast.owner)
        with count_queries() as counted:
            talk_shown(cast.action, cast.owner)
            unseen_mentions(cast.owner)
        numbers.append(counted.number)
    assert numbers[0] == numbers[1] <= 8


def test_who_can_never_read_is_told_apart(app, cast):
    with pytest.raises(RuleBroken, match="en roll som inte läser kommentarer") as error:
        say(cast.action, cast.owner, f"@{cast.member.email} hej")
    assert error.value.params == {"name": cast.member.name}
