"""The digest: one mail a day to one person, about all that waits for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import lru_cache
from gettext import NullTranslations
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from tracker.domain.ladder import Reason
from tracker.domain.statuses import HEALTH_MARKS

_TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
_CLAUSES_IN_HEADLINE = 2
SHOWN = 12  # a mail that names hundreds is read by nobody; the headline counts them all


@dataclass(frozen=True)
class DigestItem:
    """One action: `reason` is a value of Reason (ValueError otherwise).

    `days` are the calendar days left to `deadline` on the digest's day, negative after it.
    `owner_name` is None where nobody is appointed; `url` is the action's page, and `report_url`,
    which has no query of its own, opens the status update.
    """

    title: str
    reason: str
    deadline: date
    days: int
    unit: str
    owner_name: str | None
    last_update: date | None
    url: str
    report_url: str

    def __post_init__(self) -> None:
        Reason(self.reason)


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
class Rendered:
    """The same content twice; `subject` is one line."""

    subject: str
    text: str
    html: str


class _Urgency(IntEnum):
    OVERDUE = 1
    TODAY = 2
    TOMORROW = 3
    SOON = 4
    SILENT = 5
    ASSIGNED = 6


@dataclass(frozen=True)
class _Choice:
    """One thing to do: for one's own action an answer to how it goes, whose link opens the
    status update with that answer chosen; for another's, to look at it."""

    label: str
    url: str


@dataclass(frozen=True)
class _Entry:
    """An item as the templates show it: whole sentences in the reader's language."""

    title: str
    sentences: tuple[str, ...]
    choices: tuple[_Choice, ...]


def is_own(item: DigestItem, recipient_name: str) -> bool:
    """Whether the recipient is asked how the item goes, and not just told of it."""
    return item.owner_name == recipient_name and item.reason != Reason.ESCALATED


def render_digest(digest: Digest, translations: NullTranslations, locale: str) -> Rendered:
    """Render subject, text and HTML in the language of `translations`; dates as in `locale`.

    `translations` is a catalogue or NullTranslations (Swedish, the source language).
    """
    items = sorted(digest.items, key=lambda item: (_urgency(item), item.days, item.title))
    context = {
        "_": translations.gettext,
        "language": Locale.parse(locale).language,
        "headline": _headline(items, translations),
        "name": _one_line(digest.recipient_name),
        "municipality": _one_line(digest.municipality),
        "entries": [_entry(item, digest, translations, locale) for item in items[:SHOWN]],
        "rest": _rest(len(items) - SHOWN, translations),
        "asks": any(is_own(item, digest.recipient_name) for item in items[:SHOWN]),
        "start_url": digest.start_url,
    }
    subject, text, html = (
        _environment().get_template(f"email/digest/{name}").render(context)
        for name in ("subject.txt", "body.txt", "body.html")
    )
    return Rendered(subject=subject.strip(), text=text, html=html)


def _rest(number: int, t: NullTranslations) -> str:
    """How many the mail leaves to the page behind its last link; empty where it names all."""
    if number <= 0:
        return ""
    sentence = t.ngettext(
        "… och %(num)d åtgärd till, som du ser på din sida.",
        "… och %(num)d åtgärder till, som du ser på din sida.",
        number,
    )
    return sentence % {"num": number}


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _one_line(text: str) -> str:
    """What people typed must not start a line of its own in the mail."""
    return " ".join(text.split())


def _urgency(item: DigestItem) -> _Urgency:
    if item.days < 0:
        return _Urgency.OVERDUE
    if item.days <= 1:
        return _Urgency.TOMORROW if item.days else _Urgency.TODAY
    by_reason = {Reason.SILENT: _Urgency.SILENT, Reason.ASSIGNED: _Urgency.ASSIGNED}
    return by_reason.get(Reason(item.reason), _Urgency.SOON)


def _headline(items: Iterable[DigestItem], translations: NullTranslations) -> str:
    """The most urgent kind in full, the next one in short: "2 åtgärder är försenade, 1 …"."""
    kinds: dict[_Urgency, list[int]] = {}
    for item in items:
        kinds.setdefault(_urgency(item), []).append(item.days)
    ranked = sorted(kinds)[:_CLAUSES_IN_HEADLINE]
    clauses = [_full_clause(ranked[0], len(kinds[ranked[0]]), translations)]
    clauses += [_short_clause(kind, len(kinds[kind]), translations) for kind in ranked[1:]]
    return ", ".join(
        clause % {"num": len(kinds[kind]), "days": max(kinds[kind])}
        for kind, clause in zip(ranked, clauses, strict=True)
    )


def _full_clause(kind: _Urgency, n: int, t: NullTranslations) -> str:
    clauses = {
        _Urgency.OVERDUE: t.ngettext(
            "%(num)d åtgärd är försenad", "%(num)d åtgärder är försenade", n
        ),
        _Urgency.TODAY: t.ngettext(
            "%(num)d åtgärd ska vara klar i dag", "%(num)d åtgärder ska vara klara i dag", n
        ),
        _Urgency.TOMORROW: t.ngettext(
            "%(num)d åtgärd förfaller i morgon", "%(num)d åtgärder förfaller i morgon", n
        ),
        _Urgency.SOON: t.ngettext(
            "%(num)d åtgärd förfaller inom %(days)d dagar",
            "%(num)d åtgärder förfaller inom %(days)d dagar",
            n,
        ),
        _Urgency.SILENT: t.ngettext(
            "%(num)d åtgärd saknar ny lägesrapport", "%(num)d åtgärder saknar ny lägesrapport", n
        ),
        _Urgency.ASSIGNED: t.ngettext(
            "%(num)d åtgärd är ny för dig", "%(num)d åtgärder är nya för dig", n
        ),
    }
    return clauses[kind]


def _short_clause(kind: _Urgency, n: int, t: NullTranslations) -> str:
    """Never about the overdue: nothing is more urgent than they are."""
    clauses = {
        _Urgency.TODAY: t.ngettext(
            "%(num)d ska vara klar i dag", "%(num)d ska vara klara i dag", n
        ),
        _Urgency.TOMORROW: t.ngettext(
            "%(num)d förfaller i morgon", "%(num)d förfaller i morgon", n
        ),
        _Urgency.SOON: t.ngettext(
            "%(num)d förfaller inom %(days)d dagar", "%(num)d förfaller inom %(days)d dagar", n
        ),
        _Urgency.SILENT: t.ngettext(
            "%(num)d saknar ny lägesrapport", "%(num)d saknar ny lägesrapport", n
        ),
        _Urgency.ASSIGNED: t.ngettext("%(num)d är ny för dig", "%(num)d är nya för dig", n),
    }
    return clauses[kind]


def _entry(item: DigestItem, digest: Digest, t: NullTranslations, locale: str) -> _Entry:
    sentences = (
        _why(item, digest.recipient_name, t),
        _when(item, digest.local_date, t, locale),
        _report(item, digest.local_date, t, locale),
        _who(item, digest.recipient_name, t),
    )
    choices = _choices(item, t) if is_own(item, digest.recipient_name) else (_look(item, t),)
    return _Entry(_one_line(item.title), tuple(filter(None, sentences)), choices)


def _choices(item: DigestItem, t: NullTranslations) -> tuple[_Choice, ...]:
    return tuple(
        _Choice(t.gettext(mark.label), f"{item.report_url}?health={health}")
        for health, mark in HEALTH_MARKS.items()
    )


def _look(item: DigestItem, t: NullTranslations) -> _Choice:
    return _Choice(t.gettext("Öppna åtgärden"), item.url)


def _why(item: DigestItem, recipient_name: str, t: NullTranslations) -> str:
    """Said only where the dates do not say it."""
    if item.reason == Reason.ASSIGNED and item.owner_name == recipient_name:
        return t.gettext("Du har fått ansvaret.")
    if item.reason == Reason.ESCALATED:
        return t.gettext("Du får veta det som chef, eftersom åtgärden dröjer.")
    return ""


def _when(item: DigestItem, today: date, t: NullTranslations, locale: str) -> str:
    days = item.days
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
    return sentence % {"date": _date(item.deadline, today, locale), "num": abs(days)}


def _report(item: DigestItem, today: date, t: NullTranslations, locale: str) -> str:
    """The last word from the owner; nothing where the action is new to them."""
    if item.reason == Reason.ASSIGNED:
        return ""
    if item.last_update is None:
        return t.gettext("Ingen lägesrapport har lämnats än.")
    since = _date(item.last_update, today, locale)
    if item.reason == Reason.SILENT:
        silent = (today - item.last_update).days
        return t.ngettext(
            "Ingen lägesrapport sedan %(date)s, på %(num)d dag.",
            "Ingen lägesrapport sedan %(date)s, på %(num)d dagar.",
            silent,
        ) % {"date": since, "num": silent}
    return t.gettext("Senaste lägesrapport: %(date)s.") % {"date": since}


def _who(item: DigestItem, recipient_name: str, t: NullTranslations) -> str:
    """Whose action it is, where it is not the reader's own."""
    if item.owner_name == recipient_name:
        return ""
    names = {"owner": _one_line(item.owner_name or ""), "unit": _one_line(item.unit)}
    if item.owner_name is None:
        return t.gettext("Ingen är ansvarig (%(unit)s).") % names
    return t.gettext("Ansvarig: %(owner)s (%(unit)s).") % names


def _date(day: date, today: date, locale: str) -> str:
    """ "tisdag 1 december", with the year where it is not this one."""
    same_year = day.year == today.year
    return format_date(day, "EEEE d MMMM" if same_year else "EEEE d MMMM y", locale=locale)
