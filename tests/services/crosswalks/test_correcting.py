"""A person's word on which sub-areas belong together."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.helpers import between as pieces
from tests.helpers.cast import NOW, Cast
from tests.helpers.second import add_evaluation
from tests.helpers.together import person, together
from tracker.domain.corrections import Row, RowProblem
from tracker.domain.crosswalk import Match, SubAreaLink
from tracker.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from tracker.extensions import db
from tracker.models import Crosswalk, Evaluation, Municipality, SubArea
from tracker.services import journal
from tracker.services.actions.rules import Refused
from tracker.services.comparisons.comparing import compare_evaluations
from tracker.services.crosswalks import correcting
from tracker.services.crosswalks.loading import Between, between
from tracker.services.crosswalks.reading import corrected

NEW = "kommunkompassen-2020"
LATER = NOW + timedelta(hours=1)
SPLIT = [
    Row("1.1", ("1.1", "1.2"), Match.SPLIT),
    Row("1.2", (), Match.DROPPED),
    Row("2.1", ("2.1",), Match.SAME),
    Row("2.2", ("2.2",), Match.REVISED),
]


@pytest.fixture
def before(cast: Cast) -> Evaluation:
    return pieces.earlier(cast)


def there(cast: Cast, before: Evaluation) -> Between:
    return between(before.id, cast.evaluation.id, None, by=cast.director)


def save(cast: Cast, before: Evaluation, rows: list[Row] | None = None, **given: Any) -> bool:
    seen = given.pop("seen", None) or there(cast, before).seen
    return correcting.save(
        before.id,
        cast.evaluation.id,
        None,
        SPLIT if rows is None else rows,
        seen,
        right=given.get("right", ()),
        by=given.get("by", cast.director),
        now=LATER,
    )


def links(cast: Cast, before: Evaluation) -> tuple[SubAreaLink, ...]:
    return corrected(before.id, NEW, cast.evaluation.id, NEW)


class TestSaving:
    def test_it_is_kept_and_read_both_ways(
        self, any_app: Flask, cast: Cast, before: Evaluation
    ) -> None:
        assert links(cast, before) == ()
        assert save(cast, before)
        assert links(cast, before)[:3] == (
            SubAreaLink("1.1", "1.1", Match.SPLIT),
            SubAreaLink("1.1", "1.2", Match.SPLIT),
            SubAreaLink("1.2", None, Match.DROPPED),
        )
        back = corrected(cast.evaluation.id, NEW, before.id, NEW)
        assert back[0] == SubAreaLink("1.1", "1.1", Match.MERGED)
        assert corrected(before.id, "kommunkompassen-2010", cast.evaluation.id, NEW) == ()

    def test_few_queries(self, cast: Cast, before: Evaluation, count_queries: Any) -> None:
        save(cast, before)
        for pair in ((before.id, cast.evaluation.id), (cast.evaluation.id, before.id)):
            with count_queries() as counted:
                assert corrected(pair[0], NEW, pair[1], NEW)
            assert counted.number == 2

    def test_the_comparison_follows(self, cast: Cast, before: Evaluation) -> None:
        save(cast, before)
        shown = compare_evaluations(before.id, cast.evaluation.id, by=cast.member)
        told = [
            (row.before and row.before.code, row.after and row.after.code, row.match.value)
            for row in shown.result.subareas
        ]
        assert told == [
            ("1.1", "1.1", "split"),
            ("1.1", "1.2", "split"),
            ("1.2", None, "dropped"),
            ("2.1", "2.1", "same"),
            ("2.2", "2.2", "revised"),
        ]

    def test_again_at_the_same_instant(self, app: Flask, cast: Cast, before: Evaluation) -> None:
        first = there(cast, before).seen
        save(cast, before)
        second = there(cast, before).seen
        assert save(cast, before, [Row("1.1", ("1.2",), Match.REVISED)])
        third = there(cast, before).seen
        assert len({first, second, third}) == 3
        said = {link.before_code: link.after_code for link in links(cast, before)}
        assert (said["1.1"], said["1.2"], said["2.2"]) == ("1.2", None, "2.2"), "the others stand"

    def test_the_journal_tells_from_and_to(self, cast: Cast, before: Evaluation) -> None:
        save(cast, before)
        (entry,) = correcting.history(there(cast, before))
        assert entry.deed == "crosswalk.correct"
        assert entry.data["pair"] == ["Testköping 2023-01", "Testköping 2025-11"]
        assert entry.data["rows"] == {
            "1.1": [[["1.1", "same"]], [["1.1", "split"], ["1.2", "split"]]],
            "1.2": [[["1.2", "same"]], [["", "dropped"]]],
            "2.2": [[["2.2", "same"]], [["2.2", "revised"]]],
        }
        assert entry.data["was"] is None
        assert journal.verify()

    def test_what_was_suggested_can_be_said(self, cast: Cast, before: Evaluation) -> None:
        rows = [Row(code, (code,), Match.SAME) for code in ("1.1", "1.2", "2.1", "2.2")]
        assert save(cast, before, rows) is False, "nobody has said yes to it"
        assert save(cast, before, rows, right=["1.1", "2.1", "9.9", "+9.9"])
        assert [link.before_code for link in links(cast, before)] == ["1.1", "2.1"]
        (entry,) = correcting.history(there(cast, before))
        assert (entry.data["rows"], entry.data["right"]) == ({}, ["1.1", "2.1"])
        assert save(cast, before, rows) is False, "said already, and it stays said"
        assert save(cast, before, rows, right=["2.2"])
        assert len(links(cast, before)) == 3
        correcting.undo(
            before.id,
            cast.evaluation.id,
            None,
            there(cast, before).seen,
            by=cast.director,
            now=LATER,
        )
        assert [link.before_code for link in links(cast, before)] == ["1.1", "2.1"]

    def test_rows_that_are_not_sent_stand(self, cast: Cast, before: Evaluation) -> None:
        assert save(cast, before, []) is False
        assert save(cast, before, [Row("1.1", (), Match.DROPPED)])
        assert there(cast, before).paired.told_codes == {"1.1", "+1.1"}
        assert save(cast, before, [Row("2.1", ("2.1",), Match.REVISED)])
        assert there(cast, before).paired.told_codes == {"1.1", "+1.1", "2.1"}

    def test_one_row_says_nothing_of_the_others(self, cast: Cast, before: Evaluation) -> None:
        """What is uncertain stays so until somebody looks; what was new by it is said with it."""
        for sub in before.score_sets[0].areas[1].subareas:
            sub.name = f"Något helt annat {sub.code}"
        db.session.commit()
        first = there(cast, before).paired
        assert first.unsure_codes == {"2.1", "2.2"}
        rows = [Row("1.1", (), Match.DROPPED), *list(first.rows.values())[1:]]
        assert save(cast, before, rows)
        paired = there(cast, before).paired
        assert (paired.told_codes, paired.unsure_codes) == ({"1.1", "+1.1"}, {"2.1", "2.2"})
        assert save(cast, before, list(paired.rows.values()), right=paired.unsure_codes)
        assert there(cast, before).paired.unsure == 0

    def test_what_one_row_leaves_moves_no_other(self, cast: Cast, before: Evaluation) -> None:
        """1.1 lets 1.1 go; 1.3, which has gone, does not take it by its name."""
        area = before.score_sets[0].areas[0]
        area.subareas.append(SubArea(code="1.3", name=area.subareas[0].name, score=1, max=30))
        db.session.commit()
        first = there(cast, before).paired
        assert first.rows["1.3"] == Row("1.3", (), Match.DROPPED)
        rows = [Row("1.1", (), Match.DROPPED), *list(first.rows.values())[1:]]
        assert save(cast, before, rows)
        paired = there(cast, before).paired
        assert paired.rows == {row.code: row for row in rows}
        assert paired.told_codes == {"1.1", "+1.1", "1.3"}


class TestRefused:
    def test_every_row_says_what_is_wrong(self, cast: Cast, before: Evaluation) -> None:
        rows = [Row("1.1", ("9.9",), Match.SAME), Row("1.2", (), None)]
        with pytest.raises(Refused) as caught:
            save(cast, before, rows)
        assert [(p.row, p.field) for p in caught.value.problems if isinstance(p, RowProblem)] == [
            (0, "to"),
            (1, "match"),
        ]
        db.session.rollback()
        assert db.session.scalar(select(Crosswalk)) is None

    def test_two_at_once(self, any_app: Flask, cast: Cast, before: Evaluation) -> None:
        seen, ids = there(cast, before).seen, (before.id, cast.evaluation.id)
        director, admin = cast.director.id, cast.admin.id

        def task(who: int, to: str) -> Any:
            rows = [Row("1.1", (to,), Match.REVISED)]
            return lambda: correcting.save(*ids, None, rows, seen, by=person(who), now=LATER)

        answers = together(any_app, task(director, "1.1"), task(admin, "1.2"))
        assert sorted(isinstance(answer, Conflict) for answer in answers) == [False, True]
        assert len(db.session.scalars(select(Crosswalk)).all()) == 1
        assert len(correcting.history(there(cast, before))) == 1

    def test_a_report_read_again_in_between(self, cast: Cast, before: Evaluation) -> None:
        seen = there(cast, before).seen
        cast.evaluation.version += 1
        db.session.commit()
        with pytest.raises(Conflict) as caught:
            save(cast, before, seen=seen)
        assert caught.value.current["there"].seen != seen

    def test_only_who_may(self, cast: Cast, before: Evaluation) -> None:
        seen = there(cast, before).seen
        for who in (cast.unit_director, cast.owner, cast.member):
            with pytest.raises(Forbidden):
                save(cast, before, seen=seen, by=who)
        assert save(cast, before, seen=seen, by=cast.admin)

    def test_missing_and_the_same(self, cast: Cast, before: Evaluation) -> None:
        with pytest.raises(NotFound):
            between(before.id, 4711, None, by=cast.director)
        with pytest.raises(RuleBroken, match="två olika"):
            between(before.id, before.id, None, by=cast.director)


class TestTakingBack:
    def test_reset_then_undo_then_undo(self, app: Flask, cast: Cast, before: Evaluation) -> None:
        save(cast, before)
        told = links(cast, before)
        pair = (before.id, cast.evaluation.id, None)
        correcting.reset(*pair, there(cast, before).seen, by=cast.admin, now=LATER)
        assert links(cast, before) == ()
        correcting.undo(*pair, there(cast, before).seen, by=cast.admin, now=LATER)
        assert links(cast, before) == told
        correcting.undo(*pair, there(cast, before).seen, by=cast.admin, now=LATER)
        assert links(cast, before) == ()
        deeds = [entry.deed for entry in correcting.history(there(cast, before))]
        assert deeds == ["crosswalk.undo", "crosswalk.undo", "crosswalk.reset", "crosswalk.correct"]

    def test_the_first_word_is_undone_to_the_suggestion(
        self, cast: Cast, before: Evaluation
    ) -> None:
        save(cast, before)
        pair = (before.id, cast.evaluation.id, None)
        correcting.undo(*pair, there(cast, before).seen, by=cast.director, now=LATER)
        assert links(cast, before) == ()

    def test_not_what_somebody_built_on(self, cast: Cast, before: Evaluation) -> None:
        save(cast, before)
        old = there(cast, before).seen
        save(cast, before, [Row("1.1", ("1.2",), Match.REVISED)])
        with pytest.raises(RuleBroken, match="inte att ångra längre"):
            correcting.undo(before.id, cast.evaluation.id, None, old, by=cast.director, now=LATER)

    def test_nothing_to_take_back(self, cast: Cast, before: Evaluation) -> None:
        pair = (before.id, cast.evaluation.id, None)
        seen = there(cast, before).seen
        assert correcting.reset(*pair, seen, by=cast.director, now=LATER) is False
        with pytest.raises(NotFound):
            correcting.undo(*pair, seen, by=cast.director, now=LATER)


class TestShown:
    def test_backwards_is_turned_round(self, cast: Cast, before: Evaluation) -> None:
        shown = between(cast.evaluation.id, before.id, None, by=cast.director)
        assert shown.before.listed.id == before.id

    def test_links_of_what_is_gone(self, cast: Cast, before: Evaluation) -> None:
        save(cast, before)
        lost = db.session.scalars(
            select(SubArea).where(SubArea.code == "1.2").order_by(SubArea.id)
        ).all()
        for sub in lost:
            sub.code = "1.7"
        db.session.commit()
        paired = there(cast, before).paired
        assert [(x.before_code, x.after_code) for x in paired.stale] == [
            ("1.1", "1.2"),
            ("1.2", None),
        ]
        rows = {shown.sub.code: shown for part in paired.sections for shown in part.rows}
        assert rows["1.1"].row == Row("1.1", ("1.1",), Match.SPLIT)
        assert compare_evaluations(before.id, cast.evaluation.id, by=cast.director)

    def test_same_with_another_max_counts_as_revised(self, cast: Cast, before: Evaluation) -> None:
        before.score_sets[0].areas[0].subareas[0].max = 40
        db.session.commit()
        save(cast, before, [Row("1.1", ("1.1",), Match.SAME)])
        paired = there(cast, before).paired
        first = paired.sections[0].rows[0]
        assert (first.row.match, first.softened, first.told) == (Match.SAME, True, True)
        assert paired.counts[Match.REVISED] == 1

    def test_without_subareas_and_of_an_unknown_edition(self, cast: Cast) -> None:
        bare = add_evaluation(cast.municipality, date(2014, 1, 1), {}, "lokal")
        paired = there(cast, bare).paired
        assert paired.guessed
        assert [part.before for part in paired.sections] == [None, None]
        assert [sub.code for sub in paired.sections[0].new] == ["1.1", "1.2"]

    def test_under_the_edition_that_both_share(self, cast: Cast) -> None:
        old = add_evaluation(
            cast.municipality, date(2014, 1, 1), {1: (5, 6)}, "kommunkompassen-2010"
        )
        assert there(cast, old).editions == ()
        pieces.more_scores(cast)
        shown = there(cast, old)
        assert shown.editions == ("kommunkompassen-2010",)
        assert shown.after.scores.edition == "kommunkompassen-2010"
        rows = [Row("1.1", ("1.2",), Match.REVISED)]
        assert correcting.save(
            old.id, cast.evaluation.id, None, rows, shown.seen, by=cast.director, now=LATER
        )
        edition = "kommunkompassen-2010"
        assert corrected(old.id, edition, cast.evaluation.id, edition)
        assert not corrected(old.id, edition, cast.evaluation.id, NEW)

    def test_of_another_municipality(self, cast: Cast) -> None:
        other = add_evaluation(Municipality(name="Grannköping"), date(2024, 1, 1), {1: (5, 6)})
        assert save(cast, other, [Row("1.1", ("1.2",), Match.REVISED)])
