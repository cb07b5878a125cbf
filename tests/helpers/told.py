"""The facts of a report, made up: a municipality that is nowhere, Björkhaga.

`facts()` is an ordinary report on the way, `final_facts()` the last about a plan, `empty_facts()`
a plan without anything, `hostile_facts()` what no report should have to hold.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from tests.helpers.told_rows import AREAS, BEFORE, ROWS, SINCE, row
from tracker.domain.reporting import (
    AreaState,
    Asked,
    Change,
    Changes,
    Coming,
    Deviation,
    EffectFacts,
    EffectRow,
    EvaluationFacts,
    Gap,
    MinutesLine,
    Missing,
    Move,
    NextPlan,
    Part,
    Promise,
    ReportFacts,
    ReportKind,
    ReportRow,
    RoundFacts,
    Tally,
    Why,
)
from tracker.domain.statuses import ActionStatus, Health

AS_OF = date(2026, 4, 30)
NEXT_PLAN = "Handlingsplan 2027–2028"
EMOJI = "Öppna 🚀 förslag 👩🏽‍💻 och svar ❤️‍🔥"
CHINESE = "开放数据和居民对话，每年两次"
RIGHT_TO_LEFT = "مرحبا بكم \u202eäger rum\u202c i kommunen"
CONTROLS = "Rad\x07 ett\x00\x1b[31m två\u200b\ufeff tre\u2028fyra\ufffe"
MARKUP = '<script>alert(1)</script> **fet** #let x = 1 %(num)s {0} =HYPERLINK("http://a")'
LONG = " ".join(f"ord{number % 97}" for number in range(5000))


def tally(rows: tuple[ReportRow, ...], day: date) -> Tally:
    """The rows counted."""
    statuses = [one.status for one in rows]
    return Tally(
        total=sum(status is not ActionStatus.DROPPED for status in statuses),
        reached=sum(one.reached for one in rows),
        verified=statuses.count(ActionStatus.VERIFIED),
        ongoing=statuses.count(ActionStatus.ONGOING),
        planned=statuses.count(ActionStatus.PLANNED),
        paused=statuses.count(ActionStatus.PAUSED),
        dropped=statuses.count(ActionStatus.DROPPED),
        overdue=sum(one.overdue(day) for one in rows),
        ownerless=sum(one.open and not one.owner for one in rows),
    )


def areas(rows: tuple[ReportRow, ...], day: date) -> tuple[AreaState, ...]:
    """The eight areas and, where actions answer no point, what stands beside them."""
    found = [
        AreaState(
            number,
            name,
            score,
            100,
            tally(tuple(one for one in rows if number in one.areas), day),
        )
        for number, name, score in AREAS
    ]
    beside = tuple(one for one in rows if not one.areas)
    if beside:
        found.append(AreaState(None, "", None, None, tally(beside, day)))
    return tuple(found)


def deviations(rows: tuple[ReportRow, ...], day: date) -> tuple[Deviation, ...]:
    """The rows that deviate, the gravest first."""
    found = []
    for one in rows:
        whys = tuple(
            why
            for why, holds in (
                (Why.OVERDUE, one.overdue(day)),
                (Why.OFF_TRACK, one.open and one.health is Health.OFF_TRACK),
                (
                    Why.LATE_FORECAST,
                    one.open and one.forecast is not None and one.forecast > one.deadline,
                ),
                (Why.PAUSED, one.status is ActionStatus.PAUSED),
                (
                    Why.DROPPED,
                    one.dropped_on is not None and one.dropped_on > SINCE,
                ),
            )
            if holds
        )
        if whys:
            late = (day - one.deadline).days if one.overdue(day) else 0
            found.append(Deviation(one, whys, late))
    order = list(Why)
    return tuple(sorted(found, key=lambda one: (order.index(one.whys[0]), -one.days_late)))


def _of(rows: tuple[ReportRow, ...], number: int) -> ReportRow:
    return next(one for one in rows if one.id == number)


def _changes() -> Changes:
    def moved(move: Move, number: int) -> Change:
        return Change(move, _of(BEFORE, number), _of(ROWS, number))

    return Changes(
        since=SINCE,
        changes=(
            Change(Move.NEW, None, _of(ROWS, 112)),
            moved(Move.DONE, 102),
            moved(Move.DONE, 103),
            moved(Move.DELAYED, 105),
            moved(Move.EARLIER, 108),
            moved(Move.DROPPED, 110),
        ),
        promises=tuple(
            Promise(_of(BEFORE, number), _of(ROWS, number)) for number in (102, 103, 104, 105)
        ),
    )


def _effects() -> EffectFacts:
    return EffectFacts(
        before=EvaluationFacts(date(2024, 1, 1), 1, 434, 800),
        after=EvaluationFacts(date(2026, 3, 1), 2, 471, 800),
        sentences=(
            "I de 6 delområden där åtgärder fanns på plats steg andelen av max med i medeltal "
            "9 procentenheter.",
            "I de 11 delområden där ingen åtgärd fanns på plats steg den med 2 procentenheter.",
            "Underlaget är litet, och siffrorna visar samvariation.",
        ),
        verdicts=(
            ("action_and_improvement", 4),
            ("action_no_improvement", 2),
            ("no_action_improvement", 3),
            ("no_action_no_improvement", 8),
            ("not_comparable", 1),
        ),
        rows=(
            EffectRow(1, "1.1", "Information", 55.0, 70.0, 15.0, "action_and_improvement"),
            EffectRow(1, "1.2", "Dialog", 40.0, 50.0, 10.0, "action_and_improvement"),
            EffectRow(3, "3.1", "Mål och uppföljning", 60.0, 58.0, -2.0, "action_no_improvement"),
            EffectRow(5, "5.1", "Bemötande", 45.0, 52.5, 7.5, "no_action_improvement"),
            EffectRow(6, "6.3", "Lärande", None, 30.0, None, "not_comparable"),
        ),
    )


def _questions() -> tuple[Asked, ...]:
    return (
        Asked(
            "Hur når kommunen dem som inte använder webbplatsen?",
            date(2025, 12, 8),
            "Kommunstyrelsen",
            121,
            _of(ROWS, 112),
        ),
    )


def facts(**changes: Any) -> ReportFacts:
    """A report on the way about twelve actions; `changes` replace what they name."""
    asked = ReportFacts(
        kind=ReportKind.PROGRESS,
        municipality="Björkhaga kommun",
        plan_id=7,
        plan_title="Handlingsplan efter utvärderingen 2024",
        purpose="Björkhaga ska bli lättare att förstå, nå och påverka för dem som bor här.",
        starts_on=date(2024, 7, 1),
        ends_on=date(2026, 12, 31),
        part=Part.WHOLE,
        part_name="",
        reader="Kommunstyrelsen",
        record_number="KS 2026/0117",
        as_of=AS_OF,
        written_on=date(2026, 5, 6),
        signed_by="Maria Lindgren, kommundirektör",
        points=(
            ("I", "Gör det lätt att förstå hur kommunen styrs."),
            ("II", "Svara snabbt, begripligt och lika för alla."),
        ),
        decisions=(
            MinutesLine(
                "adopted",
                "Kommunstyrelsen",
                date(2024, 6, 10),
                53,
                "KS 2024/0088",
                "Följs upp två gånger om året.",
            ),
            MinutesLine("followed_up", "Kommunstyrelsen", date(2024, 12, 9), 118, "KS 2024/0088"),
            MinutesLine("followed_up", "Kommunstyrelsen", date(2025, 12, 8), 121, "KS 2025/0204"),
        ),
        evaluations=(
            EvaluationFacts(date(2024, 1, 1), 1, 434, 800),
            EvaluationFacts(date(2026, 3, 1), 2, 471, 800),
        ),
        tally=tally(ROWS, AS_OF),
        areas=areas(ROWS, AS_OF),
        rows=ROWS,
        deviations=deviations(ROWS, AS_OF),
        changes=_changes(),
        questions=_questions(),
        round=RoundFacts(
            "Tertial 1 2026", date(2026, 5, 4), 7, 8, date(2026, 5, 20), date(2026, 6, 1)
        ),
        effects=_effects(),
        coming=Coming(
            rows=(_of(ROWS, 107), _of(ROWS, 106)),
            later=2,
            round_name="Tertial 2 2026",
            round_due_on=date(2026, 9, 4),
        ),
        missing=(
            Missing(Gap.NO_REPORT, 1, (_of(ROWS, 109).title,)),
            Missing(Gap.NO_OWNER, 1, (_of(ROWS, 111).title,)),
            Missing(Gap.NO_UNIT, 1, (_of(ROWS, 111).title,)),
            Missing(Gap.NO_EXPLANATION, 1, (_of(ROWS, 111).title,)),
        ),
    )
    return replace(asked, **changes)


def of_rows(rows: tuple[ReportRow, ...], **changes: Any) -> ReportFacts:
    """The facts where these are all the rows: counted, and with the deviations they hold."""
    counted = {
        "rows": rows,
        "tally": tally(rows, AS_OF),
        "areas": areas(rows, AS_OF),
        "deviations": deviations(rows, AS_OF),
        "changes": None,
        "questions": (),
        "coming": Coming(),
        "missing": (),
    }
    return facts(**(counted | changes))


def empty_facts(**changes: Any) -> ReportFacts:
    """A plan without actions, decisions, evaluations or anything else."""
    bare: dict[str, Any] = {
        "purpose": "",
        "starts_on": None,
        "ends_on": None,
        "record_number": "",
        "signed_by": "",
        "points": (),
        "decisions": (),
        "evaluations": (),
        "areas": (),
        "round": None,
        "effects": None,
        "missing": (Missing(Gap.NO_DECISION, 1),),
    }
    return of_rows((), **(bare | changes))


def final_rows() -> tuple[ReportRow, ...]:
    """The rows at the end: under the plan's points, five of the open ones taken over."""
    rows, taken = [], 5
    for one in ROWS:
        points = {0: ("I",), 1: ("II",), 2: ("I", "II"), 3: ()}[one.id % 4]
        goes_on: dict[str, Any] = {}
        if one.open and taken:
            taken -= 1
            goes_on = {"taken_over_by": NEXT_PLAN, "taken_over_on": date(2026, 12, 31)}
        rows.append(replace(one, plan_points=points, **goes_on))
    return tuple(rows)


def final_facts(**changes: Any) -> ReportFacts:
    """The last report about the plan, with a next plan that took over most of what was left."""
    rows = final_rows()
    last: dict[str, Any] = {
        "rows": rows,
        "kind": ReportKind.FINAL,
        "as_of": date(2026, 12, 31),
        "written_on": date(2027, 1, 12),
        "tally": tally(rows, date(2026, 12, 31)),
        "areas": areas(rows, date(2026, 12, 31)),
        "deviations": deviations(rows, date(2026, 12, 31)),
        "decisions": (
            *facts().decisions,
            MinutesLine("followed_up", "Kommunstyrelsen", date(2026, 6, 1), 64, "KS 2026/0117"),
        ),
        "round": None,
        "coming": Coming(
            plan=NextPlan(
                NEXT_PLAN,
                date(2027, 1, 1),
                date(2028, 12, 31),
                "Arbetet går vidare med det som återstår och det som den nya utvärderingen visar.",
                (
                    ("I", "Visa öppet vad som blir av invånarnas förslag."),
                    ("II", "Låt chefer lära av varandra över gränserna."),
                ),
                5,
            )
        ),
    }
    return facts(**(last | changes))


def hostile_facts(number: int = 500, **changes: Any) -> ReportFacts:
    """Hundreds of actions whose texts are long, foreign, marked up or not even printable."""
    nasty = (EMOJI, CHINESE, RIGHT_TO_LEFT, CONTROLS, MARKUP, LONG[:4000], "x" * 300, " \n\t")
    statuses = tuple(ActionStatus)
    rows = tuple(
        row(
            1000 + at,
            f"{nasty[at % len(nasty)]} {at}",
            statuses[at % len(statuses)],
            AS_OF + timedelta(days=at % 400 - 200),
            owner=nasty[at % 5] if at % 3 else "",
            unit=nasty[(at + 1) % 5] if at % 4 else "",
            areas=(at % 8 + 1,) if at % 9 else (),
            said=nasty[(at + 3) % len(nasty)] if at else LONG,
            said_on=AS_OF - timedelta(days=at % 50),
            health=Health.OFF_TRACK if at % 7 == 0 else None,
            forecast=AS_OF + timedelta(days=at) if at % 5 == 0 else None,
            dropped_on=AS_OF if statuses[at % len(statuses)] is ActionStatus.DROPPED else None,
            dropped_by=EMOJI,
            dropped_reason=LONG[:2000],
            done_on=AS_OF,
        )
        for at in range(number)
    )
    texts: dict[str, Any] = {
        "municipality": f"Björkhaga {EMOJI}",
        "plan_title": f"{MARKUP} {CONTROLS}",
        "purpose": LONG,
        "reader": RIGHT_TO_LEFT,
        "record_number": CONTROLS,
        "signed_by": f"{CHINESE}, {EMOJI}",
        "points": (("I", LONG[:5000]), (CHINESE, EMOJI)),
        "questions": (Asked(LONG, AS_OF, CONTROLS, None, rows[0]),) if rows else (),
        "missing": (Missing(Gap.NO_REPORT, number, (EMOJI, CHINESE)), Missing(Gap.NO_LOGO, 1)),
    }
    return of_rows(rows, **(texts | changes))
