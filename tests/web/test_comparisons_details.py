"""One area of a comparison, and one action: what did we expect, what happened?"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from tests.helpers.cast import NOW, Cast, make_action
from tests.helpers.effects import SECOND, Told, two_evaluations
from tests.helpers.second import add_evaluation
from tests.helpers.visitor import Visits
from tracker.domain.crosswalk import Match
from tracker.domain.statuses import ActionStatus, Health
from tracker.extensions import db
from tracker.models import (
    Action,
    Crosswalk,
    CrosswalkLink,
    Evidence,
    ImprovementPoint,
    Municipality,
    StatusUpdate,
    SubArea,
)

CAUSES = ("därför", "eftersom", "tack vare", "ledde till", "effekt av", "på grund av", "orsakade")


@pytest.fixture
def told(cast: Cast) -> Told:
    return two_evaluations(cast)


def test_an_area_down_to_points_actions_and_what_shows_them(
    cast: Cast, told: Told, visit: Visits
) -> None:
    action = told.actions[0]
    db.session.add(_proof(cast, action, "Riktlinje för svar"))
    db.session.commit()
    page = visit(cast.member).get(f"/comparison/areas/1?{told.query}")
    assert page.h1 == "1 Samspel mellan förtroendevalda och medborgare"
    assert page.rows[1][1:] == ["9 av 30", "15 av 30", "+20"]
    assert told.points[0].text in page.text
    assert "På plats, inte verifierad då" in page.text
    assert "Genomförd 2025-05-20." in page.text
    assert page.links["Riktlinje för svar"] == "https://example.org/svar"
    assert page.links[action.title] == f"/comparison/actions/{action.id}?{told.query}"
    assert "Punkt 1" not in page.links, "the committee has no page for points"
    assert not [word for word in CAUSES if word in page.text.lower()]
    assert (
        f"/points/{told.points[0].id}"
        == (visit(cast.director).get(f"/comparison/areas/1?{told.query}").links["Punkt 1"])
    )


def test_from_area_to_area_with_the_choice_kept(cast: Cast, told: Told, visit: Visits) -> None:
    page = visit(cast.member).get(f"/comparison/areas/2?{told.query}")
    ways = {a.get("rel"): a.get("href") for a in page.all("a") if a.get("rel") in ("prev", "next")}
    assert ways == {
        "prev": f"/comparison/areas/1?{told.query}",
        "next": f"/comparison/areas/3?{told.query}",
    }
    crumbs = [a.get("href") for a in page.all("a") if "Effekt" in "".join(a.itertext())]
    assert f"/comparison?{told.query}" in crumbs
    first = visit(cast.member).get(f"/comparison/areas/1?{told.query}")
    assert not [a for a in first.all("a") if a.get("rel") == "prev"]


def test_others_actions_are_counted_only(cast: Cast, told: Told, visit: Visits) -> None:
    page = visit(cast.other_member).get(f"/comparison/areas/1?{told.query}")
    assert told.actions[0].title not in page.text
    assert "1 åtgärd finns hos andra. På plats: 1." in page.text
    visit(cast.other_member).get(
        f"/comparison/actions/{told.actions[0].id}?{told.query}", status=404
    )


def test_a_point_that_comes_again_says_so(cast: Cast, told: Told, visit: Visits) -> None:
    later = db.session.scalars(select(SubArea).where(SubArea.code == "1.1")).all()[-1]
    db.session.add(
        ImprovementPoint(
            evaluation_id=told.after.id,
            area_id=later.area_id,
            position=7,
            text=told.points[0].text,
            repeats_id=told.points[0].id,
        )
    )
    db.session.commit()
    page = visit(cast.member).get(f"/comparison/areas/1?{told.query}")
    assert "Punkten kommer igen i den senare utvärderingen." in page.text
    assert "Återkommer inte" in page.text
    opened = visit(cast.director).get(f"/comparison/areas/1?{told.query}")
    assert "i den senare utvärderingen, som punkt 7." in opened.text
    heir = db.session.scalars(select(ImprovementPoint.id).filter_by(repeats_id=told.points[0].id))
    assert opened.links["7"] == f"/points/{heir.one()}"


def test_split_subareas_stand_together(cast: Cast, told: Told, visit: Visits) -> None:
    links = [
        CrosswalkLink(before_code="1.1", after_code=f"1.{n}", match=Match.SPLIT) for n in (1, 2)
    ]
    dropped = CrosswalkLink(before_code="1.2", after_code=None, match=Match.DROPPED)
    db.session.add(
        Crosswalk(
            before=told.before,
            after=told.after,
            before_edition="kommunkompassen-2020",
            after_edition="kommunkompassen-2020",
            corrected_at=NOW,
            links=[*links, dropped],
        )
    )
    db.session.commit()
    page = visit(cast.member).get(f"/comparison/areas/1?{told.query}")
    name = "Samspel mellan förtroendevalda och medborgare, del"
    assert f"1.1 {name} 1 + 1.2 {name} 2" in page.text
    assert page.text.count(told.points[0].text) == 1


def test_a_merger_of_two_areas_is_told_whole_in_each(cast: Cast, told: Told, visit: Visits) -> None:
    db.session.add(
        Crosswalk(
            before=told.before,
            after=told.after,
            before_edition="kommunkompassen-2020",
            after_edition="kommunkompassen-2020",
            corrected_at=NOW,
            links=[
                CrosswalkLink(before_code=code, after_code="1.1", match=Match.MERGED)
                for code in ("1.1", "2.1")
            ],
        )
    )
    db.session.commit()
    for number in (1, 2):
        page = visit(cast.member).get(f"/comparison/areas/{number}?{told.query}")
        assert told.actions[0].title in page.text
        assert told.actions[2].title in page.text


def test_a_new_area_has_an_address_of_its_own(cast: Cast, visit: Visits) -> None:
    one = add_evaluation(cast.municipality, date(2020, 1, 1), {1: (10, 12)})
    other = add_evaluation(cast.municipality, date(2021, 1, 1), {1: (20, 12), 2: (9,)})
    query = f"before={one.id}&after={other.id}"
    overview = visit(cast.member).get(f"/comparison?{query}")
    path = overview.links["2 Samhällsutveckling"]
    assert path == f"/comparison/areas/2?new=1&{query}"
    assert "går inte att jämföra som helhet: ny" in visit(cast.member).get(path).text
    visit(cast.member).get(f"/comparison/areas/2?{query}", status=404)
    visit(cast.member).get(f"/comparison/areas/1?new=1&{query}", status=404)


def test_no_such_area(cast: Cast, told: Told, visit: Visits, subtests: pytest.Subtests) -> None:
    for number in ("0", "9", "2147483647", "1099511627776", "x"):
        with subtests.test(number=number):
            visit(cast.member).get(f"/comparison/areas/{number}?{told.query}", status=404)


def test_a_choice_that_cannot_be_compared_is_told_on_the_overview(
    cast: Cast, told: Told, visit: Visits
) -> None:
    same = f"before={told.after.id}&after={told.after.id}"
    for path in ("areas/1", f"actions/{told.actions[0].id}"):
        answer = visit(cast.member).get(f"/comparison/{path}?{same}", status=302)
        assert answer.response.location == f"/comparison?{same}"
    for path in ("areas/1", f"actions/{told.actions[0].id}"):
        gone = f"before={2**40}&after={told.after.id}"
        visit(cast.member).get(f"/comparison/{path}?{gone}", status=404)


def test_without_a_second_evaluation_the_overview_teaches(cast: Cast, visit: Visits) -> None:
    page = visit(cast.member).get("/comparison/areas/1", status=302)
    assert page.response.location == "/comparison"


def test_points_about_a_whole_area(cast: Cast, visit: Visits) -> None:
    later = add_evaluation(cast.municipality, date(2026, 2, 1), {1: (18, 15), 2: (20, 10)})
    page = visit(cast.director).get(
        f"/comparison/areas/2?before={cast.evaluation.id}&after={later.id}"
    )
    assert "Punkter om hela området" in page.text
    assert cast.points[2].text in page.text
    assert cast.colleague_action.title in page.text
    assert "Inte på plats februari 2026" in page.text


def test_what_did_we_expect_what_happened(cast: Cast, told: Told, visit: Visits) -> None:
    action = told.actions[0]
    action.expected_effect = "Fler får svar i tid.\nOch fler är nöjda."
    action.effect_measure = "Enkäten i maj."
    action.first_deadline = date(2025, 5, 31)
    db.session.add_all([_proof(cast, action, "Mallen"), *_reports(cast, action)])
    db.session.commit()
    page = visit(cast.member).get(f"/comparison/actions/{action.id}?{told.query}")
    assert "Åtgärden var på plats när utvärderarna kom." in page.text
    assert "Andelen steg 20 procentenheter i delområdet." in page.text
    assert "Åtgärd på plats och förbättring" in page.text
    assert "Fler får svar i tid. Och fler är nöjda." in page.text
    assert "Enkäten i maj." in page.text
    assert "30 dagar senare än det första slutdatumet" in page.text
    assert "tisdag 20 maj 2025, Olle Ägare" in page.text
    assert page.rows[1][1:] == ["9 av 30", "15 av 30", "+20"]
    assert "Rapport 3" in page.text
    assert "Rapport 0" not in page.text, "the last three are enough"
    assert "Mallen" in page.links
    steps = page.links["1 Samspel mellan förtroendevalda och medborgare"]
    assert steps == f"/comparison/areas/1?{told.query}"
    assert page.links["Allt om åtgärden"].startswith(f"/actions/{action.id}?next=")
    assert not [word for word in CAUSES if word in page.text.lower()]


def test_by_default_the_evaluation_that_followed(cast: Cast, told: Told, visit: Visits) -> None:
    path = f"/comparison/actions/{told.actions[0].id}"
    by_default = visit(cast.member).get(path)
    assert "Testköping: maj 2023 och september 2025" in by_default.text
    shown = visit(cast.owner).get(f"/actions/{told.actions[0].id}")
    assert shown.links["Vad väntade vi oss, och vad hände?"] == path
    waiting = visit(cast.owner).get(f"/actions/{cast.action.id}")
    assert "Vad väntade vi oss, och vad hände?" not in waiting.links
    early = visit(cast.owner).get(f"/comparison/actions/{cast.action.id}")
    assert "Ingen utvärdering har kommit efter den som åtgärden svarar på." in early.text


def test_an_action_that_answers_no_point_gets_a_kind_word(
    cast: Cast, told: Told, visit: Visits
) -> None:
    page = visit(cast.owner).get(f"/comparison/actions/{cast.done_action.id}?{told.query}")
    assert "svarar inte på någon punkt i utvärderingen maj 2023" in page.text
    assert "Den kan ha gjort nytta ändå." in page.text


def test_a_dropped_action_is_not_counted(cast: Cast, told: Told, visit: Visits) -> None:
    action = told.actions[0]
    action.status, action.done_on, action.done_by = ActionStatus.DROPPED, None, None
    action.dropped_on, action.dropped_by = date(2025, 6, 1), "Kommunstyrelsen"
    action.dropped_reason = "För dyrt."
    db.session.commit()
    page = visit(cast.member).get(f"/comparison/actions/{action.id}?{told.query}")
    assert "Åtgärden avbröts söndag 1 juni 2025 och räknas inte med." in page.text


def test_of_two_municipalities_no_action_is_told(cast: Cast, told: Told, visit: Visits) -> None:
    other = add_evaluation(Municipality(name="Grannköping"), SECOND, {1: (20, 12), 2: (9,)})
    query = f"before={told.before.id}&after={other.id}"
    page = visit(cast.member).get(f"/comparison/actions/{told.actions[0].id}?{query}")
    assert "gäller två olika kommuner" in page.text
    area = visit(cast.member).get(f"/comparison/areas/1?{query}")
    assert "gäller två olika kommuner" in area.text
    assert told.points[0].text not in area.text


def test_words_of_people_stay_words(cast: Cast, told: Told, visit: Visits) -> None:
    nasty = "<script>alert(1)</script> \N{EVERGREEN TREE} \N{RIGHT-TO-LEFT OVERRIDE}=1+1"
    subarea = db.session.scalars(select(SubArea).where(SubArea.area_id == told.points[0].area_id))
    subarea.first().name = nasty  # type: ignore[union-attr]
    told.points[0].text = nasty + "x" * 10_000
    told.actions[0].title = nasty
    db.session.commit()
    for path in ("", "/areas/1", f"/actions/{told.actions[0].id}"):
        page = visit(cast.member).get(f"/comparison{path}?{told.query}")
        assert "<script>alert" not in page.html


def test_the_pages_cost_the_same_for_few_and_for_many(
    cast: Cast, told: Told, visit: Visits, count_queries: Any
) -> None:
    paths = (f"/comparison/areas/1?{told.query}", f"/comparison/actions/{told.actions[0].id}")
    before = _queries(cast, visit, count_queries, paths)
    point = told.points[0]
    for number in range(20):
        more = make_action(cast.plan, f"Ännu en {number}", committee=cast.committee, points=[point])
        db.session.add(more)
        db.session.flush()
        db.session.add(_proof(cast, more, f"Underlag {number}"))
    db.session.commit()
    assert _queries(cast, visit, count_queries, paths) == before


def _queries(cast: Cast, visit: Visits, count_queries: Any, paths: tuple[str, ...]) -> list[int]:
    sent = []
    for path in paths:
        visit(cast.member).get(path)
        with count_queries() as counted:
            visit(cast.member).get(path)
        sent.append(counted.number)
    return sent


def _proof(cast: Cast, action: Action, title: str) -> Evidence:
    return Evidence(
        action_id=action.id,
        title=title,
        url="https://example.org/svar",
        added_at=NOW,
        added_by_id=cast.owner.id,
    )


def _reports(cast: Cast, action: Action) -> list[StatusUpdate]:
    return [
        StatusUpdate(
            action_id=action.id,
            author_id=cast.owner.id,
            at=NOW,
            health=Health.ON_TRACK,
            text=f"Rapport {number}",
        )
        for number in range(4)
    ]
