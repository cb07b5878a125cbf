from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from gettext import NullTranslations
from html.parser import HTMLParser
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.mail.digest import Digest, DigestItem, Reason, Rendered, render_digest

TODAY = date(2026, 12, 1)  # a Tuesday
SWEDISH = NullTranslations()


class English(NullTranslations):
    """Enough of a catalogue to see that every sentence passes through it."""

    sentences: ClassVar[dict[str, str]] = {
        "%(num)d åtgärd är försenad": "%(num)d action is overdue",
        "%(num)d åtgärder är försenade": "%(num)d actions are overdue",
        "%(num)d ska vara klar i dag": "%(num)d is due today",
        "%(num)d ska vara klara i dag": "%(num)d are due today",
        "Hej %(name)s!": "Hello %(name)s,",
        "Hur går det? Välj ett svar, så öppnas en sida där du sparar det.": "How is it going?",
        "Enligt plan": "On track",
        "Risk för försening": "At risk",
        "Följer inte planen": "Off track",
        "Senaste lägesrapport: %(date)s.": "Last status update: %(date)s.",
        "Ska vara klar i dag, %(date)s.": "Due today, %(date)s.",
        "Skulle ha varit klar %(date)s, för %(num)d dag sedan.": (
            "Was due %(date)s, %(num)d day ago."
        ),
        "Alla dina åtgärder": "All your actions",
        "Påminnelserna hör till uppdraget och går inte att avbeställa.": "No unsubscribing.",
    }

    def gettext(self, message: str) -> str:
        return self.sentences[message]

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.sentences.get(msgid1 if n == 1 else msgid2, "untranslated")


def item(days: int, reason: str = "before", **changes: object) -> DigestItem:
    plain = DigestItem(
        title="Ta fram en dialogpolicy",
        reason=reason,
        deadline=TODAY + timedelta(days=days),
        days=days,
        unit="Tekniska förvaltningen",
        owner_name="Anna Ek",
        last_update=date(2026, 9, 3),
        url="https://atgarda.example/actions/7",
        report_url="https://atgarda.example/u/abc",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def render(*items: DigestItem, recipient: str = "Anna Ek") -> Rendered:
    digest = Digest(recipient, TODAY, items, "https://atgarda.example/mina", "Exempelkommun")
    return render_digest(digest, SWEDISH, "sv")


class Reader(HTMLParser):
    """What a person sees of an HTML mail: the text, the links, the language."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._hidden = False

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


def choices(url: str) -> list[tuple[str, str]]:
    """The three answers, in their order, and where each leads."""
    words = {
        "on_track": "Enligt plan",
        "at_risk": "Risk för försening",
        "off_track": "Följer inte planen",
    }
    return [(word, f"{url}?health={health}") for health, word in words.items()]


def links_of(one: DigestItem) -> list[tuple[str, str]]:
    """What Anna Ek can click: answers about her own action, the page of another's."""
    if one.owner_name == "Anna Ek" and one.reason != "escalated":
        return choices(one.report_url)
    return [("Öppna åtgärden", one.url)]


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


@pytest.mark.parametrize(
    ("items", "subject"),
    [
        ([item(-1)], "1 åtgärd är försenad"),
        ([item(-1), item(-40, "escalated")], "2 åtgärder är försenade"),
        (
            [item(1), item(-1), item(-2, "silent")],
            "2 åtgärder är försenade, 1 förfaller i morgon",
        ),
        ([item(0, "on")], "1 åtgärd ska vara klar i dag"),
        ([item(0, "on"), item(0, "assigned")], "2 åtgärder ska vara klara i dag"),
        ([item(-1), item(0), item(0)], "1 åtgärd är försenad, 2 ska vara klara i dag"),
        ([item(-1), item(0)], "1 åtgärd är försenad, 1 ska vara klar i dag"),
        ([item(1)], "1 åtgärd förfaller i morgon"),
        ([item(1), item(1)], "2 åtgärder förfaller i morgon"),
        ([item(7)], "1 åtgärd förfaller inom 7 dagar"),
        ([item(7), item(2), item(30)], "3 åtgärder förfaller inom 30 dagar"),
        ([item(1), item(2)], "1 åtgärd förfaller i morgon, 1 förfaller inom 2 dagar"),
        ([item(60, "silent")], "1 åtgärd saknar ny lägesrapport"),
        ([item(60, "silent")] * 2, "2 åtgärder saknar ny lägesrapport"),
        ([item(60, "assigned")], "1 åtgärd är ny för dig"),
        ([item(60, "assigned")] * 2, "2 åtgärder är nya för dig"),
        (
            [item(60, "assigned"), item(60, "silent")],
            "1 åtgärd saknar ny lägesrapport, 1 är ny för dig",
        ),
        (
            [item(60, "assigned"), item(60, "assigned"), item(9)],
            "1 åtgärd förfaller inom 9 dagar, 2 är nya för dig",
        ),
        (
            [item(7), item(60, "silent")],
            "1 åtgärd förfaller inom 7 dagar, 1 saknar ny lägesrapport",
        ),
        ([item(-1), item(0), item(1), item(7)], "1 åtgärd är försenad, 1 ska vara klar i dag"),
    ],
)
def test_the_subject_says_the_most_urgent(items: list[DigestItem], subject: str) -> None:
    rendered = render(*items)
    assert rendered.subject == subject
    assert f"{subject}." in rendered.text.splitlines()


@pytest.mark.parametrize(
    ("one", "sentences"),
    [
        (
            item(-1),
            "Skulle ha varit klar måndag 30 november, för 1 dag sedan. "
            "Senaste lägesrapport: torsdag 3 september.",
        ),
        (
            item(-5, "after", last_update=None),
            "Skulle ha varit klar torsdag 26 november, för 5 dagar sedan. "
            "Ingen lägesrapport har lämnats än.",
        ),
        (
            item(0, "on"),
            "Ska vara klar i dag, tisdag 1 december. Senaste lägesrapport: torsdag 3 september.",
        ),
        (
            item(1),
            "Ska vara klar i morgon, onsdag 2 december. Senaste lägesrapport: torsdag 3 september.",
        ),
        (
            item(2),
            "Ska vara klar torsdag 3 december, om 2 dagar. "
            "Senaste lägesrapport: torsdag 3 september.",
        ),
        (
            item(31, "assigned"),
            "Du har fått ansvaret. Ska vara klar fredag 1 januari 2027, om 31 dagar.",
        ),
        (
            item(30, "silent"),
            "Ska vara klar torsdag 31 december, om 30 dagar. "
            "Ingen lägesrapport sedan torsdag 3 september, på 89 dagar.",
        ),
        (
            item(30, "silent", last_update=TODAY - timedelta(days=1)),
            "Ska vara klar torsdag 31 december, om 30 dagar. "
            "Ingen lägesrapport sedan måndag 30 november, på 1 dag.",
        ),
        (
            item(-14, "escalated", owner_name="Bo Li"),
            "Du får veta det som chef, eftersom åtgärden dröjer. "
            "Skulle ha varit klar tisdag 17 november, för 14 dagar sedan. "
            "Senaste lägesrapport: torsdag 3 september. "
            "Ansvarig: Bo Li (Tekniska förvaltningen).",
        ),
        (
            item(7, "assigned", owner_name=None),
            "Ska vara klar tisdag 8 december, om 7 dagar. "
            "Ingen är ansvarig (Tekniska förvaltningen).",
        ),
    ],
)
def test_an_item_says_what_is_due_and_when(one: DigestItem, sentences: str) -> None:
    rendered = render(one)
    lines = [line.strip() for line in rendered.text.splitlines()]
    start = lines.index("* Ta fram en dialogpolicy")
    answers = [f"{word}: {url}" for word, url in links_of(one)]
    assert lines[start + 1 : start + 2 + len(answers)] == [sentences, *answers]
    assert " ".join(read(rendered.html).words).count(sentences) == 1


def test_a_mail_about_one_action_is_short() -> None:
    lines = [line for line in render(item(-1)).text.splitlines() if line.strip()]
    assert len(lines) <= 11


def test_the_most_urgent_comes_first() -> None:
    days = {"Ny": 60, "Sen": -1, "Senare": -9, "I dag": 0, "Snart": 3}
    items = [item(n, "assigned" if n > 30 else "before", title=t) for t, n in days.items()]
    titles = re.findall(r"^\* (.*)$", render(*items).text, re.MULTILINE)
    assert titles == ["Senare", "Sen", "I dag", "Snart", "Ny"]


@pytest.mark.parametrize(
    ("number", "named", "rest"),
    [
        (12, 12, ""),
        (13, 12, "… och 1 åtgärd till, som du ser på din sida."),
        (500, 12, "… och 488 åtgärder till, som du ser på din sida."),
    ],
)
def test_a_long_list_ends_on_the_page(number: int, named: int, rest: str) -> None:
    rendered = render(*(item(-n, title=f"Åtgärd {n}") for n in range(1, number + 1)))
    assert rendered.subject == f"{number} åtgärder är försenade"
    for text in (rendered.text, rendered.html):
        assert text.count("Skulle ha varit klar") == named
        assert (rest in text) if rest else ("till, som du ser" not in text)


def test_text_and_html_hold_the_same() -> None:
    items = [item(n, title=f"Åtgärd {n}", url=f"https://x.example/u/{n}") for n in (-3, 0, 1, 9)]
    rendered = render(*items, recipient="Bo Li")
    reader = read(rendered.html)
    text_links = re.findall(r"https://\S+", rendered.text)
    assert reader.links == text_links
    text_words = re.sub(r"(?m)^\* |: https://\S+", "", rendered.text).split()
    assert reader.words == text_words


def test_who_is_only_told_is_not_asked() -> None:
    rendered = render(item(-14, "escalated", owner_name="Bo Li"), item(7, owner_name=None))
    assert "Hur går det?" not in rendered.text + rendered.html
    assert "Läget: https://atgarda.example/mina" in rendered.text
    assert "Öppna åtgärden: https://atgarda.example/actions/7" in rendered.text


def test_each_action_has_three_answers_to_click() -> None:
    urls = [f"https://x.example/u/{n}" for n in (1, 2)]
    rendered = render(
        *(item(-n, title=f"Åtgärd {n}", report_url=url) for n, url in enumerate(urls))
    )
    wanted = [address for url in sorted(urls, reverse=True) for _word, address in choices(url)]
    reader = read(rendered.html)
    assert reader.links == [*wanted, "https://atgarda.example/mina"]
    spoken = [attrs.get("aria-label") for tag, attrs in reader.tags if tag == "a"]
    assert spoken[:3] == [f"{word}: Åtgärd 1" for word, _address in choices("")]


def test_the_html_is_marked_up_for_people_and_dark_mode() -> None:
    rendered = render(item(-1))
    tags = read(rendered.html).tags
    assert ("html", {"lang": "sv"}) in tags
    assert ("meta", {"name": "color-scheme", "content": "light dark"}) in tags
    assert [tag for tag, _ in tags if tag in {"h1", "h2"}] == ["h1", "h2"]
    assert not any(tag in {"img", "script", "link"} for tag, _ in tags)


def test_what_people_typed_stays_text() -> None:
    evil = '<script>alert("1")</script> & {{ 7 * 7 }}\r\nEnligt plan: https://evil.example'
    rendered = render(item(-1, title=evil, unit=evil, owner_name=evil), recipient=evil + "!")
    assert not any(tag == "script" for tag, _ in read(rendered.html).tags)
    assert "{{ 7 * 7 }}" in rendered.text
    assert "&amp;" not in rendered.text
    starts = [line.strip() for line in rendered.text.splitlines()]
    assert not any(line.startswith("Enligt plan: https://evil") for line in starts)


def test_in_english_by_the_catalogue() -> None:
    digest = Digest(
        "Anna Ek", TODAY, (item(0, "on"), item(-1)), "https://x.example/", "Exempelkommun"
    )
    rendered = render_digest(digest, English(), "en")
    assert rendered.subject == "1 action is overdue, 1 is due today"
    assert "Hello Anna Ek," in rendered.text
    assert "Was due Monday 30 November, 1 day ago." in rendered.text
    assert "Last status update: Thursday 3 September." in rendered.text
    assert "  On track: https://atgarda.example/u/abc?health=on_track" in rendered.text
    assert 'lang="en"' in rendered.html
    swedish = re.compile("[åäöÅÄÖ]|untranslated")
    body = rendered.text.replace("Ta fram en dialogpolicy", "").replace("Åtgärda", "")
    assert not swedish.search(body)


def test_what_is_no_digest() -> None:
    with pytest.raises(ValueError, match="without items"):
        Digest("Anna Ek", TODAY, (), "https://x.example/", "Exempelkommun")
    with pytest.raises(ValueError, match="weekly"):
        item(1, "weekly")


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(-400, 400), st.sampled_from(Reason)), min_size=1, max_size=6))
def test_every_digest_names_each_action_once(shape: list[tuple[int, Reason]]) -> None:
    items = [
        item(
            days,
            reason,
            title=f"nr{n}.",
            url=f"https://x.example/a/{n}.",
            report_url=f"https://x.example/u/{n}/",
        )
        for n, (days, reason) in enumerate(shape)
    ]
    rendered = render(*items)
    assert "\n" not in rendered.subject
    assert "%(" not in rendered.subject + rendered.text + rendered.html
    for one in items:
        assert rendered.text.count(f"* {one.title}") == 1
        for _word, url in links_of(one):
            assert rendered.text.count(url) == 1
            assert rendered.html.count(f'href="{url}"') == 1
