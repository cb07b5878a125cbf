"""The plan's list: what narrows it, how it is narrowed less, and who may choose rows."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

import pytest

from tests.helpers.cast import NOW, make_action
from tests.helpers.pages import elements, text_of
from tracker.domain.statuses import Health
from tracker.extensions import db
from tracker.models import ActionPlan, Decision, DecisionKind, PlanState
from tracker.services.actions import filters

MISREAD = "En del av filtret i adressen gick inte att förstå och används inte"
HOSTILE = "<script>alert(1)</script> \"'&{{ 7*7 }} 🙂"


def removable(page):
    """The parts of the filter as the page shows them: words → the address without the part."""
    lists = page.all("ul", class_="chosen-filters")
    return {
        text_of(a).removesuffix("Ta bort").strip(): a.get("href")
        for found in lists
        for a in elements(found, "a")
    }


def titles(page):
    """What the rows of the list are called."""
    return {row[0] for row in page.rows[1:]}


def choosing(page):
    """The form that chooses rows, if the page has it."""
    return next((form for form in page.forms if form.action == "/actions/bulk"), None)


def boxes(page):
    """The values of the boxes beside the rows."""
    return [box.get("value") for box in page.all("input", name="id")]


def empty(cast):
    """Take every action out of the reach of the unit's people."""
    for action in (cast.action, cast.done_action, cast.colleague_action):
        action.owner, action.unit, action.committee = (
            cast.stranger,
            cast.other_unit,
            cast.other_committee,
        )
    db.session.commit()


FOLDED = (
    ("", "Filter"),
    ("q=dialog", "Filter"),  # the search stands open, and is no part of what folds
    ("sort=title", "Filter"),
    ("status=ongoing", "Filter (1 valt)"),
    ("q=dialog&status=ongoing&slipped=y", "Filter (2 valda)"),
    ("late=1", "Filter (1 valt)"),
)


CHOSEN = (
    ("owner=none", "Ägare: Ingen ägare än"),
    ("when=soon", "När: Inom 30 dagar"),
    ("late=y", "När: Försenade"),
    ("when=late&late=y", "När: Försenade"),
    ("health=at_risk", "Senaste läge: Risk för försening"),
    ("slipped=y", "Bara med flyttat slutdatum: ja"),
    ("due_from=2026-04-01", "Slutdatum från: 2026-04-01"),
    ("due_to=2026-05-31", "Slutdatum till: 2026-05-31"),
    ("area=1", "Område: 1. Samspel mellan förtroendevalda och medborgare"),
)


class TestRemovableFilters:
    def test_without_a_filter_there_is_nothing_to_remove(self, cast, visit):
        page = visit(cast.director).get("/actions?sort=title&page=1")
        assert removable(page) == {}
        assert MISREAD not in page.text

    def test_each_part_is_a_link_to_the_list_without_it(self, cast, visit):
        page = visit(cast.director).get(
            f"/actions?q=webben&status=ongoing&owner={cast.owner.id}&sort=title&page=1"
        )
        owner = f"owner={cast.owner.id}"
        assert removable(page) == {
            "Sök: webben": f"/actions?status=ongoing&{owner}&sort=title",
            "Status: Pågår": f"/actions?q=webben&{owner}&sort=title",
            "Ägare: Olle Ägare": "/actions?q=webben&status=ongoing&sort=title",
            "Rensa filtret": "/actions",
        }

    def test_the_link_shows_more_than_before(self, cast, visit):
        visitor = visit(cast.director)
        page = visitor.get(f"/actions?owner={cast.owner.id}&status=done")
        assert titles(page) == {"En kalender för alla samråd"}
        page = visitor.get(removable(page)["Status: Genomförd"])
        assert titles(page) == {"En kalender för alla samråd", "Återkoppla synpunkter på webben"}
        assert set(removable(page)) == {"Ägare: Olle Ägare", "Rensa filtret"}

    def test_it_says_what_was_chosen_in_words(self, cast, visit, subtests):
        cast.action.health, cast.action.reported_at = Health.AT_RISK, NOW
        db.session.commit()
        for query, said in CHOSEN:
            with subtests.test(query=query, said=said):
                page = visit(cast.director).get(f"/actions?{query}")
                assert removable(page) == {said: "/actions", "Rensa filtret": "/actions"}

    def test_what_is_chosen_under_more_filters_stands_open(self, cast, visit):
        visitor = visit(cast.director)

        def folded(query):
            details = visitor.get(f"/actions{query}").all("details", class_="filters__more")
            return [one.get("open") is None for one in details]

        assert folded("?status=ongoing") == [True]
        assert folded("?slipped=y") == [False]
        assert folded("?due_to=2026-05-31") == [False]

    def test_what_folds_on_a_telephone_says_how_much_is_in_force(self, cast, visit, subtests):
        for path in ("/actions", "/actions/board", "/actions/timeline"):
            for query, said in FOLDED:
                with subtests.test(query=query, said=said, path=path):
                    page = visit(cast.director).get(f"{path}?{query}")
                    (fold,) = page.all("details", class_="filters__fold")
                    assert (text_of(fold), fold.get("open")) == (said, None)
                    (rest,) = page.all("div", class_="filters__rest")
                    folded = {one.get("name") for one in elements(rest, "input", "select")}
                    assert "q" not in folded
                    assert {"status", "when", "health", "sort"} <= folded

    def test_it_stands_open_where_something_in_it_was_not_understood(self, cast, visit):
        page = visit(cast.director).get("/actions?status=nonsens")
        (fold,) = page.all("details", class_="filters__fold")
        assert fold.get("open") is not None

    def test_the_part_stays_where_nothing_matches(self, cast, visit):
        page = visit(cast.director).get("/actions?q=finnsinte&status=ongoing")
        assert removable(page)["Sök: finnsinte"] == "/actions?status=ongoing"
        assert "Inga åtgärder stämmer med filtret" in page.text

    def test_what_was_searched_for_is_only_text(self, cast, visit):
        page = visit(cast.director).get(f"/actions?q={quote(HOSTILE)}")
        assert "<script>alert" not in page.html
        assert f"Sök: {HOSTILE}" in removable(page)


MISREAD_QUERIES = (
    ("status=nonsens", "Status"),
    ("owner=abc", "Ägare"),
    ("due_from=igår", "Slutdatum från"),
    ("status=x&when=y", "Status, När"),
)


class TestMisread:
    def test_it_says_what_was_not_understood_and_shows_the_rest(self, cast, visit, subtests):
        for query, fields in MISREAD_QUERIES:
            with subtests.test(query=query, fields=fields):
                page = visit(cast.director).get(f"/actions?q=webben&{query}")
                assert f"{MISREAD}: {fields}." in page.text
                assert titles(page) == {"Återkoppla synpunkter på webben"}

    def test_an_address_of_ours_is_understood(self, cast, visit):
        page = visit(cast.director).get("/actions?status=ongoing&when=late&sort=title")
        assert MISREAD not in page.text


class TestChoosing:
    def test_who_may_edit_chooses_rows(self, cast, visit):
        page = visit(cast.director).get("/actions?status=ongoing")
        form = choosing(page)
        assert form is not None
        assert form.fields["query"] == "status=ongoing"
        assert form.fields["next"] == "/actions?status=ongoing"
        assert form.buttons == ["Ändra valda…"]
        assert str(cast.action.id) in boxes(page)

    def test_every_box_says_which_action_it_chooses(self, cast, visit):
        page = visit(cast.director).get("/actions")
        labels = [box.get("aria-label") for box in page.all("input", name="id")]
        assert f"Välj {cast.action.title}" in labels
        assert len(labels) == len(page.rows) - 1

    def test_who_may_not_edit_sees_no_boxes(self, cast, visit, subtests):
        for who in ("owner", "colleague", "member"):
            with subtests.test(who=who):
                page = visit(getattr(cast, who)).get("/actions")
                assert choosing(page) is None
                assert boxes(page) == []
                assert "Ändra valda…" not in page.text
                assert "Läs in kalkylblad" not in page.links
                assert "Hämta som kalkylblad" in page.links

    def test_all_matches_can_be_chosen_where_the_page_does_not_hold_them(self, cast, visit):
        db.session.add_all(
            make_action(cast.plan, f"Många {n:03}", unit=cast.unit, owner=cast.colleague)
            for n in range(31)
        )
        db.session.commit()
        page = visit(cast.director).get("/actions?status=ongoing")
        form = choosing(page)
        assert form is not None
        assert form.buttons == ["Ändra valda…", "Ändra alla 33 träffar…"]

    @pytest.mark.parametrize("view", ["/actions", "/actions/timeline"])
    def test_it_says_where_counting_ends(self, cast, visit, monkeypatch, view):
        monkeypatch.setattr(filters, "MOST", 1)
        page = visit(cast.director).get(view)
        assert "Fler än 1 åtgärder stämmer. Här går det att bläddra bland de första 1;" in page.text
        assert "stämmer. Här går" not in visit(cast.director).get(f"{view}?q=finnsinte").text

    def test_the_chosen_ones_arrive_and_the_way_back_keeps_the_filter(self, cast, visit):
        visitor = visit(cast.director)
        form = choosing(visitor.get("/actions?status=ongoing"))
        assert form is not None
        page = visitor.post(
            form.action, {**form.fields, "id": str(cast.action.id), "scope": "chosen"}, status=200
        )
        assert page.h1 == "Ändra 1 åtgärd"
        assert page.links["Avbryt"] == "/actions?status=ongoing"


class TestWaysOn:
    def test_the_other_views_and_the_spreadsheet_keep_the_filter(self, cast, visit):
        query = f"owner={cast.owner.id}&status=ongoing"
        page = visit(cast.director).get(f"/actions?{query}&page=1&other=x")
        assert page.links["Tavla"] == f"/actions/board?{query}"
        assert page.links["Tidslinje"] == f"/actions/timeline?{query}"
        assert page.links["Hämta som kalkylblad"] == f"/actions.xlsx?{query}"

    def test_without_a_filter_the_addresses_are_bare(self, cast, visit):
        page = visit(cast.director).get("/actions")
        assert page.links["Tavla"] == "/actions/board"
        assert page.links["Hämta som kalkylblad"] == "/actions.xlsx"

    def test_there_is_a_way_to_the_plan_and_to_all_plans(self, cast, visit):
        page = visit(cast.member).get("/actions")
        assert page.links["Alla planer"] == "/plans"
        assert page.links["Beslut, syfte och punkter"] == f"/plans/{cast.plan.id}"

    def test_several_plans_are_links_each(self, cast, visit):
        later = ActionPlan(title="Nästa plan", created_at=NOW)
        db.session.add(later)
        db.session.commit()
        page = visit(cast.director).get("/actions")
        assert page.links["Nästa plan"] == f"/plans/{later.id}"
        assert page.links[cast.plan.title] == f"/plans/{cast.plan.id}"

    def test_a_follow_up_stands_beside_the_adoption(self, cast, visit):
        for kind in (DecisionKind.FOLLOWED_UP, DecisionKind.CLOSED):
            cast.plan.decisions.append(
                Decision(kind=kind, body="KS", decided_on=date(2026, 2, 20), section=31)
            )
        db.session.commit()
        page = visit(cast.director).get("/actions")
        adopted = "Antagen av Kommunstyrelsen 15 januari 2026, § 12, KS 2026/17."
        assert f"{adopted} Senast följd upp av KS 20 februari 2026, § 31." in page.text
        assert "Antagen av KS" not in page.text
        assert "§\N{NO-BREAK SPACE}31." in page.html

    def test_closed_plans_stand_in_the_filter_only(self, cast, visit):
        db.session.add(ActionPlan(title="Nästa plan", created_at=NOW))
        cast.plan.closed_on, cast.plan.closed_by_id = date(2026, 2, 20), cast.director.id
        db.session.commit()
        visitor = visit(cast.director)
        page = visitor.get("/actions")
        assert page.h1 == "Handlingsplan"
        assert "Antagen av" not in page.text
        assert "Nästa plan: Ett utkast" in page.text
        assert cast.plan.title in page.text  # to be chosen
        page = visitor.get(f"/actions?plan={cast.plan.id}")
        assert page.h1 == cast.plan.title
        assert "§ 12, KS 2026/17. Planen är avslutad." in page.text

    def test_who_sees_a_part_is_told_so(self, cast, visit):
        part = "Räknat på de åtgärder som du får se."
        said = "1 av 3 åtgärder är genomförd. 1 är försenad."
        assert f"{said} {part}" in visit(cast.member).get("/actions").text
        assert part not in visit(cast.director).get("/actions").text


class TestEmpty:
    @pytest.mark.parametrize(
        ("who", "sentence", "way"),
        [
            ("unit_director", "Planen har inga åtgärder än", "/points"),
            ("colleague", "Du har inga åtgärder", None),
            ("member", "Det finns inga åtgärder att visa", None),
        ],
    )
    def test_it_says_what_to_do_next(self, cast, visit, who, sentence, way):
        empty(cast)
        page = visit(getattr(cast, who)).get("/actions")
        assert sentence in page.text
        assert page.links.get("Till förbättringspunkterna") == way
        assert choosing(page) is None
        assert not page.all("form", class_="filters")

    def test_a_filter_that_fits_nothing_leads_back(self, cast, visit):
        page = visit(cast.director).get("/actions?status=paused")
        assert "Inga åtgärder stämmer med filtret" in page.text
        assert page.links["Rensa filtret"] == "/actions"
        assert choosing(page) is None

    def test_a_draft_without_actions_can_still_be_found(self, cast, visit):
        cast.plan.state = PlanState.DRAFT
        for decision in list(cast.plan.decisions):
            db.session.delete(decision)
        empty(cast)
        page = visit(cast.unit_director).get("/actions")
        assert page.links["Alla planer"] == "/plans"


def test_an_unknown_id_in_the_address_is_told_and_asks_for_nothing(cast, visit):
    visitor = visit(cast.director)
    for name in ("unit", "committee", "owner", "area", "plan", "point"):
        page = visitor.get(f"/actions?{name}=9999")
        assert "gick inte att förstå och används inte" in page.text, name
        assert not page.all("ul", class_="chosen-filters"), name
    page = visitor.get(f"/actions?owner={cast.admin.id}")
    assert "gick inte att förstå" not in page.text
    assert "en person utan åtgärder här" in page.text
