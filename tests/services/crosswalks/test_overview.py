"""Every pair that it makes sense to look through, and who was made of whom."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask

from tests.helpers import between as pieces
from tests.helpers.cast import NOW, Cast
from tests.helpers.second import add_evaluation
from tests.helpers.together import person, together
from tracker.domain.corrections import Row
from tracker.domain.crosswalk import Match
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.extensions import db
from tracker.models import Municipality, Predecessor, SubArea
from tracker.services import journal
from tracker.services.crosswalks import correcting
from tracker.services.crosswalks.loading import between
from tracker.services.crosswalks.overview import overview
from tracker.services.crosswalks.predecessors import (
    add_predecessor,
    formed,
    predecessors_of,
    remove_predecessor,
    restore_predecessor,
)

GOT = {1: (5, 6)}


def pairs(cast: Cast) -> list[tuple[str, ...]]:
    return [
        tuple(f"{one.municipality} {one.month:%Y}" for one in (pair.before, pair.after))
        for pair in overview(by=cast.director)[1]
    ]


def place(name: str) -> Municipality:
    found = Municipality(name=name)
    db.session.add(found)
    db.session.flush()
    return found


class TestPairs:
    def test_ours_one_after_the_other_the_latest_first(self, cast: Cast) -> None:
        assert pairs(cast) == []
        pieces.earlier(cast)
        add_evaluation(cast.municipality, date(2019, 1, 1), GOT)
        add_evaluation(place("Grannköping"), date(2020, 1, 1), GOT)
        assert pairs(cast) == [
            ("Testköping 2023", "Testköping 2025"),
            ("Testköping 2019", "Testköping 2023"),
        ]

    def test_predecessors_belong_to_the_story(self, cast: Cast) -> None:
        one, other = place("Norrby"), place("Söderby")
        for municipality, year in ((one, 2016), (one, 2018), (other, 2017), (other, 2027)):
            add_evaluation(municipality, date(year, 1, 1), GOT)
        for municipality in (one, other):
            add_predecessor(cast.municipality.id, municipality.id, by=cast.admin, now=NOW)
        assert set(pairs(cast)) == {
            ("Norrby 2016", "Norrby 2018"),
            ("Norrby 2018", "Testköping 2025"),
            ("Söderby 2017", "Testköping 2025"),
            ("Söderby 2017", "Söderby 2027"),
        }

    def test_any_other_that_was_corrected(self, cast: Cast) -> None:
        other = add_evaluation(place("Grannköping"), date(2024, 1, 1), GOT)
        seen = between(other.id, cast.evaluation.id, None, by=cast.admin).seen
        rows = [Row("1.1", ("1.2",), Match.REVISED), Row("1.2", (), Match.DROPPED)]
        names = (other.id, cast.evaluation.id, None)
        correcting.save(*names, rows, seen, by=cast.admin, now=NOW)
        (pair,) = overview(by=cast.director)[1]
        assert pair.counts == {Match.REVISED: 1, Match.DROPPED: 1, Match.NEW: 3}
        assert (pair.unsure, pair.corrected_by) == (2, cast.admin.name), "nobody spoke of area 2"
        assert pair.corrected_at == NOW

    def test_unsure_until_somebody_has_said_it(self, cast: Cast) -> None:
        before = pieces.earlier(cast)
        before.score_sets[0].areas[0].subareas[0].name = "Något helt annat"
        db.session.commit()
        (pair,) = overview(by=cast.director)[1]
        assert pair.counts == {Match.SAME: 3, Match.REVISED: 1}
        assert pair.unsure == 1
        shown = between(before.id, cast.evaluation.id, None, by=cast.admin)
        rows = [row.row for part in shown.paired.sections for row in part.rows]
        names = (before.id, cast.evaluation.id, None)
        right = shown.paired.unsure_codes
        assert right == {"1.1"}
        correcting.save(*names, rows, shown.seen, right=right, by=cast.admin, now=NOW)
        assert overview(by=cast.director)[1][0].unsure == 0

    def test_a_report_that_contradicts_itself_hides_no_other(self, cast: Cast) -> None:
        before = pieces.earlier(cast)
        add_evaluation(cast.municipality, date(2019, 1, 1), GOT)
        before.score_sets[0].areas[1].subareas.append(SubArea(code="1.1", name="Igen"))
        db.session.commit()
        first, second = overview(by=cast.director)[1]
        assert "mer än en gång" in str(first.problem)
        assert "mer än en gång" in str(second.problem)
        add_evaluation(cast.municipality, date(2017, 1, 1), GOT)
        assert [bool(pair.problem) for pair in overview(by=cast.director)[1]] == [True, True, False]

    def test_the_same_number_of_queries_for_many(self, cast: Cast, count_queries: Any) -> None:
        def count() -> int:
            db.session.expire_all()
            assert cast.director.roles
            with count_queries() as counted:
                overview(by=cast.director)
            return int(counted.number)

        pieces.earlier(cast)
        few = count()
        for year in range(1990, 2020):
            add_evaluation(cast.municipality, date(year, 1, 1), GOT)
        assert count() == few

    def test_not_for_everybody(self, cast: Cast) -> None:
        with pytest.raises(Forbidden):
            overview(by=cast.unit_director)


class TestPredecessors:
    def test_several_and_theirs_in_turn(
        self, any_app: Flask, cast: Cast, count_queries: Any
    ) -> None:
        one, other, third = place("Norrby"), place("Söderby"), place("Äldreby")
        for new, old in ((cast.municipality, one), (cast.municipality, other), (one, third)):
            add_predecessor(new.id, old.id, by=cast.director, now=NOW)
        ours = cast.municipality.id
        ids = {one.id, other.id, third.id}
        with count_queries() as counted:
            assert predecessors_of(ours) == ids
        assert counted.number == 1
        assert predecessors_of(third.id) == frozenset()
        told = [
            (x.municipality.name, [y.name for y in x.made_of]) for x in formed(by=cast.admin)[1]
        ]
        assert told == [("Norrby", ["Äldreby"]), ("Testköping", ["Norrby", "Söderby"])]
        remove_predecessor(one.id, third.id, by=cast.director, now=NOW)
        assert predecessors_of(ours) == ids - {third.id}
        restore_predecessor(one.id, third.id, by=cast.director, now=NOW)
        entries = journal.history("municipality", one.id)
        assert [entry.deed for entry in entries] == [
            "municipality.add_predecessor",
            "municipality.remove_predecessor",
            "municipality.add_predecessor",
        ]
        assert entries[0].data == {"pair": ["Norrby", "Äldreby"]}

    def test_what_cannot_be(self, cast: Cast) -> None:
        one, other = place("Norrby"), place("Söderby")
        add_predecessor(one.id, other.id, by=cast.director, now=NOW)
        add_predecessor(other.id, cast.municipality.id, by=cast.director, now=NOW)
        for new, old, words in (
            (one.id, one.id, "sig själv"),
            (one.id, other.id, "redan inskrivet"),
            (other.id, one.id, "går runt"),
            (cast.municipality.id, one.id, "går runt"),
            (None, one.id, "Välj en kommun"),
            (one.id, 4711, "Välj en kommun"),
        ):
            with pytest.raises(RuleBroken, match=words):
                add_predecessor(new, old, by=cast.director, now=NOW)
        with pytest.raises(NotFound):
            remove_predecessor(one.id, 4711, by=cast.director, now=NOW)
        with pytest.raises(NotFound):
            restore_predecessor(one.id, 4711, by=cast.director, now=NOW)
        with pytest.raises(Forbidden):
            add_predecessor(one.id, other.id, by=cast.member, now=NOW)

    def test_two_at_once_make_no_circle(self, any_app: Flask, cast: Cast) -> None:
        one, other, who = place("Norrby").id, place("Söderby").id, cast.director.id
        answers = together(
            any_app,
            lambda: add_predecessor(one, other, by=person(who), now=NOW),
            lambda: add_predecessor(other, one, by=person(who), now=NOW),
        )
        assert sorted(isinstance(answer, RuleBroken) for answer in answers) == [False, True]
        assert db.session.query(Predecessor).count() == 1
