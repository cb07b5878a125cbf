"""What is kept of persons, on the pages."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import html5lib
import pytest
from flask import Flask

from tests.helpers.cast import NOW, Cast
from tests.helpers.known import known_well
from tests.helpers.pages import Form, Page
from tests.helpers.queries import count_queries
from tests.helpers.ringing import letter
from tests.helpers.visitor import Visits
from tracker.extensions import db
from tracker.services.departures import deactivate_person


def form_to(page: Page, ending: str) -> Form:
    return next(form for form in page.forms if form.action.endswith(ending))


def files_in(page: Page) -> dict[str, str]:
    assert page.response.mimetype == "application/zip"
    assert "attachment" in page.response.headers["Content-Disposition"]
    assert "no-store" in page.response.headers["Cache-Control"]
    with zipfile.ZipFile(io.BytesIO(page.response.data)) as files:
        return {name: files.read(name).decode() for name in files.namelist()}


def test_everybody_reads_the_register(cast: Cast, visit: Visits) -> None:
    for user in (cast.member, cast.owner, cast.admin):
        page = visit(user).get("/personal-data")
        assert page.h1 == "Register över personuppgifter"
        assert "Laglig grund" in page.text
        assert "Gallring föreslås efter 24 månader." in page.text
        assert ("Gallring" in page.links) is (user == cast.admin)


def test_one_takes_ones_own_data_along(cast: Cast, visit: Visits) -> None:
    owner = visit(cast.owner)
    known_well(cast)
    cast.owner.name = "Olle <b>Ägare"
    page = owner.get("/account")
    files = files_in(owner.submit(form_to(page, "/personal-data/mine"), 200))
    document = html5lib.HTMLParser(strict=True).parse(files["data.html"])
    text = " ".join(document.itertext())
    assert "Olle <b>Ägare" in text
    assert "Åtgärder: ansvarar" in text
    assert "2026-03-02 09:00" in text
    assert cast.colleague.name not in text
    assert '"Olle <b>Ägare"' in files["data.json"]


def test_an_administrator_takes_out_what_somebody_asked_for(cast: Cast, visit: Visits) -> None:
    page = visit(cast.admin).get(f"/people/{cast.owner.id}")
    files = files_in(visit(cast.admin).submit(form_to(page, "/data"), 200))
    assert "Olle Ägare" in files["data.html"]
    journal = visit(cast.admin).get("/operations/journal").text
    assert "tog ut de uppgifter som finns om Olle Ägare" in journal


def test_somebody_who_left_is_named_no_longer(cast: Cast, visit: Visits) -> None:
    owner, admin = known_well(cast), visit(cast.admin)
    path = f"/people/{owner.id}/pseudonymise"
    page = admin.get(path)
    assert "måste avaktiveras först" in page.text
    deactivate_person(owner.id, by=cast.admin, now=NOW)
    assert path in admin.get(f"/people/{owner.id}").html
    page = admin.get(path)
    assert "Inloggningar: 1" in page.text
    assert "Lägesrapporter: 1" in page.text
    page = admin.submit(page.form, 422, typed="Olle")
    assert page.form.fields["typed"] == "Olle"
    assert "Skriv namnet precis som det står: Olle Ägare." in page.text
    page = admin.submit(page.form, typed="Olle Ägare")
    assert page.h1 == "Tidigare medarbetare 1"
    assert "Aktivera kontot igen" not in page.text
    assert "Ge rollen" not in page.text
    assert "pseudonymiserad" in page.text
    assert admin.get(path, 302).response.location.endswith(f"/people/{owner.id}")
    assert "Olle" not in admin.get("/people").text
    assert "Olle Ägare" in admin.get("/operations/journal").text
    for message in (2, 3):
        assert (
            "Brevets text och adress är gallrade"
            in admin.get(f"/operations/letters/{message}").text
        )


def test_letters_are_thinned(cast: Cast, visit: Visits) -> None:
    one = letter(cast.owner)
    one.created_at = NOW - timedelta(days=800)
    db.session.add(one)
    admin = visit(cast.admin)
    page = admin.get("/personal-data/thinning")
    assert "har haft sin tid" in page.text
    page = admin.get("/personal-data/thinning/letters")
    assert "1 är äldre än lördag 2 mars 2024." in page.text
    assert page.html.index("/letters/months") < page.html.index("Gallra 1 för gott")
    page = admin.submit(form_to(page, "/letters"), 422)
    assert "Kryssa i rutan" in page.text
    assert "Det går inte att ångra." in page.text
    page = admin.submit(form_to(page, "/letters"), sure="y")
    assert "1 gallrades." in page.text
    assert "Inget har haft sin tid än." in page.text
    page = admin.get("/personal-data/thinning/letters")
    assert "Inget är äldre" in page.text
    assert not [form for form in page.forms if form.action.endswith("/letters")]


MONTHS = (
    ("", "Skriv ett tal från 1 till 1200."),
    ("0", "Skriv ett tal från 1 till 1200."),
    ("två", "Skriv ett tal från 1 till 1200."),
    ("1201", "Skriv ett tal från 1 till 1200."),
    ("6", "Regeln är sparad."),
)


def test_a_rule_is_changed(cast: Cast, visit: Visits, subtests: pytest.Subtests) -> None:
    admin = visit(cast.admin)
    form = form_to(admin.get("/personal-data/thinning/drafts"), "/months")
    assert form.fields["months"] == "12"
    for typed, sentence in MONTHS:
        with subtests.test(typed=typed, sentence=sentence):
            page = admin.submit(form, 302 if typed == "6" else 422, months=typed)
            assert sentence in page.text
            assert form_to(page, "/months").fields["months"] == typed
            path = "/personal-data/thinning/drafts"
            assert admin.get(f"{path}/months", 302).response.location == path


def test_nothing_goes_that_was_not_proposed(
    cast: Cast, visit: Visits, subtests: pytest.Subtests
) -> None:
    db.session.add(letter(cast.owner))
    admin = visit(cast.admin)
    admin.get("/personal-data/thinning/letters")
    for before in ("", "x", "2026-03-02", "9999-12-31", None):
        with subtests.test(before=before):
            admin.post("/personal-data/thinning/letters", {"before": before, "sure": "y"}, 422)
            admin.post(
                "/personal-data/thinning/former_people", {"before": "1900-01-01", "sure": "y"}, 404
            )
            admin.get("/personal-data/thinning/journal", 404)
            assert not db.session.execute(db.text("SELECT 1 FROM outbox WHERE address = ''")).all()


def test_former_people_are_listed(cast: Cast, visit: Visits) -> None:
    cast.owner.deactivated_at = NOW - timedelta(days=800)
    page = visit(cast.admin).get("/personal-data/thinning/former_people")
    assert "Olle Ägare, avaktiverad 2023-12-23" in page.text
    assert f"/people/{cast.owner.id}/pseudonymise" in page.html


def test_a_constant_number_of_questions(app: Flask, cast: Cast, visit: Visits) -> None:
    admin = visit(cast.admin)
    paths = [
        "/personal-data",
        "/personal-data/thinning",
        "/personal-data/thinning/former_people",
        f"/people/{cast.owner.id}/pseudonymise",
    ]

    def asked() -> list[int]:
        numbers = []
        for path in paths:
            with count_queries(app) as counted:
                admin.get(path)
            numbers.append(counted.number)
        return numbers

    asked()
    before = asked()
    known_well(cast)
    for user in (cast.owner, cast.member, cast.stranger):
        user.deactivated_at = NOW - timedelta(days=800)
    db.session.commit()
    assert asked() == before
    assert max(before) < 20
