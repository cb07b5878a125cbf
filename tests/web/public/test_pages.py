"""What everybody may read: only what is open and published, and never a name."""

from __future__ import annotations

import csv
import io
import json
import re
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdfium2 import PdfDocument

from tests.helpers.cast import NOW, TODAY, Cast
from tests.helpers.opened import ALL, NOTHING, OWN, open_to_all, publish
from tests.helpers.pages import Page, check_page
from tests.helpers.published import add_report
from tests.helpers.queries import count_queries
from tests.helpers.told import facts
from tracker.domain.frozen import sha256_of
from tracker.domain.reporting import ReportFacts
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.models import ActionPlan, PlanState, Report, ReportState, User
from tracker.services.publicity.settings import Shown, close_plan
from tracker.services.reports.writing.drafting import NewReport, create_report
from tracker.services.reports.writing.publishing import publish as release
from tracker.services.reports.writing.reviewing import review

FEEDS = ("/public/reports.atom", "/public/reports.json", "/public/reports.csv")


def pdf_text(data: bytes) -> str:
    """All the words of a PDF."""
    with closing(PdfDocument(data)) as document:
        return " ".join(page.get_textpage().get_text_bounded() for page in document)


def asked(client: FlaskClient, path: str, status: int = 200, **headers: str) -> Page:
    """A public page, checked as one."""
    page = Page(client.get(path, headers=headers), path)
    assert page.status == status, path
    assert "Set-Cookie" not in page.response.headers
    assert "Cookie" not in page.response.headers.get("Vary", "")
    if page.response.mimetype == "text/html" and page.html:
        check_page(page)
    return page


def every(cast: Cast, *reports: Report) -> list[str]:
    """Every public address."""
    paths = ["/public", f"/public/plans/{cast.plan.id}", *FEEDS]
    for report in reports:
        paths += [
            f"/public/reports/{report.id}{ending}" for ending in ("", ".pdf", ".csv", ".json")
        ]
    return paths


def test_nothing_is_open_by_default(client: FlaskClient, cast: Cast) -> None:
    """A published report alone opens nothing, and closing ends it at once."""
    report = publish(cast)
    for path in every(cast, report):
        page = asked(client, path, 404)
        assert page.response.headers["Cache-Control"] == "no-store"
        assert 'href="/public/reports.atom"' not in page.html
    open_to_all(cast)
    for path in every(cast, report):
        asked(client, path)
    close_plan(cast.plan.id, by=cast.director, now=NOW)
    for path in every(cast, report):
        asked(client, path, 404)


def test_only_published_reports_of_open_plans(client: FlaskClient, cast: Cast) -> None:
    """Drafts, reviewed ones and those of other plans are as missing as what never was."""
    shut = ActionPlan(title="En annan plan", created_at=NOW, state=PlanState.ADOPTED)
    db.session.add(shut)
    db.session.commit()
    hidden = [
        add_report(cast, whole=True, state=ReportState.DRAFT),
        add_report(cast, whole=True, state=ReportState.REVIEWED),
        publish(cast, plan_id=shut.id),
    ]
    open_to_all(cast)
    for report in hidden:
        for ending in ("", ".pdf", ".csv", ".json"):
            asked(client, f"/public/reports/{report.id}{ending}", 404)
    asked(client, f"/public/plans/{shut.id}", 404)
    page = asked(client, f"/public/plans/{cast.plan.id}")
    assert "Ingen rapport om planen är publicerad än." in page.text
    for path in ("/public", *FEEDS):
        assert "En annan plan" not in asked(client, path).html


def test_a_plan_as_its_latest_report_had_it(client: FlaskClient, cast: Cast) -> None:
    """The numbers and actions are the report's, whatever has happened since."""
    told = facts()
    publish(cast, replace(told, rows=told.rows[:2]), as_of=date(2026, 1, 1))
    publish(cast, told)
    publish(cast, replace(told, rows=()), as_of=date(2026, 3, 1), committee_id=cast.committee.id)
    open_to_all(cast)
    cast.action.title, cast.action.status = "Ändrad efteråt", ActionStatus.PAUSED
    db.session.commit()
    page = asked(client, f"/public/plans/{cast.plan.id}")
    titles = [row[0] for row in page.rows[1:]]
    assert titles == [row.title for row in told.rows]
    assert page.rows[1][1:] == ["Kommunledningskontoret", "2025-06-30", "Verifierad"]
    assert f"{told.tally.reached} av {told.tally.total} åtgärder är genomförda." in page.text
    assert "Antagen" in page.text
    assert "§ 12" in page.text.replace("\u00a0", " ")
    assert "Ändrad efteråt" not in page.html


@pytest.mark.parametrize(
    ("shown", "there", "gone"),
    [
        (ALL, ["del-actions", "del-deviations", "del-effects", OWN], []),
        (NOTHING, ["del-summary"], ["del-actions", "del-deviations", "del-effects", OWN]),
        (replace(ALL, actions=False), ["del-deviations"], ["del-actions", "del-changes"]),
        (replace(ALL, deviations=False), ["del-actions"], ["del-deviations", "Försenad<"]),
        (replace(ALL, effects=False), ["del-actions"], ["del-effects"]),
        (replace(ALL, texts=False), ["del-deviations"], [OWN]),
    ],
)
def test_what_is_shown_is_chosen(
    client: FlaskClient, cast: Cast, shown: Shown, there: list[str], gone: list[str]
) -> None:
    """Each choice decides over its part, on the page of the report and of the plan."""
    report = publish(cast)
    open_to_all(cast, shown)
    page = asked(client, f"/public/reports/{report.id}")
    plan = asked(client, f"/public/plans/{cast.plan.id}")
    assert [one for one in there if one not in page.html] == []
    assert [one for one in gone if one in page.html + plan.html] == []
    assert bool(plan.rows) == shown.actions
    for ending in ("csv", "json"):
        path = f"/public/reports/{report.id}.{ending}"
        assert (path in page.html) == shown.actions
        asked(client, path, 200 if shown.actions else 404)


def test_open_data_without_people(client: FlaskClient, cast: Cast) -> None:
    """The rows are complete, and hold no owner; what deviates only where it is shown."""
    report = publish(cast)
    open_to_all(cast, replace(ALL, texts=False, deviations=False))
    path = f"/public/reports/{report.id}"
    data = json.loads(asked(client, f"{path}.json").html)
    assert len(data["actions"]) == len(facts().rows)
    assert not {"owner", "dropped_by", "dropped_reason", "forecast"} & set(data["actions"][0])
    assert data["actions"][0]["status"] == "verified"
    rows = list(csv.reader(io.StringIO(asked(client, f"{path}.csv").html[1:]), delimiter=";"))
    assert len(rows) == len(facts().rows) + 1
    assert "Ägare" not in rows[0]


def test_open_data_stay_as_they_were_reviewed(client: FlaskClient, cast: Cast) -> None:
    """Who has another name today is hidden under the one of that day, in the very same bytes."""
    told, name = facts(), cast.owner.name
    first = replace(told.rows[0], title=f"Enligt {name}", said=f"{name} svarade.", owner=name)
    rows = (first, *told.rows[1:])
    report = publish(cast, replace(told, rows=rows, plan_title=f"{name}s plan"))
    open_to_all(cast)
    paths = [f"/public/reports/{report.id}{ending}" for ending in (".csv", ".json")]
    before = [asked(client, path).response.data for path in paths]
    cast.owner.name = "Någon Annan"
    db.session.commit()
    assert [asked(client, path).response.data for path in paths] == before
    assert not [data for data in before if name.split()[0].encode() in data]


def test_what_people_wrote_is_hidden_everywhere(client: FlaskClient, cast: Cast) -> None:
    """The owners' words and the reasons for dropping go with the rest of what people wrote."""
    report = publish(cast, long_facts())
    hidden = re.compile("Ägaren skrev|Därför avbröts")
    path = f"/public/reports/{report.id}"
    for shown, there in ((ALL, True), (replace(ALL, texts=False), False)):
        open_to_all(cast, shown)
        for ending in ("", ".csv", ".json"):
            assert bool(hidden.search(asked(client, path + ending).html)) is there, ending
    page = asked(client, path)
    assert "Ingen har angett" not in page.text
    assert not hidden.search(asked(client, f"/public/plans/{cast.plan.id}").text)
    assert not hidden.search(pdf_text(asked(client, f"{path}.pdf").response.data))


def long_facts() -> ReportFacts:
    """More deviations than the text has room for, each with its owner's words."""
    told = facts()
    said, why = "Ägaren skrev detta.", "Därför avbröts den."
    deviating = tuple(
        replace(one, row=replace(one.row, id=one.row.id * 10 + n, said=said if n else ""))
        for n in range(3)
        for one in told.deviations
    )
    rows = tuple(replace(one, said=said) for one in told.rows)
    dropped = replace(deviating[-1], row=replace(deviating[-1].row, said="", dropped_reason=why))
    return replace(told, rows=rows, deviations=(*deviating[:-1], dropped))


def test_no_action_is_named_where_none_is_shown(client: FlaskClient, cast: Cast) -> None:
    """Neither in the summary nor anywhere else; deviations stand only among the deviations."""
    report = publish(cast, long_facts())
    path = f"/public/reports/{report.id}"
    open_to_all(cast, NOTHING)
    page = asked(client, path)
    assert not [one.title for one in facts().rows if one.title in page.text]
    open_to_all(cast, replace(NOTHING, actions=True))
    assert not re.search(r"(?i), försenad|dagar försenad|prognos", asked(client, path).text)


def test_one_unreadable_report_takes_nothing_down(
    client: FlaskClient, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    """It is left out and logged once; its own address says that it cannot be shown."""
    good = publish(cast, title="En rapport som går att läsa")
    bad = publish(cast, snapshot="{ sönder", sha256="0" * 64, as_of=date(2026, 3, 1))
    old = '{"schema": "en annan"}'
    worse = publish(cast, snapshot=old, sha256=sha256_of(old), as_of=date(2026, 4, 1))
    open_to_all(cast)
    for path in (*every(cast, good), *every(cast, good)):
        page = asked(client, path)
        assert f"/public/reports/{bad.id}" not in page.html
        assert f"/public/reports/{worse.id}" not in page.html
    for ending in ("", ".pdf", ".csv", ".json"):
        for one in (bad, worse):
            page = asked(client, f"/public/reports/{one.id}{ending}", 503)
            assert "Sidan kan inte visas just nu" in page.text
            assert page.response.headers["Cache-Control"] == "no-store"
    said = [one for one in caplog.records if "cannot be read" in one.getMessage()]
    assert len(said) == 2


@pytest.mark.parametrize("path", ["/public/nothing", "/public/plans/x", "/public/reports/1/2"])
def test_an_unknown_address(client: FlaskClient, cast: Cast, visit: Any, path: str) -> None:
    """The same page for everybody, whoever is logged in."""
    page = asked(client, path, 404)
    assert "Sidan finns inte" in page.text
    assert visit(cast.director).ask("GET", path).html == page.html
    assert client.get("/public/").headers["Location"].endswith("/public")


def test_no_person_is_named_anywhere(client: FlaskClient, cast: Cast) -> None:
    """Nobody's name, first or last, and nobody's address, in any page, feed or file."""
    people = [cast.owner, cast.director, cast.colleague, cast.member]
    told = facts()
    said = " ".join(
        f"{one.name} ({one.email}) och @{one.name.split()[0]} svarar." for one in people
    )
    rows = tuple(
        replace(row, title=f"{row.title} med {one.name}", said=said, owner=one.name)
        for row, one in zip(told.rows, people * 9, strict=False)
    )
    told = replace(told, rows=rows, signed_by=cast.director.name, purpose=said, plan_title=said)
    cast.plan.title, cast.plan.purpose = f"{cast.owner.name}s plan", said
    report = publish(cast, told, title=f"Rapport av {cast.director.name}")
    open_to_all(cast)
    hidden = {word for one in people for word in one.name.split()}
    for path in every(cast, report):
        page = asked(client, path)
        text = pdf_text(page.response.data) if path.endswith(".pdf") else page.html
        words = set(re.findall(r"[^\W\d_]+", text))
        assert not hidden & words, path
        assert not [one.email for one in people if one.email in text], path


def test_an_older_version_says_so(client: FlaskClient, cast: Cast) -> None:
    """It stays readable, out of search engines, and leads to the one that holds."""
    first = publish(cast)
    second = publish(cast, replaces_id=first.id, ordinal=2)
    third = publish(cast, replaces_id=second.id, ordinal=3)
    draft = {"state": ReportState.DRAFT, "replaces_id": third.id, "ordinal": 4}
    add_report(cast, whole=True, **draft)
    open_to_all(cast)
    page = asked(client, f"/public/reports/{first.id}")
    assert page.links["Läs version 3, som gäller"] == f"/public/reports/{third.id}"
    assert 'content="noindex, follow"' in page.html
    newest = asked(client, f"/public/reports/{third.id}")
    assert "ersatt" not in newest.text
    assert 'content="index, follow"' in newest.html
    listed = asked(client, f"/public/plans/{cast.plan.id}").html
    places = [listed.index(f'/public/reports/{one.id}"') for one in (third, second, first)]
    assert places == sorted(places)


def test_answers_can_be_kept(client: FlaskClient, cast: Cast) -> None:
    """Strong tags, 304 without a body, HEAD; another tag as soon as something else is shown."""
    report = publish(cast)
    open_to_all(cast)
    for path in every(cast, report):
        first = asked(client, path).response
        tag = first.headers["ETag"]
        assert tag.startswith('"')
        assert first.headers["Cache-Control"] == "public, max-age=300"
        assert first.headers["X-Content-Type-Options"] == "nosniff"
        again = asked(client, path, 304, **{"If-None-Match": tag}).response
        assert (again.data, again.headers["ETag"]) == (b"", tag)
        # No day says that nothing has changed.
        assert "Last-Modified" not in first.headers
        asked(client, path, **{"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"})
        head = client.head(path)
        assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", tag)
    path = f"/public/reports/{report.id}"
    tag = asked(client, path).response.headers["ETag"]
    open_to_all(cast, NOTHING)
    assert asked(client, path, **{"If-None-Match": tag}).response.headers["ETag"] != tag


def test_whoever_is_logged_in_gets_the_same(
    app: Flask, client: FlaskClient, cast: Cast, visit: Any
) -> None:
    """No cookie is read: nobody is looked up, and the English of a reader changes nothing."""
    publish(cast)
    open_to_all(cast)
    cast.director.locale = "en"
    db.session.commit()
    visitor = visit(cast.director)
    for path in every(cast):
        with count_queries(app) as counted:
            mine = visitor.ask("GET", path)
        assert mine.html == asked(client, path).html
        assert not any("login_session" in sent for sent in counted.statements)
        assert "Set-Cookie" not in mine.response.headers


def test_queries_do_not_grow(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """As many for one report as for many, and none of them of the table of actions."""
    report = publish(cast)
    open_to_all(cast)

    def numbers() -> list[int]:
        found = []
        for path in (*every(cast), f"/public/reports/{report.id}"):
            asked(client, path)
            with count_queries(app) as counted:
                asked(client, path)
            found.append(counted.number)
            assert not any(re.search(r"FROM action\b", sent) for sent in counted.statements)
        return found

    one = numbers()
    for day in range(6):
        publish(cast, as_of=date(2026, 1, 1) + timedelta(days=day))
    assert numbers() == one
    assert max(one) <= 8


def test_robots_read_only_what_is_public(client: FlaskClient, cast: Cast) -> None:
    """Everything else is not for search engines."""
    lines = asked(client, "/robots.txt").html.splitlines()
    assert "Allow: /public" in lines
    assert "Disallow: /" in lines


def test_a_report_as_it_is_really_made(client: FlaskClient, cast: Cast) -> None:
    """Drafted, reviewed and published by the services: nobody of the cast is named."""
    by, zone = cast.director, ZoneInfo("Europe/Stockholm")
    cast.action.title = f"Rusta {cast.owner.name}s lekplats"
    db.session.commit()
    made = create_report(NewReport(plan_id=cast.plan.id, as_of=TODAY), by=by, now=NOW, today=TODAY)
    read = review(made.id, by=by, now=NOW, zone=zone)
    release(made.id, read.sha256 or "", by=by, now=NOW)
    open_to_all(cast)
    people = [one for one in vars(cast).values() if isinstance(one, User)]
    hidden = {word for one in people for word in one.name.split()}
    for path in every(cast, made):
        if not path.endswith(".pdf"):
            assert not hidden & set(re.findall(r"[^\W\d_]+", asked(client, path).html)), path
    assert "lekplats" in asked(client, f"/public/plans/{cast.plan.id}").text
