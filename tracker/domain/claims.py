"""What a verified token of an OpenID provider says about a person, whatever shape it has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

from tracker.domain.text import normalise_space

SUBJECT_MAX = 255
MOST_VALUES = 1000
# Where providers put the address that a person is known by; only the first may be verified.
ADDRESSES = ("email", "preferred_username", "upn")
# Of them, those that an organisation gives its people to log in by.
USER_NAMES = ("upn", "preferred_username")


@dataclass(frozen=True)
class Identity:
    """A person as the provider knows them.

    `verified` is the address that the provider vouches for, exactly as sent, or empty;
    `addresses` all that it names, in the order of ADDRESSES; `values` what the claim that gives
    roles holds, in its order; `user_names` those of USER_NAMES, where the provider says nothing at
    all of which addresses are verified.
    """

    issuer: str
    subject: str
    name: str
    verified: str
    addresses: tuple[str, ...]
    values: tuple[str, ...]
    user_names: tuple[str, ...] = ()


def identity_of(claims: Mapping[str, Any], claim: str) -> Identity:
    """Read the claims of a verified token (OpenID Connect Core 1.0, sections 2 and 5.1); `claim`
    is where roles are read from.

    Raises:
        ValueError: there is no subject that could be remembered.
    """
    subject = claims.get("sub")
    if not (isinstance(subject, str) and subject.isascii() and subject.isprintable()):
        raise ValueError("sub")
    if not 0 < len(subject) <= SUBJECT_MAX:
        raise ValueError("sub")
    # Only the boolean says so: the text "false" would count as true.
    vouched = claims.get("email_verified") is True
    return Identity(
        issuer=str(claims.get("iss")),
        subject=subject,
        name=_name(claims),
        verified=_text(claims.get("email")) if vouched else "",
        addresses=_texts(claims, ADDRESSES),
        values=values_of(claims, claim),
        # Who verifies addresses lets people type their own, and user names most likely too.
        user_names=() if "email_verified" in claims else _texts(claims, USER_NAMES),
    )


def holds(claims: Mapping[str, Any], claim: str) -> bool:
    """Whether the claims say anything under this name, be it nothing."""
    return _found(claims, claim) is not None


def values_of(claims: Mapping[str, Any], claim: str) -> tuple[str, ...]:
    """The texts under a claim: one text, or those of a list, each once. One that holds what cannot
    be seen or typed is left out. A name with full stops that is no claim's own leads into objects:
    `realm_access.roles`."""
    found = _found(claims, claim)
    several = found if isinstance(found, list) else [found]
    texts = [normalize("NFC", text.strip()) for text in several[:MOST_VALUES] if _text(text)]
    return tuple(dict.fromkeys(text for text in texts if text == normalise_space(text) != ""))


def _found(claims: Mapping[str, Any], claim: str) -> Any:
    if claim in claims:
        return claims[claim]
    found: Any = claims
    for name in claim.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _name(claims: Mapping[str, Any]) -> str:
    whole = normalise_space(_text(claims.get("name")))
    parts = (_text(claims.get(part)) for part in ("given_name", "family_name"))
    return whole or normalise_space(" ".join(parts))


def _texts(claims: Mapping[str, Any], names: Iterable[str]) -> tuple[str, ...]:
    return tuple(filter(None, (_text(claims.get(name)) for name in names)))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
