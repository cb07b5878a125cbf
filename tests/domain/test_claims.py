"""Claims in the shapes that providers send."""

from __future__ import annotations

from typing import Any

import pytest

from tracker.domain.claims import MOST_VALUES, SUBJECT_MAX, Identity, holds, identity_of, values_of


@pytest.mark.parametrize(
    ("claims", "claim", "values"),
    [
        ({"roles": ["a", "b"]}, "roles", ("a", "b")),
        ({"roles": ["b", "a", "b"]}, "roles", ("b", "a")),
        ({"roles": "a"}, "roles", ("a",)),
        ({"roles": "a b"}, "roles", ("a b",)),
        ({"roles": " a "}, "roles", ("a",)),
        ({"roles": "fo\u0308retag"}, "roles", ("företag",)),
        ({"roles": ["Åtgärda – direktör"]}, "roles", ("Åtgärda – direktör",)),
        ({"roles": []}, "roles", ()),
        ({"roles": ""}, "roles", ()),
        ({"roles": [" ", None, 1, True, {"a": 1}, ["a"], "b"]}, "roles", ("b",)),
        ({"roles": None}, "roles", ()),
        ({"roles": {"a": "b"}}, "roles", ()),
        ({"groups": ["a"]}, "roles", ()),
        ({}, "roles", ()),
        ({"realm_access": {"roles": ["a"]}}, "realm_access.roles", ("a",)),
        ({"realm_access": "a"}, "realm_access.roles", ()),
        ({"https://x.example/roles": ["a"]}, "https://x.example/roles", ("a",)),
        ({"a.b": ["own"], "a": {"b": ["inner"]}}, "a.b", ("own",)),
        ({"roles": ["a\u200bb", "a\0", "\ud800", "a\nb", "c\u202e", "ok"]}, "roles", ("ok",)),
    ],
)
def test_values(claims: dict[str, Any], claim: str, values: tuple[str, ...]) -> None:
    assert values_of(claims, claim) == values


def test_there_is_an_end_to_values() -> None:
    many = [str(number) for number in range(MOST_VALUES + 10)]
    assert len(values_of({"roles": many}, "roles")) == MOST_VALUES


@pytest.mark.parametrize(
    ("claims", "said"), [({"roles": []}, True), ({"roles": None}, False), ({}, False)]
)
def test_nothing_is_said_too(claims: dict[str, Any], said: bool) -> None:
    assert holds(claims, "roles") is said


def test_a_person() -> None:
    claims = {
        "iss": "https://login.example",
        "sub": "s-1",
        "name": " Anna  Ek ",
        "email": "anna.ek@testkoping.example",
        "email_verified": True,
        "preferred_username": "anna",
        "upn": 7,
        "roles": ["a"],
    }
    assert identity_of(claims, "roles") == Identity(
        issuer="https://login.example",
        subject="s-1",
        name="Anna Ek",
        verified="anna.ek@testkoping.example",
        addresses=("anna.ek@testkoping.example", "anna"),
        values=("a",),
    )


@pytest.mark.parametrize("said", ["true", "false", 1, 0, None, False, [True], "True"])
def test_only_true_verifies_an_address(said: Any) -> None:
    claims = {"iss": "i", "sub": "s", "email": "a@b.example", "email_verified": said}
    assert identity_of(claims, "roles").verified == ""


@pytest.mark.parametrize(
    ("claims", "user_names"),
    [
        (
            {"upn": "a@b.example", "preferred_username": "c@b.example"},
            ("a@b.example", "c@b.example"),
        ),
        ({"preferred_username": "a", "email": "c@b.example"}, ("a",)),
        ({"email": "c@b.example"}, ()),
        ({"upn": "a@b.example", "email_verified": False}, ()),
        ({"upn": "a@b.example", "email_verified": None}, ()),
    ],
)
def test_user_names_count_where_nobody_verifies(
    claims: dict[str, Any], user_names: tuple[str, ...]
) -> None:
    assert identity_of({"sub": "s", **claims}, "roles").user_names == user_names


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"given_name": "Anna", "family_name": "Ek"}, "Anna Ek"),
        ({"given_name": "Anna"}, "Anna"),
        ({"name": "", "family_name": "Ek"}, "Ek"),
        ({"name": "Anna\u200b\nEk"}, "Anna Ek"),
        ({"name": ["Anna"]}, ""),
        ({}, ""),
    ],
)
def test_names(claims: dict[str, Any], name: str) -> None:
    assert identity_of({"iss": "i", "sub": "s", **claims}, "roles").name.replace("  ", " ") == name


@pytest.mark.parametrize(
    "subject", ["", "s" * (SUBJECT_MAX + 1), "å", "s\0", "s\n", None, 7, ["s"]]
)
def test_a_subject_is_plain_text(subject: Any) -> None:
    with pytest.raises(ValueError, match="sub"):
        identity_of({"iss": "i", "sub": subject}, "roles")
