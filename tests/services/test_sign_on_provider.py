"""What we believe of what comes back from an OpenID provider: only what it signed, for us, now."""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from tests.helpers.cast import NOW
from tests.helpers.forger import (
    CLIENT,
    SECRET,
    Forger,
    ec_key,
    forging,
    piece,
    rsa_key,
    signed,
)
from tracker.domain.claims import Identity
from tracker.domain.errors import RuleBroken
from tracker.services.accounts.sign_on_provider import (
    FRESH,
    KEYS_AGAIN,
    LARGEST,
    REST,
    Attempt,
    Provider,
    Unreachable,
    Untrusted,
)

BACK = "http://localhost/login/openid/back"
AT = int(NOW.timestamp())
METADATA, KEYS = "/.well-known/openid-configuration", "/jwks"
# A test says what the forger's token is, from the nonce of the log-in.
Make = Callable[[Forger, str], Any]


@pytest.fixture(scope="module")
def one_forger() -> Iterator[Forger]:
    with forging() as made:
        yield made


@pytest.fixture
def forger(one_forger: Forger) -> Forger:
    """As new for each test, at the same address."""
    vars(one_forger).update(vars(Forger(one_forger.url)))
    return one_forger


@pytest.fixture
def provider(forger: Forger) -> Provider:
    return Provider(forger.settings, BACK)


def came(forger: Forger, provider: Provider, make: Make | None = None) -> Identity:
    """Log in there, and give back what we then believe."""
    attempt, address = provider.begin(now=NOW)
    code = dict(parse_qsl(forger.log_in(address)))["code"]
    forger.token = make(forger, attempt.nonce) if make else None
    return provider.finish(code, attempt, now=NOW)


def claims(**changes: Any) -> Make:
    return lambda forger, nonce: signed(forger.claims(nonce, **changes), rsa_key("one"))


def with_key(key: Any, alg: str, **header: Any) -> Make:
    return lambda forger, nonce: signed(forger.claims(nonce), key, alg, **header)


def by_hand(header: dict[str, Any], signature: bytes = b"") -> Make:
    return lambda forger, nonce: ".".join(
        [piece(header), piece(forger.claims(nonce)), piece(signature)]
    )


def changed(part: int, how: Callable[[str], str]) -> Make:
    """A good token of which one part was changed on the way."""

    def make(forger: Forger, nonce: str) -> str:
        parts = signed(forger.claims(nonce), rsa_key("one")).split(".")
        return ".".join([*parts[:part], how(parts[part]), *parts[part + 1 :]])

    return make


def hmac_of(secret: bytes) -> Make:
    """Signed with HMAC, under something that everybody or somebody else may know."""

    def make(forger: Forger, nonce: str) -> str:
        text = ".".join([piece({"alg": "HS256", "kid": "one"}), piece(forger.claims(nonce))])
        return f"{text}.{piece(hmac.digest(secret, text.encode(), 'sha256'))}"

    return make


PUBLIC = rsa_key("one").as_pem(private=False)
MINE = rsa_key("mine")
NAMED = {"kid": "one"}

FORGED: dict[str, Make] = {
    "alg none": by_hand({"alg": "none"}),
    "alg None with a key's name": by_hand({"alg": "nOnE", "kid": "one"}),
    "alg none with a signature": by_hand({"alg": "none"}, b"signature"),
    "no alg": by_hand({"kid": "one"}),
    "hmac under the public key": hmac_of(PUBLIC),
    "hmac under the public key without its last line": hmac_of(PUBLIC.strip()),
    "hmac under the client's secret": hmac_of(SECRET.encode()),
    "somebody else's key": with_key(MINE, "RS256"),
    "somebody else's key by the provider's name": with_key(MINE, "RS256", **NAMED),
    "a key that comes along": with_key(MINE, "RS256", jwk=MINE.as_dict(private=False), **NAMED),
    "a key that is elsewhere": with_key(MINE, "RS256", jku="http://127.0.0.1:9/jwks", **NAMED),
    "another kind of key": with_key(ec_key("mine"), "ES256", **NAMED),
    "a header that must be understood": with_key(rsa_key("one"), "RS256", crit=["x"], x=1),
    "claims changed on the way": changed(
        1, lambda text: piece({"sub": "s-2", "iss": "x", "aud": CLIENT})
    ),
    "signature changed": changed(2, lambda text: text[:-6] + "AAAAAA"),
    "signature cut off": changed(2, lambda text: ""),
    "signature of another": changed(2, lambda text: text[: len(text) // 2]),
    "no token": lambda forger, nonce: "x",
    "encrypted": lambda forger, nonce: ".".join(["x"] * 5),
    "a list for claims": lambda forger, nonce: ".".join(
        [piece({"alg": "RS256", "kid": "one"}), piece([1]), piece(b"x")]
    ),
    "far too long": claims(roles=["x" * 100] * 2000),
    "another issuer": claims(iss="https://login.example"),
    "the issuer with a slash": lambda forger, nonce: signed(
        forger.claims(nonce, iss=forger.url + "/"), rsa_key("one")
    ),
    "no issuer": claims(iss=None),
    "issuers": lambda forger, nonce: signed(forger.claims(nonce, iss=[forger.url]), rsa_key("one")),
    "for another service": claims(aud="other"),
    "for another service, at our wish": claims(aud="other", azp=CLIENT),
    "for other services": claims(aud=["other", "more"]),
    "for us and others, at nobody's wish": claims(aud=[CLIENT, "other"]),
    "for us, at another's wish": claims(azp="other"),
    "for us and others, at another's wish": claims(aud=[CLIENT, "other"], azp="other"),
    "for nobody": claims(aud=None),
    "for numbers": claims(aud=[1, 2]),
    "run out": claims(exp=AT - 61),
    "without an end": claims(exp=None),
    "an end in words": claims(exp=str(AT + 300)),
    "an end that is true": claims(exp=True),
    "without a beginning": claims(iat=None),
    "from the future": claims(iat=AT + 120, exp=AT + 500),
    "not yet": claims(nbf=AT + 120),
    "the nonce of another log-in": claims(nonce="other"),
    "without a nonce": claims(nonce=None),
    "an empty nonce": claims(nonce=""),
    "nonces": lambda forger, nonce: signed(forger.claims(nonce, nonce=[nonce]), rsa_key("one")),
    "nobody": claims(sub=None),
    "an empty subject": claims(sub=""),
    "a number for a subject": claims(sub=7),
    "a subject that is too long": claims(sub="s" * 256),
    "a subject that ends early": claims(sub="s\0"),
    "a subject in other letters": claims(sub="så"),
    "the hash of another access token": claims(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
}


@pytest.mark.parametrize("make", FORGED.values(), ids=FORGED)
def test_what_is_not_the_providers_word_to_us_is_refused(
    forger: Forger, provider: Provider, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Untrusted) as refused:
        came(forger, provider, make)
    assert "eyJ" not in caplog.text + str(refused.value), "a token is told to nobody"


GOOD: dict[str, Make] = {
    "as usual": claims(),
    "in a list": claims(aud=[CLIENT]),
    "for others too, at our wish": claims(aud=[CLIENT, "other"], azp=CLIENT),
    "run out by less than clocks differ": claims(exp=AT - 59),
    "from a clock that is ahead": claims(iat=AT + 59, nbf=AT + 59),
    "the longest subject": claims(sub="s" * 255),
    "a stronger hash": with_key(rsa_key("one"), "RS512"),
    "another padding": with_key(rsa_key("one"), "PS256"),
    "a header that says more": with_key(rsa_key("one"), "RS256", x5t="abc", nonce="n"),
}


@pytest.mark.parametrize("make", GOOD.values(), ids=GOOD)
def test_what_the_provider_signed_for_us_is_believed(
    forger: Forger, provider: Provider, make: Make
) -> None:
    who = came(forger, provider, make)
    assert who.issuer == forger.url
    assert who.subject in ("s-1", "s" * 255)


def test_a_token_is_good_for_one_log_in(forger: Forger, provider: Provider) -> None:
    """The same token again, and the same code again, open nothing."""
    attempt, address = provider.begin(now=NOW)
    kept = signed(forger.claims(attempt.nonce), rsa_key("one"))
    code = dict(parse_qsl(forger.log_in(address)))["code"]
    assert provider.finish(code, attempt, now=NOW).subject == "s-1"
    with pytest.raises(Untrusted):
        provider.finish(code, attempt, now=NOW)
    with pytest.raises(Untrusted):
        came(forger, provider, lambda _forger, _nonce: kept)


def test_a_stolen_code_is_worth_nothing_without_its_verifier(
    forger: Forger, provider: Provider
) -> None:
    _attempt, address = provider.begin(now=NOW)
    code = dict(parse_qsl(forger.log_in(address)))["code"]
    with pytest.raises(Untrusted):
        provider.finish(code, Attempt("state", "nonce", "verifier"), now=NOW)


def test_the_browser_learns_no_secret(forger: Forger, provider: Provider) -> None:
    attempt, address = provider.begin(now=NOW)
    asked = parse_qs(urlsplit(address).query)
    assert asked["redirect_uri"] == [BACK]
    assert asked["state"] == [attempt.state]
    assert asked["nonce"] == [attempt.nonce]
    assert attempt.verifier not in address
    assert SECRET not in address
    other, _address = provider.begin(now=NOW)
    assert not set(vars(attempt).values()) & set(vars(other).values())


def test_a_curve_serves_as_well(forger: Forger, provider: Provider) -> None:
    forger.keys = [ec_key("curve")]
    assert came(forger, provider, with_key(ec_key("curve"), "ES256")).subject == "s-1"


def test_keys_are_asked_for_again_when_one_is_unknown_but_not_each_time(
    forger: Forger, provider: Provider
) -> None:
    came(forger, provider)
    came(forger, provider)
    assert forger.asked.count(KEYS) == forger.asked.count(METADATA) == 1
    forger.keys = [rsa_key("two")]
    with pytest.raises(Untrusted):
        came(forger, provider)
    assert forger.asked.count(KEYS) == 1, "asked a moment ago"
    later = NOW + KEYS_AGAIN
    attempt, address = provider.begin(now=later)
    code = dict(parse_qsl(forger.log_in(address)))["code"]
    assert provider.finish(code, attempt, now=later).subject == "s-1"
    assert forger.asked.count(KEYS) == 2
    provider.begin(now=NOW + FRESH)
    assert forger.asked.count(METADATA) == 2


def test_a_key_of_ours_is_never_taken_from_the_published_ones(
    forger: Forger, provider: Provider
) -> None:
    """A symmetric key among them, or a broken one, is passed over."""
    published = [
        {"kty": "oct", "kid": "one", "k": piece(b"x" * 32)},
        {"kty": "RSA", "kid": "broken"},
        {"kty": "RSA", "kid": "one", "use": "enc", "n": "AQAB", "e": "AQAB"},
        "no key",
        rsa_key("one").as_dict(private=False),
    ]
    forger.answers[KEYS] = 200, json.dumps({"keys": published}).encode()
    with pytest.raises(Untrusted):
        came(forger, provider, hmac_of(b"x" * 32))
    assert came(forger, provider).subject == "s-1"


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        (METADATA, 500, b""),
        (METADATA, 404, b"{}"),
        (METADATA, 302, b""),
        (METADATA, 200, b"<html>"),
        (METADATA, 200, b"[]"),
        (METADATA, 200, b"{}"),
        (METADATA, 200, b'{"issuer": "https://other.example"}'),
        (KEYS, 500, b""),
        (KEYS, 200, b"\xff"),
        ("/token", 500, b""),
        ("/token", 200, b"<html>"),
        ("/token", 429, b"slow down"),
        ("/userinfo", 503, b""),
        ("/userinfo", 200, b"<html>"),
    ],
)
def test_a_provider_that_does_not_answer_as_one_is_out_of_reach(
    forger: Forger, provider: Provider, path: str, status: int, body: bytes
) -> None:
    forger.userinfo = {}
    forger.answers[path] = status, body
    with pytest.raises(Unreachable):
        came(forger, provider)


@pytest.mark.parametrize(
    "name", ["authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint"]
)
@pytest.mark.parametrize("address", ["http://login.example/x", "ftp://x", "", None, 7, "//x"])
def test_nothing_is_asked_or_told_in_the_clear(
    forger: Forger, provider: Provider, name: str, address: Any
) -> None:
    forger.answers[METADATA] = 200, json.dumps({**forger._metadata(), name: address}).encode()
    if name == "end_session_endpoint":
        assert provider.farewell("http://localhost/", now=NOW) is None
    else:
        with pytest.raises(Unreachable):
            came(forger, provider)


def test_an_answer_without_end_is_not_read_to_its_end(forger: Forger, provider: Provider) -> None:
    long = {**forger._metadata(), "more": "x" * LARGEST}
    forger.answers[METADATA] = 200, json.dumps(long).encode()
    with pytest.raises(Unreachable):
        came(forger, provider)


def test_nobody_waits_twice_for_a_provider_that_is_silent(forger: Forger) -> None:
    """The port is closed; a moment later it is not even tried."""
    provider = Provider(replace(forger.settings, issuer="http://127.0.0.1:1"), BACK)
    with pytest.raises(Unreachable) as first:
        provider.begin(now=NOW)
    assert "igen" in str(first.value)
    provider.settings = forger.settings
    forger.answers[METADATA] = 500, b""
    for after in (timedelta(0), REST / 2):
        with pytest.raises(Unreachable):
            provider.begin(now=NOW + after)
    assert forger.asked == [METADATA]
    del forger.answers[METADATA]
    assert provider.begin(now=NOW + REST)


def test_what_the_token_leaves_out_is_asked_for(forger: Forger, provider: Provider) -> None:
    """Of two that say the same, the signed one counts."""
    forger.userinfo = {
        "sub": "s-1",
        "email": "anna@testkoping.example",
        "email_verified": True,
        "roles": ["a"],
    }
    who = came(forger, provider)
    assert (who.verified, who.values) == ("anna@testkoping.example", ("a",))
    who = came(forger, provider, claims(email="bo@testkoping.example"))
    assert (who.verified, who.addresses) == ("", ("bo@testkoping.example",))
    forger.asked.clear()
    assert came(forger, provider, claims(email="x@y.example", roles=[])).values == ()
    assert "/userinfo" not in forger.asked


def test_userinfo_about_somebody_else_is_refused(forger: Forger, provider: Provider) -> None:
    forger.userinfo = {"sub": "s-2", "roles": ["admin"]}
    with pytest.raises(Untrusted):
        came(forger, provider)


def test_a_provider_that_keeps_userinfo_to_itself_will_do(
    forger: Forger, provider: Provider
) -> None:
    forger.userinfo, forger.answers["/userinfo"] = {}, (401, b"")
    assert came(forger, provider).values == ()


def test_the_way_out(forger: Forger, provider: Provider) -> None:
    address = provider.farewell("http://localhost/login", now=NOW) or ""
    assert address.startswith(f"{forger.url}/logout?")
    assert parse_qs(urlsplit(address).query) == {
        "client_id": [CLIENT],
        "post_logout_redirect_uri": ["http://localhost/login"],
    }


def test_what_goes_wrong_is_logged_on_one_line_without_secrets(
    forger: Forger, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    forger.answers["/token"] = 400, json.dumps({"error": "x\ny <b> " + "z" * 500}).encode()
    attempt, address = provider.begin(now=NOW)
    code = dict(parse_qsl(forger.log_in(address)))["code"]
    with pytest.raises(RuleBroken):
        provider.finish(code, attempt, now=NOW)
    ours = [record for record in caplog.records if record.name.startswith("tracker.")]
    assert len(ours) == 1
    assert "\n" not in ours[0].getMessage()
    for secret in (SECRET, attempt.verifier, attempt.nonce, attempt.state, code):
        assert secret not in caplog.text
