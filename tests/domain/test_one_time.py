"""Codes that open once, against the standard's own examples."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest

from tracker.domain.one_time import (
    LETTERS,
    address_of,
    code_at,
    digits_in,
    in_groups,
    matching_steps,
    paper_code_in,
    step_of,
)

SECRET = base64.b32encode(b"12345678901234567890").decode()  # RFC 6238, appendix B
PAPER = "0123456789abcdefghjkmnpq"


@pytest.mark.parametrize(
    ("seconds", "eight_digits"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_examples_of_the_standard(seconds: int, eight_digits: str) -> None:
    now = datetime.fromtimestamp(seconds, UTC)
    assert code_at(SECRET, step_of(now)) == eight_digits[-6:]


@pytest.mark.parametrize(("steps", "taken"), [(-2, 0), (-1, 1), (0, 1), (1, 1), (2, 0)])
def test_one_step_of_slack_each_way(steps: int, taken: int) -> None:
    now = datetime(2026, 3, 2, 8, 0, 0, tzinfo=UTC)
    code = code_at(SECRET, step_of(now) + steps)
    found = list(matching_steps(SECRET, code, now=now))
    assert found == [step_of(now) + steps][:taken]


def test_a_step_begins_at_its_first_second() -> None:
    now = datetime(2026, 3, 2, 8, 0, 0, tzinfo=UTC)
    assert step_of(now - timedelta(microseconds=1)) == step_of(now) - 1
    assert step_of(now + timedelta(seconds=29.999)) == step_of(now)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("123456", "123456"),
        (" 123 456 ", "123456"),
        ("123-456", "123456"),
        ("123\N{NO-BREAK SPACE}456", "123456"),
        ("\uff11\uff12\uff13\uff14\uff15\uff16", "123456"),  # as some keyboards write digits
        ("000000", "000000"),
        ("12345", None),
        ("1234567", None),
        ("12345a", None),
        ("", None),
        ("\u0661\u0662\u0663\u0664\u0665\u0666", None),
        ("١٢٣٤٥٦", None),
        ("123456\x00", "123456"),
        ("9" * 5000, None),
    ],
)
def test_what_counts_as_six_digits(typed: str, code: str | None) -> None:
    assert digits_in(typed) == code


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (in_groups(PAPER, "-"), PAPER),
        (in_groups(PAPER.upper(), " "), PAPER),
        (f"  {PAPER}\n", PAPER),
        (PAPER.replace("0", "O").replace("1", "l"), PAPER),
        (PAPER.replace("1", "I"), PAPER),
        (PAPER[:-1], None),
        (PAPER + "0", None),
        (PAPER[:-1] + "u", None),
        (PAPER[:-1] + "å", None),
        ("123456", None),
        ("", None),
    ],
)
def test_what_counts_as_a_recovery_code(typed: str, code: str | None) -> None:
    assert paper_code_in(typed) == code


def test_no_letter_is_taken_for_another() -> None:
    assert len(set(LETTERS)) == 32
    assert not set("ilou") & set(LETTERS)


def test_the_address_says_whose_and_where() -> None:
    address = address_of(SECRET, name="a@b.example", issuer="Åtgärda Testköping")
    assert address.startswith("otpauth://totp/")
    assert f"secret={SECRET}" in address
    assert "issuer=%C3%85tg%C3%A4rda%20Testk%C3%B6ping" in address
