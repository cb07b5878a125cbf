"""The twelve actions of `told`: as they stood when the last report was made, and now."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from tracker.domain.editions import edition
from tracker.domain.reporting import ReportRow
from tracker.domain.statuses import ActionStatus, Health

SINCE = date(2025, 10, 31)
SCORES = (61, 66, 55, 52, 63, 44, 68, 62)
AREAS = tuple(
    (area.number, area.name, score)
    for area, score in zip(edition("kommunkompassen-2020").areas, SCORES, strict=True)
)


def row(number: int, title: str, status: ActionStatus, deadline: date, **changes: Any) -> ReportRow:
    """An action that was made with the plan and whose deadline has not moved."""
    made: dict[str, Any] = {"first_deadline": deadline, "created_on": date(2024, 6, 10)}
    return ReportRow(number, title, status, deadline, **(made | changes))


_CHANCELLERY = {"unit": "Kommunledningskontoret", "committee": "Kommunstyrelsen"}
_SERVICE = {"unit": "Serviceförvaltningen", "committee": "Servicenämnden"}
_SOCIAL = {"unit": "Socialförvaltningen", "committee": "Socialnämnden"}
_SCHOOL = {"unit": "Utbildningsförvaltningen", "committee": "Utbildningsnämnden"}

ROWS: tuple[ReportRow, ...] = (
    row(
        101,
        "Skriv om kommunens webbsidor på lätt svenska",
        ActionStatus.VERIFIED,
        date(2025, 6, 30),
        **_CHANCELLERY,
        owner="Sara Holm",
        areas=(1,),
        said="De fyrtio mest besökta sidorna är omskrivna och lästa av en testgrupp.",
        said_on=date(2025, 6, 19),
        done_on=date(2025, 6, 19),
        verified_on=date(2025, 7, 2),
        evidence=2,
    ),
    row(
        102,
        "Inför en återkommande invånardialog i varje tätort",
        ActionStatus.VERIFIED,
        date(2026, 1, 31),
        **_CHANCELLERY,
        owner="Johan Ek",
        areas=(1, 2),
        said="Fyra dialoger har hållits. Underlag och svar ligger på webbplatsen.",
        said_on=date(2026, 1, 28),
        done_on=date(2026, 1, 28),
        verified_on=date(2026, 2, 11),
        evidence=1,
    ),
    row(
        103,
        "Samla styrdokumenten på ett ställe och gallra dem",
        ActionStatus.DONE,
        date(2026, 3, 31),
        **_CHANCELLERY,
        owner="Sara Holm",
        areas=(3,),
        said="Av 212 dokument återstår 96. Alla är sökbara.",
        said_on=date(2026, 3, 24),
        done_on=date(2026, 3, 24),
        evidence=1,
    ),
    row(
        104,
        "Redovisa mål och kostnad per verksamhet varje tertial",
        ActionStatus.ONGOING,
        date(2026, 2, 28),
        **_CHANCELLERY,
        owner="Karin Åberg",
        areas=(3, 4),
        health=Health.OFF_TRACK,
        percent=60,
        forecast=date(2026, 8, 31),
        said="Två av fem förvaltningar saknar kostnad per verksamhet. En controller börjar i maj "
        "och tar de två i tur och ordning.",
        said_on=date(2026, 4, 22),
    ),
    row(
        105,
        "Pröva digital ansökan om bygglov med svar inom fyra veckor",
        ActionStatus.ONGOING,
        date(2026, 9, 30),
        first_deadline=date(2026, 3, 31),
        **_SERVICE,
        owner="Nils Sundin",
        areas=(5,),
        health=Health.AT_RISK,
        percent=40,
        forecast=date(2026, 11, 15),
        said="Upphandlingen drog ut på tiden. Avtalet är klart och provet börjar i augusti.",
        said_on=date(2026, 4, 20),
    ),
    row(
        106,
        "Jämför avgifter och kvalitet med tre grannkommuner",
        ActionStatus.ONGOING,
        date(2026, 6, 30),
        **_CHANCELLERY,
        owner="Karin Åberg",
        areas=(4,),
        health=Health.ON_TRACK,
        percent=70,
        said="Siffrorna är insamlade och granskas av förvaltningarna.",
        said_on=date(2026, 4, 22),
    ),
    row(
        107,
        "Ge alla nya chefer en mentor under första året",
        ActionStatus.ONGOING,
        date(2026, 5, 31),
        **_CHANCELLERY,
        owner="Lena Mattsson",
        areas=(8,),
        health=Health.ON_TRACK,
        percent=80,
        said="Elva av tolv chefer har en mentor.",
        said_on=date(2026, 4, 15),
    ),
    row(
        108,
        "Fråga brukarna i hemtjänsten två gånger om året",
        ActionStatus.ONGOING,
        date(2026, 10, 31),
        first_deadline=date(2026, 12, 31),
        **_SOCIAL,
        owner="Ahmed Rasoul",
        areas=(5, 6),
        health=Health.ON_TRACK,
        percent=50,
        said="Första omgången är klar. 71 procent svarade.",
        said_on=date(2026, 4, 17),
    ),
    row(
        109,
        "Beskriv arbetssättet för synpunkter och klagomål",
        ActionStatus.PAUSED,
        date(2026, 11, 30),
        **_SCHOOL,
        owner="Eva Nyström",
        areas=(6,),
        said="Vilar tills det nya ärendesystemet är på plats i augusti.",
        said_on=date(2025, 9, 12),
    ),
    row(
        110,
        "Bygg en egen app för felanmälan",
        ActionStatus.DROPPED,
        date(2026, 8, 31),
        **_SERVICE,
        owner="Nils Sundin",
        areas=(5,),
        said="Den regionala tjänsten gör samma sak.",
        said_on=date(2026, 2, 3),
        dropped_on=date(2026, 2, 16),
        dropped_by="Servicenämnden",
        dropped_reason="Regionens tjänst för felanmälan räcker och kostar mindre.",
    ),
    row(
        111,
        "Ta fram en plan för att dela lokaler på kvällar och helger",
        ActionStatus.PLANNED,
        date(2026, 4, 15),
        areas=(4,),
    ),
    row(
        112,
        "Nå dem som inte använder webbplatsen",
        ActionStatus.PLANNED,
        date(2026, 12, 15),
        created_on=date(2025, 12, 10),
        **_SERVICE,
        owner="Nils Sundin",
        health=Health.ON_TRACK,
        said="Ett förslag med besök i mötesplatser för äldre tas fram under hösten.",
        said_on=date(2026, 4, 20),
    ),
)


def _earlier(one: ReportRow) -> ReportRow:
    """The action as it stood on the day `SINCE`, as far as it differs."""
    then: dict[int, dict[str, Any]] = {
        102: {"done_on": None, "verified_on": None, "percent": 75},
        103: {"done_on": None, "percent": 60},
        104: {"health": Health.ON_TRACK, "forecast": None, "percent": 40},
        105: {"deadline": date(2026, 3, 31), "health": Health.ON_TRACK, "forecast": None},
        108: {"deadline": date(2026, 12, 31), "percent": 10},
        110: {"dropped_on": None, "dropped_by": "", "dropped_reason": ""},
    }
    if one.id not in then:
        return one
    said: dict[str, Any] = {"said": "Arbetet pågår.", "said_on": date(2025, 10, 20), "evidence": 0}
    return replace(one, status=ActionStatus.ONGOING, **said, **then[one.id])


BEFORE = tuple(_earlier(one) for one in ROWS if one.id != 112)
