"""Units and committees are kept by the administrator."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask

from tests.helpers.cast import NOW, Cast
from tests.helpers.together import together
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.extensions import db
from tracker.models import User
from tracker.services import journal, organisation


def test_a_committee_and_its_unit(cast: Cast, now: datetime) -> None:
    committee = organisation.add_committee("  Miljö­nämnden ", by=cast.admin, now=now)
    unit = organisation.add_unit("Miljökontoret", committee.id, by=cast.admin, now=now)
    assert unit.committee == committee
    organisation.rename_committee(committee.id, "Miljö- och byggnämnden", by=cast.admin, now=now)
    changed = organisation.change_unit(unit.id, "Miljö och bygg", None, by=cast.admin, now=now)
    assert (changed.name, changed.committee) == ("Miljö och bygg", None)
    assert [entry.deed for entry in journal.latest(4)] == [
        "unit.change",
        "committee.rename",
        "unit.add",
        "committee.add",
    ]


@pytest.mark.parametrize("name", ["", " \t", "x" * 101, "KOMMUNLEDNINGSFÖRVALTNINGEN"])
def test_a_name_is_short_and_free(cast: Cast, now: datetime, name: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        organisation.add_unit(name, None, by=cast.admin, now=now)
    assert refused.value.field == "name"


def test_a_unit_may_keep_its_own_name(cast: Cast, now: datetime) -> None:
    committee = cast.committee.id
    kept = organisation.change_unit(cast.unit.id, cast.unit.name, committee, by=cast.admin, now=now)
    assert kept.committee_id == committee


def test_a_committee_must_exist(cast: Cast, now: datetime) -> None:
    with pytest.raises(RuleBroken) as refused:
        organisation.add_unit("Nya kontoret", 999, by=cast.admin, now=now)
    assert refused.value.field == "committee_id"
    with pytest.raises(NotFound):
        organisation.rename_committee(999, "Nya nämnden", by=cast.admin, now=now)


def test_nobody_else_may(cast: Cast, now: datetime) -> None:
    with pytest.raises(Forbidden):
        organisation.add_committee("Nya nämnden", by=cast.director, now=now)


def test_two_at_once_make_one_committee(any_app: Flask, cast: Cast) -> None:
    admin_id = cast.admin.id

    def add() -> object:
        admin = db.session.get_one(User, admin_id)
        return organisation.add_committee("Ny nämnd", by=admin, now=NOW).name

    told = together(any_app, add, add, add)
    assert sorted(map(str, told)) == ["Det finns redan en med namnet ”Ny nämnd”."] * 2 + [
        "Ny nämnd"
    ]
