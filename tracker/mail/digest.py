"""The digest: one mail a day to one person, about all that waits for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from gettext import NullTranslations

from babel.dates import format_date

from tracker.domain.answering import ANSWER_DAYS
from tracker.domain.ladder import ROUNDS, Reason
from tracker.domain.languages import day_pattern
from tracker.mail.headline import Kind, Urgency, headline
from tracker.mail.letter import NAME_LENGTH, Rendered, render_letter, shortened

_TITLE_LENGTH = 120
SHOWN = 5  # a mail that names hundreds is read by nobody; the headline counts them all


@dataclass(frozen=True)
class DigestItem:
    """One action: `reason` is a value of Reason (ValueError otherwise).

    `days` are the calendar days left to `deadline` on the digest's day, negative after it.
    `owner_name` is None where nobody is appointed; `url` is the action's page. `answer_url`, the
    signed link, is set where the recipient is asked how it goes, and not just told of it;
    `appoint_url`, the page to appoint somebody on, where it falls to them to do that.
    `for_name` is the person in whose stead the recipient hears of it. The round (both or neither)
    waits for a word on this action, whatever the reason of the item is; `nudged` where somebody
    asked once more for the answer.
    """

    title: str
    reason: str
    deadline: date
    days: int
    unit: str
    owner_name: str | None
    last_update: date | None
    url: str
    answer_url: str | None = None
    appoint_url: str | None = None
    for_name: str | None = None
    round_name: str | None = None
    round_due: date | None = None
    nudged: bool = False

    def __post_init__(self) -> None:
        Reason(self.reason)

    @property
    def asks(self) -> bool:
        """Whether the recipient is asked how it goes."""
        return self.answer_url is not None

    @property
    def appoints(self) -> bool:
        """Whether the recipient is asked to appoint somebody."""
        return self.appoint_url is not None and not self.asks


@dataclass(frozen=True)
class Digest:
    """What one person shall know on `local_date`; at least one item, in any order."""

    recipient_name: str
    local_date: date
    items: tuple[DigestItem, ...]
    start_url: str
    municipality: str

    def __post_init__(self) -> None:
        if not self.items:
            raise ValueError("a digest without items is not a mail")


@dataclass(frozen=True)
class _Entry:
    """An item as the templates show it: whole sentences, and the one thing to do."""

    title: str
    sentences: tuple[str, ...]
    label: str
    url: str


@dataclass(frozen=True)
class _Words:
    """The reader's language, and the day that the mail counts from."""

    t: NullTranslations
    locale: str
    today: date

    def day(self, day: date) -> str:
        """A day as people say it, with the year where it is not this one."""
        other = day.year != self.today.year
        pattern = day_pattern(self.locale, year=other, weekday=True)
        return str(format_date(day, pattern, locale=self.locale))


def render_digest(digest: Digest, translations: NullTranslations, locale: str) -> Rendered:
    """Render subject, text and HTML in the language of `translations`; dates as in `locale`.

    `translations` is a catalogue or NullTranslations (Swedish, the source language).
    """
    words = _Words(translations, locale, digest.local_date)
    items = sorted(digest.items, key=lambda item: _order(item, digest.local_date))
    asked = sum(item.asks for item in items[:SHOWN])
    context = {
        "headline": headline(_kinds(items, words), translations),
        "name": shortened(digest.recipient_name, NAME_LENGTH),
        "municipality": shortened(digest.municipality, NAME_LENGTH),
        "entries": [_entry(item, words) for item in items[:SHOWN]],
        "note": _note(asked, translations),
        "list_label": _list_label(len(items) - SHOWN, asked > 0, translations),
        "list_url": digest.start_url,
    }
    return render_letter("digest", str(context["headline"]), context, translations, locale)


def _list_label(rest: int, asks: bool, t: NullTranslations) -> str:
    """What the link to the list is called: it counts those that the mail does not name."""
    if rest > 0:
        label = t.ngettext("… och %(num)d åtgärd till", "… och %(num)d åtgärder till", rest)
        return label % {"num": rest}
    return t.gettext("Alla dina åtgärder") if asks else t.gettext("Läget")


def _note(links: int, t: NullTranslations) -> str:
    """What to know of so many links to answer with; empty without any."""
    note = t.ngettext(
        "Svarslänken är personlig och gäller i %(days)d dagar. Skicka inte mejlet vidare.",
        "Svarslänkarna är personliga och gäller i %(days)d dagar. Skicka inte mejlet vidare.",
        links,
    )
    return note % {"days": ANSWER_DAYS} if links else ""


def _urgency(item: DigestItem, today: date) -> Urgency:
    if item.days < 0:
        return Urgency.OVERDUE
    if item.days <= 1:
        return Urgency.TOMORROW if item.days else Urgency.TODAY
    reason = Reason(item.reason)
    if reason in ROUNDS and item.round_due:
        return Urgency.ROUND_LATE if item.round_due < today else Urgency.ROUND
    by_reason = {Reason.SILENT: Urgency.SILENT, Reason.ASSIGNED: Urgency.ASSIGNED}
    return by_reason.get(reason, Urgency.SOON)


def _order(item: DigestItem, today: date) -> tuple[Urgency, int, str]:
    """The most urgent first; within a round what it waits for longest."""
    kind, days = _urgency(item, today), item.days
    if kind in (Urgency.ROUND, Urgency.ROUND_LATE) and item.round_due:
        days = (item.round_due - today).days
    return kind, days, item.title


def _kinds(items: Iterable[DigestItem], words: _Words) -> dict[Urgency, Kind]:
    sorted_in: dict[Urgency, list[DigestItem]] = {}
    for item in items:
        sorted_in.setdefault(_urgency(item, words.today), []).append(item)
    return {kind: _kind(held, words) for kind, held in sorted_in.items()}


def _kind(items: list[DigestItem], words: _Words) -> Kind:
    wanted = [item.round_due for item in items if item.round_due]
    day = words.day(min(wanted)) if wanted else ""
    return Kind(len(items), max(item.days for item in items), day)


def sentences(
    item: DigestItem, translations: NullTranslations, locale: str, today: date
) -> tuple[str, ...]:
    """What the mail of `today` says of one action, for whoever shows the same elsewhere."""
    return _sentences(item, _Words(translations, locale, today))


def _sentences(item: DigestItem, words: _Words) -> tuple[str, ...]:
    said = (
        _why(item, words.t),
        *_when(item, words),
        _report(item, words),
        _who(item, words),
        _stead(item, words),
    )
    return tuple(filter(None, said))


def _entry(item: DigestItem, words: _Words) -> _Entry:
    label = words.t.gettext("Öppna åtgärden")
    if item.asks:
        label = words.t.gettext("Svara hur det går")
    elif item.appoints:
        label = words.t.gettext("Utse en ansvarig")
    return _Entry(
        title=shortened(item.title, _TITLE_LENGTH),
        sentences=_sentences(item, words),
        label=label,
        url=item.answer_url or item.appoint_url or item.url,
    )


def _why(item: DigestItem, t: NullTranslations) -> str:
    """Said only where the dates do not say it."""
    name = {"name": shortened(item.for_name or "", NAME_LENGTH)}
    if item.reason == Reason.ASSIGNED and item.for_name:
        return t.gettext("%(name)s har fått ansvaret men är borta. Du får det i stället.") % name
    if item.reason == Reason.ASSIGNED and item.asks:
        return t.gettext("Du har fått ansvaret.")
    if item.reason == Reason.ESCALATED and item.for_name:
        sentence = t.gettext(
            "Du får veta det i stället för chefen %(name)s, som är borta, eftersom åtgärden dröjer."
        )
        return sentence % name
    if item.reason == Reason.ESCALATED:
        return t.gettext("Du får veta det som chef, eftersom åtgärden dröjer.")
    if item.nudged and item.round_due:
        return t.gettext("En extra påminnelse, eftersom svaret saknas.")
    return ""


def _when(item: DigestItem, words: _Words) -> tuple[str, ...]:
    """The deadline, and the round where one waits: first what the reminder is about."""
    deadline = _deadline(item, words)
    if not item.round_name or not item.round_due or item.reason == Reason.ESCALATED:
        return (deadline,)
    is_late = item.round_due < words.today
    values = {
        "round": shortened(item.round_name, NAME_LENGTH),
        "date": words.day(item.round_due),
        "when": deadline.removesuffix("."),
    }
    if item.reason in ROUNDS:
        sentence = (
            words.t.gettext("%(round)s: lägesrapporten skulle ha lämnats senast %(date)s.")
            if is_late
            else words.t.gettext("%(round)s: lämna lägesrapport senast %(date)s.")
        )
        return (sentence % values, deadline)
    sentence = (
        words.t.gettext("%(when)s, och till %(round)s behövdes en lägesrapport senast %(date)s.")
        if is_late
        else words.t.gettext("%(when)s, och till %(round)s behövs en lägesrapport senast %(date)s.")
    )
    return (sentence % values,)


def _deadline(item: DigestItem, words: _Words) -> str:
    days, t = item.days, words.t
    if days < 0:
        sentence = t.ngettext(
            "Skulle ha varit klar %(date)s, för %(num)d dag sedan.",
            "Skulle ha varit klar %(date)s, för %(num)d dagar sedan.",
            -days,
        )
    elif days == 0:
        sentence = t.gettext("Ska vara klar i dag, %(date)s.")
    elif days == 1:
        sentence = t.gettext("Ska vara klar i morgon, %(date)s.")
    else:
        sentence = t.gettext("Ska vara klar %(date)s, om %(num)d dagar.")
    return sentence % {"date": words.day(item.deadline), "num": abs(days)}


def _report(item: DigestItem, words: _Words) -> str:
    """The last word on it; nothing where the action is new to the reader."""
    t = words.t
    if item.reason == Reason.ASSIGNED:
        return ""
    if item.last_update is None:
        return t.gettext("Ingen lägesrapport har lämnats än.")
    since = words.day(item.last_update)
    if item.reason == Reason.SILENT:
        silent = (words.today - item.last_update).days
        return t.ngettext(
            "Ingen lägesrapport sedan %(date)s, på %(num)d dag.",
            "Ingen lägesrapport sedan %(date)s, på %(num)d dagar.",
            silent,
        ) % {"date": since, "num": silent}
    return t.gettext("Senaste lägesrapport: %(date)s.") % {"date": since}


def _stead(item: DigestItem, words: _Words) -> str:
    """For whom the reader hears of it, where that has not been said as the reason."""
    if not item.for_name or item.reason in (Reason.ASSIGNED, Reason.ESCALATED):
        return ""
    name = shortened(item.for_name, NAME_LENGTH)
    return words.t.gettext("Du får det i stället för %(name)s, som är borta.") % {"name": name}


def _who(item: DigestItem, words: _Words) -> str:
    """Whose action it is, where the reader is only told of it."""
    if item.asks:
        return ""
    names = {
        "owner": shortened(item.owner_name or "", NAME_LENGTH),
        "unit": shortened(item.unit, NAME_LENGTH),
    }
    if item.owner_name is None:
        return words.t.gettext("Ingen är ansvarig (%(unit)s).") % names
    return words.t.gettext("Ansvarig: %(owner)s (%(unit)s).") % names
