"""Sentences that count say none, one, both and all as people do, and what an evaluation is of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tests.helpers.told import AS_OF, facts, of_rows
from tests.helpers.told_rows import row
from tests.services.reports.telling.test_composing import AT
from tests.services.reports.telling.test_told_sentences import said, table_of
from tracker.domain.reporting import (
    Changes,
    Coming,
    Part,
    Promise,
    ReportFacts,
    ReportRow,
    RoundFacts,
)
from tracker.domain.scores import Verdict
from tracker.domain.statuses import ActionStatus
from tracker.services.reports.snapshots import OwnText, frozen, thawed
from tracker.services.reports.telling.composing import compose

LATER = date(2026, 9, 1)
ONGOING, PLANNED = ActionStatus.ONGOING, ActionStatus.PLANNED
VERIFIED, DONE = ActionStatus.VERIFIED, ActionStatus.DONE


def rows(*statuses: ActionStatus, deadline: date = LATER, owner: str = "Ann") -> ReportFacts:
    """A report of actions with these statuses."""
    return of_rows(
        tuple(row(at, f"Prova {at}", one, deadline, owner=owner) for at, one in enumerate(statuses))
    )


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (rows(PLANNED), "Den enda åtgärden är inte genomförd än. Den är planerad."),
        (rows(PLANNED, PLANNED), "Ingen av de 2 åtgärderna är genomförd än. Alla är planerade."),
        (rows(DONE, ONGOING), "1 av 2 åtgärder är genomförd. Den som återstår pågår."),
        (rows(DONE, ONGOING, ONGOING), "De som återstår pågår."),
        (rows(VERIFIED), "Den är verifierad, det vill säga kontrollerad av någon annan"),
        (
            rows(VERIFIED, VERIFIED, ONGOING),
            "2 av 3 åtgärder är genomförda. De är alla verifierade",
        ),
        (rows(VERIFIED, DONE, DONE), "1 av dem är verifierad, det"),
    ],
)
def test_how_the_rest_stand(told: ReportFacts, sentence: str) -> None:
    """Alike, or each kind with its number."""
    assert sentence in said(told, "state").split("\n")[0]


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (rows(ONGOING), "Den är inte försenad och har en ansvarig."),
        (rows(DONE, ONGOING, owner=""), "Den som återstår är inte försenad men saknar ansvarig."),
        (
            rows(DONE, ONGOING, deadline=AS_OF - timedelta(days=1)),
            "Den som återstår är försenad men har en ansvarig. 1 åtgärd avviker från planen. "
            "”Prova 1” är 1 dag försenad.",
        ),
    ],
)
def test_the_only_one_left(told: ReportFacts, sentence: str) -> None:
    """Whether it is late, and whether somebody answers for it."""
    assert sentence in said(told, "summary")


def test_deviations_that_are_alike() -> None:
    """Nothing is counted twice."""
    late = AS_OF - timedelta(days=2)
    one, two = rows(ONGOING, deadline=late), rows(ONGOING, PLANNED, deadline=late)
    assert "1 åtgärd avviker från planen: den är försenad." in said(one, "deviations")
    assert "2 åtgärder avviker från planen: alla är försenade." in said(two, "deviations")


@pytest.mark.parametrize(
    ("answered", "asked", "sentence"),
    [
        (0, 1, "lämnades ingen lägesrapport för den enda åtgärden."),
        (0, 8, "lämnades ingen lägesrapport för någon av de 8 åtgärderna."),
        (1, 1, "lämnades lägesrapport för den enda åtgärden."),
        (7, 8, "lämnades lägesrapport för 7 av 8 åtgärder."),
        (8, 8, "lämnades lägesrapport för alla 8 åtgärder."),
    ],
)
def test_who_answered(answered: int, asked: int, sentence: str) -> None:
    """In the round behind the report."""
    told = facts(round=RoundFacts("Tertial 1", date(2026, 5, 4), answered, asked))
    assert f"I uppföljningen Tertial 1 {sentence}" in said(told, "state")


def promised(*kept: bool) -> ReportFacts:
    """A report of what the last one promised."""
    before = row(1, "Prova", ONGOING, AS_OF)
    made = tuple(Promise(before, replace(before, status=DONE) if one else before) for one in kept)
    return facts(changes=Changes(date(2025, 10, 31), (), made))


def test_all_that_was_promised() -> None:
    """Both, or all."""
    both = "Båda åtgärderna som skulle vara klara vid det här laget är genomförda."
    assert both in said(promised(True, True), "changes")
    every = "Alla 3 åtgärder som skulle vara klara vid det här laget är genomförda."
    assert every in said(promised(True, True, True), "changes")


def test_only_later_deadlines() -> None:
    """There is nothing that they come beside."""
    told = said(facts(coming=Coming(later=3)), "ahead")
    assert "3 åtgärder har klardatum längre fram." in told


def verdicts(rose: int, fell: int) -> ReportFacts:
    """The sample with so many sub-areas where something was in place."""
    effects = facts().effects
    assert effects is not None
    counted = (
        (Verdict.ACTION_AND_IMPROVEMENT.value, rose),
        (Verdict.ACTION_NO_IMPROVEMENT.value, fell),
    )
    return facts(effects=replace(effects, verdicts=counted))


@pytest.mark.parametrize(
    ("rose", "fell", "sentence"),
    [
        (0, 0, "mot 434 i januari 2024."),
        (1, 0, "kommunen steg resultatet i det enda delområde där åtgärder fanns på plats."),
        (0, 2, "kommunen steg resultatet inte i något av de 2 delområden där åtgärder fanns"),
        (3, 0, "kommunen steg resultatet i alla 3 delområden där åtgärder fanns på plats."),
        (1, 2, "kommunen steg resultatet i 1 av 3 delområden där åtgärder fanns på plats."),
    ],
)
def test_where_the_result_rose(rose: int, fell: int, sentence: str) -> None:
    """In all of the municipality."""
    assert sentence in said(verdicts(rose, fell), "summary")


def undone(**changes: Any) -> ReportFacts:
    """The sample of which nothing was done when the municipality was evaluated anew."""
    late: tuple[ReportRow, ...] = tuple(
        replace(one, done_on=date(2026, 3, 20)) if one.reached else one for one in facts().rows
    )
    return facts(rows=late, **changes)


def test_a_plan_that_nothing_was_done_in_claims_no_result() -> None:
    """Its summary has the totals only, and the section says what is compared."""
    assert "på plats" not in said(undone(), "summary")
    assert "mot 434 i januari 2024." in said(undone(), "summary")
    whole = said(undone(), "effects")
    assert whole.startswith("Jämförelsen gäller hela kommunen, också åtgärder utanför planen. När")
    assert "var ingen åtgärd i planen genomförd" not in said(facts(), "effects")


def test_a_part_has_no_scores_of_its_own() -> None:
    """The totals, and that they are the municipality's."""
    told = facts(part=Part.COMMITTEE, part_name="Socialnämnden")
    assert said(told, "effects") == (
        "Utvärderingen i mars 2026 gav 471 av 800 poäng, mot 434 i januari 2024. Utvärderingen "
        "gäller hela kommunen, inte bara de åtgärder som redovisas här."
    )
    assert table_of(told, "effects") == []


def test_a_snapshot_is_written_as_it_was_read() -> None:
    """Also the widths of columns, and a paragraph sign is never parted from its number."""
    own = {"summary": OwnText("Enligt § 7 gäller detta.")}
    for told in (facts(), undone()):
        first = frozen(compose(told, own, locale="sv", at=AT))
        assert frozen(thawed(first)) == first
        assert "§ " not in first.split('"open_sections"')[1]
        assert "§\u00a07 gäller" in first
