"""What we ask the OpenID provider, and which of its answers we believe.

The code flow with PKCE, state and nonce (OpenID Connect Core 1.0, section 3.1; RFC 7636).
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import JWKRegistry, KeySet
from joserfc.jws import JWSRegistry

from config import LOOPBACK, Oidc
from tracker.domain.claims import Identity, holds, identity_of
from tracker.domain.errors import N_, RuleBroken, Unavailable

log = logging.getLogger(__name__)

# Signatures that only the provider can make: `none`, and HMAC under a key that is public, are not.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
PUBLIC_KEYS = ("RSA", "EC")
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
TIMEOUT = (3.0, 7.0)  # seconds to connect, and to wait for more of an answer
LARGEST = 1024 * 1024  # bytes of an answer
FRESH = timedelta(hours=1)
KEYS_AGAIN = timedelta(minutes=1)  # how seldom an unknown key makes us ask for the keys anew
REST = timedelta(seconds=10)  # how long nobody waits again for an address that did not answer
CLOCKS_DIFFER = 60  # seconds


class Unreachable(Unavailable):
    """The provider does not answer, or not as a provider does."""

    def __init__(self, why: str) -> None:
        super().__init__(N_("Inloggningen går inte att nå just nu. Försök igen om en liten stund."))
        log.warning("The OpenID provider cannot be used: %s", why)


class Untrusted(RuleBroken):
    """What came back was not signed by the provider, for us, for this very log-in."""

    def __init__(self, why: str) -> None:
        super().__init__(
            N_("Svaret från inloggningen gick inte att lita på. Börja om från början.")
        )
        log.warning("An answer in the OpenID provider's name was refused: %s", why)


@dataclass(frozen=True)
class Attempt:
    """What ties the answer of the provider to the browser that asked; each is used once."""

    state: str
    nonce: str
    verifier: str


class Provider:
    """One provider, with what it publishes about itself kept for an hour.

    `back` is the address, known to the provider, to which it sends people back.
    """

    def __init__(self, settings: Oidc, back: str) -> None:
        self.settings = settings
        self._back = back
        self._kept: dict[str, tuple[datetime, dict[str, Any]]] = {}
        self._silent: dict[str, datetime] = {}

    def begin(self, *, now: datetime) -> tuple[Attempt, str]:
        """A new attempt, and the provider's address to send the browser to.

        Raises:
            Unreachable.
        """
        attempt = Attempt(*(secrets.token_urlsafe(32) for _ in range(3)))
        address, _state = self._client().create_authorization_url(
            self._metadata(now)["authorization_endpoint"],
            state=attempt.state,
            nonce=attempt.nonce,
            code_verifier=attempt.verifier,
        )
        return attempt, str(address)

    def finish(self, code: str, attempt: Attempt, *, now: datetime) -> Identity:
        """Who the provider says that came back with this code.

        Raises:
            Unreachable.
            Untrusted: the code is no good, or the token is not what the provider signed for us.
        """
        tokens = self._tokens(code, attempt, now)
        claims = self._verified(tokens, attempt, now)
        claim = self.settings.claim
        if not (holds(claims, claim) and holds(claims, "email")):
            told = self._told(tokens, claims, now)
            # Whether an address is verified is said of the address beside it.
            mixed = "email" in claims and {"email", "email_verified"} <= told.keys()
            claims = {**told, **({"email_verified": None} if mixed else {}), **claims}
        try:
            return identity_of(claims, claim)
        except ValueError as error:
            raise Untrusted(f"its {error} is no subject") from error

    def farewell(self, back: str, *, now: datetime) -> str | None:
        """Where one logs out of the provider and is sent on to `back`; None where one cannot.

        Raises:
            Unreachable.
        """
        address = self._metadata(now).get("end_session_endpoint")
        if not (isinstance(address, str) and self._is_safe(address)):
            return None
        asked = {"client_id": self.settings.client_id, "post_logout_redirect_uri": back}
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"

    def _client(self, **more: Any) -> OAuth2Session:
        return OAuth2Session(
            self.settings.client_id,
            self.settings.client_secret,
            scope="openid profile email",
            redirect_uri=self._back,
            code_challenge_method="S256",
            **more,
        )

    def _metadata(self, now: datetime) -> dict[str, Any]:
        """What the provider says about itself (OpenID Connect Discovery 1.0, section 4)."""
        base = self.settings.issuer.rstrip("/")
        found = self._published(f"{base}/.well-known/openid-configuration", now)
        if found.get("issuer") != self.settings.issuer:
            raise Unreachable(f"it calls itself {found.get('issuer')!r}, not OIDC_ISSUER")
        for name in NEEDED:
            if not (isinstance(found.get(name), str) and self._is_safe(found[name])):
                raise Unreachable(f"it names no {name} that is https")
        return found

    def _is_safe(self, address: str) -> bool:
        """Whether nobody on the way can read or change what is said there."""
        parts, issuer = urlsplit(address), urlsplit(self.settings.issuer)
        here = (*LOOPBACK, "::1")
        inside = issuer.scheme == parts.scheme == "http" and parts.hostname in here
        return bool(parts.hostname) and (parts.scheme == "https" or inside)

    def _published(self, address: str, now: datetime, fresh: timedelta = FRESH) -> dict[str, Any]:
        """A JSON object at an address, at most `fresh` old."""
        when, kept = self._kept.get(address, (None, {}))
        if when is not None and when <= now < when + fresh:
            return kept
        if (silent := self._silent.get(address)) and silent <= now < silent + REST:
            raise Unreachable(f"{address} did not answer a moment ago")
        try:
            found = _fetched(address)
        except (requests.RequestException, ValueError) as error:
            self._silent[address] = now
            raise Unreachable(f"{address}: {type(error).__name__}") from error
        self._kept[address] = (now, found)
        return found

    def _tokens(self, code: str, attempt: Attempt, now: datetime) -> Mapping[str, Any]:
        """What the provider gives for the code; it gives it once, and only to who holds the
        verifier."""
        known = self._metadata(now)
        ways = known.get("token_endpoint_auth_methods_supported") or ()
        way = "client_secret_post" if "client_secret_post" in ways else "client_secret_basic"
        try:
            with self._client(token_endpoint_auth_method=way) as client:
                tokens = client.fetch_token(
                    known["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=attempt.verifier,
                    timeout=TIMEOUT,
                    allow_redirects=False,
                )
        except AuthlibBaseError as error:
            raise Untrusted(f"the code was refused: {_word(error.error)}") from error
        except (requests.RequestException, ValueError) as error:
            raise Unreachable(f"its token endpoint: {type(error).__name__}") from error
        if not isinstance(tokens, Mapping) or not isinstance(tokens.get("id_token"), str):
            raise Untrusted("it holds no ID token")
        return tokens

    def _verified(
        self, tokens: Mapping[str, Any], attempt: Attempt, now: datetime
    ) -> dict[str, Any]:
        """The claims of the ID token, once signature, issuer, audience, times and nonce hold."""
        try:
            try:
                token = _decoded(tokens["id_token"], self._keys(now))
            except InvalidKeyIdError:
                # The provider may have changed its keys since we asked.
                token = _decoded(tokens["id_token"], self._keys(now, KEYS_AGAIN))
            claims = CodeIDToken(
                token.claims,
                token.header,
                {
                    "iss": {"essential": True, "value": self.settings.issuer},
                    "aud": {"essential": True, "value": self.settings.client_id},
                },
                {
                    "nonce": attempt.nonce,
                    "client_id": self.settings.client_id,
                    "access_token": tokens.get("access_token"),
                },
            )
            claims.validate(now=int(now.timestamp()), leeway=CLOCKS_DIFFER)
        except (JoseError, ValueError, TypeError, LookupError) as error:
            raise Untrusted(f"{type(error).__name__} {_word(str(error))}") from error
        return dict(claims)

    def _keys(self, now: datetime, fresh: timedelta = FRESH) -> KeySet:
        """The provider's public keys for signatures; a key of a kind we do not use is left out."""
        published = self._published(self._metadata(now)["jwks_uri"], now, fresh)
        found = []
        for key in published.get("keys") or ():
            with suppress(JoseError, ValueError, TypeError, LookupError):
                if key["kty"] in PUBLIC_KEYS and key.get("use") in (None, "sig"):
                    found.append(JWKRegistry.import_key(key))
        return KeySet(found)

    def _told(
        self, tokens: Mapping[str, Any], claims: Mapping[str, Any], now: datetime
    ) -> dict[str, Any]:
        """What the provider tells besides the token, where it does (Core 1.0, section 5.3)."""
        address, access = self._metadata(now).get("userinfo_endpoint"), tokens.get("access_token")
        if not (isinstance(address, str) and self._is_safe(address) and isinstance(access, str)):
            return {}
        try:
            told = _fetched(address, {"Authorization": f"Bearer {access}"})
        except requests.HTTPError as error:
            if error.response.status_code < 500:
                return {}  # as AD FS, whose access token is for somebody else
            raise Unreachable("its userinfo endpoint: HTTPError") from error
        except (requests.RequestException, ValueError) as error:
            raise Unreachable(f"its userinfo endpoint: {type(error).__name__}") from error
        if told.get("sub") != claims["sub"]:
            raise Untrusted("the userinfo is about somebody else")
        return told


def _decoded(token: str, keys: KeySet) -> jwt.Token:
    known = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    return jwt.decode(token, keys, registry=known)


def _fetched(address: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A JSON object from the provider; it is not followed anywhere else.

    Raises:
        requests.RequestException, ValueError.
    """
    wanted = {"Accept": "application/json", **(headers or {})}
    with requests.get(
        address, headers=wanted, timeout=TIMEOUT, allow_redirects=False, stream=True
    ) as answer:
        answer.raise_for_status()
        text = b""
        for piece in answer.iter_content(64 * 1024):
            text += piece
            if len(text) > LARGEST:
                raise ValueError("too large")
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def _word(text: Any) -> str:
    """What somebody else says, fit for one line of our log."""
    return "".join(ch for ch in str(text)[:80] if ch.isalnum() or ch in " _-.:'")
