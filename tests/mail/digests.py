"""Digests in tests: items to write of, and how a person reads what was written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from gettext import NullTranslations
from html.parser import HTMLParser

from tracker.mail.digest import Digest, DigestItem, render_digest
from tracker.mail.letter import Rendered

TODAY = date(2026, 12, 1)  # a Tuesday
SWEDISH = NullTranslations()
MINE = "https://atgarda.example/mina"


def item(days: int, reason: str = "before", **changes: object) -> DigestItem:
    """An action about which the reader is asked."""
    plain = DigestItem(
        title="Ta fram en dialogpolicy",
        reason=reason,
        deadline=TODAY + timedelta(days=days),
        days=days,
        unit="Tekniska förvaltningen",
        owner_name="Anna Ek",
        last_update=date(2026, 9, 3),
        url="https://atgarda.example/actions/7",
        answer_url="https://atgarda.example/answer/abc.def",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def told(days: int, reason: str = "escalated", **changes: object) -> DigestItem:
    """One of which the reader only hears."""
    return item(days, reason, answer_url=None, **changes)


def of_round(days: int, reason: str, due: int, **changes: object) -> DigestItem:
    """One on which a round, due in so many days, waits for a report."""
    waits = {"round_name": "Tertial 3", "round_due": TODAY + timedelta(days=due)}
    return item(days, reason, **{**waits, **changes})


def render(*items: DigestItem, recipient: str = "Anna Ek") -> Rendered:
    return render_digest(Digest(recipient, TODAY, items, MINE, "Exempelkommun"), SWEDISH, "sv")


class Reader(HTMLParser):
    """What a person sees of an HTML mail: the text, the links, the language."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._hidden = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._hidden = tag in {"style", "title"}
        if tag == "a":
            self.links.append(dict(attrs)["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words += data.split()


def lines(rendered: Rendered) -> list[str]:
    """What stands in the text, line by line, the empty ones left out."""
    return [line.strip() for line in rendered.text.splitlines() if line.strip()]


def way_on(one: DigestItem) -> str:
    """The one thing to do about an action."""
    return (
        f"Svara hur det går: {one.answer_url}" if one.answer_url else f"Öppna åtgärden: {one.url}"
    )
