"""The headers of every answer, and what requests are refused before any view sees them."""

from __future__ import annotations

import re
import secrets

from flask import Response, current_app, g, request
from werkzeug.exceptions import BadRequest

# Nothing is written into a page that could run: scripts are our own files, and of these only those
# whose element carries the answer's nonce.
_POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
}
_UNUSED = ("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "microphone")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{one}=()" for one in (*_UNUSED, "payment", "usb")),
    "X-Permitted-Cross-Domain-Policies": "none",
}
_ONE_YEAR = 365 * 24 * 3600
_READS = ("GET", "HEAD", "OPTIONS")
# Control characters and code points that are none, in UTF-8: HTML forbids them, however escaped.
UNSHOWABLE = re.compile(
    rb"[\x00-\x08\x0b\x0e-\x1f\x7f]|\xc2[\x80-\x9f]|\xef\xb7[\x90-\xaf]|\xef\xbf[\xbe\xbf]"
    rb"|[\xf0-\xf4][\x8f\x9f\xaf\xbf]\xbf[\xbe\xbf]"
)


def nonce() -> str:
    """What the script elements of this answer carry, so that the browser runs no others."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def refuse_other_sites() -> None:
    """No form of another site is taken, whatever token it holds (browsers say where they are;
    programs that do not are left to the token)."""
    comes_from = request.headers.get("Sec-Fetch-Site", "")
    if request.method not in _READS and comes_from in ("cross-site", "same-site"):
        raise BadRequest


def refuse_stray_files() -> None:
    """Only a report comes as a file; one in a text's place is no form of ours."""
    if any(name != "file" for name in request.files):
        raise BadRequest


def harden(response: Response) -> Response:
    """Headers that keep a page to itself, and a page without what no page may hold."""
    # "Not modified" sends no policy: the page that the browser has came with the nonce of its own.
    if response.status_code != 304:
        response.headers.setdefault("Content-Security-Policy", policy())
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if response.access_control_allow_origin == "*":
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if current_app.extensions["settings"].secure:
        lasting = f"max-age={_ONE_YEAR}; includeSubDomains"
        response.headers.setdefault("Strict-Transport-Security", lasting)
    if request.endpoint != "static" or response.status_code >= 400:
        response.headers.setdefault("Cache-Control", "no-store")
    if response.mimetype == "text/html" and not response.direct_passthrough:
        response.set_data(UNSHOWABLE.sub(b"", response.get_data()))
    return response


def policy() -> str:
    """The content security policy of this answer.

    A page that many may be given from a cache has no nonce, which would be no secret: it has no
    scripts either.
    """
    rules = {**_POLICY, "script-src": f"'nonce-{g.nonce}'" if "nonce" in g else "'none'"}
    return "; ".join(f"{what} {allowed}" for what, allowed in rules.items())
