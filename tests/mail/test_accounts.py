"""The letters about accounts: each says what happened and what to do, as text and as HTML."""

from __future__ import annotations

from gettext import NullTranslations

import html5lib
import pytest

from tracker.mail.accounts import WORDINGS, AccountLetter, render_account_letter
from tracker.mail.catalogue import catalogue
from tracker.mail.letter import Rendered

FACTS = {
    "email": "olle@b.example",
    "old": "gammal@b.example",
    "new": "ny@b.example",
    "days": 14,
    "hours": 2,
    "when": "2 mars 2026 09.00",
    "left": 3,
    "role": "Chef, Skolförvaltningen",
    "by": "Anna Admin",
    "by_email": "anna@b.example",
}
KEY = "https://plan.example/invitation/abc-DEF_123"


def rendered(kind: str, locale: str = "sv", **changes: str) -> Rendered:
    url = KEY if WORDINGS[kind].label else ""
    values = {"name": "Olle Ägare", "municipality": "Testköping", "url": url, **changes}
    return render_account_letter(
        AccountLetter(kind, facts=FACTS, **values), catalogue(locale), locale
    )


@pytest.mark.parametrize("kind", WORDINGS)
@pytest.mark.parametrize("locale", ["sv", "en", "nb"])
def test_both_parts_say_the_same(kind: str, locale: str) -> None:
    letter = rendered(kind, locale)
    page = html5lib.parse(letter.html, namespaceHTMLElements=False)
    shown = " ".join("".join(page.itertext()).split())
    for line in letter.text.splitlines():
        words = line.partition(": https://")[0]
        assert words in shown
    assert "%(" not in letter.subject + letter.text + letter.html
    assert "\n" not in letter.subject
    links = [node.get("href") for node in page.iter("a")]
    assert links == ([KEY] if WORDINGS[kind].label else [])
    assert (KEY in letter.text) == bool(links)


@pytest.mark.parametrize("kind", ["invitation", "welcome"])
def test_an_invitation_says_who_is_behind_it_and_where_it_leads(kind: str) -> None:
    letter = rendered(kind)
    assert letter.subject == "Du är inbjuden till Åtgärda – Testköping"
    for part in (letter.text, letter.html):
        assert "Anna Admin har bjudit in dig till Åtgärda. Din roll där: Chef, Skolförv" in part
        assert "Fråga Anna Admin, anna@b.example, innan du öppnar länken." in part
        assert "Länken leder till plan.example, där din kommun har Åtgärda." in part


def test_an_invitation_from_the_command_line_is_signed_by_nobody() -> None:
    facts = {key: fact for key, fact in FACTS.items() if not key.startswith("by")}
    letter = AccountLetter("invitation", "Olle", "Testköping", KEY, facts)
    text = render_account_letter(letter, NullTranslations(), "sv").text
    assert "Din roll där: Chef, Skolförvaltningen." in text
    assert "Fråga den som är administratör" in text


@pytest.mark.parametrize("kind", WORDINGS)
def test_each_says_what_to_do_or_that_there_is_nothing_to_do(kind: str) -> None:
    text = rendered(kind).text
    assert any(
        words in text
        for words in ("Välj", "välj", "Berätta", "göra något", "loggar in med kommunens")
    )
    assert text.startswith("Hej Olle Ägare!\n")
    assert text.rstrip().endswith("Åtgärda, Testköping")
    assert "\n\n\n" not in text


@pytest.mark.parametrize(
    "name",
    [
        "<b>Olle</b>",
        "Olle\r\nBcc: alla@b.example",
        "%(email)s %s",
        "{{ 7 * 7 }}",
        "Olle\u202egnp.exe",
        "O" * 500,
        "🦆",
    ],
)
def test_a_name_is_only_a_name(name: str) -> None:
    letter = rendered("invitation", name=name, municipality=name)
    page = html5lib.parse(letter.html, namespaceHTMLElements=False)
    assert [node.tag for node in page.iter("b")] == []
    assert "Bcc:" not in [line[:4] for line in letter.text.splitlines()]
    assert "49" not in letter.text
    assert len(letter.text) < 1500


def test_without_a_municipality() -> None:
    letter = AccountLetter("password-changed", "Olle", "", facts=FACTS)
    assert render_account_letter(letter, NullTranslations(), "sv").text.endswith("\nÅtgärda\n")
