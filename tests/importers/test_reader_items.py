"""Items as evaluators write and set them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.importers.granvik import POINTS, STRENGTHS, Style, granvik
from tests.importers.test_reader import points, read, strengths
from tracker.domain.editions import edition
from tracker.importers import read_report
from tracker.importers.draft import ReportDraft
from tracker.importers.lines import Box, Cell, Line
from tracker.importers.reader import read as read_lines

HARD = {
    1: ["Vilka är de största utmaningarna? Hur prioriteras de?", "Utveckla dialogen med unga"],
    2: ["Utveckla målen. Se över hur de följs upp. Berätta om resultaten i god tid för alla berörda"
        " nämnder.", "Synliggör styrkor och förbättringsmöjligheter för nämnderna"],
    3: ["Styrkor finns i modellen men den bör förankras bättre", "Kontaktcenter"],
    4: ["Nyttö-/kostnadsanalyser vid digitaliseringsprojekt", "IT- och telefonistöd i vård- och "
        "omsorgsverksamheten samt e-tjänster"],
    5: ["Effektivitet = mer kvalitet för insatta resurser (se bilaga 2)", "Behov av brukarråd;"],
    6: ["Minska från 12 till 8 mål", "Säkerställ ”en väg in” – även kvällar och helger"],
    7: ["HR:s stöd till chefer i Granviks kommun", "Följ upp t.ex. sjukfrånvaron 2023–2025"],
    8: ["Chefer med fler än 30 medarbetare", "Skapa tid för ledarskap, återkoppling, m.m."],
}  # fmt: skip

STYLES = {
    "bullets": Style(bullet="• "),
    "bullets, narrow, no gaps": Style(bullet="• ", width=34, gap=False),
    "dashes": Style(bullet="- ", width=34, gap=False),
    "counted": Style(bullet="#. ", width=40, gap=False),
    "counted with brackets": Style(bullet="#) ", width=40),
    "gaps only": Style(width=34),
    "starka sidor": Style(strengths="Starka sidor", points="Utvecklingsområden", bullet="• "),
    "att utveckla": Style(strengths="Styrkor:", points="Att utveckla:", bullet="• "),
    "potential": Style(strengths="Kommunens styrkor", points="Utvecklingspotential", width=34),
    "capitals": Style(strengths="STYRKOR", points="FÖRBÄTTRINGSOMRÅDEN", bullet="o  "),
    "förslag": Style(points="Förslag till förbättringar", bullet="• "),
    "kan utvecklas": Style(strengths="Styrkor inom området", points="Detta kan utvecklas"),
    "områden att utveckla": Style(points="Områden att utveckla", bullet="* "),
    "utmaningar": Style(points="Utmaningar", bullet="• "),
    "points first": Style(points_first=True),
    "points first, bullets": Style(points_first=True, bullet="• ", width=34, gap=False),
}


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES.keys())
@pytest.mark.parametrize("items", [POINTS, HARD], ids=["plain", "hard"])
def test_items_are_exact_in_every_setting(style: Style, items: dict[int, list[str]]) -> None:
    draft = read(granvik(replace(style, texts={"points": items})))
    assert points(draft) == items
    assert strengths(draft) == STRENGTHS


@pytest.mark.parametrize(
    "heading",
    ["Styrkor Förbättringsmöjligheter", "Styrkor och utvecklingsområden",
     "Styrkor/Förbättringsområden", "Starka sidor respektive utvecklingsområden"],
)  # fmt: skip
def test_headings_of_both_columns_are_judged(heading: str) -> None:
    draft = read(granvik(Style(strengths=heading, points="")))
    assert (points(draft), strengths(draft)) == (POINTS, STRENGTHS)
    assert not any(p.certain for a in draft.areas for p in a.improvements)


def test_one_heading_with_the_points_first_is_judged() -> None:
    style = Style(strengths="", points="Förbättringsområden och styrkor", points_first=True)
    draft = read(granvik(style))
    assert (points(draft), strengths(draft)) == (POINTS, STRENGTHS)
    assert not any(s.certain for a in draft.areas for s in a.strengths)


@pytest.mark.parametrize(
    "tail", ["(forts.)", "forts", ", forts.", "fortsättning", "(fortsättning)", "2(2)"]
)
@pytest.mark.parametrize("bullet", ["", "• "])
def test_a_heading_that_comes_back_after_a_page_break(tail: str, bullet: str) -> None:
    text = granvik(Style(bullet=bullet))
    for items in POINTS.values():
        again = f"\nKommunkompassen Analys av Granviks kommun 17\nFörbättringsmöjligheter {tail}\n"
        text = text.replace(f"\n{bullet}{items[1]}", f"{again}\n{bullet}{items[1]}")
    assert tail in text
    draft = read(text)
    assert (points(draft), strengths(draft)) == (POINTS, STRENGTHS)


def test_an_item_that_goes_on_under_a_repeated_heading_is_whole() -> None:
    text = granvik().replace(
        "arbetet med klimatanpassning",
        "arbetet med\n\nFörbättringsmöjligheter (forts.)\n\nklimatanpassning",
    )
    (item,) = [p for p in read(text).areas[1].improvements if "klimat" in p.text]
    assert item.text == "Stärk arbetet med klimatanpassning" and len(item.lines) == 2
    assert not item.certain


@pytest.mark.parametrize(
    ("body", "items"),
    [
        ("• Stärk styrningen:\n- färre mål\n- fler mått\n• Ta fram mål",
         ["Stärk styrningen: - färre mål - fler mått", "Ta fram mål"]),
        ("• Stärk styrningen\no  färre mål\n• Ta fram mål",
         ["Stärk styrningen – färre mål", "Ta fram mål"]),
        ("1. Stärk\n• färre mål\n2. Ta fram mål", ["Stärk – färre mål", "Ta fram mål"]),
        ("• Stärk\n• Ta fram\n- Våga", ["Stärk", "Ta fram", "Våga"]),
        ("färre mål\nbättre analys av kostnaderna\nfler möten med andra kommuner och regioner", [
         "färre mål", "bättre analys av kostnaderna",
         "fler möten med andra kommuner och regioner"]),
        ("utveckla målen;\nstärk analysen;\nvåga välja bort.", ["utveckla målen;",
         "stärk analysen;", "våga välja bort."]),
        ("a) Stärk målen\nb) Våga\nmer\nc) Se över", ["Stärk målen", "Våga mer", "Se över"]),
        ("• Stärk målen • Våga mer • Se över", ["Stärk målen", "Våga mer", "Se över"]),
        ("• Identi-\nfiera målen\n• Identifiera mått", ["Identifiera målen", "Identifiera mått"]),
        ("Lyft fram styrkor och\nförbättringsmöjligheter\n\nTa fram mål",
         ["Lyft fram styrkor och förbättringsmöjligheter", "Ta fram mål"]),
        ("• Styrkor\n• Svagheter\n• Möjligheter", ["Styrkor", "Svagheter", "Möjligheter"]),
    ],
)  # fmt: skip
def test_lists(body: str, items: list[str]) -> None:
    draft = read(f"Område 1 Test\n\nFörbättringsmöjligheter\n\n{body}\n")
    assert [p.text for p in draft.areas[0].improvements] == items


def test_a_word_that_also_heads_running_text_needs_strengths_beside_it() -> None:
    text = granvik().replace("Allmänt\n", "Allmänt\n\nUtmaningar\n", 1)
    assert points(read(text)) == POINTS


def test_a_sub_area_that_heads_its_bullets_is_no_item_but_told() -> None:
    draft = read(
        "Område 7 Arbetsliv\n\nFörbättringsmöjligheter\n\nArbetsmiljö\n- Minska frånvaron\n"
        "- Ronder\n\nKompetens\n- Plan saknas\n"
    )
    assert points(draft) == {7: ["Minska frånvaron", "Ronder", "Plan saknas"]}
    (told,) = [p.message for p in draft.problems if "lästes" in p.message]
    assert "”Arbetsmiljö”" in told and "”Kompetens”" in told


def test_a_slide_with_the_area_below_its_title() -> None:
    text = "".join(
        f"# {title}\n## {n}. {area}\n{''.join(f'- {x}{chr(10)}' for x in items[n])}"
        for n, area in NAMES.items()
        for title, items in (("Förbättringsmöjligheter", POINTS), ("Styrkor", STRENGTHS))
    )
    draft = read(text, "granvik.md")
    assert (points(draft), strengths(draft)) == (POINTS, STRENGTHS)


def test_an_empty_heading_before_the_next_area_takes_none_of_its_sub_areas() -> None:
    boxes = (
        "# 6. Kvalitetsutveckling\n- Bra\n# Förbättringsområden\n# 7. Arbetsliv\n- Arbetsmiljö\n"
    )
    draft = read(f"# 4. Effektivitet\n{boxes}- Strategisk kompetensförsörjning\n", "granvik.md")
    assert [s.name for a in draft.areas if a.number == 7 for s in a.subareas] == [
        "Strategisk kompetensförsörjning", "Arbetsmiljö",
    ]  # fmt: skip
    assert not any(a.improvements for a in draft.areas)


def test_bullets_further_in_on_the_page_belong_to_the_item_above() -> None:
    texts = [("Stärk styrningen", 0.10), ("färre mål", 0.14), ("fler mått", 0.14), ("Våga", 0.10)]
    lines = [Line("Område 1 Test", 1, 1), Line("Förbättringsområden", 2, 1)]
    lines += [
        Line(text, n, 1, None, "•", False, None, Box(left, 0.1 + n / 50, 0.5, 0.12 + n / 50))
        for n, (text, left) in enumerate(texts, start=3)
    ]
    (area,) = read_lines(lines).areas
    assert [p.text for p in area.improvements] == [
        "Stärk styrningen – färre mål – fler mått", "Våga",
    ]  # fmt: skip
    assert area.improvements[0].lines == (3, 4, 5) and not area.improvements[0].certain


def cells(rows: list[list[str]], first: int = 1) -> list[Line]:
    """A table as lines; a cell's text may hold several, divided by line breaks."""
    made: list[Line] = []
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            for part in text.split("\n") if text else []:
                number = first + len(made)
                made.append(Line(part, number, 1, None, "", True, Cell(first, r, c)))
    return made


AREA = "Samhällsutveckling"


def test_a_third_column_belongs_to_neither_and_is_told() -> None:
    table = cells([
        ["Delområde", "Styrkor", "Förbättringsområden", "Kommentar"],
        ["Social hållbarhet", "God samverkan", "Ta fram mål", "Se bilaga"],
        ["Ekologisk hållbarhet", "Ett program", "Stärk arbetet\nVåga mer", ""],
    ], 2)  # fmt: skip
    draft = read_lines([Line(f"Område 2 {AREA}", 1, 1), *table])
    assert strengths(draft) == {2: ["God samverkan", "Ett program"]}
    assert points(draft) == {2: ["Ta fram mål", "Stärk arbetet", "Våga mer"]}
    (told,) = [p.message for p in draft.problems if "Kolumner bredvid" in p.message]
    assert "Social hållbarhet" in told and "Se bilaga" in told and "sida 1" in told


def test_a_table_with_a_row_for_each_area() -> None:
    rows = [[area, "\n".join(STRENGTHS[n]), "\n".join(POINTS[n])] for n, area in NAMES.items()]
    draft = read_lines(cells([["Område", "Styrkor", "Utvecklingsområden"], *rows]))
    assert (points(draft), strengths(draft)) == (POINTS, STRENGTHS)


def test_one_table_with_a_row_between_the_areas() -> None:
    rows = [["Styrkor", "Förbättringsområden"]]
    for n, area in NAMES.items():
        rows += [[f"{n}. {area}"], ["\n".join(STRENGTHS[n]), "\n".join(POINTS[n])]]
    draft = read_lines(cells(rows))
    assert (points(draft), strengths(draft)) == (POINTS, STRENGTHS)


def test_headings_in_the_first_column() -> None:
    lines: list[Line] = []
    for n, area in NAMES.items():
        lines.append(Line(f"{n}. {area}", len(lines) + 1, 1, 1))
        rows = [["Styrkor", "\n".join(STRENGTHS[n])], ["Att utveckla", "\n".join(POINTS[n])]]
        lines += cells(rows, len(lines) + 1)
    draft = read_lines(lines)
    assert (points(draft), strengths(draft)) == (POINTS, STRENGTHS)


NAMES = {area.number: area.name for area in edition("kommunkompassen-2020").areas}


@pytest.mark.parametrize("title", ["{area} – {kind}", "{kind} – {area}", "{kind} inom {area}"])
def test_slides_whose_titles_name_both_area_and_kind(title: str) -> None:
    lines: list[Line] = []
    for n, area in NAMES.items():
        for kind, items in (("Styrkor", STRENGTHS[n]), ("Förbättringsområden", POINTS[n])):
            page = 2 * n + (kind != "Styrkor")
            heading = title.format(area=area, kind=kind)
            lines.append(Line(heading, len(lines) + 1, page, 1))
            lines += [Line(x, len(lines) + i, page, None, "•") for i, x in enumerate(items, 1)]
    draft = read_lines(lines)
    assert (points(draft), strengths(draft)) == (POINTS, STRENGTHS)
    assert all(p.certain for a in draft.areas for p in a.improvements)


def test_a_slide_of_general_points_at_the_end() -> None:
    lines = [Line("8. Chefs- och ledarskap samt medarbetarskap", 1, 1, 1), *SLIDE]
    lines += [Line("Övergripande förbättringsområden", 5, 2, 1), Line("Våga", 6, 2, None, "•")]
    lines += [Line("Tack!", 7, 3, 1), Line("Kontakta oss gärna", 8, 3)]
    draft = read_lines([*OTHERS, *lines])
    assert [p.text for p in draft.general_improvements] == ["Våga"]
    assert points(draft)[8] == ["Minska antalet"]


def test_a_title_without_an_area_in_a_deck_that_names_them_is_about_the_whole() -> None:
    lines: list[Line] = []
    for n, area in NAMES.items():
        for kind, items in (("Styrkor", STRENGTHS[n]), ("Förbättringsområden", POINTS[n])):
            lines += [Line(f"{n}. {area}", len(lines) + 1, 2 * n, 1)]
            lines += [Line(kind, len(lines) + 1, 2 * n)]
            lines += [Line(x, len(lines) + i, 2 * n, None, "•") for i, x in enumerate(items, 1)]
    lines += [Line("Förbättringsområden", 99, 20, 1), Line("Samla målen", 100, 20, None, "•")]
    draft = read_lines(lines)
    assert [p.text for p in draft.general_improvements] == ["Samla målen"]
    assert (points(draft), strengths(draft)) == (POINTS, STRENGTHS)


SLIDE = [
    Line("Förbättringsmöjligheter", 2, 1), Line("Minska antalet", 3, 1, None, "•"),
]  # fmt: skip
OTHERS = [
    line for n in (1, 3, 4)
    for line in (Line(f"{n}. {NAMES[n]}", -2 * n, 1, 1), Line("Om området", 1 - 2 * n, 1))
]  # fmt: skip


def test_general_strengths_and_points_under_one_heading_are_judged() -> None:
    text = granvik().replace(
        "Område 1 ",
        "Sammanfattande styrkor och förbättringsområden\n\n- Tydlig vision\n- Utveckla målen\n\n"
        "Område 1 ", 1,
    )  # fmt: skip
    draft = read(text)
    assert [(p.text, p.certain) for p in draft.general_improvements] == [("Utveckla målen", False)]
    assert any("Tydlig vision" in p.message for p in draft.problems)
    assert points(draft) == POINTS


WORDS = [
    "Utveckla", "målen", "styrkor", "Styrkor", "Förbättringsområden", "arbete-", "och", "12", "2.2",
    "Social hållbarhet", "Poäng", "54", "Allmänt", "60 100", "Effektivitet", "forts",
]  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_every_line_under_a_heading_is_in_an_item_or_told(data: st.DataObject) -> None:
    some = data.draw(st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6), max_size=9))
    bullets = data.draw(st.lists(st.sampled_from(["", "", "•", "-", "o"]), min_size=9, max_size=9))
    gaps = data.draw(st.lists(st.booleans(), min_size=9, max_size=9))
    heading = data.draw(
        st.sampled_from(["Styrkor", "Förbättringsområden", "Styrkor och svagheter"])
    )
    body = [
        Line(" ".join(["Se", *row]), number, 1, None, bullet, gap)
        for number, (row, bullet, gap) in enumerate(zip(some, bullets, gaps, strict=False), start=3)
    ]
    lines = [Line("Område 2 Samhällsutveckling", 1, 1), Line(heading, 2, 1), *body]
    accounted_for(read_lines(lines), body)


def accounted_for(draft: ReportDraft, body: list[Line]) -> None:
    items = [i for a in draft.areas for i in (*a.strengths, *a.improvements)]
    used = {number for item in items for number in item.lines}
    told = " ".join(p.message for p in draft.problems)
    for line in body:
        assert line.number in used or f"”{line.text}”" in told


def test_both_headings_in_one_bulleted_list() -> None:
    lines: list[Line] = []
    for n, area in NAMES.items():
        lines.append(Line(f"{n}. {area}", len(lines) + 1, n, 1))
        listed = ["Styrkor", *STRENGTHS[n], "Förbättringsområden", *POINTS[n]]
        lines += [Line(x, len(lines) + i, n, None, "•") for i, x in enumerate(listed, 1)]
    draft = read_lines(lines)
    assert (points(draft), strengths(draft)) == (POINTS, STRENGTHS)


def test_a_closing_chapter_that_names_each_area_again() -> None:
    rows = [row for n, area in NAMES.items() for row in (f"{n}. {area}", "Styrkor", f"- God {n}")]
    rows += ["Sammanfattande förbättringsområden"]
    rows += [row for n, area in NAMES.items() for row in (f"{n}. {area}", f"- Stärk {n}")]
    draft = read_report("\n".join(rows).encode(), "granvik.txt")
    assert points(draft) == {n: [f"Stärk {n}"] for n in NAMES}


def test_a_heading_that_nobody_knows_is_told() -> None:
    unknown = "Utvecklingsbehov enligt de intervjuade cheferna"
    rows = [
        row
        for n, area in NAMES.items()
        for row in (f"{n}. {area}", "Styrkor" if n < 8 else unknown, f"- God {n}")
    ]
    draft = read_report("\n".join(rows).encode(), "granvik.txt")
    assert any(unknown in problem.message for problem in draft.problems)
