"""The drawings: whole XML, unique ids, colours that can be seen, and nothing that can run."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from xml.etree.ElementTree import Element

import pytest
from defusedxml import ElementTree
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.source import ROOT
from tests.reports.test_pdf import HOSTILE
from tracker.reports.charts import (
    DumbbellRow,
    DumbbellWords,
    IntervalRow,
    IntervalWords,
    Name,
    OutlookRow,
    OutlookWords,
    Period,
    SeriesLine,
    SeriesWords,
    Spread,
    dumbbell,
    interval,
    outlook,
    series,
)
from tracker.reports.drawing import WIDTH, Scale, cut, figure, text_width, widened, wrap
from tracker.reports.pdf import drawn_png

SVG = "{http://www.w3.org/2000/svg}"
DECORATION = {"effect-chart__line--grid", "effect-chart__bar--track"}
PERIODS = (
    Period("2019", "2016", 2019),
    Period("2023", "2020", 2023),
    Period("2025", "2020", 2025.5),
    Period("2027", "2020", 2027),
)


def a_dumbbell(word: str = "Ord", first: float | None = 40, after: float | None = 55) -> str:
    rows = [
        DumbbellRow(word, first, after, word),
        DumbbellRow(word, None, after, "", word, comparable=False),
        DumbbellRow(word, after, first, word, word),
    ]
    return dumbbell(rows, name=Name("d", word, word), words=DumbbellWords(word, word, word))


def an_interval(word: str = "Ord", first: float | None = -3.2, after: float | None = 9.9) -> str:
    rows = [IntervalRow(word, 1, first, after, word), IntervalRow(word, 2.5, 0.5, 4.5)]
    return interval(rows, name=Name("i", word, word), words=IntervalWords(word, word, word))


def a_series(word: str = "Ord", first: float | None = 40, after: float | None = 55) -> str:
    lines = [SeriesLine(word, (first, after, 60, first)), SeriesLine(word, (after, None, 1, 99))]
    others = (Spread(30, 40, 50), None, Spread(35, first or 0, 55), Spread(40, 50, 60))
    name, words = Name("s", word, word), SeriesWords(word, word, word)
    return series(lines, PERIODS, name=name, words=words, others=others)


def an_outlook(word: str = "Ord", first: float | None = 40, after: float | None = 55) -> str:
    rows = [OutlookRow(word, 45, 60, word), OutlookRow(word, after or 0, 50, planned=False)]
    return outlook(first, rows, name=Name("o", word, word), words=OutlookWords(word, word))


ALL: list[Callable[..., str]] = [a_dumbbell, an_interval, a_series, an_outlook]


def parsed(svg: str) -> Element:
    root: Element = ElementTree.fromstring(svg)
    return root


def said(svg: str) -> list[str]:
    return [one.text or "" for one in parsed(svg).iter(f"{SVG}text")]


def classed(svg: str, name: str) -> list[Element]:
    return [one for one in parsed(svg).iter() if name in (one.get("class") or "").split()]


def contrast(colour: str, ground: str = "#ffffff") -> float:
    """How a colour stands out from another, as WCAG counts it."""

    def light(code: str) -> float:
        parts = [int(code[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [
            one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((light(colour), light(ground)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("draw", ALL)
def test_a_drawing_has_a_role_a_title_and_a_description(draw: Callable[..., str]) -> None:
    root = parsed(draw("Läget"))
    assert root.get("role") == "img"
    ids = [one.get("id") for one in root.iter() if one.get("id")]
    assert len(ids) == len(set(ids)) == 2
    assert (root.get("aria-labelledby") or "").split() == ids
    assert [root.findtext(f"{SVG}{tag}") for tag in ("title", "desc")] == ["Läget", "Läget"]


@pytest.mark.parametrize("draw", ALL)
def test_a_drawing_has_no_inline_style_and_no_variable_colour(draw: Callable[..., str]) -> None:
    for one in parsed(draw()).iter():
        assert one.get("style") is None
        assert one.tag.removeprefix(SVG) in {
            "svg", "title", "desc", "text", "line", "circle", "rect", "polygon", "path",
        }  # fmt: skip
        for name in ("fill", "stroke"):
            assert re.fullmatch(r"none|#[0-9a-f]{6}", one.get(name, "none"))


@pytest.mark.parametrize("draw", ALL)
def test_the_colours_can_be_seen_on_white_paper(draw: Callable[..., str]) -> None:
    for one in parsed(draw()).iter():
        if one.tag == f"{SVG}text":
            assert contrast(one.get("fill", "")) >= 4.5
        elif one.get("class") and not DECORATION & set((one.get("class") or "").split()):
            colours = [one.get(name, "none") for name in ("fill", "stroke")]
            if one.tag != f"{SVG}svg":
                assert max(contrast(each) for each in colours if each != "none") >= 3


@pytest.mark.parametrize("draw", ALL)
def test_text_is_large_enough_and_nothing_leaves_the_sheet(draw: Callable[..., str]) -> None:
    for word in ("Ord", "Ett ganska långt ord om samspel mellan många", "W" * 80):
        root = parsed(draw(word))
        height = float((root.get("viewBox") or "").split()[3])
        for one in root.iter(f"{SVG}text"):
            size, x, y = (float(one.get(name, "")) for name in ("font-size", "x", "y"))
            assert size >= 12
            share = {"start": 0, "middle": 0.5, "end": 1}[one.get("text-anchor", "")]
            wide = text_width(one.text or "", size)
            assert x - share * wide >= -4, one.text
            assert x + (1 - share) * wide <= WIDTH + 4, one.text
            assert 8 <= y <= height


@pytest.mark.parametrize("draw", ALL)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_only_text(draw: Callable[..., str], text: str) -> None:
    svg = draw(text)
    assert len(svg) < 40_000
    assert not list(parsed(svg).iter(f"{SVG}script"))
    assert drawn_png(svg, ppi=40).startswith(b"\x89PNG")


@settings(deadline=None)
@given(st.text(st.characters()), st.floats(), st.floats())
def test_any_text_and_any_number_is_xml(text: str, first: float, after: float) -> None:
    for draw in ALL:
        svg = draw(text, first, after)
        if svg:
            parsed(svg)
            assert not re.search(r'="[^"]*(nan|inf)', svg)


@pytest.mark.parametrize("ident", ["", "1a", "å", 'a"b', "a b", "a<"])
def test_a_name_that_cannot_begin_an_id_is_refused(ident: str) -> None:
    with pytest.raises(ValueError, match="cannot begin an id"):
        Name(ident, "Titel")


def test_the_stylesheet_knows_every_class() -> None:
    sheet = (ROOT / "tracker" / "static" / "effect_charts.css").read_text(encoding="utf-8")
    used = {
        name
        for draw in ALL
        for one in parsed(draw()).iter()
        for name in (one.get("class") or "").split()
        if "--" in name or one.tag in (f"{SVG}text", f"{SVG}polygon")
    }
    assert {name for name in used if f".{name}" not in sheet} == set()
    assert not re.search(r"#[0-9a-f]{3,6}\b", sheet)


# ---------------------------------------------------------------- what each one shows


def test_a_dumbbell_joins_only_what_can_be_compared() -> None:
    rows = [
        DumbbellRow("Steg", 40, 55, "+15"),
        DumbbellRow("Föll", 55, 40, "−15"),
        DumbbellRow("Stod", 50, 50, "±0"),
        DumbbellRow("Ny", None, 50, note="Ny"),
        DumbbellRow("Borta", 50, None, note="Finns inte längre"),
        DumbbellRow("Annan", 10, 90, note="Kan inte jämföras", comparable=False),
    ]
    svg = dumbbell(rows, name=Name("d", "T"), words=DumbbellWords("Då", "Nu", "Procent av max"))
    assert len(classed(svg, "effect-chart__line--up")) == 1
    assert len(classed(svg, "effect-chart__line--down")) == 1
    assert len(classed(svg, "effect-chart__line--join")) == 1
    assert len(classed(svg, "effect-chart__dot--open")) == 1 + 5
    assert len(classed(svg, "effect-chart__dot--filled")) == 1 + 4
    assert len(classed(svg, "effect-chart__dot--down")) == 1
    for words in ("+15", "−15", "Ny", "Finns inte längre", "Kan inte jämföras", "Då", "Nu"):
        assert words in said(svg)


def test_a_change_too_small_to_count_has_no_colour() -> None:
    rows = [DumbbellRow("Steg", 40, 43, "+3", small=True), DumbbellRow("Föll", 40, 37, small=True)]
    svg = dumbbell(rows, name=Name("d", "T"), words=DumbbellWords("Då", "Nu", ""))
    assert len(classed(svg, "effect-chart__line--join")) == 2
    assert not classed(svg, "effect-chart__dot--down")
    assert not classed(svg, "effect-chart__up")


def test_what_lies_beside_zero_is_not_cut() -> None:
    words = IntervalWords(
        "Rose less where actions were in place", "Rose more where actions were in place", ""
    )
    svg = interval([IntervalRow("A", 3, 2, 4)], name=Name("i", "T"), words=words)
    assert "…" not in said(svg)


def test_a_dumbbell_puts_values_in_their_place() -> None:
    rows = [DumbbellRow("A", 0, 100), DumbbellRow("B", -20, 140)]
    svg = dumbbell(rows, name=Name("d", "T"), words=DumbbellWords("", "", ""))
    ends = [float(one.get("cx", "")) for one in classed(svg, "effect-chart__dot")][2:]
    assert ends == [8, WIDTH - 74, 8, WIDTH - 74]


def test_no_row_is_no_drawing() -> None:
    name = Name("x", "T")
    assert dumbbell([], name=name, words=DumbbellWords("", "", "")) == ""
    assert interval([], name=name, words=IntervalWords("", "", "")) == ""
    unsure = IntervalRow("För lite", None, None, None)
    assert interval([unsure], name=name, words=IntervalWords("", "", "")) == ""
    assert outlook(50, [], name=name, words=OutlookWords("", "")) == ""
    line = SeriesLine("A", (1,))
    assert series([line], PERIODS[:1], name=name, words=SeriesWords("")) == ""


def test_an_interval_shows_zero_even_when_it_lies_outside() -> None:
    rows = [IntervalRow("A", 30, 20, 40, "30 (20 till 40)")]
    svg = interval(rows, name=Name("i", "T"), words=IntervalWords("mindre", "mer", "Enheter"))
    assert "0" in said(svg)
    zero = float(classed(svg, "effect-chart__line--zero")[0].get("x1", ""))
    low = float(classed(svg, "effect-chart__line--interval")[0].get("x1", ""))
    assert 14 <= zero < low


def test_no_line_passes_from_one_edition_to_another() -> None:
    line = SeriesLine("A", (40, 50, 60, 70))
    words = SeriesWords("Procent", "Andra", "Ny version")
    svg = series([line], PERIODS, name=Name("s", "T"), words=words)
    assert len(classed(svg, "effect-chart__line--series")) == 2
    assert len(classed(svg, "effect-chart__dot--filled")) == 4
    assert len(classed(svg, "effect-chart__line--break")) == 1 + 1
    assert "Ny version" in said(svg)
    assert "Andra" not in said(svg)


def test_a_missing_value_breaks_the_line() -> None:
    periods = [Period(str(at), "2020") for at in range(4)]
    svg = series(
        [SeriesLine("A", (1, None, 2, 3))], periods, name=Name("s", "T"), words=SeriesWords("")
    )
    assert len(classed(svg, "effect-chart__line--series")) == 1
    assert len(classed(svg, "effect-chart__dot--filled")) == 3


def test_the_band_of_others_breaks_where_the_line_does() -> None:
    others = (Spread(30, 40, 50), Spread(30, 40, 50), None, Spread(30, 40, 50))
    line = SeriesLine("A", (40, 50, 60, 70))
    words = SeriesWords("Procent", "Andra", "Ny version")
    svg = series([line], PERIODS, name=Name("s", "T"), words=words, others=others)
    assert len(classed(svg, "effect-chart__band")) == 3
    assert "Andra" in said(svg)


def test_ten_periods_keep_their_labels_apart() -> None:
    periods = [Period(f"{2001 + at}-0{at}", "2020", 2001 + at) for at in range(10)]
    line = SeriesLine("A", tuple(float(at * 10) for at in range(10)))
    svg = series([line], periods, name=Name("s", "T"), words=SeriesWords(""))
    labels = [one for one in parsed(svg).iter(f"{SVG}text") if "-0" in (one.text or "")]
    rights = -1.0
    for one in labels:
        x, half = float(one.get("x", "")), text_width(one.text or "", 12) / 2
        assert x - half > rights
        rights = x + half
    assert labels[-1].text == "2010-09"
    assert len(labels) >= 3


def test_a_line_must_fit_its_periods() -> None:
    with pytest.raises(ValueError, match="fit the periods"):
        series([SeriesLine("A", (1,))], PERIODS, name=Name("s", "T"), words=SeriesWords(""))
    with pytest.raises(ValueError, match="fit the periods"):
        line = SeriesLine("A", (1, 2, 3, 4))
        series([line], PERIODS, name=Name("s", "T"), words=SeriesWords(""), others=(None,))


def test_an_outlook_shows_today_and_both_ranges() -> None:
    rows = [OutlookRow("Med", 60, 71, "60–71"), OutlookRow("Utan", 54, 63, planned=False)]
    svg = outlook(57, rows, name=Name("o", "T"), words=OutlookWords("I dag: 57", "Procent"))
    assert len(classed(svg, "effect-chart__bar--planned")) == 1
    assert len(classed(svg, "effect-chart__bar--unplanned")) == 1
    assert {"I dag: 57", "Med", "60–71", "Utan", "Procent"} <= set(said(svg))
    assert not classed(svg, "effect-chart__dot"), "what is unknown is not marked"
    marked = [replace(row, middle=(row.low + row.high) / 2) for row in rows]
    svg = outlook(57, marked, name=Name("o", "T"), words=OutlookWords("I dag: 57", "Procent"))
    bars = classed(svg, "effect-chart__bar")
    for bar, dot in zip(bars, classed(svg, "effect-chart__dot"), strict=True):
        middle = float(bar.get("x", "")) + float(bar.get("width", "")) / 2
        assert float(dot.get("cx", "")) == pytest.approx(middle, abs=0.5)
    assert "I dag" not in outlook(None, rows, name=Name("o", "T"), words=OutlookWords("I dag", ""))


# ---------------------------------------------------------------- the pen


@given(st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_a_widened_scale_holds_its_values_and_has_few_ticks(values: list[float]) -> None:
    scale = widened(values, 0, 100)
    assert scale.low <= min(values) <= max(values) <= scale.high
    assert 2 <= len(scale.ticks()) <= 8


def test_a_scale_stops_at_its_ends() -> None:
    scale = Scale(0, 100, 10, 30)
    assert [scale(at) for at in (-5, 0, 50, 100, 300)] == [10, 10, 20, 30, 30]
    assert scale.ticks(3) == [0, 50, 100]


@pytest.mark.parametrize(
    ("value", "signed", "shown"),
    [
        (0, True, "0"),
        (12, True, "+12"),
        (-12, True, "−12"),
        (-0.2, False, "0"),
        (49.6, False, "50"),
    ],
)
def test_figures(value: float, signed: bool, shown: str) -> None:
    assert figure(value, signed) == shown


@given(st.text(), st.floats(30, 320), st.integers(1, 3))
def test_wrapped_text_fits_and_says_where_it_was_cut(text: str, width: float, most: int) -> None:
    lines = wrap(text, width, 13, most)
    assert len(lines) <= most
    assert all(text_width(line, 13) <= width + 0.01 for line in lines)
    shown = " ".join(lines)
    assert "…" in shown or shown.split() == cut(text, 1e9, 13).split()
