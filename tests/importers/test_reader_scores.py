"""Scores in tables, boxes and charts, as evaluators set them."""

from __future__ import annotations

import pytest

from tests.importers.granvik import POINTS, Row, Style, area_name, area_score, granvik, scores
from tests.importers.test_reader import points, read
from tracker.importers.draft import ReportDraft
from tracker.importers.rows import Column, Points, points_of, read_header, read_row

NEW, OLD = "kommunkompassen-2020", "kommunkompassen-2010"


def assert_exact(draft: ReportDraft, key: str = NEW) -> None:
    found = {s.code: (s.name, s.score, s.max) for a in draft.areas for s in a.subareas}
    assert found == {row[0]: row[1:] for n in range(1, 9) for row in scores(n, key)}
    assert [a.score for a in draft.areas] == [area_score(n, key) for n in range(1, 9)]
    assert draft.total_summed == sum(area_score(n, key) for n in range(1, 9))
    assert points(draft) == POINTS


def earlier(row: Row) -> str:
    return f"{row[0]} {row[1]} {max(row[2] - 3, 1)} {row[2]} {row[3]}"


def wrapped(row: Row) -> str:
    """The row with its name over two lines where it has more than two words."""
    first, rest = row[1].split()[:2], row[1].split()[2:]
    return f"{row[0]} {' '.join(first)}\n{' '.join([*rest, str(row[2]), str(row[3])])}"


TABLES = {
    "dots": Style(row=lambda r: f"{r[0]}. {r[1]} ..... {r[2]} {r[3]}"),
    "fraction": Style(row=lambda r: f"{r[0]} {r[1]} {r[2]}/{r[3]}", sum_row=lambda s: f"{s}/100"),
    "av": Style(row=lambda r: f"{r[0]} {r[1]}: {r[2]} av {r[3]} poäng",
                sum_row=lambda s: f"Summa {s} av 100 poäng"),
    "p": Style(row=lambda r: f"{r[0]} {r[1]} {r[2]} p {r[3]} p",
               sum_row=lambda s: f"Summa {s} p 100 p"),
    "per cent": Style(header=lambda n, name: f"{n}. {name} Uppnått Max Procent",
                      row=lambda r: f"{r[0]} {r[1]} {r[2]} {r[3]} {100 * r[2] // r[3]}",
                      sum_row=lambda s: f"Totalt {s} 100 {s}"),
    "per cent sign": Style(row=lambda r: f"{r[0]} {r[1]} {r[2]} {r[3]} {100 * r[2] // r[3]} %",
                           sum_row=lambda s: f"{s} 100 {s}%"),
    "earlier year": Style(header=lambda n, name: f"{n}. {name}\nDelområde 2019 2023 Max",
                          row=earlier, sum_row=lambda s: f"Summa 40 {s} 100"),
    "uppnått per year": Style(header=lambda n, name: f"{name} Uppnått 2019 Uppnått 2023 Max",
                              row=earlier, sum_row=lambda s: f"Summa 40 {s} 100"),
    "newest first": Style(header=lambda n, name: f"Område {n} {name}\nPoäng 2023 Poäng 2019 Max",
                          row=lambda r: f"{r[0]} {r[1]} {r[2]} {r[2] - 1} {r[3]}",
                          sum_row=lambda s: f"Summa {s} 40 100"),
    "max first": Style(header=lambda n, name: f"{n}. {name} Maxpoäng Uppnådd poäng",
                       row=lambda r: f"{r[0]} {r[1]} {r[3]} {r[2]}",
                       sum_row=lambda s: f"Summa 100 {s}"),
    "change": Style(header=lambda n, name: f"{n} {name}\nPoäng Max Snitt",
                    row=lambda r: f"{r[0]} {r[1]} {r[2]} {r[3]} 7",
                    sum_row=lambda s: f"{s} 100 50"),
    "whole decimals": Style(row=lambda r: f"{r[0]} {r[1]} {r[2]},0 {r[3]},0"),
    "word before": Style(row=lambda r: f"Delområde {r[0]} {r[1]} {r[2]} {r[3]}"),
    "no codes": Style(row=lambda r: f"{r[1]} {r[2]} {r[3]}"),
    "wrapped": Style(row=wrapped),
    "box of hundred": Style(box_score=lambda s: f"{s}/100"),
    "box with word": Style(box_score=lambda s: f"Poäng: {s}"),
    "box av": Style(box_score=lambda s: f"{s} av 100 poäng"),
    "box p": Style(box_score=lambda s: f"{s} p"),
}  # fmt: skip


@pytest.mark.parametrize("style", TABLES.values(), ids=TABLES.keys())
def test_every_table_gives_the_same_scores(style: Style) -> None:
    draft = read(granvik(style))
    assert_exact(draft)
    assert draft.problems == ()


def test_a_table_without_codes_of_an_older_edition() -> None:
    style = Style(edition=OLD, row=lambda r: f"{r[1]} {r[2]} {r[3]}",
                  opening="Utvärderingen av Granviks kommun gjordes i mars 2012.")  # fmt: skip
    assert_exact(read(granvik(style)), OLD)


def test_more_numbers_than_the_header_explains_are_told() -> None:
    style = Style(header=lambda n, name: f"{n}. {name}", row=earlier)
    draft = read(granvik(style))
    assert_exact(draft)
    assert any("1.1" in p.message and "fler tal" in p.message for p in draft.problems)


def test_a_broken_score_is_rounded_and_told() -> None:
    code, name, score, top = scores(6)[0]
    draft = read(
        granvik().replace(f"{code} {name} {score} {top}", f"{code} {name} {score},5 {top}")
    )
    assert draft.areas[5].subareas[0].score == score + 1
    assert any(f"{score},5" in p.message and "avrundats" in p.message for p in draft.problems)


@pytest.mark.parametrize("tail", ["({} poäng)", "– {} poäng", "{} p", "{}/100", "({} av 100)"])
def test_an_areas_score_in_its_heading(tail: str) -> None:
    def heading(number: int, name: str) -> str:
        return f"Område {number}. {name} {tail.format(area_score(number))}"

    draft = read(granvik(Style(tables=False, box=False, heading=heading)))
    assert [a.score for a in draft.areas] == [area_score(n) for n in range(1, 9)]
    assert points(draft) == POINTS


def bars(numbers: list[int]) -> str:
    rows = (f"{n}. {area_name(n, Style())} {number}" for n, number in enumerate(numbers, 1))
    return "Resultatet i diagram\n\n" + "\n".join(rows) + "\n\n"


def test_a_chart_that_came_as_text() -> None:
    text = granvik(Style(tables=False, box=False))
    at = text.index("Område 1 ")
    draft = read(text[:at] + bars([54, 60, 49, 53, 59, 48, 71, 61]) + text[at:])
    assert [a.score for a in draft.areas] == [54, 60, 49, 53, 59, 48, 71, 61]
    assert points(draft) == POINTS


@pytest.mark.parametrize("head", ["", "Innehåll\n\n"])
def test_a_table_of_contents_is_no_chart(head: str) -> None:
    text = granvik(Style(tables=False, box=False))
    at = text.index("Område 1 ")
    draft = read(text[:at] + head + bars([5, 9, 13, 17, 21, 25, 29, 33]) + text[at:])
    assert {a.score for a in draft.areas} == {None}
    assert points(draft) == POINTS


@pytest.mark.parametrize(
    "row",
    [lambda r: f"• {r[1]} {r[2]}/{r[3]}", lambda r: f"• {r[1]} ({r[2]} av {r[3]})",
     lambda r: f"{r[1]} {r[2]} p {r[3]} p"],
)  # fmt: skip
def test_sub_areas_with_their_scores_in_the_box(row: object) -> None:
    text = granvik(Style(tables=False))
    for n in range(1, 9):
        for code in scores(n):
            text = text.replace(f"• {code[1]}\n", f"{row(code)}\n")  # type: ignore[operator]
    assert_exact(read(text))


@pytest.mark.parametrize("left", [("3.5",), ("4.5",), ("3.5", "4.5")])
def test_sub_areas_that_a_report_lacks(left: tuple[str, ...]) -> None:
    rows = {row[0]: row for n in range(1, 9) for row in scores(n)}
    text = granvik()
    for code in left:
        _, name, score, top = rows.pop(code)
        text = text.replace(f"{code} {name} {score} {top}\n", "").replace(f"• {name}\n", "")
        text = text.replace(f"\n{name}\n", "\n")
    draft = read(text)
    assert {s.code for a in draft.areas for s in a.subareas} == set(rows)
    told = [p for p in draft.problems if p.where in {f"area {code[0]}" for code in left}]
    assert len(told) >= len(left)


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("Granvik får 504 av 800 poäng.", 504), ("Totalpoäng: 504", 504), ("Totalt 504/800", 504),
        ("Totalt 480 504 800", 504), ("Granvik 2024: 504 p", 504), ("Summa 504 800", 504),
        ("Kommunen når sammanlagt 504 poäng av 800 möjliga.", 504),
    ],
)  # fmt: skip
def test_totals(text: str, total: int) -> None:
    assert (
        read(granvik(Style(tables=False, box=False)) + f"\n\nResultat\n\n{text}\n").total_stated
        == total
    )


@pytest.mark.parametrize(
    ("text", "name", "numbers"),
    [
        ("1.1 Strategi 12 20", "1.1 Strategi", (12, 20)),
        ("Strategi – 20", "Strategi", (None, 20)),
        ("Kommunen som arbetsgivare – personalpolitik 45 100",
         "Kommunen som arbetsgivare – personalpolitik", (45, 100)),
        ("Agenda 2030 10 15", "Agenda 2030", (10, 15)),
        ("Strategi (12/20)", "Strategi", (12, 20)),
        ("12,5 20", "", (12.5, 20)),
        ("Summa: 54 p", "Summa", (54,)),
    ],
)  # fmt: skip
def test_rows(text: str, name: str, numbers: tuple[float | None, ...]) -> None:
    row = read_row(text)
    assert row is not None and (row.name, row.numbers) == (name, numbers)


@pytest.mark.parametrize(
    "text", ["Ingen siffra", "Se sida 4.", "Mål –", "Ökat med 4 % sedan i fjol"]
)
def test_no_rows(text: str) -> None:
    assert read_row(text) is None


S, M, P, X = Column.SCORE, Column.MAX, Column.PERCENT, Column.OTHER


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("Delområde Uppnått Max", (S, M)), ("Uppnådd poäng Maximal poäng", (S, M)),
        ("2019 2023 Max", (X, S, M)), ("Uppnått 2023 Uppnått 2019 Högsta poäng", (S, X, M)),
        ("Föregående Nuvarande Max", (X, S, M)), ("Max Poäng % av max", (M, S, P)),
        ("Poäng", (S,)),
    ],
)  # fmt: skip
def test_headers(text: str, columns: tuple[Column, ...]) -> None:
    header = read_header(text)
    assert header is not None and header.columns == columns


@pytest.mark.parametrize("text", ["Kommunens information", "Poäng ges för det som finns."])
def test_no_headers(text: str) -> None:
    assert read_header(text) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("A 10 12 20", Points(12, 20, certain=False)), ("A 12 20 60", Points(12, 20)),
        ("A 12 20 60 %", Points(12, 20)), ("A 12 20 5", Points(12, 20, certain=False)),
        ("A – 20", Points(None, 20)), ("A 12", Points(12, None)),
        ("A 12,5 20", Points(13, 20, printed=12.5)),
    ],
)  # fmt: skip
def test_points_without_a_header(text: str, told: Points) -> None:
    row = read_row(text)
    assert row is not None and points_of(row, None) == told
