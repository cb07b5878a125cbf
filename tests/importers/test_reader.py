"""Reports that nobody has seen: one content, many settings."""

from __future__ import annotations

from functools import cache

import pytest

from tests.importers.granvik import POINTS, STRENGTHS, Style, area_score, granvik, scores
from tracker.importers import read_report
from tracker.importers.draft import ReportDraft


@cache
def read(text: str, name: str = "granvik.txt") -> ReportDraft:
    """The draft of that text, which nobody can change; read once for all that is asked of it."""
    return read_report(text.encode(), name)


def strengths(draft: ReportDraft) -> dict[int, list[str]]:
    return {a.number: [s.text for s in a.strengths] for a in draft.areas}


def points(draft: ReportDraft) -> dict[int, list[str]]:
    return {a.number: [p.text for p in a.improvements] for a in draft.areas}


STYLES = {
    "plain": Style(),
    "narrow": Style(width=28),
    "bullets": Style(bullet="• "),
    "dashes": Style(bullet="- ", gap=False),
    "stars": Style(bullet="* ", width=35, gap=False),
    "no gaps": Style(gap=False, width=200),
    "no gaps, wrapped": Style(gap=False, width=38),
    "windows": Style(newline="\r\n"),
    "old mac": Style(newline="\r"),
    "numbered headings": Style(heading=lambda n, name: f"{n}. {name}"),
    "bare names": Style(heading=lambda n, name: name),
    "capitals": Style(heading=lambda n, name: f"OMRÅDE {n}: {name.upper()}"),
    "markdown": Style(
        heading=lambda n, name: f"## Område {n} {name}",
        strengths="### Styrkor",
        points="### Förbättringsområden",
        bullet="- ",
    ),
    "bold": Style(strengths="**Styrkor**", points="**Utvecklingsområden:**"),
    "another order": Style(order=(3, 1, 2, 8, 7, 6, 5, 4)),
    "lost headings": Style(lost=(2, 5)),
    "lost headings and boxes": Style(lost=(5,), box=False),
    "first heading lost": Style(lost=(1,)),
}


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES.keys())
def test_every_setting_gives_the_same_items(style: Style) -> None:
    draft = read(granvik(style))
    assert points(draft) == POINTS
    assert strengths(draft) == STRENGTHS


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES.keys())
def test_every_setting_gives_the_same_scores(style: Style) -> None:
    draft = read(granvik(style))
    found = {s.code: (s.name, s.score, s.max) for a in draft.areas for s in a.subareas}
    assert found == {row[0]: row[1:] for n in range(1, 9) for row in scores(n)}
    assert {a.number: (a.score, a.max) for a in draft.areas} == {
        n: (area_score(n), 100) for n in range(1, 9)
    }
    assert draft.total_summed == sum(area_score(n) for n in range(1, 9))


def test_facts() -> None:
    draft = read(granvik())
    assert (draft.municipality, draft.month, draft.ordinal) == ("Granvik", "2024-10", 3)
    assert draft.edition == "kommunkompassen-2020"
    assert draft.total_stated is None
    assert draft.problems == ()


def test_a_plain_report_is_read_without_a_doubt() -> None:
    draft = read(granvik())
    assert all(i.certain for a in draft.areas for i in (*a.strengths, *a.improvements))


def test_lines_are_those_of_the_file() -> None:
    text = granvik(Style(width=30))
    rows = text.split("\n")
    for area in read(text).areas:
        for item in (*area.strengths, *area.improvements):
            assert item.line is not None and item.page is None
            assert item.text.startswith(rows[item.line - 1].strip())


def test_a_lost_heading_is_told() -> None:
    told = [p for p in read(granvik(Style(lost=(5,)))).problems if p.where == "area 5"]
    assert len(told) == 1 and "Rubriken till område 5 saknas" in told[0].message


@pytest.mark.parametrize("width", [30, 60, 200])
def test_one_heading_for_both_columns_is_judged(width: int) -> None:
    style = Style(width=width, strengths="Styrkor Förbättringsmöjligheter", points="")
    draft = read(granvik(style))
    assert points(draft) == POINTS
    assert strengths(draft) == STRENGTHS
    assert not any(i.certain for a in draft.areas for i in (*a.strengths, *a.improvements))
    assert [p.where for p in draft.problems] == [f"area {n}" for n in range(1, 9)]


def test_two_headings_before_both_columns_are_judged() -> None:
    style = Style(strengths="Styrkor\nFörbättringsmöjligheter", points="")
    draft = read(granvik(style))
    assert points(draft) == POINTS
    assert not any(p.certain for a in draft.areas for p in a.improvements)


def test_page_feet_are_no_items_and_a_divided_item_is_whole() -> None:
    text = granvik(Style(width=30)).replace(
        "Stärk arbetet med\n",
        "Stärk arbetet med\n\n\nKommunkompassen Analys av Granviks kommun 17\n\n",
    )
    assert "17" in text
    draft = read(text)
    assert points(draft) == POINTS
    assert [p.severity for p in draft.problems] == ["info"]
    assert "Kommunkompassen Analys av Granviks kommun 17" in draft.problems[0].message


def test_a_running_foot_with_rising_numbers_is_no_item() -> None:
    text = granvik()
    for page, end in enumerate(
        ("dialogen med unga\n", "klimatanpassning\n", "delårsrapporterna\n"), 9
    ):
        text = text.replace(end, f"{end}\nGranvik i utveckling sida {page}\n")
    assert points(read(text)) == POINTS


def test_an_area_that_does_not_add_up_is_told_with_both_numbers() -> None:
    right, wrong = area_score(3), area_score(3) + 4
    draft = read(granvik().replace(f"  {right} 100\n\n4.", f"  {wrong} 100\n\n4."))
    messages = [p.message for p in draft.problems if p.where == "area 3"]
    assert any(str(right) in m and str(wrong) in m and "summerar" in m for m in messages)
    assert any("olika poäng på olika ställen" in m for m in messages)


def test_a_sub_area_that_the_table_lacks_is_told() -> None:
    code, name, score, top = scores(5)[2]
    draft = read(granvik().replace(f"{code} {name} {score} {top}\n", ""))
    told = " ".join(p.message for p in draft.problems if p.where == "area 5")
    assert code in told and name in told and "summerar" in told


def test_a_sub_area_with_two_different_scores_is_told() -> None:
    code, name, score, top = scores(4)[0]
    draft = read(granvik() + f"\n{code} {name} {score + 1} {top}\n")
    assert any(code in p.message and "flera gånger" in p.message for p in draft.problems)


def test_totals_that_differ_are_told() -> None:
    text = granvik().replace("2019/2020.", "2019/2020. Granvik får totalt 411 poäng.")
    draft = read(text)
    assert draft.total_stated == 411
    assert any("411" in p.message and p.where == "report" for p in draft.problems)


def test_a_report_without_scores_is_read_and_told() -> None:
    draft = read(granvik(Style(tables=False, box=False)))
    assert points(draft) == POINTS
    assert {a.score for a in draft.areas} == {None}
    assert draft.total_summed is None
    assert any("inga poäng" in p.message for p in draft.problems)


def test_a_report_without_points_is_read_and_told() -> None:
    text = granvik()
    draft = read(text[text.index("4. Översikt") :])
    assert draft.total_summed == sum(area_score(n) for n in range(1, 9))
    assert any("Inga förbättringspunkter" in p.message for p in draft.problems)


def test_general_points_belong_to_no_area() -> None:
    text = granvik().replace(
        "Område 1 ",
        "Sammanfattande förbättringsområden\n\n- Samla målen.\n- Våga välja bort\n\nOmråde 1 ",
        1,
    )
    draft = read(text)
    assert [p.text for p in draft.general_improvements] == ["Samla målen.", "Våga välja bort"]
    assert points(draft) == POINTS


def test_strengths_of_no_area_end_in_a_problem() -> None:
    text = granvik().replace("Område 1 ", "Styrkor\n\nStolta medarbetare\n\nOmråde 1 ", 1)
    assert any("Stolta medarbetare" in p.message for p in read(text).problems)


def test_text_after_a_list_ends_in_a_problem() -> None:
    text = (
        granvik(Style(bullet="- ", tables=False)) + "\nEtt gammalt ordspråk:\n\nDroppen urholkar\n"
    )
    draft = read(text)
    assert points(draft) == POINTS
    assert any("ordspråk" in p.message and "Droppen urholkar" in p.message for p in draft.problems)


def test_markdown_table_with_two_columns() -> None:
    rows = "\n".join(f"| {a} | {b} |" for a, b in zip(STRENGTHS[1], POINTS[1], strict=True))
    table = f"| Styrkor | Förbättringsmöjligheter |\n|---|:--:|\n{rows}\n\n"
    text = granvik(Style(order=(2, 3, 4, 5, 6, 7, 8))).replace(
        "Område 2", f"Område 1 Samspel mellan förtroendevalda och medborgare\n\n{table}Område 2", 1
    )
    draft = read(text, "granvik.md")
    assert points(draft) == POINTS
    assert strengths(draft) == STRENGTHS
    assert all(p.certain for p in draft.areas[0].improvements)


def test_score_table_in_markdown() -> None:
    rows = "\n".join(f"| {c} {n} | {s} | {m} |" for c, n, s, m in scores(6))
    header = "| 6. Kvalitetsutveckling | Uppnått | Max |\n|---|---|---|"
    text = f"{header}\n{rows}\n| | {area_score(6)} | 100 |"
    draft = read("Arbetsliv\nEffektivitet\nBrukarens fokus\n\n" + text, "x.md")
    assert [(s.code, s.name, s.score, s.max) for s in draft.areas[0].subareas] == scores(6)
    assert draft.areas[0].score == area_score(6)


def test_suggestions_are_sub_areas_of_the_area_best_first() -> None:
    draft = read(granvik())
    first = {p.text: p.subareas[:1] for a in draft.areas for p in a.improvements}
    assert first["Ta fram mål för social hållbarhet"] == ("2.2",)
    assert first["Ta fram en plan för kompetensförsörjning"] == ("7.2",)
    assert first["Förbättra den interna kommunikationen"] == ("8.3",)
    for area in draft.areas:
        codes = {s.code for s in area.subareas}
        assert all(set(p.subareas) <= codes and len(p.subareas) <= 3 for p in area.improvements)


def test_role_models() -> None:
    text = granvik().replace(
        PROSE_END, "senaste åren. Här är Sunne kommun ett gott exempel. Även Ekerö och Tierps "
        "kommun kan inspirera. Granviks kommun samarbetar med Nacka kommun.", 1
    )  # fmt: skip
    found = [(r.municipality, r.area) for r in read(text).role_models]
    assert found == [("Sunne", 1), ("Ekerö", 1), ("Tierp", 1)]


PROSE_END = "senaste åren."


def test_to_json_has_the_shape_that_stays() -> None:
    raw = read(granvik()).to_json()
    assert list(raw) == [
        "municipality", "month", "ordinal", "edition", "total", "areas", "general_improvements",
        "role_models", "problems",
    ]  # fmt: skip
    assert list(raw["total"]) == ["stated", "summed"]
    area = raw["areas"][0]
    assert list(area) == ["number", "name", "score", "max", "subareas", "strengths", "improvements"]
    assert list(area["subareas"][0]) == ["code", "name", "score", "max", "body"]
    assert list(area["strengths"][0]) == ["text", "page", "line", "certain", "lines"]
    assert list(area["improvements"][0]) == [
        "text", "page", "line", "certain", "lines", "subareas",
    ]  # fmt: skip
    assert ReportDraft.from_json(raw) == read(granvik())
