"""The points of one evaluation under several editions."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.helpers import between as pieces
from tests.helpers.cast import NOW, TODAY, Cast
from tests.helpers.together import person, together
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.extensions import db
from tracker.models import Area, ScoreSet, SubArea
from tracker.services import journal
from tracker.services.actions.rules import Refused
from tracker.services.dashboards import director_overview
from tracker.services.evaluations import evaluation_shown, evaluations_listed
from tracker.services.score_sets import (
    LineProblem,
    WantedScores,
    WantedSubArea,
    add_scores,
    added_set,
    free_editions,
    remove_scores,
)
from tracker.services.versions.kept import load_kept

OLD = "kommunkompassen-2010"
NEW = "kommunkompassen-2020"
FORTY = dict.fromkeys(range(1, 9), 40)


def wanted(**given: Any) -> WantedScores:
    return WantedScores(**{"edition": OLD, "areas": FORTY, **given})


def add(cast: Cast, **given: Any) -> list[str]:
    return add_scores(cast.evaluation.id, wanted(**given), by=cast.director, now=NOW)


class TestAdding:
    def test_eight_areas_named_by_the_edition(self, app: Flask, cast: Cast) -> None:
        subs = [
            WantedSubArea("1.1", "  Öppen   nämnd", 15, 40),
            WantedSubArea("1.2", "D", None, 60),
        ]
        assert add(cast, total=320, subareas=subs) == []
        scores = added_set(cast.evaluation.id, OLD, by=cast.director)
        assert [(area.number, area.score, area.max) for area in scores.areas] == [
            (number, 40, 100) for number in range(1, 9)
        ]
        assert scores.areas[0].name == "Offentlighet och demokrati"
        assert [(s.code, s.name, s.score, s.max) for s in scores.areas[0].subareas] == [
            ("1.1", "Öppen nämnd", 15, 40),
            ("1.2", "D", None, 60),
        ]
        entry = journal.history("evaluation", cast.evaluation.id)[0]
        assert (entry.deed, entry.data["edition"]) == ("evaluation.add_scores", OLD)
        free = free_editions(cast.evaluation.id, by=cast.director)
        assert [one.key for one in free] == ["kommunkompassen-2016"]

    @pytest.mark.parametrize(
        ("given", "doubts"),
        [
            ({"total": 321}, ["total"]),
            ({"total": 321, "areas": {1: 40}}, []),  # a sum over one area is no total
            ({"subareas": [WantedSubArea("2.1", "A", 30, 60)]}, ["2"]),
            ({"subareas": [WantedSubArea("2.1", "A", 40, 60)]}, []),
            ({"subareas": [WantedSubArea("2.1", "A", None, 60)]}, []),
        ],
    )
    def test_what_does_not_add_up_is_told(
        self, cast: Cast, given: dict[str, Any], doubts: list[str]
    ) -> None:
        assert add(cast, **given) == doubts

    @pytest.mark.parametrize(
        ("given", "field", "words"),
        [
            ({"edition": NEW}, "edition", "redan poäng"),
            ({"edition": "kommunkompassen-1999"}, "edition", "Välj vilken version"),
            ({"areas": {}}, "area_1", "minst ett huvudområde"),
            ({"areas": {**FORTY, 3: 101}}, "area_3", "0 till 100"),
            ({"areas": {**FORTY, 3: -1}}, "area_3", "0 till 100"),
            ({"total": 801}, "total", "0 till 800"),
        ],
    )
    def test_what_is_refused(
        self, cast: Cast, given: dict[str, Any], field: str, words: str
    ) -> None:
        with pytest.raises(Refused, match=words) as caught:
            add(cast, **given)
        assert caught.value.problems[0].field == field
        assert db.session.scalar(select(func.count(ScoreSet.id))) == 1

    @pytest.mark.parametrize(
        ("subs", "words"),
        [
            ([("9.1", "A", 1, 10)], "går inte att läsa"),
            ([("11", "A", 1, 10)], "går inte att läsa"),
            ([("1.", "A", 1, 10)], "går inte att läsa"),
            ([("1.1\x00", "A", 1, 10)], "går inte att läsa"),
            ([("1." + "1" * 10_000, "A", 1, 10)], "går inte att läsa"),
            ([("1.1", "A", 1, 10), ("1.1", "B", 1, 10)], "mer än en rad"),
            ([("1.1", " \u200b", 1, 10)], "Skriv ett namn"),
            ([("1.1", "A" * 10_000, 1, 10)], "Skriv ett namn"),
            ([("1.1", "A", 1, None)], "Skriv max"),
            ([("1.1", "A", 1, 0)], "Skriv max"),
            ([("1.1", "A", 11, 10)], "0 till 10 poäng"),
            ([(f"1.{n}", "A", 1, 10) for n in range(101)], "högst 100"),
        ],
    )
    def test_lines_that_are_refused(self, cast: Cast, subs: list[Any], words: str) -> None:
        with pytest.raises(Refused, match=words) as caught:
            add(cast, subareas=[WantedSubArea(*sub) for sub in subs])
        assert isinstance(caught.value.problems[0], LineProblem)

    def test_hostile_names_are_kept_as_text(self, any_app: Flask, cast: Cast) -> None:
        name = "=1+1 😀 \u202ebakåt\x00"
        add(cast, subareas=[WantedSubArea("1.1", name, 1, 10)])
        scores = added_set(cast.evaluation.id, OLD, by=cast.director)
        assert scores.areas[0].subareas[0].name == "=1+1 😀 bakåt"

    def test_two_at_once(self, any_app: Flask, cast: Cast) -> None:
        who, key = cast.director.id, cast.evaluation.id
        task = lambda: add_scores(key, wanted(), by=person(who), now=NOW)  # noqa: E731
        answers = together(any_app, task, task)
        assert sorted(isinstance(answer, RuleBroken) for answer in answers) == [False, True]

    def test_only_who_may_and_what_exists(self, cast: Cast) -> None:
        for who in (cast.admin, cast.owner, cast.member):
            with pytest.raises(Forbidden):
                add_scores(cast.evaluation.id, wanted(), by=who, now=NOW)
        with pytest.raises(NotFound):
            add_scores(4711, wanted(), by=cast.director, now=NOW)


class TestRemoving:
    def test_nothing_of_it_is_left_but_the_journal(self, any_app: Flask, cast: Cast) -> None:
        areas, subs = (db.session.query(kind).count() for kind in (Area, SubArea))
        pieces.more_scores(cast)
        remove_scores(cast.evaluation.id, OLD, by=cast.director, now=NOW)
        assert (db.session.query(Area).count(), db.session.query(SubArea).count()) == (areas, subs)
        entry = journal.history("evaluation", cast.evaluation.id)[0]
        assert entry.deed == "evaluation.remove_scores"
        assert entry.data["subareas"][0] == ["1.1", "Öppen nämnd", 15, 40]
        assert add(cast) == [], "it can be written again"

    def test_the_main_one_stays(self, cast: Cast) -> None:
        pieces.more_scores(cast)
        for edition in (NEW, "kommunkompassen-2016"):
            with pytest.raises(NotFound):
                remove_scores(cast.evaluation.id, edition, by=cast.director, now=NOW)
        with pytest.raises(Forbidden):
            remove_scores(cast.evaluation.id, OLD, by=cast.owner, now=NOW)


class TestTheMainSet:
    """Points, strengths and actions hang on the scores of the report, whatever is added."""

    def test_nothing_vanishes(self, app: Flask, cast: Cast) -> None:
        def seen() -> tuple[Any, ...]:
            db.session.expire_all()
            shown = evaluation_shown(cast.evaluation.id, cast.director)
            dashboard = director_overview(by=cast.director, today=TODAY)
            return (
                shown.scores.edition,
                shown.point_count,
                shown.strength_count,
                [(area.row.number, area.done, area.total) for area in shown.areas],
                evaluations_listed(None),
                dashboard.areas,
                load_kept(cast.evaluation.id),
            )

        before = seen()
        pieces.more_scores(cast)
        assert seen() == before
        shown = evaluation_shown(cast.evaluation.id, cast.director)
        assert [scores.edition for scores in shown.added] == [OLD]

    def test_the_page_asks_no_more_for_more_areas(self, cast: Cast, count_queries: Any) -> None:
        def count() -> int:
            db.session.expire_all()
            assert cast.director.roles
            with count_queries() as counted:
                evaluation_shown(cast.evaluation.id, cast.director)
            return int(counted.number)

        pieces.more_scores(cast)
        few = count()
        pieces.more_scores(cast, "kommunkompassen-2016")
        assert count() == few
