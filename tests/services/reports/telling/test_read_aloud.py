"""What somebody who reads a report aloud stumbles over: sums, names, and what is said twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tests.helpers.told import AS_OF, facts, final_facts, of_rows
from tests.helpers.told_rows import row
from tests.services.reports.telling.test_told_sentences import said, table_of
from tracker.domain.reporting import AreaPoints, Asked, Gap, Missing, Part, ReportRow
from tracker.domain.statuses import ActionStatus, Health
from tracker.reports.content import Figure
from tracker.services.reports.snapshots import OwnText
from tracker.services.reports.telling.composing import compose, generated
from tracker.services.reports.telling.sections.appendix import actions
from tracker.services.reports.telling.sections.telling import Telling
from tracker.services.reports.telling.words import Words

ONGOING, DONE = ActionStatus.ONGOING, ActionStatus.DONE
LATER = date(2026, 9, 1)


def going(*healths: Health | None, late: int = 0) -> tuple[ReportRow, ...]:
    """Actions that are going on, judged so; the last ones are late."""
    rows = [
        row(at, f"Nr {at}", ONGOING, LATER, owner="Ann", unit="Skola", health=health)
        for at, health in enumerate(healths, start=1)
    ]
    return tuple(
        replace(one, deadline=date(2026, 4, 1)) if at >= len(rows) - late else one
        for at, one in enumerate(rows)
    )


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (going(None, None), ""),
        (going(Health.ON_TRACK), "Den enda pågående åtgärden bedöms följa planen."),
        (going(Health.ON_TRACK, Health.ON_TRACK), "Alla 2 pågående åtgärder bedöms följa planen."),
        (
            going(Health.ON_TRACK, Health.AT_RISK, None, None, Health.ON_TRACK, late=1),
            "Av de 5 pågående åtgärderna bedöms 1 följa planen, 1 riskerar att bli försenad, 1 "
            "avviker från den och 2 saknar bedömning.",
        ),
    ],
)
def test_how_those_going_on_are_judged(rows: tuple[ReportRow, ...], told: str) -> None:
    """Every one that is going on is in the sum."""
    assert said(of_rows(rows), "results").removeprefix("Ingen åtgärd är genomförd än.\n") in (
        told or "Ingen åtgärd är genomförd än."
    )


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({"ongoing": 7, "paused": 1}, "Av de 8 som återstår pågår 7 och 1 är pausad."),
        (
            {"ongoing": 2, "planned": 3, "paused": 2},
            "Av de 7 som återstår pågår 2, 3 är planerade och 2 är pausade.",
        ),
        ({"planned": 1, "paused": 2}, "Av de 3 som återstår är 1 planerad och 2 är pausade."),
    ],
)
def test_how_those_that_are_left_stand(counts: dict[str, int], told: str) -> None:
    """With how many there are of each."""
    base = facts().tally
    tally = replace(base, ongoing=0, planned=0, paused=0, reached=3)
    assert told in said(facts(tally=replace(tally, **counts)), "state")


def test_those_without_an_owner_are_named() -> None:
    """In the text by title, and in the table, though not in that for everybody."""
    loose = row(1, "Prova", ONGOING, LATER, unit="Skola")
    made = of_rows((loose,), missing=(Missing(Gap.NO_OWNER, 4, ("A", "B", "C", "D")),))
    assert "Ingen är ansvarig för ”A”, ”B”, ”C” och 1 till." in said(made, "state")
    assert table_of(made, "actions")[0][1] == "Ingen ansvarig\nSkola"
    opened = Telling(made, Words("sv"), opened=True)
    assert all("Ingen ansvarig" not in str(block) for block in actions(opened))


@pytest.mark.parametrize(
    ("text", "title", "told"),
    [
        ("Hur gick det? Vi vill veta.", "Hur gick det?", "Frågan är nu en åtgärd i planen."),
        ("Hur gick det med alla?", "Hur gick det…", "Frågan är nu en åtgärd i planen."),
        ("Hur gick det?", "Ny portal", "Frågan har blivit åtgärden ”Ny portal”."),
    ],
)
def test_a_question_is_not_said_twice(text: str, title: str, told: str) -> None:
    """The action's title only where it says something else; the answer with its day."""
    answer = row(1, title, ONGOING, LATER, owner="Ann", said="Vi provar.", said_on=AS_OF)
    asked = Asked(text, date(2026, 1, 2), "Kommunstyrelsen", 3, answer)
    found = said(facts(questions=(asked,)), "questions")
    assert told in found
    assert "Lägesrapport den 30 april 2026: Vi provar." in found


def test_a_committees_first_report_stands_beside_that_of_the_whole() -> None:
    """And says so."""
    changes = facts().changes
    assert changes is not None
    part = facts(
        part=Part.COMMITTEE, part_name="Socialnämnden", changes=replace(changes, of_whole=True)
    )
    assert "Sedan rapporten om hela planen, som visade läget den" in said(part, "summary")
    assert said(part, "changes").startswith("Jämfört med rapporten om hela planen, som visade")


def test_the_last_report_waits_for_nothing() -> None:
    """No answers are missing from it, and it tells of the whole time of the plan."""
    silent = (Missing(Gap.NO_REPORT, 3),)
    assert "ingen lägesrapport lämnats" in said(facts(missing=silent), "state")
    assert "ingen lägesrapport lämnats" not in said(final_facts(missing=silent), "state")
    summary = said(final_facts(), "summary")
    assert "Sedan förra" not in summary
    assert "Under planens tid har 3 åtgärder genomförts och 1 avbrutits." in summary


def test_the_last_report_has_the_points_before() -> None:
    """A column for each evaluation."""
    effects = facts().effects
    assert effects is not None
    told = replace(effects, areas=(AreaPoints(1, 41, 55),))
    figure = next(
        one
        for one in generated(final_facts(effects=told), "state", "sv")
        if isinstance(one, Figure)
    )
    assert figure.table is not None
    assert [one.title for one in figure.table.columns[1:3]] == ["Poäng 2024", "Poäng 2026"]
    assert [line[1] for line in figure.table.rows][:2] == ["41", "–"]
    again = next(
        one for one in generated(facts(effects=told), "state", "sv") if isinstance(one, Figure)
    )
    assert again.table is not None
    assert again.table.columns[1].title == "Poäng av 100"


@pytest.mark.parametrize(("threshold", "told"), [(5.0, "mer än 5 procent"), (2.5, "än 2,5 p")])
def test_how_much_is_a_rise(threshold: float, told: str) -> None:
    """In the caption; and what the sentences say already is not said again."""
    effects = facts().effects
    assert effects is not None
    why = replace(effects, threshold=threshold, sentences=("Varför säger talen inte.",))
    found = facts(effects=why)
    tables = [one for one in generated(found, "effects", "sv") if hasattr(one, "caption")]
    assert told in tables[0].caption
    assert "Resultat räknas i procent av högsta möjliga poäng." in said(found, "effects")
    assert "Den visar inte vad som är orsaken." not in said(found, "effects")
    assert "Den visar inte vad som är orsaken." in said(facts(), "effects")


def test_an_own_text_about_costs_is_the_whole_of_it() -> None:
    """Nothing says at the same time that there is none."""
    from_somebody = {"economy": OwnText("Ryms i budgeten.")}
    made = compose(facts(), from_somebody, locale="sv", at=datetime(2026, 5, 6, tzinfo=UTC))
    assert "inte angetts" not in str([one for one in made.sections if one.key == "economy"])
