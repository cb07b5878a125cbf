"""Accounts and roles, as the administrator sees them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from tests.helpers.cast import NOW, Cast, make_user
from tests.helpers.pages import Form, Page
from tests.helpers.visitor import Visits
from tests.services.account_letters import key_in_letter, read, text_of, waiting
from tests.services.mailing import deliver
from tracker.extensions import db
from tracker.models import User
from tracker.services import journal


def typed(cast: Cast, **changes: str) -> dict[str, str]:
    return {
        "name": "Åsa Ny",
        "email": "asa.ny@testkoping.example",
        "role": "manager",
        "unit_id": str(cast.unit.id),
        "committee_id": "",
        **changes,
    }


def test_errors_stand_in_the_order_of_the_page(cast: Cast, visit: Visits) -> None:
    visit(cast.admin).get("/people/new")
    page = visit(cast.admin).post("/people/new", {}, 422)
    links = [one.get("href") or "" for one in page.all("a")]
    assert [one for one in links if one in ("#name", "#email", "#role")] == [
        "#name",
        "#email",
        "#role",
    ]


def test_the_inviter_chooses_the_language_of_the_letter(cast: Cast, visit: Visits) -> None:
    admin = visit(cast.admin)
    assert admin.get("/people/new").form.fields["locale"] == "sv"
    admin.post("/people/new", typed(cast, locale="nb"), follow=False)
    (letter,) = waiting("invitation")
    assert 'lang="nb"' in text_of(read(letter), "html")
    assert str(read(letter)["From"]) == ('"Åtgärda, Testköping" <atgarda@testkoping.example>')


def test_the_list(cast: Cast, visit: Visits) -> None:
    page = visit(cast.admin).get("/people")
    assert "8 personer har ett konto." in page.text
    row = next(row for row in page.rows if row[0] == "Frida Chef")
    assert row[2:] == ["Direktör, Kommunledningsförvaltningen", "Aktivt"]
    found = visit(cast.admin).get("/people?q=%C3%84GARE")
    assert [row[0] for row in found.rows[1:]] == ["Olle Ägare"]
    assert "Ingen heter så" in visit(cast.admin).get("/people?q=xyz").text
    visit(cast.admin).get("/people?page=99")


def test_a_person_is_invited_and_logs_in(cast: Cast, visit: Visits) -> None:
    admin = visit(cast.admin)
    assert "får ett mejl med en länk" in admin.get("/people/new").text
    page = admin.submit(admin.page.form, **typed(cast))  # type: ignore[union-attr]
    assert page.h1 == "Åsa Ny"
    assert "en inbjudan går nu till asa.ny@testkoping.example" in page.text
    assert "är inbjuden men har inte loggat in än" in page.text
    assert "skickas inom en minut" in page.text
    first = key_in_letter("invitation")
    assert deliver(now=NOW + timedelta(minutes=1)) == {"sent": 1}
    page = admin.get(page.path)
    assert "gäller till och med måndag 16 mars" in page.text
    row = next(row for row in admin.get("/people?q=Åsa").rows if row[0] == "Åsa Ny")
    assert row[2:] == ["Chef, Kommunledningsförvaltningen", "Inbjuden"]
    page = admin.submit(next(f for f in page.forms if f.action.endswith("/invite")))
    assert "En ny inbjudan går nu till" in page.text
    visit(None).get(first, 404)
    page = visit(None).get(key_in_letter("invitation"))
    assert page.h1 == "Välkommen till Åtgärda"
    page = visit(None).submit(page.form, 422, password="Sommar2026!!")
    assert "för lätt att gissa" in page.text
    assert "Sommar2026" not in page.html
    page = visit(None).submit(page.form, password="tolv tecken långt")
    assert "Lösenordet är valt." in page.text
    assert page.form.fields["email"] == "asa.ny@testkoping.example"
    assert visit(None).get("/login").form.fields["email"] == ""
    visit(None).log_in("asa.ny@testkoping.example", "tolv tecken långt")
    assert visit(None).get("/my-actions").status == 200
    page = admin.get(admin.page.path)  # type: ignore[union-attr]
    assert not any(form.action.endswith("/invite") for form in page.forms)


WRONG = (
    ({"email": "olle.agare@testkoping.example"}, "Olle Ägare har redan ett konto"),
    ({"email": "åsa@testkoping.example"}, "är inte en e-postadress"),
    ({"role": "committee"}, "Välj vilken nämnd eller styrelse det gäller."),
    ({"role": ""}, "Välj en roll."),
    ({"unit_id": ""}, "Välj vilken förvaltning chefen hör till."),
    ({"unit_id": "x"}, "unit_id"),
    ({"name": ""}, "Skriv personens för- och efternamn."),
)


def test_what_is_wrong_stands_by_the_field(
    cast: Cast, visit: Visits, subtests: pytest.Subtests
) -> None:
    visit(cast.admin).get("/people/new")
    for change, sentence in WRONG:
        with subtests.test(change=change, sentence=sentence):
            page = visit(cast.admin).post("/people/new", typed(cast, **change), 422)
            assert sentence in page.text + page.html
            assert "Det finns ett problem" in page.text
            assert page.form.fields["name"] == typed(cast, **change)["name"]
            assert db.session.query(User).count() == 8


def test_roles_come_and_go(cast: Cast, visit: Visits) -> None:
    path = f"/people/{cast.colleague.id}"
    role = {"role": "committee", "unit_id": "", "committee_id": str(cast.committee.id)}
    visit(cast.colleague).get("/my-actions")
    page = visit(cast.admin).post(path, role)
    assert "Förtroendevald, Kommunstyrelsen" in page.text
    visit(cast.colleague).get("/my-actions", status=302)
    page = visit(cast.admin).post(path, role, 422)
    assert "Personen har redan den rollen." in page.text
    given = next(form for form in page.forms if "Förtroendevald" in form.buttons[0])
    page = visit(cast.admin).submit(given)
    assert "har inte den rollen längre" in page.text
    assert not any("Förtroendevald" in row[0] for row in page.rows)


def test_a_lost_telephone_is_logged_out_by_the_administrator(cast: Cast, visit: Visits) -> None:
    on_the_telephone = visit(cast.owner)
    on_the_telephone.get("/account")
    page = visit(cast.admin).get(f"/people/{cast.owner.id}")
    form = next(one for one in page.forms if one.action.endswith("/log-out"))
    page = visit(cast.admin).submit(form)
    assert "Olle Ägare är utloggad överallt." in page.text
    on_the_telephone.get("/account", status=302)
    assert journal.latest(1)[0].deed == "session.end_all"
    page = visit(cast.admin).get(f"/people/{cast.admin.id}")
    assert not [form for form in page.forms if form.action.endswith("/log-out")]


def test_an_address_is_changed_and_what_somebody_else_did_is_seen(
    cast: Cast, visit: Visits
) -> None:
    def asked(page: Page) -> Form:
        return next(form for form in page.forms if "Spara adressen" in form.buttons)

    browser = visit(cast.admin)
    path, old = f"/people/{cast.owner.id}", cast.owner.email
    visit(cast.owner).get("/my-actions")
    stale = asked(browser.get(path))
    page = browser.submit(stale, email="olle@b.example")
    assert "Olle Ägare har adressen olle@b.example." in page.text
    assert "Olle Ägare loggar in som olle@b.example." in page.text
    visit(cast.owner).get("/my-actions")
    page = browser.submit(stale, 409, email="min@b.example")
    assert "har ändrat adressen till olle@b.example" in page.text
    assert asked(page).fields["email"] == "min@b.example"
    browser.submit(asked(page), follow=False)
    visit(None).log_in("MIN@b.example")
    for typed in ("", cast.colleague.email, "å@b.example", f"{'x' * 10_000}@b.example"):
        page = browser.submit(asked(browser.get(path)), 422, email=typed)
        assert page.title.startswith("Fel:")
        assert asked(page).fields["email"] == typed
    browser.post(f"{path}/address?next=//evil.example", {"email": old, "shown": "min@b.example"})


def test_a_role_that_is_needed_stays(cast: Cast, visit: Visits) -> None:
    page = visit(cast.admin).get(f"/people/{cast.owner.id}")
    page = visit(cast.admin).submit(page.forms[0])
    assert "äger öppna åtgärder (1)" in page.text
    assert "din egen roll" in visit(cast.admin).get(f"/people/{cast.admin.id}").text


def test_deactivating_asks_first_and_hands_over(cast: Cast, visit: Visits) -> None:
    visit(cast.owner).get("/my-actions")
    page = visit(cast.admin).get(f"/people/{cast.owner.id}")
    page = visit(cast.admin).get(page.links["Avaktivera kontot"])
    assert "1 öppen åtgärd lämnas över." in page.text
    assert page.rows[1][0] == f"{cast.action.title} {cast.unit.name} · 1 delsteg kvar"
    assert page.rows[1][2] == "Frida Chef"
    page = visit(cast.admin).submit(page.form)
    assert "Överlämnade åtgärder: 1." in page.text
    visit(cast.owner).get("/my-actions", status=302)
    again = visit(cast.admin).post(f"/people/{cast.owner.id}/deactivate", {}, 422)
    assert "redan avaktiverat" in again.text
    page = visit(cast.admin).get(page.path)
    page = visit(cast.admin).submit(next(one for one in page.forms if "reactivate" in one.action))
    assert "kan logga in igen" in page.text


def test_without_a_director_somebody_is_chosen(cast: Cast, visit: Visits) -> None:
    path = f"/people/{cast.stranger.id}/deactivate"
    page = visit(cast.admin).get(path)
    assert "saknar annan direktör" in page.text
    field = f"heir_{cast.other_action.id}"
    page = visit(cast.admin).submit(page.form, 422)
    assert "skulle bli utan ägare" in page.text
    page = visit(cast.admin).submit(page.form, 422, **{field: "Ingen Alls <b>"})
    assert "inget konto för ”Ingen Alls <b>”" in page.text
    assert page.form.fields[field] == "Ingen Alls <b>"
    page = visit(cast.admin).submit(page.form, **{field: cast.director.email})
    assert "Överlämnade åtgärder: 1." in page.text
    db.session.expire_all()
    assert cast.other_action.owner == cast.director


def test_what_came_while_the_page_was_open_is_shown_first(cast: Cast, visit: Visits) -> None:
    page = visit(cast.admin).get(f"/people/{cast.owner.id}/deactivate")
    cast.colleague_action.owner = cast.owner
    db.session.commit()
    page = visit(cast.admin).submit(page.form, 409, everything="Karin Kollega")
    assert "har fått fler åtgärder" in page.text
    assert page.form.fields["everything"] == "Karin Kollega"
    page = visit(cast.admin).submit(page.form)
    assert "Överlämnade åtgärder: 2." in page.text


def test_a_page_that_was_never_fetched_hands_nothing_over(
    cast: Cast, visit: Visits, subtests: pytest.Subtests
) -> None:
    for shown in ("", "x,-1,0,99999999999999999999,\x00", "1," * 10_000):
        with subtests.test(shown=shown):
            wrong = shown if str(cast.action.id) not in shown else ""
            data = {"shown": wrong, "everything": "🦉" * 10_000}
            visit(cast.admin).post(f"/people/{cast.owner.id}/deactivate", data, 409)
            db.session.expire_all()
            assert cast.owner.is_active


def test_ones_own_account_stays(cast: Cast, visit: Visits) -> None:
    page = visit(cast.admin).get(f"/people/{cast.admin.id}")
    assert "Avaktivera kontot" not in page.links
    visit(cast.admin).post(f"/people/{cast.admin.id}/deactivate", {}, 422)


def test_who_may(cast: Cast, visit: Visits) -> None:
    one = f"/people/{cast.owner.id}"
    for path in ("/people", "/people/new", one, f"{one}/deactivate"):
        visit(cast.director).get(path, status=403)
    for path in (f"{one}/reactivate", f"{one}/roles/1/remove"):
        visit(cast.director).post(path, status=403)
    for path in ("/people/999", "/people/999/deactivate", "/people/99999999999"):
        visit(cast.admin).get(path, status=404)


def test_the_list_costs_a_constant_number_of_queries(
    cast: Cast, visit: Visits, count_queries: Any
) -> None:
    def measured() -> int:
        visit(cast.admin).get("/people")
        with count_queries() as counted:
            visit(cast.admin).get("/people")
        return counted.number

    before = measured()
    db.session.add_all(make_user(f"Person Nummer{number}") for number in range(15))
    db.session.commit()
    assert measured() == before <= 12


def test_who_is_deactivated_is_offered_only_what_helps(
    app: Flask, cast: Cast, visit: Visits
) -> None:
    """The account and the personal data first; no role, address or second factor to give."""
    path = f"/people/{cast.owner.id}"
    offered = ("Ge en roll till", "Spara adressen", "Tvåstegsinloggning")
    page = visit(cast.admin).get(path)
    assert all(one in page.text for one in offered)
    cast.owner.deactivated_at = NOW
    db.session.commit()
    page = visit(cast.admin).get(path)
    assert not any(one in page.text for one in offered)
    order = [page.html.index(f">{one}</h2>") for one in ("Konto", "Personuppgifter", "Roller")]
    assert order == sorted(order)


def test_who_is_pseudonymised_has_no_address(app: Flask, cast: Cast, visit: Visits) -> None:
    one = cast.owner
    one.deactivated_at = one.pseudonymised_at = NOW
    one.password_hash, one.email = "", "tidigare-medarbetare-1@atgarda.invalid"
    db.session.commit()
    admin = visit(cast.admin)
    page = admin.get("/people")
    assert "atgarda.invalid" not in page.text
    assert page.links["Register över personuppgifter"] == "/personal-data"
    assert "kan inte logga in" not in admin.get(f"/people/{one.id}").text
