"""How far a plan has come, in a sentence or two."""

from __future__ import annotations

from typing import Protocol

from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.domain.permissions import Deed
from tracker.web.access import me


class Progress(Protocol):
    """Numbers of actions; `live` are all but the `dropped`, `late` and `ownerless` are open,
    `carried` are now in another plan."""

    @property
    def live(self) -> int: ...
    @property
    def done(self) -> int: ...
    @property
    def late(self) -> int: ...
    @property
    def ownerless(self) -> int: ...
    @property
    def dropped(self) -> int: ...
    @property
    def carried(self) -> int: ...


def progress_sentences(progress: Progress) -> str:
    """A plan in a line: 12 av 31 åtgärder är genomförda. 4 är försenade, 2 saknar ägare.

    Empty where there are no actions at all.
    """
    if not progress.live and not progress.carried:
        return str(_("Alla åtgärder är avbrutna.")) if progress.dropped else ""
    rest = ", ".join(_troubles(progress))
    return " ".join(part for part in (_reached(progress), f"{rest}." if rest else "") if part)


def told_of(progress: Progress) -> str:
    """The same, with a word to those who do not see every action."""
    said = progress_sentences(progress)
    return f"{said} {seen_in_part()}".rstrip() if said else ""


def seen_in_part() -> str:
    """What numbers are counted on, said to those who do not see every action; else empty."""
    if me().scope(Deed.ACTION_VIEW).everything:
        return ""
    return str(_("Räknat på de åtgärder som du får se."))


def _reached(progress: Progress) -> str:
    if not progress.live:
        return ""
    if progress.live == 1:
        one = _("1 av 1 åtgärd är genomförd.")
        return str(one if progress.done else _("0 av 1 åtgärd är genomförd."))
    return str(
        ngettext(
            "%(num)s av %(total)s åtgärder är genomförd.",
            "%(num)s av %(total)s åtgärder är genomförda.",
            progress.done,
            total=progress.live,
        )
    )


def _troubles(progress: Progress) -> list[str]:
    late, alone = progress.late, progress.ownerless
    carried, dropped = progress.carried, progress.dropped
    parts = [
        (late, ngettext("%(num)s är försenad", "%(num)s är försenade", late)),
        (alone, ngettext("%(num)s saknar ägare", "%(num)s saknar ägare", alone)),
        (
            carried,
            ngettext("%(num)s togs över av nästa plan", "%(num)s togs över av nästa plan", carried),
        ),
        (dropped, ngettext("%(num)s är avbruten", "%(num)s är avbrutna", dropped)),
    ]
    return [text for number, text in parts if number]
