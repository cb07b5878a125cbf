"""The page that puts two evaluations side by side."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete, select

from tests.helpers.cast import NOW, Cast, make_user
from tests.helpers.effects import two_evaluations
from tests.helpers.pages import text_of
from tests.helpers.second import add_evaluation, add_scores
from tests.helpers.visitor import Visits
from tracker.domain.crosswalk import Match
from tracker.domain.permissions import Role
from tracker.extensions import db
from tracker.models import (
    Area,
    Crosswalk,
    CrosswalkLink,
    Evaluation,
    Municipality,
    RoleAssignment,
    ScoreSet,
    SubArea,
)

BETTER = {1: (18, 15), 2: (20, 10)}


@pytest.fixture
def later(cast: Cast) -> Evaluation:
    return add_evaluation(cast.municipality, date(2026, 2, 1), BETTER)


def test_by_default_our_two_latest(cast: Cast, later: Evaluation, visit: Visits) -> None:
    page = visit(cast.member).get("/comparison")
    assert "2 av 4 jämförbara delområden steg med mer än 5 procentenheter" in page.text
    assert "Totalerna jämförs inte: minst ett huvudområde saknar poäng" in page.text
    row = next(row for row in page.rows if row[0].startswith("1.1"))
    assert row[1:] == [
        "12 av 30",
        "18 av 30",
        "+6",
        "+20",
        "1 inte på plats",
        "Ingen åtgärd på plats men förbättring",
    ]


CAUSES = ("därför", "eftersom", "tack vare", "ledde till", "effekt av", "på grund av", "orsakade")


def test_the_first_screen_tells_how_many_how_many_with_action_and_how_sure(
    cast: Cast, visit: Visits
) -> None:
    told = two_evaluations(cast)
    page = visit(cast.member).get(f"/comparison?{told.query}")
    first = page.text[: page.text.index("Välj vad som jämförs")]
    assert "16 av 32 jämförbara delområden steg med mer än 5 procentenheter." in first
    assert "I 16 av dem var åtgärder på plats." in first
    assert "Där åtgärder var på plats steg andelen i snitt" in first
    assert "med 95 procents säkerhet mellan" in first
    assert "Steg mer där åtgärder var på plats" in first
    assert "också med den lägsta siffran steg det mer" in first
    assert "16 Åtgärd på plats och förbättring" in first
    assert not [word for word in CAUSES if word in page.text.lower()]


def test_each_outcome_leads_to_its_subareas(cast: Cast, visit: Visits) -> None:
    told = two_evaluations(cast)
    page = visit(cast.member).get(f"/comparison?{told.query}")
    assert page.links["Åtgärd på plats och förbättring"] == "#action_and_improvement"
    assert text_of(page.by_id("action_and_improvement")) == "Åtgärd på plats och förbättring 16"
    assert "Åtgärd på plats men ingen förbättring" not in page.links
    area = f"/comparison/areas/1?{told.query}"
    assert page.links["1 Samspel mellan förtroendevalda och medborgare"] == area
    assert page.links["1.1 Samspel mellan förtroendevalda och medborgare, del 1"] == (
        f"{area}#group-0"
    )


def test_the_difference_in_a_drawing_and_beside_it_in_a_table(cast: Cast, visit: Visits) -> None:
    told = two_evaluations(cast)
    page = visit(cast.member).get(f"/comparison?{told.query}")
    drawn = re.findall(r'class="effect-chart" aria-labelledby="([\w -]+)"', page.html)
    assert drawn == ["difference-title difference-desc", "areas-title areas-desc"]
    assert ["Delområden där åtgärder var på plats", "16"] in [row[:2] for row in page.rows]
    assert "32 delområden: 16 med åtgärder på plats och 16 utan" in page.text
    assert "16 åtgärder var genomförda men inte verifierade när utvärderarna kom" in page.text
    assert "Hur andra kommuner" in page.text


def test_too_little_to_say_is_said_with_its_reasons(
    cast: Cast, later: Evaluation, visit: Visits
) -> None:
    page = visit(cast.member).get("/comparison")
    assert "För lite underlag för att säga något" in page.text
    assert "underlaget är för litet" in page.text
    assert "För få delområden kan jämföras." in page.text
    assert "procents säkerhet" not in page.text
    assert not page.all("section", id="difference")


ODD_SCORES = (
    ((25, 20), "november 2025: poängen 25 är högre än max 20 och jämförs inte"),
    ((-1, 20), "november 2025: poängen -1 är lägre än noll och jämförs inte"),
    ((0, 0), "november 2025: högsta poängen är 0, så någon andel går inte att räkna"),
    ((None, 20), "november 2025: poängen saknas i rapporten"),
    ((5, None), "november 2025: rapporten säger inte vad högsta poängen är"),
)


def test_odd_scores_are_told_and_not_compared(
    cast: Cast, later: Evaluation, visit: Visits, subtests: pytest.Subtests
) -> None:
    odd = cast.evaluation.score_sets[0].areas[0].subareas[0]
    for got, sentence in ODD_SCORES:
        with subtests.test(got=got, sentence=sentence):
            odd.score, odd.max = got
            db.session.commit()
            for path in ("/comparison", "/comparison/areas/1"):
                assert sentence in visit(cast.member).get(path).text


def test_without_subareas_the_areas_are_told(cast: Cast, visit: Visits) -> None:
    one = add_evaluation(cast.municipality, date(2020, 1, 1), {1: (10,), 2: (10,)})
    other = add_evaluation(cast.municipality, date(2021, 1, 1), {1: (20,), 2: (10,)})
    areas = select(Area.id).join(ScoreSet).where(ScoreSet.evaluation_id.in_([one.id, other.id]))
    db.session.execute(delete(SubArea).where(SubArea.area_id.in_(areas)))
    db.session.commit()
    page = visit(cast.member).get(f"/comparison?before={one.id}&after={other.id}")
    assert "Inget delområde går att jämföra" in page.text
    assert "Av 2 huvudområden ligger 1 mer än 5 procentenheter högre i den senare." in page.text
    assert "Rapporterna har inga delområden här." in page.text
    assert "procents säkerhet" not in page.text


def test_the_edition_can_be_chosen_where_both_have_several(
    cast: Cast, later: Evaluation, visit: Visits
) -> None:
    assert "edition" not in visit(cast.member).get("/comparison").forms[0].fields
    for evaluation in (cast.evaluation, later):
        add_scores(evaluation, BETTER, "kommunkompassen-2010")
    db.session.commit()
    page = visit(cast.member).get("/comparison?edition=kommunkompassen-2010")
    assert page.forms[0].fields["edition"] == "kommunkompassen-2010"
    assert "här jämförs Kommunkompassen 2010" in page.text
    link = page.links["1 Samspel mellan förtroendevalda och medborgare"]
    assert link.endswith("&edition=kommunkompassen-2010")
    unknown = visit(cast.member).get("/comparison?edition=%00%F0%9F%8C%B2")
    assert unknown.forms[0].fields["edition"] == "kommunkompassen-2020"


def test_what_lies_between_is_told(cast: Cast, later: Evaluation, visit: Visits) -> None:
    told = two_evaluations(cast)
    path = f"/comparison?before={told.before.id}&after={later.id}"
    text = visit(cast.member).get(path).text
    assert "2 utvärderingar ligger mellan de två och är inte med här." in text


def test_what_is_chosen_goes_along(cast: Cast, later: Evaluation, visit: Visits) -> None:
    told = two_evaluations(cast)
    page = visit(cast.director).get(f"/comparison/series?{told.query}")
    for name, path in (
        ("Jämförelse", "/comparison"),
        ("Andra kommuner", "/references"),
        ("Så är det räknat", "/comparison/method"),
    ):
        assert page.links[name] == f"{path}?{told.query}"
    back = visit(cast.director).get("/comparison/series")
    assert back.links["Jämförelse"] == "/comparison"


def test_unsure_pairs_are_told_on_the_first_screen(cast: Cast, visit: Visits) -> None:
    told = two_evaluations(cast)
    path = f"/comparison?{told.query}"
    assert "på osäkra grunder" not in visit(cast.director).get(path).text
    told.after.score_sets[0].areas[0].subareas[0].name = "Något helt annat"
    db.session.commit()
    page = visit(cast.director).get(path)
    first = page.text[: page.text.index("Välj vad som jämförs")]
    assert "1 delområde är ihopparat, eller utan motsvarighet, på osäkra grunder." in first
    there = f"/crosswalks/{told.before.id}/{told.after.id}"
    assert page.links["Granska dem"] == there
    assert page.links["Rätta vilka delområden som hör ihop"] == there
    member = visit(cast.member).get(path)
    assert "på osäkra grunder" in member.text
    assert "Granska dem" not in member.links


def test_a_split_is_one_row(cast: Cast, visit: Visits) -> None:
    told = two_evaluations(cast)
    db.session.add(
        Crosswalk(
            before=told.before,
            after=told.after,
            before_edition="kommunkompassen-2020",
            after_edition="kommunkompassen-2020",
            corrected_at=NOW,
            links=[
                CrosswalkLink(before_code="1.1", after_code="1.1", match=Match.SPLIT),
                CrosswalkLink(before_code="1.1", after_code="1.2", match=Match.SPLIT),
                CrosswalkLink(before_code="1.2", after_code=None, match=Match.DROPPED),
            ],
        )
    )
    db.session.commit()
    for path, at in (("/comparison", 1), ("/comparison/areas/1", 1)):
        page = visit(cast.member).get(f"{path}?{told.query}")
        (row,) = [row for row in page.rows if " + 1.2 " in row[0]]
        assert row[at : at + 3] == ["Delat", "9 av 30", "26 av 60"]
        assert "+13,3" in row
        assert not [row for row in page.rows if row[0].startswith("1.1") and " + " not in row[0]]
    assert "1.1 Samspel mellan" in page.html[page.html.index("<svg") :]


def test_a_fall_is_told_and_marked(cast: Cast, visit: Visits) -> None:
    fell = add_evaluation(cast.municipality, date(2026, 3, 1), {1: (2, 15), 2: (20, 8)})
    page = visit(cast.member).get(f"/comparison?before={cast.evaluation.id}&after={fell.id}")
    first = page.text[: page.text.index("Välj vad som jämförs")]
    assert "1 sjönk mer än 5." in first
    marked = [text_of(one) for one in page.all("span") if "change--down" in one.get("class", "")]
    assert "−33,3" in marked


def test_a_small_rise_is_no_rise_in_words_nor_colour(cast: Cast, visit: Visits) -> None:
    little = add_evaluation(cast.municipality, date(2026, 3, 1), {1: (13, 15), 2: (20, 8)})
    query = f"before={cast.evaluation.id}&after={little.id}"
    page = visit(cast.member).get(f"/comparison/areas/1?{query}")
    assert "+3,3 procentenheter, steg inte mer än 5" in page.text
    assert "Ingen åtgärd på plats och ingen förbättring" in page.text
    small = next(one for one in page.all("span") if "change--small" in one.get("class", ""))
    assert "change--up" not in small.get("class", "")
    action = visit(cast.member).get(f"/comparison/actions/{cast.action.id}?{query}")
    assert "Det är inte mer än 5, så det räknas inte." in action.text


def test_the_method_in_short(cast: Cast, visit: Visits) -> None:
    for user in (cast.member, cast.admin, cast.owner):
        page = visit(user).get("/comparison/method")
        assert "mer än 5 procentenheter högre än förra gången" in page.text
        assert "docs/" not in page.text
        assert "Donald Rubin" in page.text
        assert not [word for word in CAUSES if word in page.text.lower()]


def test_totals_and_words_of_change(cast: Cast, visit: Visits) -> None:
    whole = dict.fromkeys(range(1, 9), (10, 10))
    one = add_evaluation(cast.municipality, date(2024, 1, 1), whole)
    other = add_evaluation(cast.municipality, date(2025, 1, 1), {**whole, 1: (20, 10)})
    path = f"/comparison?before={one.id}&after={other.id}"
    page = visit(cast.director).get(path)
    assert "Totalen gick från 160 till 170 poäng." in page.text
    back = visit(cast.director).get(f"/comparison?before={other.id}&after={one.id}")
    assert "är den senare av de två" in back.text
    assert back.links["Byt plats på dem"] == path


def test_editions_and_municipalities(cast: Cast, visit: Visits) -> None:
    old = add_evaluation(cast.municipality, date(2015, 5, 1), BETTER, "kommunkompassen-2010")
    path = f"/comparison?before={old.id}&after={cast.evaluation.id}"
    page = visit(cast.director).get(path)
    assert "följer olika versioner av Kommunkompassen" in page.text
    assert "Reviderat" in page.text
    other = add_evaluation(Municipality(name="Grannköping"), date(2026, 2, 1), BETTER)
    page = visit(cast.director).get(f"/comparison?before={cast.evaluation.id}&after={other.id}")
    assert "två olika kommuner" in page.text
    assert "Gick åtgärder och förbättring ihop?" not in page.text


ODD_CHOICES = (
    ("before={0}&after={0}", (422, "Välj två olika utvärderingar")),
    ("before=999&after={0}", (404, "finns inte")),
    ("before=x&after=y", (200, "jämförbara delområden")),
)


def test_odd_choices(
    cast: Cast, later: Evaluation, visit: Visits, subtests: pytest.Subtests
) -> None:
    for query, answer in ODD_CHOICES:
        with subtests.test(query=query, answer=answer):
            status, sentence = answer
            page = visit(cast.director).get(f"/comparison?{query.format(later.id)}", status=status)
            assert sentence in page.text


def test_one_evaluation_is_not_enough(cast: Cast, visit: Visits) -> None:
    page = visit(cast.director).get("/comparison")
    assert "Det finns bara en utvärdering" in page.text
    assert page.links["Läs in en utvärdering"] == "/evaluations/import"
    assert "Läs in en utvärdering" not in visit(cast.member).get("/comparison").links


def test_none_at_all(app: Any, visit: Visits) -> None:
    director = make_user("Dag Direktör", RoleAssignment(role=Role.DIRECTOR))
    db.session.add(director)
    db.session.commit()
    assert "Det finns ingen utvärdering än" in visit(director).get("/comparison").text


def test_one_of_ours_and_one_of_others_waits_for_a_choice(cast: Cast, visit: Visits) -> None:
    add_evaluation(Municipality(name="Grannköping"), date(2026, 2, 1), BETTER)
    page = visit(cast.director).get("/comparison")
    assert "Välj vilka två utvärderingar" in page.text


def test_an_administrator_sees_numbers_and_nobody_s_words(cast: Cast, visit: Visits) -> None:
    told = two_evaluations(cast)
    for path in ("/comparison", "/comparison/areas/1"):
        page = visit(cast.admin).get(f"{path}?{told.query}")
        assert told.points[0].text not in page.text
        assert told.actions[0].title not in page.text
        dead = ("/evaluations", "/points", "/actions", "/comparison/actions")
        assert not [url for url in page.links.values() if url.startswith(dead)]
    assert "1 åtgärd finns hos andra. På plats: 1." in page.text
    assert "1 punkt pekar hit. Den syns för dem som får läsa rapporten." in page.text
    assert "Punkt 1" not in page.text
    visit(cast.admin).get(f"/comparison/actions/{told.actions[0].id}", status=403)


@pytest.mark.parametrize("gain", [0, 6])
def test_the_page_costs_the_same_for_few_and_for_many(
    cast: Cast, later: Evaluation, visit: Visits, count_queries: Any, gain: int
) -> None:
    told = two_evaluations(cast, gain)
    few = f"before={cast.evaluation.id}&after={later.id}"
    visit(cast.director).get("/comparison")
    sent = []
    for query in (few, told.query):
        with count_queries() as counted:
            visit(cast.director).get(f"/comparison?{query}")
        sent.append(counted.number)
    assert sent[0] == sent[1]


def test_the_page_costs_few_queries(
    cast: Cast, later: Evaluation, visit: Visits, count_queries: Any
) -> None:
    visit(cast.director).get("/comparison")
    with count_queries() as counted:
        visit(cast.director).get("/comparison")
    assert counted.number <= 22, counted.statements
