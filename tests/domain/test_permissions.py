"""Who may do what: the whole table spelled out, and how roles add up."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.source import ROOT
from tracker.domain.permissions import (
    PERMISSIONS,
    STAND_IN,
    Absent,
    Assignment,
    Deed,
    Reach,
    Role,
    Scope,
    may,
    scope_of,
    scope_with,
)

ADMIN, DIRECTOR, MANAGER, COMMITTEE = Role

# deed: (administrator, director of a unit, manager, committee member)
TABLE = {
    Deed.START_VIEW: ("any", "any", "any", "any"),
    Deed.ACCOUNT_USE: ("any", "any", "any", "any"),
    Deed.EVALUATION_VIEW: (None, "any", "any", "any"),
    Deed.EVALUATION_IMPORT: (None, "any", None, None),
    Deed.POINT_VIEW: (None, "any", "any", None),
    Deed.POINT_ANSWER: (None, "any", None, None),
    Deed.COMPARISON_VIEW: ("any", "any", "any", "any"),
    Deed.COMPARISON_MANAGE: ("any", None, None, None),
    Deed.PLAN_VIEW: (None, "unit+part", "part", "committee"),
    Deed.PLAN_EDIT: (None, None, None, None),
    Deed.PLAN_ADOPT: (None, None, None, None),
    Deed.ACTION_VIEW: (None, "unit+part", "part", "committee"),
    Deed.ACTION_CREATE: (None, "unit", None, None),
    Deed.ACTION_EDIT: (None, "unit", None, None),
    Deed.ACTION_REPORT: (None, "unit+part", "part", None),
    Deed.ACTION_ATTACH: (None, "unit+part", "part", None),
    Deed.ACTION_COMMENT: (None, "unit+part", "part", None),
    Deed.ACTION_COMPLETE: (None, "unit", "own", None),
    Deed.ACTION_VERIFY: (None, "unit", None, None),
    Deed.ACTION_DROP: (None, "unit", None, None),
    Deed.PEOPLE_MANAGE: ("any", None, None, None),
    Deed.PLACES_MANAGE: ("any", None, None, None),
    Deed.ROUND_VIEW: (None, "any", "any", None),
    Deed.ROUND_MANAGE: (None, None, None, None),
    Deed.REPORT_VIEW: (None, "any", "any", "committee"),
    Deed.REPORT_EDIT: (None, "unit", None, None),
    Deed.REPORT_PUBLISH: (None, None, None, None),
    Deed.PUBLICITY_MANAGE: (None, None, None, None),
    Deed.OPERATIONS_VIEW: ("any", None, None, None),
    Deed.OPERATIONS_MANAGE: ("any", None, None, None),
    Deed.SETTINGS_MANAGE: ("any", None, None, None),
    Deed.PRIVACY_MANAGE: ("any", None, None, None),
    Deed.RECORDS_EXPORT: ("any", None, None, None),
}
UNIT, BOARD = 7, 9
EXPECTED = {
    "any": Scope(everything=True),
    "unit": Scope(units=frozenset({UNIT}), own=True),
    "unit+part": Scope(units=frozenset({UNIT}), own=True, part=True),
    "own": Scope(own=True),
    "part": Scope(own=True, part=True),
    "committee": Scope(committees=frozenset({BOARD})),
    None: Scope(),
}
HOLDERS = (
    Assignment(ADMIN),
    Assignment(DIRECTOR, unit_id=UNIT),
    Assignment(MANAGER, unit_id=UNIT),
    Assignment(COMMITTEE, committee_id=BOARD),
)
PLACES = st.one_of(st.none(), st.integers(1, 5))
ASSIGNMENTS = st.lists(st.builds(Assignment, st.sampled_from(Role), PLACES, PLACES), max_size=5)


def test_every_deed_has_its_row():
    assert set(TABLE) == set(PERMISSIONS) == set(Deed)


@pytest.mark.parametrize("deed", Deed)
@pytest.mark.parametrize("place", range(4))
def test_the_table(deed, place):
    reach = TABLE[deed][place]
    found = scope_of([HOLDERS[place]], deed)
    # A role that reaches everything needs no more said.
    if reach == "any":
        assert found.everything
    else:
        assert found == EXPECTED[reach]
    assert may([HOLDERS[place]], deed) is (reach is not None)


def test_a_director_without_unit_reaches_everything():
    for deed, rules in PERMISSIONS.items():
        if rules.get(DIRECTOR) in (Reach.UNIT, Reach.WHOLE):
            assert scope_of([Assignment(DIRECTOR)], deed).everything


def test_a_manager_without_unit_reaches_no_more_than_their_own():
    assert scope_of([Assignment(MANAGER)], Deed.ACTION_VIEW) == Scope(own=True, part=True)


def test_a_committee_member_without_committee_reaches_nothing():
    assert not may([Assignment(COMMITTEE)], Deed.ACTION_VIEW)


def test_nobody_may_nothing():
    assert not any(may([], deed) for deed in Deed)


def test_roles_add_up():
    both = [Assignment(MANAGER, unit_id=1), Assignment(COMMITTEE, committee_id=2)]
    assert scope_of(both, Deed.ACTION_VIEW) == Scope(committees=frozenset({2}), own=True, part=True)
    two = [Assignment(DIRECTOR, unit_id=1), Assignment(DIRECTOR, unit_id=3)]
    assert scope_of(two, Deed.ACTION_EDIT) == Scope(units=frozenset({1, 3}), own=True)


def test_a_role_in_one_place_gives_no_place_to_another():
    found = scope_of(
        [Assignment(COMMITTEE, committee_id=2), Assignment(MANAGER, unit_id=1)], Deed.ACTION_EDIT
    )
    assert found == Scope()


@given(ASSIGNMENTS, ASSIGNMENTS, st.sampled_from(Deed))
def test_one_role_more_never_takes_away(some, more, deed):
    before, after = scope_of(some, deed), scope_of(some + more, deed)
    assert after.everything >= before.everything
    assert after.units >= before.units
    assert after.committees >= before.committees
    assert after.own >= before.own


@given(ASSIGNMENTS, st.sampled_from(Deed))
def test_the_order_of_roles_does_not_matter(some, deed):
    assert scope_of(some, deed) == scope_of(reversed(some), deed)


def away(person_id: int, *assignments: Assignment) -> Absent:
    return Absent(person_id, "Någon", date(2026, 12, 12), assignments)


class TestStandIn:
    def test_it_answers_and_decides_nothing(self):
        deciding = {"create", "edit", "complete", "verify", "drop", "adopt", "manage", "import"}
        assert not {deed for deed in STAND_IN if deed.value.partition(".")[2] in deciding}

    @pytest.mark.parametrize("deed", Deed)
    def test_what_the_absent_one_reaches_is_added_for_that_only(self, deed):
        own = scope_of([Assignment(MANAGER, unit_id=1)], deed)
        found = scope_with(own, [away(5, Assignment(DIRECTOR, unit_id=UNIT))], deed)
        if deed not in STAND_IN:
            assert found == own
        else:
            assert found == replace(own, units=frozenset({UNIT}), for_people=frozenset({5}))

    def test_a_municipal_directors_stand_in_answers_everywhere(self):
        found = scope_with(Scope(), [away(5, Assignment(DIRECTOR))], Deed.ACTION_REPORT)
        assert found.everything

    def test_a_committee_member_owns_nothing_to_answer_for(self):
        found = scope_with(Scope(), [away(5, Assignment(COMMITTEE, None, BOARD))], Deed.ACTION_VIEW)
        assert found == Scope(committees=frozenset({BOARD}))

    def test_somebody_without_roles_gives_nothing(self):
        assert not any(scope_with(Scope(), [away(5)], deed) for deed in Deed)

    @given(ASSIGNMENTS, st.lists(ASSIGNMENTS, max_size=3), st.sampled_from(Deed))
    def test_never_more_than_both_together(self, own, others, deed):
        alone = scope_of(own, deed)
        absent = [away(number, *roles) for number, roles in enumerate(others, start=10)]
        found = scope_with(alone, absent, deed)
        theirs = [scope_of(roles, deed) for roles in others] if deed in STAND_IN else []
        assert found.everything == any(one.everything for one in (alone, *theirs))
        assert found.units == alone.units.union(*(one.units for one in theirs))
        assert found.committees == alone.committees.union(*(one.committees for one in theirs))
        assert (found.own, found.part) == (alone.own, alone.part)
        reached = {n for n, one in enumerate(theirs, start=10) if one.own or one.part}
        assert found.for_people == reached


def test_the_table_in_print_is_this_table():
    """docs/permissions.md says what the code does, deed by deed and role by role."""
    text = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")
    printed = {
        match[1]: (bool(match[2]), [cell.strip() for cell in match[3].split("|")])
        for match in re.finditer(r"^\| `([\w.]+)`(¹?) \|[^|]+\|(.+)\|$", text, re.MULTILINE)
    }
    assert printed == {
        deed.value: (
            deed in STAND_IN,
            [rules[role].value if role in rules else "–" for role in Role],
        )
        for deed, rules in PERMISSIONS.items()
    }
