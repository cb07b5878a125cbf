"""The administrator's map of the municipality."""

from __future__ import annotations

from tests.helpers.cast import Cast
from tests.helpers.visitor import Visits
from tracker.extensions import db
from tracker.models import Committee, Unit


def test_an_empty_house_teaches_the_next_step(cast: Cast, visit: Visits) -> None:
    page = visit(cast.admin).get("/organisation")
    assert cast.unit.name in page.links
    assert cast.committee.name in page.links


def test_a_committee_then_a_unit(cast: Cast, visit: Visits) -> None:
    admin = visit(cast.admin)
    form = admin.get("/organisation/committees/new").form
    page = admin.submit(form, name="Miljönämnden")
    assert "Miljönämnden är tillagd." in page.text
    committee = db.session.query(Committee).filter_by(name="Miljönämnden").one()
    form = admin.get("/organisation/units/new").form
    page = admin.submit(form, name="Miljökontoret", committee_id=str(committee.id))
    assert ["Miljökontoret", "Miljönämnden"] in page.rows
    unit = db.session.query(Unit).filter_by(name="Miljökontoret").one()
    form = admin.get(f"/organisation/units/{unit.id}").form
    assert form.fields["committee_id"] == str(committee.id)
    page = admin.submit(form, name="Miljö och bygg")
    assert "Ändringen är sparad." in page.text
    form = admin.get(f"/organisation/committees/{committee.id}").form
    assert "Bygg" in admin.submit(form, name="Byggnämnden").text


def test_a_name_that_is_taken_is_said_at_the_field(cast: Cast, visit: Visits) -> None:
    admin = visit(cast.admin)
    form = admin.get("/organisation/units/new").form
    page = admin.submit(form, status=422, name=cast.unit.name.upper())
    assert "Det finns redan en med namnet" in page.text
    assert page.form.fields["name"] == cast.unit.name.upper()
