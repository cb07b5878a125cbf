"""The sentences of a report: none, one and many; in time and late; said and unsaid."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tests.helpers.told import AS_OF, empty_facts, facts, final_facts, of_rows
from tests.helpers.told_rows import row
from tracker.domain.reporting import (
    Change,
    Changes,
    Coming,
    Deviation,
    Gap,
    Missing,
    Move,
    Part,
    Promise,
    ReportFacts,
    ReportRow,
    Tally,
    Why,
)
from tracker.domain.statuses import ActionStatus, Health
from tracker.reports.content import Bullets, Paragraph, Table, plain
from tracker.services.reports.telling.composing import generated
from tracker.services.reports.telling.sections.opening import lateness, standing
from tracker.services.reports.telling.words import Words, sentence, shortened

SV = Words("sv")


def said(told: ReportFacts, section: str) -> str:
    """The paragraphs and lists of a section."""
    found = []
    for block in generated(told, section, "sv"):
        if isinstance(block, Paragraph):
            found.append(plain(block.text))
        elif isinstance(block, Bullets):
            found += [plain(item) for item in block.items]
    return "\n".join(found)


def table_of(told: ReportFacts, section: str) -> list[tuple[str, ...]]:
    """The lines of all tables of a section."""
    return [
        tuple(map(plain, line))
        for block in generated(told, section, "sv")
        if isinstance(block, Table)
        for line in block.rows
    ]


@pytest.mark.parametrize(
    ("total", "reached", "told"),
    [
        (0, 0, "Planen har inga åtgärder att redovisa."),
        (1, 0, "Den enda åtgärden är inte genomförd än."),
        (1, 1, "Den enda åtgärden är genomförd."),
        (2, 0, "Ingen av de 2 åtgärderna är genomförd än."),
        (2, 1, "1 av 2 åtgärder är genomförd."),
        (2, 2, "Båda åtgärderna är genomförda."),
        (31, 12, "12 av 31 åtgärder är genomförda."),
        (31, 31, "Alla 31 åtgärder är genomförda."),
    ],
)
def test_how_many_are_done(total: int, reached: int, told: str) -> None:
    """Singular and plural are right."""
    assert standing(Tally(total=total, reached=reached), SV) == told


@pytest.mark.parametrize(
    ("overdue", "ownerless", "told"),
    [
        (0, 0, "Inga åtgärder är försenade, och alla som återstår har en ansvarig."),
        (1, 0, "1 åtgärd är försenad, och alla som återstår har en ansvarig."),
        (4, 1, "4 åtgärder är försenade, och 1 saknar ansvarig."),
        (0, 2, "Inga åtgärder är försenade, och 2 saknar ansvarig."),
    ],
)
def test_how_many_are_late(overdue: int, ownerless: int, told: str) -> None:
    """Late ones and those without an owner."""
    tally = Tally(total=9, reached=2, overdue=overdue, ownerless=ownerless)
    assert lateness(tally, SV) == told
    assert lateness(replace(tally, reached=9), SV) == ""


@pytest.mark.parametrize(
    ("moves", "told"),
    [
        ((), "har ingen åtgärd genomförts, flyttats eller avbrutits."),
        ((Move.DONE,), "har 1 åtgärd genomförts."),
        ((Move.NEW, Move.NEW), "har 2 åtgärder tillkommit."),
        ((Move.LEFT,), "ingår 1 åtgärd inte längre."),
        (
            (Move.DROPPED, Move.NEW, Move.DONE, Move.DONE),
            "har detta hänt med åtgärderna: 2 har genomförts, 1 är ny och 1 har avbrutits.",
        ),
        (
            (Move.LEFT, Move.REOPENED, Move.DELAYED),
            "har detta hänt med åtgärderna: 1 har öppnats igen, 1 har fått ett senare klardatum "
            "och 1 ingår inte längre.",
        ),
    ],
)
def test_what_moved(moves: tuple[Move, ...], told: str) -> None:
    """Each kind of change with how many."""
    one = facts().rows[0]
    changes = Changes(date(2025, 10, 31), tuple(Change(move, one, one) for move in moves), ())
    summary = said(facts(changes=changes), "summary")
    assert f"Sedan förra rapporten, som visade läget den 31 oktober 2025, {told}" in summary


def test_the_summary_of_the_sample() -> None:
    """Six sentences: how many, late, deviating, the latest one, moved, scores."""
    assert said(facts(), "summary").split("\n") == [
        "3 av 11 åtgärder är genomförda. 2 åtgärder är försenade, och 1 saknar ansvarig. "
        "5 åtgärder avviker från planen. Längst har förseningen blivit för ”Redovisa mål och "
        "kostnad per verksamhet varje tertial”, 61 dagar.",
        "Sedan förra rapporten, som visade läget den 31 oktober 2025, har detta hänt med "
        "åtgärderna: 2 har genomförts, 1 är ny, 1 har fått ett senare klardatum, 1 har fått ett "
        "tidigare klardatum och 1 har avbrutits.",
        "Utvärderingen i mars 2026 gav 471 av 800 poäng, mot 434 i januari 2024, och i hela "
        "kommunen steg resultatet i 4 av 6 delområden där åtgärder fanns på plats.",
    ]


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (
            facts(),
            ["Kommunstyrelsen noterar redovisningen av ”Handlingsplan efter utvärderingen 2024” "
             "per den 30 april 2026 till protokollet."],
        ),
        (
            facts(decisions=()),
            ["Kommunstyrelsen antar ”Handlingsplan efter utvärderingen 2024”.",
             "Kommunstyrelsen noterar redovisningen av ”Handlingsplan efter utvärderingen 2024” "
             "per den 30 april 2026 till protokollet."],
        ),
        (
            facts(decisions=(), part=Part.COMMITTEE, part_name="Socialnämnden",
                  reader="Socialnämnden"),
            ["Socialnämnden noterar redovisningen av ”Handlingsplan efter utvärderingen 2024” "
             "per den 30 april 2026 till protokollet."],
        ),
        (
            final_facts(),
            ["Kommunstyrelsen godkänner slutrapporten för ”Handlingsplan efter utvärderingen "
             "2024”.",
             "Kommunstyrelsen avslutar planen.",
             "Kommunstyrelsen noterar att 5 åtgärder går över till ”Handlingsplan 2027–2028”.",
             "De 3 åtgärder som är öppna följs upp även i fortsättningen."],
        ),
    ],
)  # fmt: skip
def test_the_proposal(made: ReportFacts, told: list[str]) -> None:
    """What the reader is asked to decide, by the kind of report."""
    assert said(made, "proposal").split("\n") == told


def test_the_background_tells_the_line_of_decisions() -> None:
    """Adopted, and reported before; each body is named once."""
    told = said(facts(), "background")
    assert "Planen antogs av Kommunstyrelsen den 10 juni 2024, §\u00a053." in told
    assert (
        "Den har redovisats 2 gånger, senast för Kommunstyrelsen den 8 december 2025, §\u00a0121."
        in told
    )
    bare = said(empty_facts(), "background")
    assert "Det finns inget beslut om att anta planen. Den har inte redovisats tidigare." in bare


def late(**changes: Any) -> Deviation:
    """An action that is a day late."""
    one = row(1, "Prova", ActionStatus.ONGOING, AS_OF - timedelta(days=1), owner="Ann")
    return Deviation(replace(one, **changes), (Why.OVERDUE,), 1)


OPEN_ROW = replace(late().row, deadline=date(2026, 9, 1), first_deadline=date(2026, 9, 1))
DROPPED_ROW = replace(OPEN_ROW, status=ActionStatus.DROPPED, dropped_on=date(2026, 4, 1))
UNSAID = "Ingen har angett orsaken eller vad som görs åt den."


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (
            late(),
            "Den skulle ha varit klar den 29 april 2026 och är 1 dag försenad. Det finns ingen "
            f"ny prognos. {UNSAID}",
        ),
        (
            late(forecast=date(2026, 6, 1), said="Vi väntar"),
            "Den skulle ha varit klar den 29 april 2026 och är 1 dag försenad. Ny prognos: klar "
            "den 1 juni 2026. Lägesrapport: Vi väntar.",
        ),
        (
            late(forecast=date(2026, 4, 2), first_deadline=date(2026, 1, 1)),
            "Den skulle ha varit klar den 29 april 2026 och är 1 dag försenad. Även den senaste "
            "prognosen, den 2 april 2026, har passerats. Klardatumet var från början den "
            f"1 januari 2026. {UNSAID}",
        ),
        (
            Deviation(replace(OPEN_ROW, forecast=date(2026, 9, 2)), (Why.LATE_FORECAST,)),
            "Den ska vara klar den 1 september 2026 men väntas bli klar den 2 september 2026, "
            f"1 dag senare. {UNSAID}",
        ),
        (
            Deviation(replace(OPEN_ROW, health=Health.OFF_TRACK), (Why.OFF_TRACK,)),
            "Den ska vara klar den 1 september 2026. Den ansvariga bedömer att åtgärden inte "
            f"följer planen. {UNSAID}",
        ),
        (
            Deviation(replace(OPEN_ROW, status=ActionStatus.PAUSED), (Why.PAUSED,)),
            f"Åtgärden är pausad. Den ska vara klar den 1 september 2026. {UNSAID}",
        ),
        (
            Deviation(
                replace(DROPPED_ROW, dropped_by="Servicenämnden", dropped_reason="För dyrt"),
                (Why.DROPPED,),
            ),
            "Åtgärden avbröts den 1 april 2026 efter beslut av Servicenämnden. Skäl: För dyrt.",
        ),
        (
            Deviation(DROPPED_ROW, (Why.DROPPED,)),
            f"Åtgärden avbröts den 1 april 2026. {UNSAID}",
        ),
    ],
)
def test_a_deviation_in_words(one: Deviation, told: str) -> None:
    """Who, why, how late, the forecast, and what the owner says; or that nobody has said."""
    found = said(facts(deviations=(one,)), "deviation:1")
    assert found == f"Prova. Ansvarig: Ann. {told}"


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        (
            Missing(Gap.NO_REPORT, 1),
            "För 1 åtgärd har ingen lägesrapport lämnats sedan förra rapporten.",
        ),
        (
            Missing(Gap.NO_REPORT, 3),
            "För 3 åtgärder har ingen lägesrapport lämnats sedan förra rapporten.",
        ),
        (Missing(Gap.NO_UNIT, 2), "2 åtgärder hör inte till någon förvaltning."),
        (Missing(Gap.NO_LOGO, 1), ""),
        (Missing(Gap.NO_OWNER, 1), ""),  # counted in the summary
    ],
)
def test_what_is_missing_is_told(missing: Missing, told: str) -> None:
    """In a decent sentence, or where it belongs."""
    found = said(facts(missing=(missing,), round=None), "state").split("\n")[-1]
    assert found == told or (not told and "områden räknas" in found)


def test_the_promises_of_the_last_report() -> None:
    """Kept, late, moved, gone; with the sentence above them."""
    told = said(facts(), "changes")
    assert "Av de 4 åtgärder som skulle vara klara vid det här laget är 2 genomförda." in told
    lines = table_of(facts(), "changes")
    assert [line[2] for line in lines[:4]] == [
        "Genomförd 2026-01-28",
        "Genomförd 2026-03-24",
        "Försenad, prognos 2026-08-31",
        "Flyttad till 2026-09-30",
    ]
    assert [line[0] for line in lines[4:]] == [
        "Ny",
        "Genomförd",
        "Genomförd",
        "Senare klardatum",
        "Tidigare klardatum",
        "Avbruten",
    ]


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (None, "Ingår inte längre"),
        (DROPPED_ROW, "Avbruten"),
        (replace(OPEN_ROW, deadline=date(2026, 4, 29)), "Försenad"),
        (replace(OPEN_ROW, status=ActionStatus.DONE), "Genomförd"),
    ],
)
def test_what_became_of_a_promise(now: ReportRow | None, told: str) -> None:
    """One by one."""
    before = replace(OPEN_ROW, deadline=date(2026, 4, 29))
    changes = Changes(date(2025, 10, 31), (), (Promise(before, now),))
    assert table_of(facts(changes=changes), "changes") == [("Prova", "2026-04-29", told)]


def test_what_comes_next() -> None:
    """The next deadlines and the next round; or that nothing is decided."""
    told = said(facts(), "ahead")
    assert "31 maj 2026: Ge alla nya chefer en mentor" in told
    assert "2 åtgärder till har klardatum längre fram." in told
    assert "Nästa uppföljning är Tertial 2 2026, då de ansvariga svarar senast den" in told
    none = said(of_rows((OPEN_ROW,), coming=Coming()), "ahead")
    assert none == (
        "Ingen åtgärd har klardatum framöver. Något datum för nästa uppföljning är inte bestämt."
    )


def test_the_last_report_tells_where_things_went() -> None:
    """What was done in each area, what was not, and the next plan."""
    told = said(final_facts(), "results")
    assert "1 av 2 åtgärder är genomförd: ”Samla styrdokumenten på ett ställe" in told
    assert (
        "8 åtgärder är fortfarande öppna och 1 har avbrutits. 5 åtgärder fortsätter i "
        "”Handlingsplan 2027–2028”. 3 har inte tagits över av någon ny plan. De beskrivs under "
        "Avvikelser som återstår." in told
    )
    next_plan = said(final_facts(), "ahead")
    assert "Arbetet fortsätter i ”Handlingsplan 2027–2028”" in next_plan
    assert "II. Låt chefer lära av varandra över gränserna." in next_plan
    alone = final_facts(coming=Coming(), deviations=())
    assert "3 har inte tagits över av någon ny plan." in said(alone, "results")
    assert "Nå dem som inte använder webbplatsen. Planerad" in said(alone, "results")
    assert said(alone, "ahead") == "Ingen plan för nästa period är beslutad."


def test_the_line_of_decisions_is_a_table_at_last() -> None:
    """Of a last report only."""
    assert [line[1] for line in table_of(final_facts(), "history")] == [
        "Kommunstyrelsen §\u00a053",
        "Kommunstyrelsen §\u00a0118",
        "Kommunstyrelsen §\u00a0121",
        "Kommunstyrelsen §\u00a064",
    ]
    assert generated(facts(), "history", "sv") == ()


def test_effects_are_told_without_a_cause() -> None:
    """The given sentences, a table by area, and what the comparison cannot show."""
    told = said(facts(), "effects")
    assert told.endswith("Den visar inte vad som är orsaken.")
    assert ("3 Styrning och kontroll", "0 av 1", "–", "0") in table_of(facts(), "effects")
    gap = facts(effects=None, missing=(Missing(Gap.NO_EFFECTS, 1),))
    assert "går inte att jämföra" in said(gap, "effects")
    assert generated(facts(effects=None), "effects", "sv") == ()


def test_what_nobody_has_written_claims_nothing() -> None:
    """Neither of money nor of children."""
    assert (
        said(facts(), "economy") == "Några ekonomiska konsekvenser har inte angetts i underlaget."
    )
    assert said(facts(), "children") == "Några konsekvenser för barn har inte angetts i underlaget."


@pytest.mark.parametrize(
    ("text", "told"),
    [("kort", "kort"), ("ett två tre fyra", "ett två…"), ("x" * 30, "x" * 9 + "…"), ("", "")],
)
def test_texts_are_cut_between_words(text: str, told: str) -> None:
    """No more than ten characters here."""
    assert shortened(text, 10) == told


@pytest.mark.parametrize(
    ("text", "told"), [("Klart", "Klart."), ("Klart!", "Klart!"), ("", ""), ("Kl…", "Kl…")]
)
def test_sentences_end(text: str, told: str) -> None:
    """With one sign."""
    assert sentence(text) == told
