"""The pages where people say which sub-areas belong together."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.helpers import between as pieces
from tests.helpers.cast import Cast, make_user
from tests.helpers.pages import Page
from tests.helpers.second import add_evaluation
from tests.helpers.visitor import Visits
from tracker.domain.crosswalk import Match
from tracker.domain.permissions import Role
from tracker.extensions import db
from tracker.models import Evaluation, Municipality, RoleAssignment, SubArea
from tracker.services.crosswalks.predecessors import predecessors_of
from tracker.services.crosswalks.reading import corrected

NEW = "kommunkompassen-2020"
HOSTILE = [
    "😀" * 50,
    "=1+1",
    "\u202e1.1",
    "<b>1.1</b>",
    "1.9\x009.9",
    str(2**40),
    "', --",
    "ö" * 10_000,
]


@pytest.fixture
def before(cast: Cast) -> Evaluation:
    return pieces.earlier(cast)


@pytest.fixture
def path(cast: Cast, before: Evaluation) -> str:
    return f"/crosswalks/{before.id}/{cast.evaluation.id}"


def links(cast: Cast, before: Evaluation) -> list[tuple[str | None, str | None, str]]:
    found = corrected(before.id, NEW, cast.evaluation.id, NEW)
    return [(x.before_code, x.after_code, x.match.value) for x in found]


def form_of(page: Page) -> Any:
    return next(form for form in page.forms if "seen" in form.fields)


def filled(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields whose names are no Python names."""
    return fields


class TestIndex:
    def test_says_what_to_look_at(self, cast: Cast, before: Evaluation, visit: Visits) -> None:
        before.score_sets[0].areas[0].subareas[0].name = "Något helt annat"
        db.session.commit()
        page = visit(cast.admin).get("/crosswalks")
        assert "1 delområde bör någon titta på" in page.text
        row = page.rows[1]
        assert row[0] == "Testköping, januari 2023 och Testköping, november 2025"
        assert row[2:] == ["3 samma, 1 reviderat", "1 osäkert", "nej, förslaget gäller"]

    def test_empty_teaches_the_next_step(self, cast: Cast, visit: Visits) -> None:
        page = visit(cast.director).get("/crosswalks")
        assert "Det finns inte två utvärderingar än" in page.text
        assert "Läs in en utvärdering" in page.links
        assert "Läs in en utvärdering" not in visit(cast.admin).get("/crosswalks").links

    def test_any_two_can_be_chosen(self, cast: Cast, path: str, visit: Visits) -> None:
        other = add_evaluation(Municipality(name="Grannköping"), date(2024, 1, 1), {1: (5, 6)})
        visitor = visit(cast.director)
        address = f"/crosswalks?before={other.id}&after={cast.evaluation.id}"
        assert "Grannköping" in visitor.get(address, follow=True).text
        for query in ("before=1&after=1", "before=&after=", "before=x&after=2"):
            page = visitor.get(f"/crosswalks?{query}", status=422)
            assert "Välj två olika utvärderingar." in page.text

    def test_the_links_are_for_who_may(self, cast: Cast, before: Evaluation, visit: Visits) -> None:
        label, path = "Rätta vilka delområden som hör ihop", "/comparison/method"
        assert label in visit(cast.director).get(path).links
        assert label not in visit(cast.member).get(path).links


class TestEditing:
    def test_a_split_is_said_and_undone(
        self, cast: Cast, before: Evaluation, path: str, visit: Visits
    ) -> None:
        visitor = visit(cast.director)
        form = form_of(visitor.get(path))
        changes = {"rows-0-also": "1.2", "rows-0-match": "split"}
        page = visitor.submit(
            form, **filled(changes), **filled({"rows-1-to": "", "rows-1-match": "dropped"})
        )
        assert "Sparat. Jämförelsen räknar nu så här." in page.text
        assert "1 utgått" in page.text
        assert "1.1: 1.1 – Samma → 1.1, 1.2 – Delat" in page.text
        assert links(cast, before)[:3] == [
            ("1.1", "1.1", "split"),
            ("1.1", "1.2", "split"),
            ("1.2", None, "dropped"),
        ]
        shown = form_of(page).fields
        assert (shown["rows-0-to"], shown["rows-0-also"]) == ("1.1", "1.2")
        undo = next(form for form in page.forms if "/undo" in form.action)
        page = visitor.submit(undo)
        assert "Ändringen är ångrad." in page.text
        assert links(cast, before) == []

    def test_one_change_approves_no_other(
        self, cast: Cast, before: Evaluation, path: str, visit: Visits
    ) -> None:
        for sub in before.score_sets[0].areas[1].subareas:
            sub.name = f"Något helt annat {sub.code}"
        db.session.commit()
        visitor = visit(cast.director)
        page = visitor.get(path)
        assert "1 delområde är detsamma" not in page.text
        assert "2 delområden är desamma : 1.1, 1.2" in page.text.replace("desamma:", "desamma :")
        page = visitor.submit(form_of(page), **filled({"rows-0-match": "revised"}))
        assert links(cast, before) == [("1.1", "1.1", "revised")]
        assert "2 är osäkra och bör ses över." in page.text
        assert "Påbörjat av Dag Direktör" in page.text
        assert "delvis, av Dag Direktör" in visitor.get("/crosswalks").text
        page = visitor.submit(form_of(page), right="2.1")
        assert "1 är osäkert" in page.text
        assert "Stämmer som föreslaget: 2.1." in page.text
        page = visitor.submit(form_of(page))
        assert "Inget är ändrat eller ikryssat." in page.text
        page = visitor.submit(form_of(page), action="all")
        assert "Genomgånget av Dag Direktör" in page.text
        assert len(links(cast, before)) == 3

    def test_a_hint_is_taken_in_one(
        self, cast: Cast, before: Evaluation, path: str, visit: Visits
    ) -> None:
        area = cast.evaluation.score_sets[0].areas[0]
        whole = before.score_sets[0].areas[0].subareas[0]
        whole.name, whole.max = "Öppenhet och insyn", 60
        area.subareas[0].name = "Öppenhet"
        area.subareas.append(SubArea(code="1.6", name="Insyn i nämnder", score=9, max=30))
        db.session.commit()
        visitor = visit(cast.director)
        page = visitor.get(path)
        assert "1.1 kan ha delats på 1.1 och 1.6" in page.text
        form = form_of(page)
        page = visitor.submit(form, **filled({"use": ["split|1.1|1.1|1.6", "x|y"]}))
        assert links(cast, before) == [("1.1", "1.1", "split"), ("1.1", "1.6", "split")]
        assert "Använd förslaget" not in page.text

    def test_a_row_with_something_typed_in_it_is_not_folded_away(
        self, cast: Cast, path: str, visit: Visits
    ) -> None:
        visitor = visit(cast.director)
        form = form_of(visitor.get(path))
        page = visitor.submit(form, status=422, **filled({"rows-0-also": "9.9"}))
        (folded, *_others) = page.all("details", **{"class": "crossing__same"})
        assert "1.1" not in "".join(folded.itertext()).split(":")[1].split("1.2")[0]

    def test_what_was_said_in_between_is_the_suggestion(
        self, cast: Cast, before: Evaluation, path: str, visit: Visits
    ) -> None:
        first = add_evaluation(cast.municipality, date(2019, 1, 1), {1: (5, 6), 2: (7, 8)})
        visitor = visit(cast.director)
        long = f"/crosswalks/{first.id}/{cast.evaluation.id}"
        assert "utvärderingarna däremellan" not in visitor.get(long).text
        visitor.submit(
            form_of(visitor.get(path)), **filled({"rows-0-match": "revised"}), follow=False
        )
        text = visitor.get(long).text
        assert "Förslaget här följer de rättningarna." in text
        assert "Förslag: 1.1 – Reviderat (så är det rättat i utvärderingarna däremellan" in text

    def test_each_row_says_what_is_wrong_and_nothing_is_lost(
        self, cast: Cast, path: str, visit: Visits
    ) -> None:
        visitor = visit(cast.director)
        form = form_of(visitor.get(path))
        page = visitor.submit(
            form, status=422, **filled({"rows-0-also": "9.9 8.8", "rows-0-match": "split"})
        )
        assert "Det finns inget delområde 9.9" in page.text
        assert form_of(page).fields["rows-0-also"] == "9.9 8.8"
        assert page.text.count("Det finns inget delområde 9.9") == 2, "in the summary, at the row"

    def test_hostile(
        self,
        cast: Cast,
        before: Evaluation,
        path: str,
        visit: Visits,
        subtests: pytest.Subtests,
    ) -> None:
        visitor = visit(cast.director)
        form = form_of(visitor.get(path))
        for field in ("also", "to", "match", "code"):
            for typed in HOSTILE:
                with subtests.test(typed=typed, field=field):
                    visitor.submit(form, status=422, **filled({f"rows-0-{field}": typed}))
                    assert links(cast, before) == []

    def test_what_was_not_seen(
        self, cast: Cast, path: str, visit: Visits, subtests: pytest.Subtests
    ) -> None:
        visitor = visit(cast.director)
        form = form_of(visitor.get(path))
        for seen in ("", "x", "9-9-9", "0-1-1-1", "😀"):
            with subtests.test(seen=seen):
                page = visitor.submit(form, status=409, seen=seen)
                assert "Inget av ditt är borta" in page.text

    def test_two_at_once(self, cast: Cast, before: Evaluation, path: str, visit: Visits) -> None:
        mine, theirs = visit(cast.director), visit(cast.admin)
        form = form_of(mine.get(path))
        theirs.submit(
            form_of(theirs.get(path)), **filled({"rows-0-match": "revised"}), follow=False
        )
        page = mine.submit(form, status=409, **filled({"rows-1-match": "revised"}))
        assert "medan du skrev" in page.text
        assert form_of(page).fields["rows-1-match"] == "revised"
        mine.submit(form_of(page), follow=False)
        assert links(cast, before)[:2] == [("1.1", "1.1", "same"), ("1.2", "1.2", "revised")]

    def test_a_report_read_again_in_between(
        self, cast: Cast, before: Evaluation, path: str, visit: Visits
    ) -> None:
        visitor = visit(cast.director)
        form = form_of(visitor.get(path))
        before.score_sets[0].areas[0].subareas[0].code = "1.7"
        before.version += 1
        db.session.commit()
        page = visitor.submit(form, status=409)
        codes = [v for k, v in form_of(page).fields.items() if k.endswith("-code")]
        assert codes == ["1.7", "1.2", "2.1", "2.2"]
        assert "1.1 Skiljer sig Ditt 1.1 – Samma" in page.text

    def test_links_of_what_is_gone_are_told(
        self, cast: Cast, before: Evaluation, path: str, visit: Visits
    ) -> None:
        visitor = visit(cast.director)
        visitor.submit(form_of(visitor.get(path)), right="1.1", follow=False)
        db.session.query(SubArea).filter_by(code="1.1").update({"code": "1.7"})
        db.session.commit()
        page = visitor.get(path)
        assert "gäller därför inte längre" in page.text
        assert "1.1 → 1.1" in page.text
        visitor.submit(form_of(page), follow=False)
        assert ("1.1", "1.1", "same") not in links(cast, before)

    def test_backwards_missing_and_the_same(
        self, cast: Cast, before: Evaluation, path: str, visit: Visits
    ) -> None:
        visitor = visit(cast.director)
        turned = f"/crosswalks/{cast.evaluation.id}/{before.id}"
        assert visitor.get(turned, follow=True).path == path
        visitor.get(f"/crosswalks/{before.id}/4711", status=404)
        assert "två olika" in visitor.get(f"/crosswalks/{before.id}/{before.id}", status=400).text

    def test_reset_after_a_yes(
        self, cast: Cast, before: Evaluation, path: str, visit: Visits
    ) -> None:
        visitor = visit(cast.director)
        assert "Återgå till förslaget" not in visitor.get(path).links
        page = visitor.submit(form_of(visitor.get(path)), **filled({"rows-0-match": "revised"}))
        page = visitor.get(page.links["Återgå till förslaget"])
        assert "1 delområde ändras." in page.text
        assert "1.1: 1.1 – Reviderat → 1.1 – Samma" in page.text
        stale = {**form_of(page).fields, "seen": "x"}
        assert "Någon annan har sparat" in visitor.post(f"{path}/reset", stale, status=409).text
        visitor.submit(form_of(page), follow=False)
        assert links(cast, before) == []

    def test_two_editions_and_max(self, cast: Cast, visit: Visits) -> None:
        old = add_evaluation(
            cast.municipality, date(2014, 1, 1), {1: (5, 6)}, "kommunkompassen-2010"
        )
        old.score_sets[0].areas[0].subareas[0].max = 40
        db.session.commit()
        visitor = visit(cast.director)
        page = visitor.get(f"/crosswalks/{old.id}/{cast.evaluation.id}")
        assert "poäng jämförs inte mellan versioner" in page.text
        assert "max 40 mot 30" in page.text
        page = visitor.submit(form_of(page), **filled({"rows-0-match": Match.SAME.value}))
        assert "Max är inte lika." in page.text

    def test_the_number_of_queries_does_not_grow(
        self, cast: Cast, visit: Visits, count_queries: Any
    ) -> None:
        numbers = []
        visitor = visit(cast.director)
        for year, size in ((2001, 1), (2002, 30)):
            old = add_evaluation(cast.municipality, date(year, 1, 1), {1: (5,) * size})
            address = f"/crosswalks/{old.id}/{cast.evaluation.id}"
            visitor.get(address)
            with count_queries() as counted:
                visitor.get(address)
            numbers.append(counted.number)
        assert numbers[0] == numbers[1]


class TestPredecessors:
    def test_add_remove_and_undo(self, cast: Cast, visit: Visits) -> None:
        other = Municipality(name="Norrby")
        db.session.add(other)
        db.session.commit()
        visitor, ours = visit(cast.admin), cast.municipality.id
        form = visitor.get("/crosswalks").forms[-1]
        page = visitor.submit(form, municipality=str(ours), predecessor=str(other.id))
        assert "Testköping bildades av Norrby: det räknas nu." in page.text
        assert predecessors_of(ours) == {other.id}
        remove = next(form for form in page.forms if form.action.endswith("/remove"))
        page = visitor.submit(remove)
        assert predecessors_of(ours) == frozenset()
        visitor.submit(
            next(form for form in page.forms if form.action.endswith("/restore")), follow=False
        )
        assert predecessors_of(ours) == {other.id}

    def test_what_cannot_be_is_said_at_the_field(self, cast: Cast, visit: Visits) -> None:
        pieces.predecessor(cast)
        visitor = visit(cast.admin)
        form = visitor.get("/crosswalks").forms[-1]
        ours = str(cast.municipality.id)
        page = visitor.submit(form, status=422, municipality=ours, predecessor=ours)
        assert "sig själv" in page.text
        for typed in ("", "x", "4711", str(2**40)):
            page = visitor.submit(form, status=422, municipality=ours, predecessor=typed)
            assert "Välj en kommun i listan." in page.text


class TestThreshold:
    def test_preview_then_save(self, cast: Cast, before: Evaluation, visit: Visits) -> None:
        visitor = visit(cast.director)
        form = visitor.get("/crosswalks/threshold").form
        assert form.fields["threshold"] == "5"
        page = visitor.submit(form, status=200, threshold="20", deed="preview")
        assert "Med 20 i stället för 5 skulle 2 delområden byta utfall, av 4" in page.text
        assert "del 1 (+20): räknas inte längre som förbättrat" in page.text
        page = visitor.submit(form, threshold=" 7,5 ", deed="save")
        assert "mer än 7,5 procentenheter" in page.text
        assert page.form.fields["threshold"] == "7,5"
        page = visitor.submit(form, status=409, threshold="9", deed="save")
        assert "ändrat gränsen till 7,5" in page.text
        page = visitor.submit(page.form, deed="save")
        assert "mer än 9 procentenheter" in page.text
        assert "mer än 9 procentenheter" in visitor.get("/comparison").text

    def test_what_is_no_threshold(
        self, cast: Cast, visit: Visits, subtests: pytest.Subtests
    ) -> None:
        visitor = visit(cast.director)
        form = visitor.get("/crosswalks/threshold").form
        for typed in ("", "-1", "50,1", "5,25", "fem", "1e3", "nan", *HOSTILE):
            with subtests.test(typed=typed):
                page = visitor.submit(form, status=422, threshold=typed, deed="save")
                assert "Skriv ett tal från 0 till 50" in page.text

    def test_nothing_to_try_it_on(self, cast: Cast, visit: Visits) -> None:
        visitor = visit(cast.admin)
        form = visitor.get("/crosswalks/threshold").form
        page = visitor.submit(form, status=200, threshold="20", deed="preview")
        assert "inte två utvärderingar" in page.text


def test_only_administrators_and_the_municipal_director(
    cast: Cast, path: str, visit: Visits
) -> None:
    both = make_user("Ulla Båda", RoleAssignment(role=Role.COMMITTEE, committee=cast.committee))
    db.session.add(both)
    db.session.commit()
    for who in (cast.unit_director, cast.owner, cast.member, both):
        for address in (path, "/crosswalks", "/crosswalks/threshold"):
            visit(who).get(address, status=403)
