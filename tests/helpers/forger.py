"""An OpenID provider of our own, in a thread, that signs and answers whatever a test wants."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc.jwk import ECKey, Key, RSAKey
from joserfc.jws import JWSRegistry

from config import Oidc
from tests.helpers.cast import NOW

SECRET = "the-secret-that-both-know-0123456789"
CLIENT = "atgarda"


@cache
def rsa_key(name: str) -> RSAKey:
    """A key pair by name; making one takes a while."""
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


@cache
def ec_key(name: str) -> ECKey:
    """The same on a curve."""
    return ECKey.generate_key("P-256", {"kid": name, "use": "sig"})


def signed(claims: dict[str, Any], key: Key, alg: str = "RS256", **header: Any) -> str:
    """A token as a provider with this key would make it."""
    text = ".".join([piece({"alg": alg, "kid": key.kid, **header}), piece(claims)])
    return f"{text}.{piece(JWSRegistry.algorithms[alg].sign(text.encode(), key))}"


def piece(data: Any) -> str:
    """One part of a token that nobody signs."""
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Forger:
    """What the provider says; a test changes it.

    `told` are the claims of whoever logs in next, `userinfo` what is told besides. `answers` is,
    by path, a status and a body that stand in for the usual ones; `asked` are the paths that were
    asked for. With `token` set that is the ID token, whoever asks.
    """

    url: str = ""
    told: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] | None = None
    keys: list[Key] = field(default_factory=lambda: [rsa_key("one")])
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    token: str | None = None

    @property
    def settings(self) -> Oidc:
        """The product's settings for this provider."""
        return Oidc(self.url, CLIENT, SECRET, name="Testköpings inloggning", claim="roles")

    def claims(self, nonce: str, /, **changes: Any) -> dict[str, Any]:
        """The claims of a good token at NOW; what is changed to None is left out."""
        at = int(NOW.timestamp())
        usual = {"iss": self.url, "aud": CLIENT, "sub": "s-1", "iat": at, "exp": at + 300}
        all_of_it = {**usual, "nonce": nonce, **self.told, **changes}
        return {name: value for name, value in all_of_it.items() if value is not None}

    def log_in(self, address: str) -> str:
        """What a person does who is sent to `address` and logs in: the query that they are sent
        back with."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return urlencode({"code": code, "state": asked["state"]})

    def answer(self, method: str, path: str, body: dict[str, str]) -> tuple[int, bytes]:
        """The status and body for a request."""
        self.asked.append(path)
        if path in self.answers:
            return self.answers[path]
        found: Any = {
            "/.well-known/openid-configuration": self._metadata,
            "/jwks": lambda: {"keys": [key.as_dict(private=False) for key in self.keys]},
            "/userinfo": lambda: self.userinfo,
        }.get(path, lambda: None)()
        if path == "/token":
            return self._give(body)
        return (200, json.dumps(found).encode()) if found is not None else (404, b"{}")

    def _metadata(self) -> dict[str, Any]:
        more = {"userinfo_endpoint": f"{self.url}/userinfo"} if self.userinfo is not None else {}
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "end_session_endpoint": f"{self.url}/logout",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            **more,
        }

    def _give(self, body: dict[str, str]) -> tuple[int, bytes]:
        """A token for a code: once, and only to who has the secret and the verifier."""
        asked = self.codes.pop(body.get("code", ""), None)
        hashed = hashlib.sha256(body.get("code_verifier", "").encode()).digest()
        if asked is None or asked["code_challenge"] != piece(hashed):
            return 400, b'{"error": "invalid_grant"}'
        if (body.get("client_id"), body.get("client_secret")) != (CLIENT, SECRET):
            return 401, b'{"error": "invalid_client"}'
        if body.get("redirect_uri") != asked["redirect_uri"]:
            return 400, b'{"error": "invalid_grant"}'
        token = self.token or signed(self.claims(asked["nonce"]), self.keys[0])
        given = {"access_token": "access", "token_type": "Bearer", "id_token": token}
        return 200, json.dumps(given).encode()


@contextmanager
def forging() -> Iterator[Forger]:
    """A provider on a free port of this machine until the block ends."""
    forger = Forger()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.reply({})

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            self.reply(dict(parse_qsl(self.rfile.read(length).decode())))

        def reply(self, body: dict[str, str]) -> None:
            status, text = forger.answer(self.command, urlsplit(self.path).path, body)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    forger.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield forger
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
