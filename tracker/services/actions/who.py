"""Who an action belongs to: an owner of its own unit, and those who help."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tracker.domain.errors import N_, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.text import fold
from tracker.models import Unit, User
from tracker.services.actions import rules

MOST_CONTRIBUTORS = 20


class OutsideOwner(RuleBroken):
    """The owner belongs to other units than the action's; a person may say that it is meant so.

    `name` is the owner's, `home` their units, as text.
    """

    def __init__(self, name: str, home: str, unit: str) -> None:
        super().__init__(
            N_(
                "%(name)s hör till %(home)s, inte till %(unit)s. "
                "Välj en annan ägare, eller kryssa i att det ska vara så."
            ),
            field="owner_text",
            name=name,
            home=home,
            unit=unit,
        )
        self.name, self.home = name, home


def check_belongs(owner: User | None, unit: Unit | None, *, outside_ok: bool) -> None:
    """An owner has a role in the action's unit, or one that reaches all units.

    Raises:
        OutsideOwner: they have neither, and nobody has said that it is meant so.
    """
    if owner is None or unit is None or outside_ok:
        return
    # Only a role that may own counts: a member of a committee belongs to no unit.
    held = [role for role in owner.roles if role.committee_id is None]
    if any(role.unit_id in (None, unit.id) for role in held):
        return
    home = ", ".join(sorted({role.unit.name for role in held if role.unit}))
    raise OutsideOwner(owner.name, home, unit.name)


def split_names(text: str) -> tuple[str, ...]:
    """The names or addresses in a text with commas, semicolons or line breaks between them."""
    return tuple(name for part in re.split(r"[,;\n]", text) if (name := rules.one_line(part)))


def join_names(people: Sequence[User]) -> str:
    """Names as they are typed, and the address where two share a name."""
    keys = [fold(person.name) for person in people]
    return ", ".join(
        person.name if keys.count(key) == 1 and "," not in person.name else person.email
        for person, key in zip(people, keys, strict=True)
    )


def find_contributors(
    texts: Iterable[str], *, known: Sequence[User] = (), people: rules.People | None = None
) -> list[User]:
    """The people whom names or addresses mean, each once; `known` ones contribute already and
    are taken as they are. `people` are those whom the caller asked for already.

    Raises:
        RuleBroken: too many, or somebody who cannot be found or told apart, or who cannot
            report; at `contributors`, naming them all.
    """
    typed = {fold(text): text for text in map(rules.one_line, texts) if text}
    if len(typed) > MOST_CONTRIBUTORS:
        raise RuleBroken(
            "Välj högst %(most)s medverkande. Nu är det %(number)s.",
            field="contributors",
            most=MOST_CONTRIBUTORS,
            number=len(typed),
        )
    meant = {key: [user for user in known if rules.is_called(user, key)] for key in typed}
    asked = [key for key, found in meant.items() if len(found) != 1]
    meant.update(rules.people_called(asked, people))
    _check_each(typed, meant)
    each = {user.id: user for found in meant.values() for user in found}
    _check_able([user for user in each.values() if user not in known])
    return sorted(each.values(), key=lambda user: fold(user.name))


def _check_each(typed: dict[str, str], meant: dict[str, list[User]]) -> None:
    if unknown := [text for key, text in typed.items() if not meant[key]]:
        raise RuleBroken(
            "Det finns inget konto för ”%(names)s”. Rätta namnet, ta bort det, "
            "eller be administratören lägga upp personen.",
            field="contributors",
            names="”, ”".join(unknown),
        )
    if double := [text for key, text in typed.items() if len(meant[key]) > 1]:
        raise RuleBroken(
            "Flera personer heter ”%(name)s”. Skriv e-postadressen i stället.",
            field="contributors",
            name=double[0],
        )


def _check_able(people: Iterable[User]) -> None:
    if unable := [user.name for user in people if not user.may(Deed.ACTION_REPORT)]:
        raise RuleBroken(
            "%(names)s har ingen roll som chef och kan inte rapportera. Ta bort namnet, "
            "eller be administratören ge den rollen.",
            field="contributors",
            names=", ".join(unable),
        )
