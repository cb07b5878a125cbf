"""How a follow-up round is told in a sentence or two."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.domain.rounds import RoundState
from tracker.services.rounds.listing import RoundShown
from tracker.services.rounds.progress import Share
from tracker.web.local import long_date
from tracker.web.progress import seen_in_part


def round_lead(shown: RoundShown) -> str:
    """Tertial 1 är öppen till 30 april. 12 av 31 åtgärder har en ny lägesrapport, 4 personer har
    inte svarat alls."""
    parts = [_when(shown)]
    if shown.state is not RoundState.PLANNED:
        parts += [_told(shown), seen_in_part()]
    return " ".join(part for part in parts if part)


def _when(shown: RoundShown) -> str:
    span = shown.span
    words = {"name": span.name, "day": long_date(span.due_on)}
    if shown.state is RoundState.PLANNED:
        opens = long_date(span.opens_on)
        return str(_("%(name)s öppnar %(opens)s och pågår till %(day)s.", opens=opens, **words))
    if shown.state is RoundState.OPEN:
        return str(_("%(name)s är öppen till %(day)s.", **words))
    if shown.state is RoundState.LATE:
        return str(_("%(name)s skulle vara klar %(day)s.", **words))
    if span.closed_on is not None and span.closed_on < span.due_on:
        closed = long_date(span.closed_on)
        return str(
            _(
                "%(name)s är avslutad. Den avslutades %(closed)s, före sista dagen.",
                closed=closed,
                **words,
            )
        )
    return str(_("%(name)s är avslutad. Sista dagen var %(day)s.", **words))


def _told(shown: RoundShown) -> str:
    share = shown.share
    if not share.asked:
        return str(_("Inga åtgärder ingår."))
    silent = ""
    if share.silent and share.people > 1:
        silent = ngettext(
            "%(num)s person har inte svarat alls",
            "%(num)s personer har inte svarat alls",
            share.silent,
        )
    return f"{_answered(share)}{', ' if silent else ''}{silent}."


def _answered(share: Share) -> str:
    if share.asked == 1:
        words = (
            _("Den enda åtgärden har en ny lägesrapport")
            if share.answered
            else _("Den enda åtgärden saknar ny lägesrapport")
        )
        return str(words)
    if not share.missing:
        return str(_("Alla %(total)s åtgärder har en ny lägesrapport", total=share.asked))
    if not share.answered:
        return str(_("Ingen av %(total)s åtgärder har en ny lägesrapport", total=share.asked))
    return str(
        ngettext(
            "%(num)s av %(total)s åtgärder har en ny lägesrapport",
            "%(num)s av %(total)s åtgärder har en ny lägesrapport",
            share.answered,
            total=share.asked,
        )
    )
