"""What people call their columns, and what they write in the cells."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.domain.sheets import (
    FIELDS,
    HEADINGS,
    KEPT,
    guess_columns,
    header_row,
    is_error,
    mark,
    people_in,
    read_day,
    read_status,
    same_cell,
)
from tracker.domain.statuses import STATUS_MARKS, ActionStatus


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Åtgärd", "title"),
        ("AKTIVITET", "title"),
        ("Ansvarig", "owner"),
        ("Ansvarig person", "owner"),
        ("Klart senast", "deadline"),
        ("Deadline", "deadline"),
        ("Slutdatum:", "deadline"),
        ("Förvaltning", "unit"),
        ("Ansvarig nämnd", "committee"),
        ("Status", "status"),
        ("Kommentarer", "description"),
        ("Förväntad effekt", "expected_effect"),
        ("Budget", "cost"),
        ("Diarienummer", KEPT),
        ("", ""),
    ],
)
def test_a_heading_is_guessed(heading: str, field: str) -> None:
    found = guess_columns([heading])[0]
    assert found == field or (heading == "Ansvarig nämnd" and found == "owner")


def test_each_field_is_guessed_once_and_what_says_it_outright_wins() -> None:
    headings = ["Ansvarig nämnd", "Ansvarig", "Åtgärd", "Åtgärd nr"]
    assert guess_columns(headings) == ["committee", "owner", "title", KEPT]


def test_our_own_headings_are_known() -> None:
    names = [HEADINGS[name] for name in FIELDS]
    assert guess_columns(names) == list(FIELDS)


def test_the_row_of_headings_is_found_below_a_title() -> None:
    rows = [["Plan för 2026"], [], ["Nr", "Åtgärd", "Ansvarig", "Klart"], ["1", "Rusta", "Eva"]]
    assert header_row(rows) == 2
    assert header_row([]) == 0


@pytest.mark.parametrize(
    ("text", "last", "first"),
    [
        ("2026-03-01", date(2026, 3, 1), date(2026, 3, 1)),
        ("2026-03-01 13:30", date(2026, 3, 1), date(2026, 3, 1)),
        ("20260301", date(2026, 3, 1), date(2026, 3, 1)),
        ("1/3 2026", date(2026, 3, 1), date(2026, 3, 1)),
        ("1.3.2026", date(2026, 3, 1), date(2026, 3, 1)),
        ("1 mars 2026", date(2026, 3, 1), date(2026, 3, 1)),
        ("den 1 Mars 2026", date(2026, 3, 1), date(2026, 3, 1)),
        ("mars 2026", date(2026, 3, 31), date(2026, 3, 1)),
        ("feb 2028", date(2028, 2, 29), date(2028, 2, 1)),
        ("2026-02", date(2026, 2, 28), date(2026, 2, 1)),
        ("Q2 2026", date(2026, 6, 30), date(2026, 4, 1)),
        ("kvartal 4 2026", date(2026, 12, 31), date(2026, 10, 1)),
        ("2026", date(2026, 12, 31), date(2026, 1, 1)),
        ("31/2 2026", None, None),
        ("0000", None, None),
        ("13/13 2026", None, None),
        ("snart", None, None),
        ("löpande 2026", None, None),
        ("", None, None),
        ("9" * 10_000, None, None),
    ],
)
def test_a_day_as_people_write_it(text: str, last: date | None, first: date | None) -> None:
    assert read_day(text, last=True) == last
    assert read_day(text, last=False) == first


def test_every_month_is_known_by_its_name() -> None:
    names = ["januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti"]
    names += ["september", "oktober", "november", "december"]
    days = [read_day(f"{name} 2026", last=False) for name in names]
    assert days == [date(2026, month, 1) for month in range(1, 13)]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Klar", ActionStatus.DONE),
        ("EJ PÅBÖRJAD", ActionStatus.PLANNED),
        ("pågår.", ActionStatus.ONGOING),
        ("vilande", ActionStatus.PAUSED),
        ("utgår", ActionStatus.DROPPED),
        ("grön", None),
        ("", None),
    ],
)
def test_a_status_in_other_words(text: str, status: ActionStatus | None) -> None:
    assert read_status(text) is status


@pytest.mark.parametrize("status", list(ActionStatus))
def test_our_own_words_for_a_status_are_known(status: ActionStatus) -> None:
    assert read_status(STATUS_MARKS[status].label) is status


def test_several_people_in_a_cell() -> None:
    assert people_in("Eva Ek; olle@x.se,\nBo") == ["Eva Ek", "olle@x.se", "Bo"]
    assert people_in(" ; ") == []


def test_what_looks_alike_has_the_same_mark() -> None:
    assert mark("title", " Rusta  parken\r\n") == mark("title", "Rusta parken")
    assert mark("description", "ett\r\ntvå\n") == mark("description", "ett\ntvå")
    assert mark("description", "ett två") != mark("description", "ett\ntvå")
    assert same_cell("title", "a\nb") == "a b"


@pytest.mark.parametrize(
    ("text", "failed"),
    [
        *(("#REF!", True), (" #saknas! ", True), ("#N/A", True), ("#DIVISION/0!", True)),
        *(("", False), ("#", False), ("#REF! igen", False), ("REF!", False), ("#1", False)),
    ],
)
def test_what_a_failed_formula_shows(text: str, failed: bool) -> None:
    assert is_error(text) is failed
