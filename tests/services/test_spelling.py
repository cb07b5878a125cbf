"""However a municipality or a month is written, it is the one that we know."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.importers.municipalities import NAMES
from tracker.services.spelling import spelled_as_known, written_month

OURS = ("Björkhaga", "Sjönäs", "Alby kommun")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Björkhaga kommun", "Björkhaga"),
        ("  björkhaga   KOMMUN ", "Björkhaga"),
        ("Björkhagas kommun", "Björkhaga"),
        ("Björkhaga kommuns", "Björkhaga"),
        ("Björkhaga stad", "Björkhaga"),
        ("Kommunen Björkhaga", "Björkhaga"),
        ("Björkhagakommunen", "Björkhagakommunen"),
        ("Sjönäs kommun", "Sjönäs"),
        ("Alby", "Alby kommun"),
        ("Albys kommun", "Alby kommun"),
        ("nynäshamns kommun", "Nynäshamn"),
        ("Höganäs kommun", "Höganäs"),
        ("GRUMS KOMMUN", "Grums"),
        ("Borås Stad", "Borås"),
        ("Halmstad", "Halmstad"),
        ("Upplands Väsby kommun", "Upplands Väsby"),
        ("Marks kommun", "Mark"),
        ("Håbo kommun", "Håbo"),
        ("Okänds kommun", "Okänds kommun"),
        ("Okänd", "Okänd"),
        ("kommun", "kommun"),
    ],
)
def test_a_name(written: str, name: str) -> None:
    assert spelled_as_known(written, OURS) == name


def test_a_name_of_the_country_that_we_keep_otherwise() -> None:
    assert spelled_as_known("Nynäshamns", ["Nynäshamns kommun"]) == "Nynäshamns kommun"
    both = ["Nynäshamns kommun", "Nynäshamn"]
    assert spelled_as_known("nynäshamn stad", both) == "Nynäshamn"


@given(
    st.sampled_from(sorted(NAMES)),
    st.booleans(),
    st.sampled_from(["", " kommun", " kommuns", " stad", " Kommunen", "  KOMMUN "]),
    st.sampled_from([str, str.lower, str.upper]),
    st.booleans(),
)
def test_every_municipality_however_it_is_written(
    name: str, genitive: bool, after: str, case: type[str], have: bool
) -> None:
    written = case(name + ("s" if genitive and not name.endswith("s") else "") + after)
    assert spelled_as_known(f" {written}", [name] if have else []) == name


@given(st.text(max_size=30), st.lists(st.text(min_size=1, max_size=15), max_size=3))
def test_what_is_spelled_stays_spelled(written: str, ours: list[str]) -> None:
    once = spelled_as_known(written, ours)
    assert spelled_as_known(once, [*ours, once]) == once


@pytest.mark.parametrize(
    "written",
    ["2022-05", "2022/5", "2022.05", "2022 5", "202205", "05/2022", "5-2022", "maj 2022",
     " Maj  2022 ", "MAJ, 2022", "2022 maj", "maj2022", "May 2022"],
)  # fmt: skip
def test_a_month(written: str) -> None:
    assert written_month(written) == date(2022, 5, 1)


def test_month_names() -> None:
    assert written_month("september 2021") == written_month("sep. 2021") == date(2021, 9, 1)
    assert written_month("oktober 2021") == written_month("okt 2021") == date(2021, 10, 1)


@pytest.mark.parametrize(
    "written",
    ["", "maj", "2022", "20225", "2022-13", "05-22", "maj 22", "1822-05", "2022-05-12", "foo 2022"],
)
def test_no_month(written: str) -> None:
    assert written_month(written) is None
