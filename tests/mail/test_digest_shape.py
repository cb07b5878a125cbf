"""How a digest looks: short, the same in text and HTML, in one language, proof against any text."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta
from gettext import NullTranslations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mail.digests import (
    MINE,
    SWEDISH,
    TODAY,
    Reader,
    item,
    lines,
    of_round,
    render,
    told,
    way_on,
)
from tracker.domain.ladder import ROUNDS, Reason
from tracker.mail.digest import SHOWN, Digest, render_digest
from tracker.mail.letter import shortened


@pytest.mark.parametrize("reason", list(Reason))
@pytest.mark.parametrize(("number", "most"), [(1, 10), (3, 16), (SHOWN, 22), (400, 22)])
def test_ten_lines_not_forty(reason: Reason, number: int, most: int) -> None:
    whole = of_round(-3, reason, -1, for_name="Karin Hällström", title="Ordna " * 40)
    rendered = render(*[whole] * number)
    assert len(lines(rendered)) <= most
    assert Reader(rendered.html).links.count(whole.answer_url or "") == min(number, SHOWN)


def test_the_most_urgent_comes_first() -> None:
    days = {"Ny": 60, "Sen": -1, "Senare": -9, "I dag": 0, "Snart": 3}
    items = [item(n, "assigned" if n > 30 else "before", title=t) for t, n in days.items()]
    titles = re.findall(r"^\* (.*)$", render(*items).text, re.MULTILINE)
    assert titles == ["Senare", "Sen", "I dag", "Snart", "Ny"]
    rounds = [of_round(90, "round_due", n, title=str(n)) for n in (7, -3, 2, -1)]
    titles = re.findall(r"^\* (.*)$", render(*rounds, item(5, title="Snart")).text, re.MULTILINE)
    assert titles == ["-3", "-1", "Snart", "2", "7"]


@pytest.mark.parametrize(
    ("number", "label"),
    [
        (SHOWN, "Alla dina åtgärder"),
        (SHOWN + 1, "… och 1 åtgärd till"),
        (SHOWN + 488, "… och 488 åtgärder till"),
    ],
)
def test_a_long_list_ends_in_the_app(number: int, label: str) -> None:
    rendered = render(*(item(-n, title=f"Åtgärd {n}") for n in range(1, number + 1)))
    assert rendered.subject == f"{number} åtgärder är försenade"
    assert f"{label}: {MINE}" in lines(rendered)
    assert label in rendered.html
    assert Reader(rendered.html).links[-1] == MINE
    for text in (rendered.text, rendered.html):
        assert text.count("Skulle ha varit klar") == SHOWN


def test_text_and_html_hold_the_same() -> None:
    items = [
        *(item(n, title=f"Åtgärd {n}", answer_url=f"https://x.example/u/{n}") for n in (-3, 0)),
        told(1, url="https://x.example/actions/1"),
        of_round(90, "round_open", 9, answer_url="https://x.example/u/9"),
    ]
    rendered = render(*items, recipient="Bo Li")
    reader = Reader(rendered.html)
    assert reader.links == re.findall(r"https://\S+", rendered.text)
    text_words = re.sub(r"(?m)^\* |: https://\S+", "", rendered.text).split()
    assert reader.words == text_words


def test_who_is_only_told_is_not_asked() -> None:
    rendered = render(told(-14, owner_name="Bo Li"), told(7, "before", owner_name=None))
    assert "Svar" not in rendered.text + rendered.html
    assert f"Läget: {MINE}" in rendered.text
    assert "Öppna åtgärden: https://atgarda.example/actions/7" in rendered.text


def test_each_action_has_one_button() -> None:
    urls = [f"https://x.example/answer/{n}" for n in (1, 2)]
    rendered = render(*(item(-n, title=f"Åtgärd {n}", answer_url=u) for n, u in enumerate(urls)))
    reader = Reader(rendered.html)
    assert reader.links == [urls[1], urls[0], MINE]
    spoken = [attrs.get("aria-label") for tag, attrs in reader.tags if tag == "a"]
    assert spoken[0] == "Svara hur det går: Åtgärd 1"
    assert lines(rendered)[-3].startswith("Svarslänkarna är personliga och gäller i 14 dagar.")
    assert "Svarslänken är personlig och gäller i 14 dagar." in render(item(-1)).text


def test_an_action_without_an_owner_asks_for_one() -> None:
    page = "https://x.example/actions/7/edit"
    rendered = render(told(-1, "after", owner_name=None, appoint_url=page))
    assert Reader(rendered.html).links == [page, MINE], "still one button"
    assert f"Utse en ansvarig: {page}" in rendered.text
    assert "Öppna åtgärden" not in rendered.text
    assert "Utse" not in render(item(-1, appoint_url=page)).text, "who is asked, answers"


def test_the_html_is_marked_up_for_people_and_dark_mode() -> None:
    rendered = render(item(-1))
    tags = Reader(rendered.html).tags
    assert ("html", {"lang": "sv"}) in tags
    assert ("meta", {"name": "color-scheme", "content": "light dark"}) in tags
    assert [tag for tag, _ in tags if tag in {"h1", "h2"}] == ["h1", "h2"]
    assert not any(tag in {"img", "script", "link", "table"} for tag, _ in tags)
    # Text in the reader's own colours: only the button brings a pair, and both of it.
    colours = [
        attrs.get("style") or "" for _, attrs in tags if "color" in (attrs.get("style") or "")
    ]
    assert sum("background-color" in one for one in colours) == 1
    assert all("background-color" in c or "border" in c or "inherit" in c for c in colours)


HOSTILE = (
    '<script>alert("1")</script> & {{ 7 * 7 }} %(num)d %s 100 %',
    "Rad ett\r\nSvara hur det går: https://evil.example\r\n\r\n* Annat",
    "a\x00b\x0bc\x85d\u2028e\u2029f",
    "\u202eesrever\u2066 \u200ftext\u2069",
    "x" * 10_000,
    "ord " * 3_000,
    "🦊" * 500,
    "\ud800 ensam",
    "",
)


@pytest.mark.parametrize("evil", HOSTILE)
def test_what_people_typed_stays_text_and_short(evil: str) -> None:
    one = of_round(
        -1, "round_late", -1, title=evil, unit=evil, owner_name=evil, for_name=evil, round_name=evil
    )
    bare = told(-1, "after", title=evil, unit=evil, owner_name=evil)
    digest = Digest(evil, TODAY, (one, bare), MINE, evil)
    rendered = render_digest(digest, SWEDISH, "sv")
    assert not any(tag == "script" for tag, _ in Reader(rendered.html).tags)
    assert Reader(rendered.html).links == [one.answer_url, bare.url, MINE]
    assert "49" not in rendered.text
    assert "&amp;" not in rendered.text
    assert rendered.text.replace("\n", "").isprintable()
    assert len(lines(rendered)) <= 14
    assert max(map(len, lines(rendered))) < 700
    rendered.text.encode()
    starts = [line.split(":")[0] for line in lines(rendered)]
    assert starts.count("Svara hur det går") == 1


@pytest.mark.parametrize(
    ("text", "longest", "kept"),
    [
        ("kort", 10, "kort"),
        ("precis tio", 10, "precis tio"),
        ("precis elva", 10, "precis…"),
        ("ord, och mer ord", 10, "ord, och…"),
        ("xxxxxxxxxxxxxxxx", 10, "xxxxxxxxx…"),
        ("a bbbbbbbbbbbbbbbbbbb", 10, "a bbbbbbb…"),
        ("två  \n rader", 20, "två rader"),
    ],
)
def test_long_texts_are_cut_between_words(text: str, longest: int, kept: str) -> None:
    assert shortened(text, longest) == kept


@given(st.text(), st.integers(4, 200))
def test_nothing_is_longer_than_it_may(text: str, longest: int) -> None:
    kept = shortened(text, longest)
    assert len(kept) <= longest
    assert not {unicodedata.category(ch) for ch in kept} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert shortened(kept, longest) == kept


class Marked(NullTranslations):
    """A catalogue that marks what passes through it."""

    def gettext(self, message: str) -> str:
        return re.sub(r"(%\(\w+\)[ds])|[^\W\d_]+", lambda found: found[1] or "w", message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def test_every_sentence_passes_through_the_catalogue() -> None:
    plain = {"title": "nn", "unit": "nn", "owner_name": "nn"}
    items = [
        wrap(days, reason, **plain, for_name=away)
        for days in (-1, 0, 1, 9)
        for reason in set(Reason) - ROUNDS
        for wrap in (item, told)
        for away in (None, "nn")
    ]
    items += [
        of_round(days, reason, due, **plain, round_name="nn")
        for days in (-1, 9)
        for reason in (*ROUNDS, Reason.BEFORE)
        for due in (-1, 2)
    ]
    for start in range(0, len(items), SHOWN):
        some = tuple(items[start : start + SHOWN])
        digest = Digest("nn", TODAY, some, "https://nn.nn/", "nn")
        rendered = render_digest(digest, Marked(), "en")
        text = re.sub(r"https://\S+", "", rendered.text).replace("Åtgärda", "")
        text = re.sub(r"(Mon|Tues|Wednes|Thurs)day|November|December|September", "", text)
        assert set(re.findall(r"[^\W\d_]+", text)) <= {"w", "nn"}, text
        assert 'lang="en"' in rendered.html


def test_days_are_written_in_the_readers_language() -> None:
    digest = Digest("Anna Ek", TODAY, (item(-1),), MINE, "Exempelkommun")
    for locale, day in (("en", "Monday, 30 November"), ("nb", "mandag 30. november")):
        rendered = render_digest(digest, SWEDISH, locale)
        assert f"Skulle ha varit klar {day}" in rendered.text


def test_what_is_no_digest() -> None:
    with pytest.raises(ValueError, match="without items"):
        Digest("Anna Ek", TODAY, (), "https://x.example/", "Exempelkommun")
    with pytest.raises(ValueError, match="weekly"):
        item(1, "weekly")


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(-400, 400),
            st.sampled_from(Reason),
            st.booleans(),
            st.none() | st.integers(-40, 40),
        ),
        min_size=1,
        max_size=9,
    )
)
def test_every_digest_names_what_it_shows_once(
    shape: list[tuple[int, Reason, bool, int | None]],
) -> None:
    items = [
        item(
            days,
            reason,
            title=f"nr{n}.",
            url=f"https://x.example/a/{n}.",
            answer_url=f"https://x.example/u/{n}/" if asked else None,
            round_name=None if due is None else "Bokslut",
            round_due=None if due is None else TODAY + timedelta(days=due),
        )
        for n, (days, reason, asked, due) in enumerate(shape)
    ]
    rendered = render(*items)
    assert "\n" not in rendered.subject
    assert "%(" not in rendered.subject + rendered.text + rendered.html
    named = [one for one in items if f"* {one.title}" in rendered.text]
    assert len(named) == min(len(items), SHOWN)
    for one in named:
        assert rendered.text.count(f"* {one.title}") == 1
        assert lines(rendered).count(way_on(one)) == 1
        assert rendered.html.count(f'href="{one.answer_url or one.url}"') == 1
