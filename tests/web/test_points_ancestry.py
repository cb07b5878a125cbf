"""The pages about where points come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from tests.helpers.ancestry import ancestry_counts
from tests.helpers.cast import NOW, Cast
from tests.helpers.pages import Form, Page
from tests.helpers.versions import as_kept, changed
from tests.helpers.visitor import Visits
from tests.services.points.test_ancestry import (
    AGAIN,
    NEWS,
    head,
    points_of,
    second,
    take_in,
)
from tracker.domain.ancestry import Ancestry
from tracker.extensions import db
from tracker.importers.draft import PointDraft
from tracker.models import Answer, Evaluation, ImprovementPoint
from tracker.services.points.answers import answer_points
from tracker.services.points.settling import OriginWord, settle

NEW, REPEATED, CHANGED = Ancestry.NEW, Ancestry.REPEATED, Ancestry.CHANGED
NOW_PAGE, THEN_PAGE = "/points/ancestry", "/points/ancestry/before"
__all__ = ["second"]  # the fixture


def posting(page: Page, action: str = "") -> Form:
    """The page's own form, with a button pressed."""
    [found] = [form for form in page.forms if form.method == "post" and "undo" not in form.action]
    if action:
        found.fields["action"] = action
    return found


def kinds(evaluation: Evaluation) -> list[Ancestry | None]:
    return [point.ancestry for point in points_of(evaluation)]


def test_the_page_answers_first(cast: Cast, second: Evaluation, visit: Visits) -> None:
    page = visit(cast.director).get(NOW_PAGE)
    assert "1 av 4 punkter är ny, 3 upprepas, 0 är ändrade." in page.text
    assert "4 av förslagen väntar på ditt ja." in page.text
    assert "Föreslås: upprepad samma delområde och flera av orden" in page.text
    assert cast.points[1].text in page.text, "the old words stand beside the new"
    shared = {"".join(mark.itertext()) for mark in page.all("mark")}
    assert {"Dialogen", "dialogen", "Samla", "medborgarna"} & shared
    assert "Då: 1 åtgärd, 1 pågår." in page.text, "what was done last time"
    form = posting(page)
    news = points_of(second)[2].id
    assert (form.fields[f"kind-{news}"], form.fields[f"old-{news}"]) == ("new", "")
    other = visit(cast.director).get(THEN_PAGE)
    assert "1 av 4 punkter är löst, 3 kvarstår." in other.text
    assert "Ingen punkt nu tar upp den." in other.text


def test_all_proposals_in_one(cast: Cast, second: Evaluation, visit: Visits) -> None:
    visitor = visit(cast.director)
    form = posting(visitor.get(f"{NOW_PAGE}?evaluation={second.id}"), "all")
    first = points_of(second)[0].id
    page = visitor.submit(form, **{f"kind-{first}": "changed"})
    assert "4 punkter är sparade." in page.html
    assert kinds(second) == [CHANGED, REPEATED, NEW, REPEATED]
    assert "Allt är bekräftat." in page.text
    assert "Godkänn alla förslag" not in page.text
    undo = next(form for form in page.forms if "undo" in form.action)
    page = visitor.submit(undo)
    assert "Ångrat. 4 punkter står som förut." in page.html
    assert kinds(second) == [None] * 4
    page = visitor.submit(undo)
    assert "ändrats sedan dess" in page.html
    page = visitor.post("/points/ancestry/undo", {"first": "9" * 30, "last": "x"})
    assert page.status == 200


def test_one_and_what_was_changed(cast: Cast, second: Evaluation, visit: Visits) -> None:
    """Saving leaves alone what nobody touched; approving one also saves what was typed."""
    visitor = visit(cast.director)
    first, again, news, _general = (point.id for point in points_of(second))
    visitor.submit(posting(visitor.get(NOW_PAGE), "save"), follow=False)
    assert kinds(second) == [None] * 4
    form = posting(visitor.get(NOW_PAGE), f"one:{first}")
    old = str(cast.points[1].id)
    visitor.submit(form, **{f"kind-{news}": "changed", f"old-{news}": old}, follow=False)
    assert kinds(second) == [REPEATED, None, CHANGED, None]
    assert points_of(second)[2].repeats_id == cast.points[1].id
    form = posting(visitor.get(NOW_PAGE), "save")
    visitor.submit(form, **{f"kind-{again}": "repeated", f"old_number-{again}": "3"}, follow=False)
    assert points_of(second)[1].repeats_id == cast.points[2].id
    page = visitor.get(NOW_PAGE)
    assert "2 Samhällsutveckling" in page.text, "an older point of another area is told so"


def test_nothing_typed_is_lost(cast: Cast, second: Evaluation, visit: Visits) -> None:
    visitor = visit(cast.director)
    first, again, news, general = (point.id for point in points_of(second))
    form = posting(visitor.get(NOW_PAGE), "save")
    page = visitor.submit(
        form,
        422,
        **{
            f"kind-{first}": "new",
            f"kind-{again}": "changed",
            f"old_number-{again}": "nittio",
            f"kind-{news}": "repeated",
            f"kind-{general}": "changed",
            f"old_number-{general}": "77",
        },
    )
    assert "1 punkt är sparad. 3 behöver rättas." in page.text
    assert "Välj vilken av de förra punkterna" in page.text
    assert "Det finns ingen punkt 77 i den förra utvärderingen." in page.text
    assert page.title.startswith("Fel:")
    fields = posting(page).fields
    assert fields[f"old_number-{again}"] == "nittio"
    assert fields[f"old_number-{general}"] == "77"
    assert (fields[f"kind-{news}"], fields[f"kind-{again}"]) == ("repeated", "changed")
    assert kinds(second) == [NEW, None, None, None]
    page = visitor.submit(
        posting(page),
        **{f"old_number-{again}": "", f"kind-{news}": "new", f"old_number-{general}": ""},
    )
    assert kinds(second) == [NEW, CHANGED, None, CHANGED]


HOSTILE = [
    "x" * 10_000,
    "\0",
    "\u202egnirts",
    "=1+1",
    "'; DROP TABLE point; --",
    "-1",
    "9" * 40,
    "😀",
]


def test_hostile_fields(
    cast: Cast, second: Evaluation, visit: Visits, subtests: pytest.Subtests
) -> None:
    visitor, old = visit(cast.director), cast.points[0].id
    first, again, *_rest = (point.id for point in points_of(second))
    form, older = (posting(visitor.get(path), "x") for path in (NOW_PAGE, THEN_PAGE))
    for text in HOSTILE:
        wild = {
            f"kind-{first}": text,
            f"old-{first}": text,
            f"was-{first}": text,
            f"kind-{again}": "repeated",
            f"old_number-{again}": text,
        }
        with subtests.test(text=text):
            visitor.submit(form, 422, **wild, action=text)
            assert kinds(second) == [None] * 4
            data = {"point": text, "action": text}
            visitor.post(f"{NOW_PAGE}?evaluation={second.id}", data, follow=False)
            fate = {f"fate-{old}": text, f"was-{old}": text, "action": text}
            visitor.submit(older, **fate, follow=False)
            db.session.expire_all()
            assert cast.points[0].resolved is None


def test_points_that_are_gone_since(cast: Cast, second: Evaluation, visit: Visits) -> None:
    visitor = visit(cast.director)
    path = f"{NOW_PAGE}?evaluation={second.id}"
    data = {"point": ["999999", "888888"], "kind-999999": "new", "kind-888888": "new"}
    page = visitor.post(path, data, 422)
    assert "2 punkter finns inte längre" in page.text
    page = visitor.post(
        f"{THEN_PAGE}?evaluation={second.id}", {"point": "999999", "fate-999999": "1"}, 422
    )
    assert "1 punkt finns inte längre" in page.text


def test_two_people_at_once(cast: Cast, second: Evaluation, visit: Visits) -> None:
    first = points_of(second)[0].id
    mine, theirs = visit(cast.director), visit(cast.unit_director)
    old_page = posting(mine.get(NOW_PAGE), "save")
    theirs.submit(posting(theirs.get(NOW_PAGE), "save"), **{f"kind-{first}": "new"}, follow=False)
    page = mine.submit(old_page, 422, **{f"kind-{first}": "changed"})
    assert "Frida Chef har sagt något annat om punkt 1" in page.text
    form = posting(page, "save")
    assert form.fields[f"kind-{first}"] == "changed", "what was chosen is still there"
    assert form.fields[f"was-{first}"] == "new::1"
    mine.submit(form, follow=False)
    assert kinds(second)[0] is CHANGED
    # And of an older point.
    old = cast.points[2].id
    old_page = posting(mine.get(THEN_PAGE), f"one:{old}")
    theirs.submit(posting(theirs.get(THEN_PAGE), "save"), **{f"fate-{old}": "0"}, follow=False)
    page = mine.submit(old_page, 422)
    assert "Frida Chef har sagt något annat om punkt 3" in page.text
    mine.submit(posting(page, "save"), follow=False)
    db.session.expire_all()
    assert cast.points[2].resolved is True


def test_what_became_of_the_older_points(cast: Cast, second: Evaluation, visit: Visits) -> None:
    visitor = visit(cast.director)
    form = posting(visitor.get(THEN_PAGE), "all")
    page = visitor.submit(form, **{f"fate-{cast.points[0].id}": "1"})
    assert "2 av 4 punkter är lösta, 2 kvarstår. Allt är bekräftat." in page.text
    page = visitor.submit(next(form for form in page.forms if "undo" in form.action))
    assert "4 av förslagen väntar på ditt ja." in page.text
    page = visitor.get(f"{THEN_PAGE}?show=waiting")
    assert "Visa alla punkter" in page.text


def test_what_follows_is_told_and_waits_for_nothing(
    cast: Cast, second: Evaluation, visit: Visits
) -> None:
    visitor = visit(cast.director)
    visitor.submit(posting(visitor.get(NOW_PAGE), "all"), follow=False)
    page = visitor.get(THEN_PAGE)
    assert "1 av förslagen väntar på ditt ja." in page.text
    assert page.text.count("Följer av att punkten nu är bekräftad.") == 3
    fields = posting(page).fields
    assert [key for key in fields if key.startswith("fate-")] == [f"fate-{cast.points[2].id}"]


def test_resolved_and_repeated_at_once_is_refused(
    cast: Cast, second: Evaluation, visit: Visits
) -> None:
    visitor, old = visit(cast.director), cast.points[0].id
    stale = posting(visitor.get(THEN_PAGE), "save")
    visitor.submit(posting(visitor.get(THEN_PAGE), "save"), **{f"fate-{old}": "1"}, follow=False)
    page = visitor.submit(posting(visitor.get(NOW_PAGE), "all"), 422)
    assert "3 punkter är sparade. 1 behöver rättas." in page.text
    assert "Punkt 1 förra gången är satt som löst. Välj Ny här" in page.text
    visitor.submit(posting(visitor.get(THEN_PAGE), "save"), **{f"fate-{old}": "0"}, follow=False)
    again = cast.points[1].id
    page = visitor.submit(stale, 422, **{f"fate-{again}": "1"})
    assert "Punkt 2 kan inte vara löst: punkt 2 nu är bekräftad" in page.text


@pytest.mark.parametrize(
    ("query", "rows"), [("", (1, 1)), ("&show=waiting", (1, 2)), ("&show=waiting", (3, 2))]
)
def test_one_yes_comes_back_to_its_row(
    cast: Cast, second: Evaluation, visit: Visits, query: str, rows: tuple[int, int]
) -> None:
    """`rows` are the one that is approved, and the one that the page comes to."""
    approved, comes_to = rows
    visitor, ids = visit(cast.director), [point.id for point in points_of(second)]
    page = visitor.get(f"{NOW_PAGE}?evaluation={second.id}{query}")
    answer = visitor.submit(posting(page, f"one:{ids[approved]}"), follow=False)
    assert answer.response.location.endswith(f"#point-{ids[comes_to]}")


def test_one_yes_to_an_older_point_comes_back_to_it(
    cast: Cast, second: Evaluation, visit: Visits
) -> None:
    """All at once come back to the top."""
    visitor = visit(cast.director)
    old = cast.points[2].id
    form = posting(visitor.get(THEN_PAGE), f"one:{old}")
    assert visitor.submit(form, follow=False).response.location.endswith(f"#point-{old}")
    form = posting(visitor.get(NOW_PAGE), "all")
    assert "#" not in visitor.submit(form, follow=False).response.location


def test_only_what_waits(cast: Cast, second: Evaluation, visit: Visits) -> None:
    visitor = visit(cast.director)
    form = posting(visitor.get(f"{NOW_PAGE}?evaluation={second.id}&show=waiting"), "all")
    page = visitor.submit(form)
    assert "Inget väntar" in page.text
    assert "show=waiting" in page.path


@pytest.mark.parametrize("role", ["owner", "stranger"])
def test_who_only_looks(cast: Cast, second: Evaluation, visit: Visits, role: str) -> None:
    visitor = visit(getattr(cast, role))
    page = visitor.get(NOW_PAGE)
    assert "4 är förslag." in page.text
    assert not [form for form in page.forms if form.method == "post"]
    assert not [form for form in visitor.get(THEN_PAGE).forms if form.method == "post"]
    visitor.post(f"{NOW_PAGE}?evaluation={second.id}", {}, 403)


@pytest.mark.parametrize("role", ["admin", "member"])
def test_who_may_not(cast: Cast, second: Evaluation, visit: Visits, role: str) -> None:
    visitor = visit(getattr(cast, role))
    visitor.get(NOW_PAGE, 403)
    visitor.get(THEN_PAGE, 403)
    visitor.post(THEN_PAGE, {}, 403)


@pytest.mark.parametrize("path", [NOW_PAGE, THEN_PAGE])
def test_addresses_that_lead_nowhere(cast: Cast, visit: Visits, path: str) -> None:
    visitor = visit(cast.director)
    for number in ("0", "-1", "999999", str(2**40)):
        visitor.get(f"{path}?evaluation={number}", 404)
        visitor.post(f"{path}?evaluation={number}", {}, 404)
    assert "Det finns ingen tidigare utvärdering" in visitor.get(f"{path}?evaluation=x&page=z").text
    page = visitor.post(path, {"action": "all"})
    assert "Det finns ingen tidigare utvärdering" in page.text


@pytest.mark.parametrize("path", [NOW_PAGE, THEN_PAGE])
def test_nothing_to_hold_against(cast: Cast, visit: Visits, path: str) -> None:
    theirs = take_in(as_kept(cast.evaluation.id), head(of="Sjövik"))
    assert (
        "En annan kommuns punkter" in visit(cast.owner).get(f"{path}?evaluation={theirs.id}").text
    )
    assert "När nästa utvärdering har lästs in" in visit(cast.owner).get(path).text


def test_before_there_is_any(app: Flask, visit: Visits, cast: Cast) -> None:
    db.session.query(ImprovementPoint).update({"evaluation_id": cast.evaluation.id})
    cast.municipality.is_own = False
    db.session.commit()
    assert "Det finns inga förbättringspunkter än." in visit(cast.director).get(NOW_PAGE).text


class TestOtherPages:
    def test_the_list_and_the_point_say_what_is_only_proposed(
        self, cast: Cast, second: Evaluation, visit: Visits
    ) -> None:
        visitor, again = visit(cast.director), points_of(second)[1]
        answer_points([cast.points[1].id], Answer.ACT, by=cast.director, now=NOW)
        page = visitor.get("/points?repeated=y")
        assert AGAIN in page.text
        assert NEWS not in page.text
        assert (
            "Föreslås: upprepad Verkar ha stått också i utvärderingen november 2025." in page.text
        )
        assert "Då: skulle åtgärdas, men ingen åtgärd kom till." in page.text
        shown = visitor.get(f"/points/{again.id}")
        assert "Föreslås: upprepad Se förslaget" in shown.text
        assert "Då: skulle åtgärdas" in shown.text
        words = [OriginWord(again.id, CHANGED, cast.points[1].id)]
        settle(second.id, words, by=cast.director, now=NOW)
        shown = visitor.get(f"/points/{again.id}")
        assert "Ändrad" in shown.text
        assert "Se förslaget" not in shown.text
        assert "Stod i andra ord i utvärderingen november 2025." in shown.text

    def test_its_history(self, cast: Cast, second: Evaluation, visit: Visits) -> None:
        visitor, again = visit(cast.director), points_of(second)[1]
        visitor.submit(posting(visitor.get(NOW_PAGE), "all"), follow=False)
        visitor.submit(posting(visitor.get(THEN_PAGE), "all"), follow=False)
        shown = visitor.get(f"/points/{again.id}")
        assert "Ursprunget bekräftades" in shown.text
        assert "Upprepad, från punkt 2" in shown.text
        old = visitor.get(f"/points/{cast.points[2].id}")
        assert "Utfallet bekräftades" in old.text

    def test_the_ways_there(self, cast: Cast, second: Evaluation, visit: Visits) -> None:
        links = visit(cast.owner).get("/points").links
        assert links["Punkternas historia: nya, upprepade och ändrade"].startswith(NOW_PAGE)
        assert visit(cast.owner).get(links["Punkternas historia: nya, upprepade och ändrade"])


def many(cast: Cast, number: int) -> Evaluation:
    told = tuple(PointDraft(f"Sak {n} om båtar och bryggor.", 1, None, True) for n in range(number))
    report = changed(as_kept(cast.evaluation.id), 1, improvements=told)
    take_in(report, head("2026-01"))
    return take_in(replace(report), head("2026-02"))


def test_many_come_in_pages(cast: Cast, visit: Visits) -> None:
    evaluation = many(cast, 149)
    visitor = visit(cast.director)
    page = visitor.get(f"{NOW_PAGE}?evaluation={evaluation.id}&page=2")
    assert "Sida 2 av 2" in page.text
    assert len(page.all("li", class_="origin")) == 51
    assert len(page.html) < 2_000_000
    page = visitor.submit(posting(page, "all"))
    assert "151 punkter är sparade." in page.html
    assert "page=2" in page.path
    assert ancestry_counts(evaluation.id).unsettled == 0
    assert "Sida 1 av 2" in visitor.get(f"{THEN_PAGE}?evaluation={evaluation.id}").text


def test_the_pages_cost_the_same_for_many(
    cast: Cast, visit: Visits, count_queries: Callable[[], Any]
) -> None:
    few = take_in(as_kept(cast.evaluation.id), head("2025-12")).id
    visitor, lots = visit(cast.director), many(cast, 20).id
    for path in (NOW_PAGE, THEN_PAGE):
        numbers = []
        for evaluation_id in (few, lots):
            visitor.get(path)
            with count_queries() as counted:
                visitor.get(f"{path}?evaluation={evaluation_id}")
            numbers.append(counted.number)
        assert numbers[0] == numbers[1], path
