"""The administrator's pages about what the municipality's own log-in gives."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from config import Oidc
from tests.helpers.apps import entered, make_app, settings
from tests.helpers.cast import Cast, Keys
from tests.helpers.visitor import Visits
from tracker.domain.permissions import Role
from tracker.extensions import db
from tracker.models import ClaimRule, ExternalIdentity, RoleAssignment

OIDC = Oidc("https://login.testkoping.example", "atgarda", "hemligt", "Testköpings konto", "groups")
PAGE = "/settings/sign-on"


@pytest.fixture
def ways() -> dict[str, Any]:
    return {"oidc": OIDC}


@pytest.fixture
def app(
    tmp_path: Path, sqlite_with_cast: tuple[Path, Keys], ways: dict[str, Any]
) -> Iterator[Flask]:
    shutil.copy(sqlite_with_cast[0], tmp_path / "atgarda.db")
    with entered(make_app(settings(tmp_path, **ways))) as made:
        yield made


def rows() -> list[tuple[str, Role, int | None, int | None]]:
    db.session.rollback()
    found = db.session.scalars(select(ClaimRule).order_by(ClaimRule.id))
    return [(one.value, one.role, one.unit_id, one.committee_id) for one in found]


def test_from_nothing_to_a_rule_tried_and_removed(cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.admin)
    page = visitor.get("/organisation")
    page = visitor.get(page.links["Roller ur kommunens inloggning"])
    assert "Inga regler än" in page.text
    assert "värdena i groups" in page.text
    page = visitor.get(page.links["Lägg till en regel"])
    form = page.forms[-1]
    unit = str(cast.unit.id)
    page = visitor.submit(form, value="100 % <b>", role="manager", unit_id=unit)
    assert "”100 % <b>” ger nu rollen: Chef" in page.text
    page = visitor.submit(form, value="Chefer", role="manager", unit_id=unit)
    assert "”Chefer” ger nu rollen: Chef, Kommunledningsförvaltningen." in page.text
    assert rows()[1:] == [("Chefer", Role.MANAGER, cast.unit.id, None)]

    assert "De värdena ger:" in visitor.get(f"{PAGE}?values=x%0D%0AChefer").text
    assert "ger ingen roll" in visitor.get(f"{PAGE}?values=chefer").text
    assert "De värdena" not in visitor.get(PAGE).text

    place = {"unit_id": cast.unit.id, "from_claims": True}
    cast.member.roles.append(RoleAssignment(role=Role.MANAGER, **place))
    page = visitor.get(f"{PAGE}/1/remove")
    assert "Ingen förlorar sin roll genast." in page.text
    assert "0 personer förlorade rollen" in visitor.submit(page.forms[-1]).text
    page = visitor.get(f"{PAGE}/2/remove")
    assert "1 person har rollen" in page.text
    page = visitor.submit(page.forms[-1])
    assert "1 person förlorade rollen" in page.text
    assert rows() == []


WRONG = (
    ({"value": ""}, "Skriv värdet så som inloggningen skickar det."),
    ({"value": "x" * 201}, "200"),
    ({"role": ""}, "Välj en roll."),
    ({"role": "manager"}, "Välj vilken förvaltning"),
    ({"role": "committee"}, "Välj vilken nämnd"),
)


def test_what_is_wrong_is_said_and_nothing_is_lost(
    cast: Cast, visit: Visits, subtests: pytest.Subtests
) -> None:
    form = visit(cast.admin).get(f"{PAGE}/new").forms[-1]
    for typed, says in WRONG:
        with subtests.test(typed=typed, says=says):
            whole = {"value": "<b>Grupp</b>", "role": "director", **typed}
            page = visit(cast.admin).submit(form, status=422, **whole)
            assert says in page.text
            assert page.forms[-1].fields["value"] == whole["value"]
            assert rows() == []


def test_the_last_branch_holds(cast: Cast, visit: Visits) -> None:
    db.session.add(ClaimRule(value="x", role=Role.ADMIN))
    cast.admin.roles[0].from_claims = True
    page = visit(cast.admin).get(f"{PAGE}/1/remove")
    page = visit(cast.admin).submit(page.forms[-1])
    assert "Du är själv administratör genom den här regeln." in page.text
    assert len(rows()) == 1


def test_an_account_is_made_ready(cast: Cast, visit: Visits) -> None:
    page = visit(cast.admin).get(PAGE)
    page = visit(cast.admin).get(page.links["Koppla ett konto"])
    page = visit(cast.admin).submit(page.forms[-1], status=422, email="ingen@testkoping.example")
    assert "Det finns inget konto med adressen" in page.text
    page = visit(cast.admin).submit(page.forms[-1], email=cast.owner.email)
    assert "Olle Ägare kopplas vid sin nästa inloggning." in page.text
    assert db.session.scalars(select(ExternalIdentity)).one().user_id == cast.owner.id
    lines = visit(cast.admin).get("/operations/journal").text
    assert "förberedde att koppla Olle Ägare till kommunens inloggning" in lines


def test_a_page_costs_the_same_with_many_rules(
    cast: Cast,
    visit: Visits,
    count_queries: Callable[[], AbstractContextManager[Any]],
) -> None:
    def cost() -> int:
        with count_queries() as counted:
            visit(cast.admin).get(f"{PAGE}?values=v1")
        return int(counted.number)

    db.session.add(ClaimRule(value="v0", role=Role.MANAGER, unit_id=cast.unit.id))
    visit(cast.admin).get(PAGE)
    few = cost()
    db.session.add_all(
        ClaimRule(value=f"v{one}", role=Role.MANAGER, unit_id=cast.other_unit.id)
        for one in range(1, 40)
    )
    db.session.commit()
    assert cost() == few
    first, second = visit(cast.admin).get(PAGE).rows, visit(cast.admin).get(f"{PAGE}?page=2").rows
    assert (len(first), len(second)) == (31, 11)


class TestWithoutAProvider:
    @pytest.fixture
    def ways(self) -> dict[str, Any]:
        return {}

    def test_rules_can_wait_but_nothing_is_linked(self, cast: Cast, visit: Visits) -> None:
        page = visit(cast.admin).get(PAGE)
        assert "är inte påslagen" in page.text
        assert "Koppla ett konto" not in page.links
        assert visit(cast.admin).get(f"{PAGE}/link", status=302).response.location == PAGE
