"""Where points come from: proposals, the evaluation before, numbers, and new versions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask

from tests.helpers.ancestry import ancestry_counts, ancestry_of
from tests.helpers.cast import NOW, Cast
from tests.helpers.versions import as_kept, changed
from tracker.domain.ancestry import Ancestry, Why
from tracker.extensions import db
from tracker.importers.draft import PointDraft, ReportDraft
from tracker.models import (
    Evaluation,
    ImprovementPoint,
    Municipality,
    PointSubArea,
    Predecessor,
    SubArea,
)
from tracker.services.acceptance import DraftHead
from tracker.services.evaluations import import_report
from tracker.services.points.ancestry import (
    AncestryCounts,
    Before,
    evaluation_before,
    lineage_of,
)
from tracker.services.points.settling import FateWord, OriginWord, resolve, settle
from tracker.services.sources import SourceFile
from tracker.services.versions.accept import import_version

EDITION = "kommunkompassen-2020"
NEW, REPEATED, CHANGED = Ancestry.NEW, Ancestry.REPEATED, Ancestry.CHANGED
NEWS = "Bygg fler lekplatser vid stranden."
# The cast's second point, said anew.
AGAIN = "Dialogen med medborgarna är ännu inte samlad på ett enda ställe."


def head(month: str = "2026-02", edition: str = EDITION, of: str = "Testköping") -> DraftHead:
    return DraftHead(of, month, 2, edition)


def later(cast: Cast) -> ReportDraft:
    """The next report: the first point as it was, the second anew, one new, and the general one
    once more; the point of area 2 is gone."""
    read = as_kept(cast.evaluation.id)
    first, second = read.areas[0].improvements
    points = (first, replace(second, text=AGAIN), PointDraft(NEWS, 9, None, True, ("1.2",)))
    return changed(changed(read, 1, improvements=points), 2, improvements=())


def take_in(report: ReportDraft, heading: DraftHead | None = None) -> Evaluation:
    return import_report(report, head=heading or head(), by=None, now=NOW)


def give_subareas(cast: Cast) -> None:
    """Let the cast's second point speak of sub-area 1.2."""
    sub = db.session.query(SubArea).filter_by(code="1.2").one()
    db.session.add(PointSubArea(point_id=cast.points[1].id, sub_area_id=sub.id, rank=0))
    db.session.commit()


def points_of(evaluation: Evaluation) -> list[ImprovementPoint]:
    db.session.expire_all()
    query = db.session.query(ImprovementPoint).filter_by(evaluation_id=evaluation.id)
    return query.order_by(ImprovementPoint.position).all()


@pytest.fixture
def second(cast: Cast) -> Evaluation:
    give_subareas(cast)
    return take_in(later(cast))


def test_what_is_proposed(any_app: Flask, cast: Cast, second: Evaluation) -> None:
    lineage = lineage_of(second.id)
    said = [lineage.origins[point.id] for point in points_of(second)]
    old = [point.id for point in cast.points]
    assert [(one.kind, one.old_id) for one in said] == [
        (REPEATED, old[0]), (REPEATED, old[1]), (NEW, None), (REPEATED, old[3]),
    ]  # fmt: skip
    assert [one.why for one in said] == [
        Why.SAME_WORDS, Why.SUBAREA, None, Why.SAME_WORDS,
    ]  # fmt: skip
    assert not any(one.settled for one in said)
    assert lineage.before == Before(cast.evaluation.id, "Testköping", date(2025, 11, 1))
    assert [lineage.fates[key].resolved for key in old] == [False, False, True, False]
    counts = AncestryCounts(lineage.before, 1, 3, 0, 4, 1, 3, 4)
    assert ancestry_counts(second.id) == counts
    assert ancestry_of(second.id)[points_of(second)[0].id] == (REPEATED, old[0], False)


def test_the_first_evaluation_comes_from_nothing(app: Flask, cast: Cast) -> None:
    assert ancestry_of(cast.evaluation.id) == {}
    assert ancestry_counts(cast.evaluation.id) == AncestryCounts()
    assert evaluation_before(999_999) is None


def test_the_neighbours_points_come_from_nothing(app: Flask, cast: Cast) -> None:
    read = as_kept(cast.evaluation.id)
    take_in(read, head("2024-01", of="Sjövik"))
    theirs = take_in(read, head("2026-01", of="Sjövik"))
    assert ancestry_of(theirs.id) == {}


class TestTheEvaluationBefore:
    def test_our_own_latest_earlier_one(self, any_app: Flask, cast: Cast) -> None:
        read = as_kept(cast.evaluation.id)
        long_ago = take_in(read, head("2020-05"))
        take_in(read, head("2026-03"))
        middle = take_in(read, head("2026-02"))
        before = {e: evaluation_before(e) for e in (cast.evaluation.id, middle.id, long_ago.id)}
        assert [found and found.id for found in before.values()] == [
            long_ago.id, cast.evaluation.id, None,
        ]  # fmt: skip

    def test_a_predecessors_where_we_have_none(self, app: Flask, cast: Cast) -> None:
        read = as_kept(cast.evaluation.id)
        older = take_in(read, head("2010-05", of="Gamla Testköping"))
        take_in(read, head("2008-05", of="Ännu äldre"))
        town = {town.name: town.id for town in db.session.query(Municipality)}
        links = [("Testköping", "Gamla Testköping"), ("Gamla Testköping", "Ännu äldre")]
        db.session.add_all(
            Predecessor(municipality_id=town[one], predecessor_id=town[other])
            for one, other in links
        )
        db.session.commit()
        assert evaluation_before(cast.evaluation.id) == Before(
            older.id, "Gamla Testköping", date(2010, 5, 1)
        )
        kinds = [kind for kind, _old, _settled in ancestry_of(cast.evaluation.id).values()]
        assert kinds == [REPEATED] * 4
        mine = take_in(read, head("2012-01"))
        found = evaluation_before(cast.evaluation.id)
        assert found is not None
        assert found.id == mine.id, "one of our own goes first"


def test_through_the_crosswalk_of_editions(app: Flask, cast: Cast) -> None:
    """Area 2 of 2010 is area 5 of 2020: near words count there, and not in area 2."""
    read = as_kept(cast.evaluation.id)
    told = PointDraft("Mät näringslivets väntetider varje kvartal och följ upp dem.", 1, None, True)
    old = take_in(read, head("2015-01", "kommunkompassen-2010"))
    [waiting] = [point for point in points_of(old) if point.area and point.area.number == 2]
    fifth = replace(read.areas[1], number=5, subareas=(), improvements=(told,))
    report = replace(read, areas=(read.areas[0], fifth))
    new = take_in(report, head("2016-01"))
    lineage = lineage_of(new.id)
    [point] = [point for point in points_of(new) if point.text == told.text]
    assert (lineage.origins[point.id].old_id, lineage.areas[5]) == (waiting.id, 2)
    assert lineage.origins[point.id].why is Why.AREA


def test_a_later_import_in_between_is_told_anew(app: Flask, cast: Cast) -> None:
    """A guess follows the evaluation before; a person's word stays where it was."""
    read = as_kept(cast.evaluation.id)
    last = take_in(read, head("2026-03"))
    first, second, *_others = points_of(last)
    said = [OriginWord(first.id, REPEATED, cast.points[0].id)]
    settle(last.id, said, by=cast.director, now=NOW)
    between = take_in(read, head("2026-01"))
    lineage = lineage_of(last.id)
    assert lineage.before is not None
    assert lineage.before.id == between.id
    assert lineage.origins[first.id].old_id == cast.points[0].id
    assert cast.points[0].id in lineage.old
    assert lineage.origins[second.id].old_id == points_of(between)[1].id
    assert len(lineage.fates) == 4
    settle(last.id, [], and_the_rest=True, by=cast.director, now=NOW)
    assert ancestry_counts(last.id).unsettled == 0


def test_an_evaluation_that_holds_a_subarea_twice(
    app: Flask, cast: Cast, second: Evaluation
) -> None:
    area = cast.points[2].area
    assert area is not None
    db.session.add(SubArea(area_id=area.id, code="1.1", name="Samma kod", score=1, max=2))
    db.session.commit()
    assert ancestry_counts(second.id).repeated >= 2, "the same words are found all the same"


class TestANewVersion:
    def renew(self, evaluation: Evaluation, report: ReportDraft, month: str = "2026-02") -> None:
        import_version(
            report,
            head(month),
            evaluation_id=evaluation.id,
            evaluation_version=evaluation.version,
            by=None,
            now=NOW,
            source=SourceFile("a" * 64, "ny.pdf"),
        )

    def test_what_people_said_stays_with_the_point(
        self, any_app: Flask, cast: Cast, second: Evaluation
    ) -> None:
        settle(second.id, [], and_the_rest=True, by=cast.director, now=NOW)
        resolve(second.id, [], and_the_rest=True, by=cast.director, now=NOW)
        read = as_kept(second.id)
        first, again, news = read.areas[0].improvements
        worded = replace(first, text=f"{first.text} Gör det i år.")
        added = PointDraft("En helt ny sak om bryggor.", 3, None, True)
        self.renew(second, changed(read, 1, improvements=(worded, news, added)))
        found = {point.text: point for point in points_of(second)}
        assert again.text not in found, "what nothing hangs on goes, and its origin with it"
        kept = found[worded.text]
        assert (kept.ancestry, kept.repeats_id) == (REPEATED, cast.points[0].id)
        assert found[NEWS].ancestry is NEW
        assert found[added.text].ancestry is None
        counts = ancestry_counts(second.id)
        assert (counts.new, counts.repeated, counts.unsettled) == (2, 2, 1)

    def test_the_older_report_too(self, app: Flask, cast: Cast, second: Evaluation) -> None:
        """An older point that another repeats stays; what people said became of one stays with
        it."""
        settle(second.id, [], and_the_rest=True, by=cast.director, now=NOW)
        gone = cast.points[2].id
        resolve(second.id, [FateWord(gone, resolved=False)], by=cast.director, now=NOW)
        read = as_kept(cast.evaluation.id)
        [waiting] = read.areas[1].improvements
        worded = replace(waiting, text=f"{waiting.text} Noga.")
        told = changed(changed(read, 1, improvements=()), 2, improvements=(worded,))
        self.renew(cast.evaluation, told, "2025-11")
        kept = {point.id: point for point in points_of(cast.evaluation)}
        assert cast.points[1].id in kept, "nothing but the later evaluation holds it"
        assert kept[gone].resolved is False
        assert ancestry_counts(second.id).repeated == 3

    def test_an_older_point_that_goes_while_it_is_only_proposed(
        self, app: Flask, cast: Cast, second: Evaluation
    ) -> None:
        again = points_of(second)[1]
        assert ancestry_of(second.id)[again.id][0] is REPEATED
        read = as_kept(cast.evaluation.id)
        told = changed(read, 1, improvements=read.areas[0].improvements[:1])
        self.renew(cast.evaluation, told, "2025-11")
        assert ancestry_of(second.id)[again.id] == (NEW, None, False)


def test_the_number_of_queries_does_not_grow(
    app: Flask, cast: Cast, count_queries: Callable[[], Any]
) -> None:
    read = later(cast)
    more = tuple(PointDraft(f"Sak {n} om båtar och bryggor.", 1, None, True) for n in range(60))
    small, numbers = take_in(read, head("2025-12")), []
    big = take_in(changed(read, 1, improvements=more), head("2026-01"))
    biggest = take_in(changed(read, 1, improvements=more), head("2026-02"))
    for evaluation_id in (small.id, big.id, biggest.id):
        with count_queries() as counted:
            ancestry_counts(evaluation_id)
        numbers.append(counted.number)
    assert numbers == [numbers[0]] * 3
    assert numbers[0] <= 6
