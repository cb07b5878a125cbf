"""Reports as they are read: the list, the page, the projected page, the first screen."""

from __future__ import annotations

import re
from functools import cache

import pytest
from flask import Flask

from tests.helpers import reported, told
from tests.helpers.cast import NOW, Cast
from tests.helpers.pages import Page
from tests.helpers.queries import count_queries
from tests.helpers.visitor import Visits
from tracker.domain.frozen import sha256_of
from tracker.extensions import db
from tracker.models import Decision, DecisionKind, Report, ReportQuestion
from tracker.services.reports.snapshots import frozen, thawed
from tracker.services.reports.telling.composing import compose
from tracker.web.reports.views import APPENDICES


@cache
def whole() -> str:
    """A whole report, as it is kept."""
    return frozen(compose(told.facts(), {}, locale="sv", at=NOW))


def live(statements: list[str]) -> list[str]:
    """The statements that ask what may change after a report is published."""
    return [one for one in statements if re.search(r"\b(action|status_update)\b", one)]


@pytest.fixture
def report(cast: Cast) -> Report:
    """A published one about the whole plan."""
    return reported.published(cast, whole())


def test_the_page_tells_what_was_frozen(cast: Cast, visit: Visits, report: Report) -> None:
    """Headings with anchors and contents, tables with names for narrow screens, drawings."""
    page = visit(cast.member).get(f"/reports/{report.id}")
    assert "Publicerad" in page.text
    anchors = [a.get("href", "") for a in page.all("a") if a.get("href", "").startswith("#del-")]
    assert len(anchors) >= 8
    for anchor in anchors:
        assert page.by_id(anchor[1:]).tag == "h2"
    assert all(cell.get("data-label") for cell in page.all("td"))
    assert all(row.find("th") is not None for row in page.all("tr"))
    drawings = page.all("div", class_="told-figure__drawing")
    assert drawings
    assert all(one.get("aria-label") for one in drawings)
    for title in [row.title for row in told.facts().rows]:
        assert title in page.text
    for kind in ("pdf", "docx", "xlsx", "csv", "json"):
        assert f"/reports/{report.id}/{kind}" in page.links.values()


def test_a_published_page_asks_nothing_of_the_live_tables(
    app: Flask, cast: Cast, visit: Visits, report: Report
) -> None:
    """However much there is in the plan; and a browser that has the page gets no other."""
    visitor = visit(cast.member)
    first = visitor.get(f"/reports/{report.id}")
    with count_queries(app) as counted:
        again = visitor.get(f"/reports/{report.id}")
    assert not live(counted.statements)
    assert not [one for one in counted.statements if "report.snapshot" in one]
    assert counted.number <= 12, counted.statements
    etag = first.response.headers["ETag"]
    assert etag == again.response.headers["ETag"]
    assert first.response.headers["Cache-Control"] == "private, no-cache"
    known = visitor.client.get(f"/reports/{report.id}", headers={"If-None-Match": etag})
    assert known.status_code == 304
    other = visit(cast.director).get(f"/reports/{report.id}").response
    assert other.headers["ETag"] != etag


def test_what_happened_after_the_meeting_stands_beside(
    cast: Cast, visit: Visits, report: Report
) -> None:
    """The decision is on the page, and the browser's copy of the one before is not used."""
    visitor = visit(cast.member)
    before = visitor.get(f"/reports/{report.id}").response.headers["ETag"]
    decision = Decision(
        plan_id=cast.plan.id,
        body="Kommunstyrelsen",
        decided_on=NOW.date(),
        section=190,
        kind=DecisionKind.FOLLOWED_UP,
        report_id=report.id,
    )
    asked = ReportQuestion(
        report_id=report.id,
        text="Hur når ni de unga?",
        action_id=cast.action.id,
        asked_at=NOW,
        asked_by_id=cast.director.id,
    )
    db.session.add_all([decision, asked])
    page = visitor.get(f"/reports/{report.id}")
    assert "190" in page.text
    assert "Hur når ni de unga?" in page.text
    assert page.response.headers["ETag"] != before


def test_a_replaced_version_leads_to_the_new_one(cast: Cast, visit: Visits, report: Report) -> None:
    """And the list and the first screen show the new one."""
    newer = reported.published(cast, whole(), replaces_id=report.id, ordinal=2)
    page = visit(cast.member).get(f"/reports/{report.id}")
    assert page.links["Läs version 2"] == f"/reports/{newer.id}"
    page = visit(cast.member).get(f"/reports/{newer.id}")
    assert "version 2" in page.text
    page = visit(cast.member).get("/reports")
    assert page.links["Läs rapporten"] == f"/reports/{newer.id}"
    assert "ersatt av en ny version" in page.text


def test_a_draft_says_what_is_missing_and_where_to_write(cast: Cast, visit: Visits) -> None:
    """Only to those who make it; nobody else sees it at all."""
    draft = reported.draft(cast)
    page = visit(cast.director).get(f"/reports/{draft.id}")
    assert "Det här saknas" in page.text
    assert "typsnitt" not in page.text
    assert f"/reports/{draft.id}/sections/economy" in page.links.values()
    assert f"/reports/{draft.id}/sections/summary" in page.links.values()
    assert "Utkast" in page.text
    assert page.response.headers["Cache-Control"] == "no-store"
    visit(cast.member).get(f"/reports/{draft.id}", 404)
    visit(cast.unit_director).get(f"/reports/{draft.id}", 404)


def test_a_report_that_was_tampered_with_is_not_shown(
    cast: Cast, visit: Visits, caplog: pytest.LogCaptureFixture
) -> None:
    """The page says so; the list and the first screen go on."""
    report = reported.reviewed(cast, whole())
    report.sha256 = sha256_of("something else")
    page = visit(cast.director).ask("GET", f"/reports/{report.id}")
    assert page.status == 503
    assert "stämmer inte" in page.text
    assert "det du skickade" not in page.text
    db.session.rollback()
    forged = whole().replace("Björkhaga", "Lövsta")
    report.snapshot, report.sha256 = forged, sha256_of(forged)  # the two agree, the journal not
    assert visit(cast.director).ask("GET", f"/reports/{report.id}").status == 503
    broken = reported.published(cast, whole().replace("Björkhaga", "Granvik"))
    broken_id = broken.id
    page = visit(cast.member).get(f"/reports/{broken_id}")  # another text with its own hash
    assert "Granvik" in page.text
    odd = reported.published(cast, "{}", as_of=told.AS_OF)
    assert visit(cast.member).ask("GET", f"/reports/{odd.id}").status == 503
    visit(cast.member).get("/")
    assert "cannot be read" in caplog.text


def test_what_nobody_should_have_written_is_still_a_page(cast: Cast, visit: Visits) -> None:
    """Foreign letters, markup, control characters, words without end."""
    snapshot = compose(told.hostile_facts(16), {}, locale="sv", at=NOW)
    report = reported.published(cast, frozen(snapshot))
    page = visit(cast.member).get(f"/reports/{report.id}")
    assert "<script>alert(1)" not in page.html
    assert "&lt;script&gt;alert(1)" in page.html
    assert page.all("span", class_="told-long")
    visit(cast.member).get("/")


def test_it_can_be_projected_screen_by_screen(cast: Cast, visit: Visits, report: Report) -> None:
    """From the title to the last section by links alone; nobody projects a signature, a table
    stands by itself, and Escape finds the way out."""
    visitor = visit(cast.member)
    path, seen = f"/reports/{report.id}?view=present", []
    while path:
        page = visitor.get(path)
        seen.append(page.title)
        assert len(page.all("table")) + len(page.all("svg", class_="effect-chart")) <= 1
        assert [a.get("href") for a in page.all("a", rel="up")] == [f"/reports/{report.id}"]
        ahead = [a.get("href", "") for a in page.all("a", rel="next")]
        path = ahead[0] if ahead else ""
    [contents] = visitor.get(f"/reports/{report.id}").all("ol", class_="told-contents")
    assert len(seen) == len(set(seen)) > len(list(contents))
    told_of = {title.split(" (")[0] for title in seen}
    assert {a.text for a in contents.iter("a")} - told_of == {"Underskrift"}
    assert page.all("a", rel="prev")
    for odd in ("-4", "999", "x", ""):
        visitor.get(f"/reports/{report.id}?view=present&at={odd}")


def numbers_of(page: Page) -> list[str]:
    """The three large numbers."""
    return ["".join(one.itertext()) for one in page.all("span", class_="told-number__figure")]


def test_the_first_screen_of_a_member_is_the_latest_report(
    app: Flask, cast: Cast, visit: Visits
) -> None:
    """Their own committee's before one of the whole plan of the same day; without a report the
    page is as it was."""
    visitor = visit(cast.member)
    assert not numbers_of(visitor.get("/"))
    reported.published(cast, whole())
    own = reported.published(cast, whole(), committee_id=cast.committee.id)
    reported.published(cast, whole(), committee_id=cast.other_committee.id)
    page = visitor.get("/")
    tally = told.facts().tally
    shown = [tally.reached, tally.ongoing, tally.planned, tally.paused]
    assert numbers_of(page) == list(map(str, shown))
    assert sum(shown) == tally.total
    late = ["".join(one.itertext()) for one in page.all("span", class_="told-number__late")]
    assert sum(int(one.split()[1]) for one in late) == tally.overdue
    assert "I dag, bland de åtgärder som Kommunstyrelsen svarar för: " in page.text
    assert page.links["Läs rapporten"] == f"/reports/{own.id}"
    assert "Sedan förra rapporten" in page.text
    assert "Avvikelser" in page.text


def test_the_list_costs_the_same_for_one_and_for_many(
    app: Flask, cast: Cast, visit: Visits
) -> None:
    """For those who read and for those who write; the rest is on the next page."""
    reported.published(cast, whole())
    reported.draft(cast)
    numbers = []
    for more in (0, 31):
        for _each in range(more):
            reported.published(cast, whole(), committee_id=cast.committee.id)
        for _each in range(more // 2):
            reported.draft(cast, unit_id=cast.unit.id)
        for user in (cast.member, cast.director):
            visit(user).get("/reports")
            with count_queries(app) as counted:
                visit(user).get("/reports")
            numbers.append(counted.number)
    assert numbers[:2] == numbers[2:]
    page = visit(cast.member).get("/reports?page=2")
    assert len(page.rows) - 1 == 1
    page = visit(cast.director).get("/reports")
    assert "16 rapporter väntar" in page.text
    assert "Att skriva klart och granska" in page.text


NARROWED = (
    ("", 3),
    ("part=whole", 1),
    ("part=committee-{committee}", 1),
    ("part=unit-{unit}", 1),
    ("plan={plan}", 3),
    ("state=reviewed", 1),
    ("state=draft", 0),
    ("plan=99&part=whole", 0),
    ("part=unit-x&plan=%00&state=odd&page=-1", 3),
    ("part=committee-99999999999999", 3),
)


def test_the_list_is_narrowed_in_the_address(
    cast: Cast, visit: Visits, subtests: pytest.Subtests
) -> None:
    """By plan, part and state; nonsense asks for nothing."""
    reported.published(cast)
    reported.published(cast, committee_id=cast.committee.id)
    reported.published(cast, unit_id=cast.unit.id)
    reported.reviewed(cast)
    keys = {"committee": cast.committee.id, "unit": cast.unit.id, "plan": cast.plan.id}
    for query, number in NARROWED:
        with subtests.test(query=query, number=number):
            page = visit(cast.director).get(f"/reports?{query.format(**keys)}")
            tables = page.all("table")
            waiting, *listed = [len(list(table.iter("tr"))) - 1 for table in tables]
            assert waiting == 1
            assert sum(listed) == number


def test_each_reader_has_a_next_step_when_there_is_nothing(cast: Cast, visit: Visits) -> None:
    """Who makes reports begins one; who reads them is told when there will be one."""
    page = visit(cast.director).get("/reports")
    assert page.links["Gör en rapport"] == "/reports/new"
    page = visit(cast.member).get("/reports")
    assert "Ingen rapport är publicerad än" in page.text
    assert "/reports/new" not in page.links.values()
    visit(cast.admin).get("/reports", 403)


def test_only_the_appendix_is_folded(cast: Cast, visit: Visits, report: Report) -> None:
    """Its headings stand outside what is folded, so that the contents lead to what is seen."""
    page = visit(cast.member).get(f"/reports/{report.id}")
    folds = page.all("details", class_="told-fold")
    appendix = [one for one in thawed(whole()).sections if one.key in APPENDICES]
    assert len(folds) == len(appendix) == len(page.all("div", class_="told-fold__rest")) > 0
    for rest in page.all("div", class_="told-fold__rest"):
        assert not [one for one in rest.iter() if (one.get("id") or "").startswith("del-")]


def test_a_report_has_one_name_everywhere(cast: Cast, visit: Visits) -> None:
    """Its plan, its part and its day, whether somebody named it or not."""
    plain = reported.draft(cast, committee_id=cast.committee.id)
    named = reported.draft(cast, title="Läget i vår")
    director = visit(cast.director)
    links = director.get("/reports").links
    name = f"{cast.plan.title}: läget den 28 februari 2026, {cast.committee.name}"
    assert links[name] == f"/reports/{plain.id}"
    assert links["Läget i vår, 28 februari 2026"] == f"/reports/{named.id}"
    assert name in director.get(f"/reports/{plain.id}").text
    assert name in director.get(f"/reports/{plain.id}/remove").all("strong")[0].text


def test_a_new_report_has_the_number_of_its_plan(cast: Cast, visit: Visits) -> None:
    """That under which it was adopted."""
    page = visit(cast.director).get(f"/reports/new?plan={cast.plan.id}")
    [adopted] = [one for one in cast.plan.decisions if one.kind is DecisionKind.ADOPTED]
    assert page.form.fields["record_number"] == adopted.record_number


def test_a_reviewed_one_says_whose_turn_it_is(cast: Cast, visit: Visits) -> None:
    """To the one who publishes, and to the one who waits."""
    report = reported.reviewed(cast, unit_id=cast.unit.id)
    page = visit(cast.director).get(f"/reports/{report.id}")
    assert "Publicera den när den ska ut." in page.text
    page = visit(cast.unit_director).get(f"/reports/{report.id}")
    assert "Den som beslutar om det kan publicera den." in page.text
