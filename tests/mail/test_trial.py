"""What a frozen letter says, read back as text, and the letter to try the server with."""

from __future__ import annotations

from datetime import UTC, datetime
from gettext import NullTranslations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.mail.message import build_message
from tracker.mail.trial import plain_text, trial_words


def frozen(text: str) -> bytes:
    return build_message(
        sender="Åtgärda <atgarda@kommun.example>",
        recipient_name="Anna",
        recipient_address="anna@kommun.example",
        subject="Hej",
        text=text,
        html="<p>inte det här</p>",
        message_id="<digest.1.2026-03-02@kommun.example>",
        sent_at=datetime(2026, 3, 2, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    "text", ["Hej Åsa!", "<script>alert(1)</script>", "=?utf-8?q?x?=", "🙂", "a" * 10_000]
)
def test_a_letter_reads_as_it_was_written(text: str) -> None:
    assert plain_text(frozen(text + "\n")) == text


@pytest.mark.parametrize(
    "link", ["abc", "WzEsMl0.ab-c_d", "x.y?health=on_track", "a" * 300, "%3Cx%3E"]
)
def test_nobody_else_can_answer_with_what_is_shown(link: str) -> None:
    """Whoever holds the address answers in the recipient's name."""
    text = (
        f"Det går bra: https://plan.example/answer/{link}\nSe den: https://plan.example/actions/7"
    )
    shown = plain_text(frozen(text + "\n"))
    assert shown == (
        "Det går bra: https://plan.example/answer/…\nSe den: https://plan.example/actions/7"
    )


@given(st.binary(max_size=300))
def test_any_bytes_can_be_looked_at(mime: bytes) -> None:
    assert isinstance(plain_text(mime), str)


def test_bytes_that_are_no_letter() -> None:
    assert plain_text(b"") == ""
    wrong = b"Content-Type: text/plain; charset=klingon\r\n\r\nhej\r\n"
    assert plain_text(wrong) in ("", "hej")


def test_a_name_is_no_markup() -> None:
    _subject, text, html = trial_words(
        "<b>Anna\r\nB</b>", "https://plan.example", NullTranslations()
    )
    assert "Hej <b>Anna B</b>!" in text
    assert "<b>" not in html
