"""Who acts for whom on a day, and on which days a person wants the digest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Away:
    """A person's absence, first and last day included, and who acts meanwhile."""

    person_id: int
    delegate_id: int
    first: date
    last: date

    def covers(self, day: date) -> bool:
        """Whether the person is away on `day`."""
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Staff:
    """Absences by person, and weekdays (0 = Monday … 4 = Friday) of those who chose one."""

    absences: Mapping[int, tuple[Away, ...]] = field(default_factory=dict)
    weekdays: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, absences: Iterable[Away], weekdays: Mapping[int, int]) -> Staff:
        """Sort absences by person."""
        by_person: dict[int, tuple[Away, ...]] = {}
        for away in absences:
            by_person[away.person_id] = (*by_person.get(away.person_id, ()), away)
        return cls(by_person, weekdays)

    def away(self, person_id: int, day: date) -> Away | None:
        """The person's absence on `day`; the one that began last, if several overlap."""
        covering = [a for a in self.absences.get(person_id, ()) if a.covers(day)]
        return max(covering, key=lambda a: (a.first, a.delegate_id)) if covering else None

    def acting(self, person_id: int, day: date) -> int:
        """Who acts for the person on `day`: they themselves, or their delegate, or that one's.

        Where all of them are away for each other, nobody is left but the person.
        """
        met = {person_id}
        acting = person_id
        while away := self.away(acting, day):
            acting = away.delegate_id
            if acting in met:
                return person_id
            met.add(acting)
        return acting


EVERYBODY_IN = Staff()
