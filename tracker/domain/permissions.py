"""Who may do what: one table, role × deed → reach. What no row allows is denied."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum


class Role(StrEnum):
    """The roles a person may hold, each for a unit, a committee or the whole municipality."""

    ADMIN = "admin"
    DIRECTOR = "director"
    MANAGER = "manager"
    COMMITTEE = "committee"


class Reach(StrEnum):
    """How far a permission reaches: OWN to what one answers for, PART also to what one
    contributes to."""

    ANY = "any"
    WHOLE = "whole"
    UNIT = "unit"
    COMMITTEE = "committee"
    OWN = "own"
    PART = "part"


class Deed(StrEnum):
    """Everything an entry point can be asked to do."""

    START_VIEW = "start.view"
    ACCOUNT_USE = "account.use"
    EVALUATION_VIEW = "evaluation.view"
    EVALUATION_IMPORT = "evaluation.import"
    POINT_VIEW = "point.view"
    POINT_ANSWER = "point.answer"
    COMPARISON_VIEW = "comparison.view"
    COMPARISON_MANAGE = "comparison.manage"
    PLAN_VIEW = "plan.view"
    PLAN_EDIT = "plan.edit"
    PLAN_ADOPT = "plan.adopt"
    ACTION_VIEW = "action.view"
    ACTION_CREATE = "action.create"
    ACTION_EDIT = "action.edit"
    ACTION_REPORT = "action.report"
    ACTION_ATTACH = "action.attach"
    ACTION_COMMENT = "action.comment"
    ACTION_COMPLETE = "action.complete"
    ACTION_VERIFY = "action.verify"
    ACTION_DROP = "action.drop"
    PEOPLE_MANAGE = "people.manage"
    PLACES_MANAGE = "places.manage"
    ROUND_VIEW = "round.view"
    ROUND_MANAGE = "round.manage"
    REPORT_VIEW = "report.view"
    REPORT_EDIT = "report.edit"
    REPORT_PUBLISH = "report.publish"
    PUBLICITY_MANAGE = "publicity.manage"
    OPERATIONS_VIEW = "operations.view"
    OPERATIONS_MANAGE = "operations.manage"
    SETTINGS_MANAGE = "settings.manage"
    PRIVACY_MANAGE = "privacy.manage"
    RECORDS_EXPORT = "records.export"


# A director without a unit is the municipal director: there UNIT means everything. WHOLE reaches
# everything too, but only for those who answer for the whole.
PERMISSIONS: dict[Deed, dict[Role, Reach]] = {
    Deed.START_VIEW: dict.fromkeys(Role, Reach.ANY),
    Deed.ACCOUNT_USE: dict.fromkeys(Role, Reach.ANY),
    Deed.EVALUATION_VIEW: {
        Role.DIRECTOR: Reach.ANY,
        Role.MANAGER: Reach.ANY,
        Role.COMMITTEE: Reach.ANY,
    },
    Deed.EVALUATION_IMPORT: {Role.DIRECTOR: Reach.ANY},
    Deed.POINT_VIEW: {Role.DIRECTOR: Reach.ANY, Role.MANAGER: Reach.ANY},
    Deed.POINT_ANSWER: {Role.DIRECTOR: Reach.ANY},
    Deed.COMPARISON_VIEW: dict.fromkeys(Role, Reach.ANY),
    Deed.COMPARISON_MANAGE: {Role.ADMIN: Reach.ANY, Role.DIRECTOR: Reach.WHOLE},
    Deed.PLAN_VIEW: {
        Role.DIRECTOR: Reach.UNIT,
        Role.MANAGER: Reach.PART,
        Role.COMMITTEE: Reach.COMMITTEE,
    },
    Deed.PLAN_EDIT: {Role.DIRECTOR: Reach.WHOLE},
    Deed.PLAN_ADOPT: {Role.DIRECTOR: Reach.WHOLE},
    Deed.ACTION_VIEW: {
        Role.DIRECTOR: Reach.UNIT,
        Role.MANAGER: Reach.PART,
        Role.COMMITTEE: Reach.COMMITTEE,
    },
    Deed.ACTION_CREATE: {Role.DIRECTOR: Reach.UNIT},
    Deed.ACTION_EDIT: {Role.DIRECTOR: Reach.UNIT},
    Deed.ACTION_REPORT: {Role.DIRECTOR: Reach.UNIT, Role.MANAGER: Reach.PART},
    Deed.ACTION_ATTACH: {Role.DIRECTOR: Reach.UNIT, Role.MANAGER: Reach.PART},
    Deed.ACTION_COMMENT: {Role.DIRECTOR: Reach.UNIT, Role.MANAGER: Reach.PART},
    Deed.ACTION_COMPLETE: {Role.DIRECTOR: Reach.UNIT, Role.MANAGER: Reach.OWN},
    Deed.ACTION_VERIFY: {Role.DIRECTOR: Reach.UNIT},
    Deed.ACTION_DROP: {Role.DIRECTOR: Reach.UNIT},
    Deed.PEOPLE_MANAGE: {Role.ADMIN: Reach.ANY},
    Deed.PLACES_MANAGE: {Role.ADMIN: Reach.ANY},
    Deed.ROUND_VIEW: {Role.DIRECTOR: Reach.ANY, Role.MANAGER: Reach.ANY},
    Deed.ROUND_MANAGE: {Role.DIRECTOR: Reach.WHOLE},
    Deed.REPORT_VIEW: {
        Role.DIRECTOR: Reach.ANY,
        Role.MANAGER: Reach.ANY,
        Role.COMMITTEE: Reach.COMMITTEE,
    },
    Deed.REPORT_EDIT: {Role.DIRECTOR: Reach.UNIT},
    Deed.REPORT_PUBLISH: {Role.DIRECTOR: Reach.WHOLE},
    Deed.PUBLICITY_MANAGE: {Role.DIRECTOR: Reach.WHOLE},
    Deed.OPERATIONS_VIEW: {Role.ADMIN: Reach.ANY},
    Deed.OPERATIONS_MANAGE: {Role.ADMIN: Reach.ANY},
    Deed.SETTINGS_MANAGE: {Role.ADMIN: Reach.ANY},
    Deed.PRIVACY_MANAGE: {Role.ADMIN: Reach.ANY},
    Deed.RECORDS_EXPORT: {Role.ADMIN: Reach.ANY},
}

# What somebody does in the stead of a person who is away: they answer, and decide nothing.
STAND_IN = frozenset(
    {
        Deed.ACTION_VIEW,
        Deed.PLAN_VIEW,
        Deed.ACTION_REPORT,
        Deed.ACTION_COMMENT,
        Deed.ACTION_ATTACH,
    }
)


@dataclass(frozen=True)
class Assignment:
    """One role of one person; None for unit and committee means the whole municipality."""

    role: Role
    unit_id: int | None = None
    committee_id: int | None = None


@dataclass(frozen=True)
class Absent:
    """Somebody who is away, as whoever acts for them needs to know them.

    `until` is the last day of acting for them; the assignments are the absent person's own.
    """

    person_id: int
    name: str
    until: date
    assignments: tuple[Assignment, ...] = ()


NOBODY: tuple[Absent, ...] = ()


@dataclass(frozen=True)
class Scope:
    """What a person's roles together reach for one deed.

    `everything` outshines the rest; otherwise a row is inside when its unit is in `units`, its
    committee in `committees`, or the person owns it and `own` is set, or contributes to it and
    `part` is set, or it is owned or contributed to by one of `for_people`, who are away.
    """

    everything: bool = False
    units: frozenset[int] = frozenset()
    committees: frozenset[int] = frozenset()
    own: bool = False
    part: bool = False
    for_people: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return self.everything or self.by_person or bool(self.units or self.committees)

    @property
    def by_person(self) -> bool:
        """Whether anything is reached because of who owns it or contributes to it."""
        return self.own or self.part or bool(self.for_people)


def scope_of(assignments: Iterable[Assignment], deed: Deed) -> Scope:
    """The union of what each role reaches for `deed`; an empty (false) scope means denied."""
    rules = PERMISSIONS[deed]
    held = [(item, rules[item.role]) for item in assignments if item.role in rules]
    reached = {_reach(item, reach) for item, reach in held}
    return Scope(
        everything=Reach.ANY in reached,
        units=frozenset(
            item.unit_id for item, reach in held if reach is Reach.UNIT and item.unit_id is not None
        ),
        committees=frozenset(
            item.committee_id
            for item, reach in held
            if reach is Reach.COMMITTEE and item.committee_id is not None
        ),
        own=any(reach in (Reach.OWN, Reach.PART, Reach.UNIT) for _, reach in held),
        part=Reach.PART in rules.values()
        and any(reach in (Reach.PART, Reach.UNIT) for _, reach in held),
    )


def scope_with(own: Scope, absent: Iterable[Absent], deed: Deed) -> Scope:
    """`own` scope for `deed`, and in what a stand-in does also that of each absent person."""
    if deed not in STAND_IN:
        return own
    for person in absent:
        theirs = scope_of(person.assignments, deed)
        reached = {person.person_id} if theirs.by_person else set()
        own = replace(
            own,
            everything=own.everything or theirs.everything,
            units=own.units | theirs.units,
            committees=own.committees | theirs.committees,
            for_people=own.for_people | reached,
        )
    return own


def _reach(item: Assignment, reach: Reach) -> Reach:
    if reach in (Reach.UNIT, Reach.WHOLE) and item.unit_id is None:
        return Reach.ANY
    return reach


def may(assignments: Iterable[Assignment], deed: Deed) -> bool:
    """Whether any role allows the deed on anything at all."""
    return bool(scope_of(assignments, deed))
