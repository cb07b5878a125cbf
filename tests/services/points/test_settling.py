"""A person's word on where points come from: several at once, refused, raced for, and undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.helpers.ancestry import ancestry_counts
from tests.helpers.cast import NOW, Cast
from tests.helpers.together import person, together
from tests.helpers.versions import changed
from tests.services.points.test_ancestry import AGAIN, head, later, points_of, second, take_in
from tracker.domain.ancestry import Ancestry
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.extensions import db
from tracker.importers.draft import PointDraft
from tracker.models import Evaluation, ImprovementPoint, PointSubArea
from tracker.services import journal
from tracker.services.points.ancestry import lineage_of
from tracker.services.points.answers import Step
from tracker.services.points.settling import (
    FateWord,
    OriginWord,
    Outcome,
    resolve,
    settle,
    undo_words,
)

NEW, REPEATED, CHANGED = Ancestry.NEW, Ancestry.REPEATED, Ancestry.CHANGED
__all__ = ["second"]  # the fixture


def said(
    evaluation: Evaluation, cast: Cast, *words: OriginWord, rest: bool = False, by: Any = None
) -> Outcome:
    who = by or cast.director
    return settle(evaluation.id, words, and_the_rest=rest, by=who, now=NOW)


def stored(evaluation: Evaluation) -> list[tuple[Ancestry | None, int | None]]:
    return [(point.ancestry, point.repeats_id) for point in points_of(evaluation)]


def marks(evaluation: Evaluation) -> list[str]:
    return [origin.mark for origin in lineage_of(evaluation.id).origins.values()]


def test_several_at_once(any_app: Flask, cast: Cast, second: Evaluation) -> None:
    first, again, news, _general = points_of(second)
    old = cast.points
    outcome = said(
        second,
        cast,
        OriginWord(first.id, CHANGED, old[0].id),
        OriginWord(again.id, NEW, old[1].id),
        OriginWord(news.id, REPEATED, old_number=3),
    )
    assert outcome.whole
    assert outcome.step.changed == 3
    assert stored(second) == [
        (CHANGED, old[0].id), (NEW, None), (REPEATED, old[2].id), (None, old[3].id),
    ]  # fmt: skip
    entry = journal.history("improvement_point", news.id)[0]
    assert (entry.deed, entry.actor) == ("point.ancestry", "Dag Direktör")
    assert entry.data == {"ancestry": [None, "repeated"], "repeats_id": [None, old[2].id]}
    assert said(second, cast, OriginWord(again.id, NEW)).step == Step(0), "said already"
    assert journal.verify()


def test_everything_that_is_proposed(any_app: Flask, cast: Cast, second: Evaluation) -> None:
    first = points_of(second)[0]
    outcome = said(second, cast, OriginWord(first.id, NEW), rest=True)
    assert outcome.step.changed == 4
    assert [kind for kind, _old in stored(second)] == [NEW, REPEATED, NEW, REPEATED]
    assert ancestry_counts(second.id).unsettled == 0
    assert said(second, cast, rest=True).step == Step(0)


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"kind": None}, "kind", "Välj om punkten är ny"),
    ({"kind": REPEATED}, "old", "Välj vilken"),
    ({"kind": CHANGED, "old_id": 2**40}, "old", "finns inte längre"),
    ({"kind": CHANGED, "old_id": -1}, "old", "finns inte längre"),
    ({"kind": REPEATED, "old_number": 99}, "old_number", "ingen punkt 99"),
    ({"kind": REPEATED, "old_number": 2**70}, "old_number", "ingen punkt"),
]


def test_what_cannot_be(app: Flask, cast: Cast, second: Evaluation) -> None:
    """The row is told what is wrong; the others are saved."""
    first, again, *_rest = points_of(second)
    for number, (fields, field, sentence) in enumerate(WRONG):
        other = (NEW, CHANGED)[number % 2]
        beside = OriginWord(again.id, other, cast.points[1].id if other is CHANGED else None)
        outcome = said(second, cast, OriginWord(first.id, **fields), beside)
        problem = outcome.problems[first.id]
        assert problem.field == field, fields
        assert sentence in problem.message % problem.params, fields
        assert [kind for kind, _old in stored(second)] == [None, other, None, None], fields


def test_a_point_of_its_own_evaluation_is_none_before(
    app: Flask, cast: Cast, second: Evaluation
) -> None:
    first, again, *_rest = points_of(second)
    outcome = said(second, cast, OriginWord(first.id, REPEATED, again.id))
    assert outcome.problems[first.id].field == "old"


def test_points_that_are_not_there(any_app: Flask, cast: Cast, second: Evaluation) -> None:
    words = [OriginWord(key, NEW) for key in (0, -5, 2**40, cast.points[0].id)]
    outcome = said(second, cast, *words)
    assert outcome.gone == {0, -5, 2**40, cast.points[0].id}
    assert not outcome.whole
    assert outcome.step == Step(0)


def test_evaluations_that_are_not_there(app: Flask, cast: Cast) -> None:
    for evaluation_id in (0, -1, 2**40, 999_999):
        with pytest.raises(NotFound):
            settle(evaluation_id, [], by=cast.director, now=NOW)
        with pytest.raises(NotFound):
            resolve(evaluation_id, [], by=cast.director, now=NOW)


def test_the_first_evaluation_has_none_before(app: Flask, cast: Cast) -> None:
    with pytest.raises(NotFound):
        settle(cast.evaluation.id, [], by=cast.director, now=NOW)


def test_who_may(app: Flask, cast: Cast, second: Evaluation) -> None:
    for who in (cast.admin, cast.owner, cast.stranger, cast.member):
        with pytest.raises(Forbidden):
            settle(second.id, [], by=who, now=NOW)
        with pytest.raises(Forbidden):
            resolve(second.id, [], by=who, now=NOW)
        with pytest.raises(Forbidden):
            undo_words(1, 2, by=who, now=NOW)


def test_too_many_at_once(app: Flask, cast: Cast, second: Evaluation) -> None:
    with pytest.raises(RuleBroken, match="högst"):
        said(second, cast, *(OriginWord(key, NEW) for key in range(1_001)))


class TestTwoPeople:
    def test_from_a_page_that_has_grown_old(
        self, app: Flask, cast: Cast, second: Evaluation
    ) -> None:
        first, again, *_rest = points_of(second)
        was = marks(second)
        other = OriginWord(first.id, NEW, was=was[0])
        assert said(second, cast, other, by=cast.unit_director).whole
        mine = OriginWord(first.id, CHANGED, cast.points[0].id, was=was[0])
        beside = OriginWord(again.id, NEW, was=was[1])
        outcome = said(second, cast, mine, beside)
        problem = outcome.problems[first.id]
        assert problem.params == {"name": "Frida Chef", "number": 1}
        assert [kind for kind, _old in stored(second)[:2]] == [NEW, NEW], "the other is saved"
        now_seen = OriginWord(first.id, CHANGED, cast.points[0].id, was=marks(second)[0])
        assert said(second, cast, now_seen).whole, "who saves again means it"

    def test_the_same_word_from_both_is_no_matter(
        self, app: Flask, cast: Cast, second: Evaluation
    ) -> None:
        word = OriginWord(points_of(second)[0].id, NEW, was=marks(second)[0])
        assert said(second, cast, word, by=cast.unit_director).step.changed == 1
        assert said(second, cast, word) == Outcome()

    def test_what_becomes_of_a_point(self, app: Flask, cast: Cast, second: Evaluation) -> None:
        point, was = cast.points[0].id, lineage_of(second.id).fates[cast.points[0].id].mark
        yes, no = (FateWord(point, resolved=value, was=was) for value in (True, False))
        resolve(second.id, [yes], by=cast.unit_director, now=NOW)
        outcome = resolve(second.id, [no], by=cast.director, now=NOW)
        assert outcome.problems[point].params["name"] == "Frida Chef"
        assert db.session.get_one(ImprovementPoint, point).resolved is True

    def test_at_the_same_moment(self, any_app: Flask, cast: Cast, second: Evaluation) -> None:
        """Whoever comes second is told: one word stands, with one entry."""
        point, was = points_of(second)[0].id, marks(second)[0]
        evaluation, old = second.id, cast.points[0].id

        def say(kind: Ancestry, who: int) -> Callable[[], Outcome]:
            word = OriginWord(point, kind, None if kind is NEW else old, was=was)
            return lambda: settle(evaluation, [word], by=person(who), now=NOW)

        first, other = together(
            any_app, say(NEW, cast.director.id), say(CHANGED, cast.unit_director.id)
        )
        assert [first.whole, other.whole].count(True) == 1
        assert len(journal.history("improvement_point", point)) == 1
        assert journal.verify()

    def test_all_of_it_at_the_same_moment(
        self, any_app: Flask, cast: Cast, second: Evaluation
    ) -> None:
        evaluation, one, other = second.id, cast.director.id, cast.unit_director.id

        def every(who: int) -> Callable[[], Outcome]:
            return lambda: settle(evaluation, [], and_the_rest=True, by=person(who), now=NOW)

        results = together(any_app, every(one), every(other))
        assert sorted(result.step.changed for result in results) == [0, 4]
        assert journal.verify()


class TestWhatBecameOfThem:
    def test_several_and_the_rest(self, app: Flask, cast: Cast, second: Evaluation) -> None:
        word = FateWord(cast.points[0].id, resolved=True)
        outcome = resolve(second.id, [word], and_the_rest=True, by=cast.director, now=NOW)
        assert outcome.step.changed == 4
        db.session.expire_all()
        assert [point.resolved for point in cast.points] == [True, False, True, False]
        entry = journal.history("improvement_point", cast.points[0].id)[0]
        assert (entry.deed, entry.data) == ("point.resolve", {"resolved": [None, True]})
        counts = ancestry_counts(second.id)
        assert (counts.resolved, counts.remaining, counts.unsaid) == (2, 2, 0)

    def test_only_points_of_the_evaluation_before(
        self, app: Flask, cast: Cast, second: Evaluation
    ) -> None:
        mine = points_of(second)[0].id
        words = [FateWord(key, resolved=True) for key in (mine, 2**40)]
        assert resolve(second.id, words, by=cast.director, now=NOW).gone == {mine, 2**40}

    def test_a_word_on_the_new_point_moves_what_is_proposed_of_the_old(
        self, app: Flask, cast: Cast, second: Evaluation
    ) -> None:
        again = points_of(second)[1]
        assert again.text == AGAIN
        assert not lineage_of(second.id).fates[cast.points[1].id].resolved
        said(second, cast, OriginWord(again.id, NEW))
        assert lineage_of(second.id).fates[cast.points[1].id].resolved


class TestBothAtOnce:
    """No older point is resolved that another is said to repeat, whichever is said first."""

    def test_repeating_what_is_called_resolved(
        self, app: Flask, cast: Cast, second: Evaluation
    ) -> None:
        first, again, *_rest = points_of(second)
        old = cast.points[0].id
        resolve(second.id, [FateWord(old, resolved=True)], by=cast.director, now=NOW)
        for kind in (REPEATED, CHANGED):
            problem = said(second, cast, OriginWord(first.id, kind, old)).problems[first.id]
            assert (problem.field, problem.params) == ("old", {"number": 1})
            assert "satt som löst" in problem.message
        outcome = said(second, cast, rest=True)
        assert (set(outcome.problems), outcome.step.changed) == ({first.id}, 3), "the others are"
        assert said(second, cast, OriginWord(first.id, NEW)).whole
        assert lineage_of(second.id).fates[old].resolved
        assert again.id not in outcome.problems

    def test_resolving_what_is_said_to_be_repeated(
        self, app: Flask, cast: Cast, second: Evaluation
    ) -> None:
        said(second, cast, OriginWord(points_of(second)[0].id, REPEATED, cast.points[0].id))
        word = FateWord(cast.points[0].id, resolved=True)
        outcome = resolve(second.id, [word], and_the_rest=True, by=cast.director, now=NOW)
        problem = outcome.problems[cast.points[0].id]
        assert (problem.field, problem.params) == ("kind", {"old": 1, "number": 1})
        assert outcome.step.changed == 3
        db.session.expire_all()
        assert cast.points[0].resolved is None

    def test_a_yes_to_the_new_one_is_one_to_the_old(
        self, app: Flask, cast: Cast, second: Evaluation
    ) -> None:
        said(second, cast, rest=True)
        fates = lineage_of(second.id).fates
        found = [fates[point.id] for point in cast.points]
        assert [(fate.settled, fate.follows) for fate in found] == [
            (True, True), (True, True), (False, False), (True, True),
        ]  # fmt: skip
        assert ancestry_counts(second.id).unsaid == 1
        step = resolve(second.id, [], and_the_rest=True, by=cast.director, now=NOW).step
        assert step.changed == 1, "nothing is kept of what follows by itself"
        assert ancestry_counts(second.id).unsaid == 0

    def test_undo_does_not_bring_both(self, app: Flask, cast: Cast, second: Evaluation) -> None:
        point, old = points_of(second)[0].id, cast.points[0].id
        said(second, cast, OriginWord(point, REPEATED, old))
        away = said(second, cast, OriginWord(point, NEW)).step
        solved = resolve(second.id, [FateWord(old, resolved=True)], by=cast.director, now=NOW).step
        with pytest.raises(RuleBroken, match="både löst och upprepad"):
            undo_words(away.first or 0, away.last or 0, by=cast.director, now=NOW)
        db.session.rollback()
        open_again = [FateWord(old, resolved=False)]
        back = resolve(second.id, open_again, by=cast.director, now=NOW).step
        said(second, cast, OriginWord(point, REPEATED, old))
        with pytest.raises(RuleBroken, match="både löst och upprepad"):
            undo_words(back.first or 0, back.last or 0, by=cast.director, now=NOW)
        assert solved.changed == 1


class TestUndo:
    def test_it_stands_as_before(self, any_app: Flask, cast: Cast, second: Evaluation) -> None:
        before = stored(second)
        step = said(second, cast, rest=True).step
        assert step.first is not None
        assert step.last is not None
        assert undo_words(step.first, step.last, by=cast.director, now=NOW).changed == 4
        assert stored(second) == before
        fates = resolve(second.id, [], and_the_rest=True, by=cast.director, now=NOW).step
        undo_words(fates.first or 0, fates.last or 0, by=cast.director, now=NOW)
        db.session.expire_all()
        assert {point.resolved for point in cast.points} == {None}
        assert journal.verify()

    def test_not_over_somebody_elses_word(self, app: Flask, cast: Cast, second: Evaluation) -> None:
        step = said(second, cast, rest=True).step
        first = points_of(second)[0]
        said(second, cast, OriginWord(first.id, NEW), by=cast.unit_director)
        with pytest.raises(RuleBroken, match="ändrats sedan dess"):
            undo_words(step.first or 0, step.last or 0, by=cast.director, now=NOW)

    def test_no_such_step(self, app: Flask, cast: Cast, second: Evaluation) -> None:
        for numbers in ((0, 0), (-1, 2**70), (1, 2), (5, 1)):
            with pytest.raises(NotFound):
                undo_words(*numbers, by=cast.director, now=NOW)

    def test_only_ones_own(self, app: Flask, cast: Cast, second: Evaluation) -> None:
        step = said(second, cast, rest=True).step
        with pytest.raises(NotFound):
            undo_words(step.first or 0, step.last or 0, by=cast.unit_director, now=NOW)

    def test_the_older_point_is_gone_since(
        self, app: Flask, cast: Cast, second: Evaluation
    ) -> None:
        """The report before was read again without the point, which nothing held any more."""
        news = points_of(second)[2]
        step = said(second, cast, OriginWord(news.id, REPEATED, cast.points[1].id)).step
        step = said(second, cast, OriginWord(news.id, NEW)).step
        gone = cast.points[1].id
        db.session.query(PointSubArea).filter_by(point_id=gone).delete()
        db.session.query(ImprovementPoint).filter_by(id=gone).delete()
        db.session.commit()
        with pytest.raises(RuleBroken, match="finns inte längre"):
            undo_words(step.first or 0, step.last or 0, by=cast.director, now=NOW)


def test_a_save_costs_the_same_for_many(
    pg_app: Flask, cast: Cast, count_queries: Callable[[], Any]
) -> None:
    """On SQLite each entry of the journal is a statement of its own, as everywhere."""
    few = later(cast)
    told = tuple(PointDraft(f"Sak {n} om båtar och bryggor.", 1, None, True) for n in range(30))
    many = changed(few, 1, improvements=told)
    reports = {"2025-12": few, "2026-01": few, "2026-02": many, "2026-03": many}
    taken = [take_in(report, head(month)).id for month, report in reports.items()]
    numbers = []
    for evaluation_id in (taken[1], taken[3]):
        db.session.expire_all()
        assert cast.director.roles
        with count_queries() as counted:
            settle(evaluation_id, [], and_the_rest=True, by=cast.director, now=NOW)
        numbers.append(counted.number)
    assert numbers[0] == numbers[1]
