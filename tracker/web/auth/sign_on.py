"""Logging in at the municipality's own OpenID provider, and out of it again."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Any

from flask import (
    Blueprint,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from tracker.clock import now
from tracker.domain.claims import Identity
from tracker.domain.errors import RuleBroken
from tracker.extensions import will_write
from tracker.models import LogInMethod
from tracker.services.accounts import sign_on as service
from tracker.services.accounts.sign_on_provider import Attempt, Provider, Unreachable, Untrusted
from tracker.web.access import passwords_here, public
from tracker.web.door import LONGEST_TARGET, admit
from tracker.web.messages import translated

bp = Blueprint("sign_on", __name__)

BACK = "/login/openid/back"
PATIENCE = timedelta(minutes=10)  # how long one may take at the provider
# What the signed cookie remembers: the log-in that was begun, that one came by the provider, and
# that one is on the way out of it.
PENDING, CAME, LEAVING = "sign_on", "signed_on", "signing_off"

STALE = _l("Inloggningen tog för lång tid, eller börjades i ett annat fönster. Försök igen.")
GIVEN_UP = _l("Inloggningen avbröts innan den var klar. Försök igen.")


bp.add_app_template_global(passwords_here)


@bp.app_template_global("sign_on_name")
def sign_on_name() -> str:
    """What the provider is called here; empty where there is none."""
    oidc = current_app.extensions["settings"].oidc
    return oidc.name if oidc else ""


def provider() -> Provider | None:
    """The installation's provider, the same one as long as the process lives."""
    settings = current_app.extensions["settings"]
    if settings.oidc is None:
        return None
    if "openid" not in current_app.extensions:
        current_app.extensions["openid"] = Provider(settings.oidc, settings.base_url + BACK)
    found: Provider = current_app.extensions["openid"]
    return found


@bp.get("/login/openid")
@public
def begin() -> ResponseReturnValue:
    """Send the browser to the provider. A link, not a form: a form may not lead to another site."""
    known = provider()
    if known is None or current_user.is_authenticated:
        return redirect(url_for("auth.login"))
    try:
        attempt, address = known.begin(now=now())
    except Unreachable as error:
        return _failed(translated(error), 503)
    target = request.args.get("next", "")
    session[PENDING] = {
        **vars(attempt),
        "until": (now() + PATIENCE).isoformat(),
        "target": target if len(target) <= LONGEST_TARGET else "",
    }
    return redirect(address)


@bp.get(BACK)
@public
def back() -> ResponseReturnValue:
    """Where the provider sends people back: let in whom it vouches for."""
    known, pending = provider(), session.pop(PENDING, None)
    if known is None or current_user.is_authenticated:
        return redirect(url_for("auth.login"))
    if pending is None or not _is_answer_to(pending, known.settings.issuer):
        return _failed(str(STALE), 400)
    if not (code := request.args.get("code")):
        return _failed(str(GIVEN_UP), 400)
    attempt = Attempt(pending["state"], pending["nonce"], pending["verifier"])
    try:
        who = known.finish(code, attempt, now=now())
    except Unreachable as error:
        return _failed(translated(error), 503)
    except Untrusted as error:
        return _failed(translated(error), 400)
    return _let_in(who, pending["target"])


def _is_answer_to(pending: dict[str, Any], issuer: str) -> bool:
    """Whether the provider answers, in time, what this very browser asked (RFC 6749, section 10.12;
    RFC 9207 where it says who it is)."""
    in_time = now() < datetime.fromisoformat(pending["until"])
    state = request.args.get("state", "").encode(errors="replace")
    same = hmac.compare_digest(state, pending["state"].encode())
    return in_time and same and request.args.get("iss", issuer) == issuer


def _let_in(who: Identity, target: str) -> ResponseReturnValue:
    will_write()
    verdict = service.sign_on(who, now=now())
    if verdict.user is None:
        sentence = translated(verdict.refusal or RuleBroken(service.AT_ONCE))
        return _failed(sentence, 403, who)
    answer = admit(verdict.user, method=LogInMethod.OIDC, target=target)
    session[CAME] = True
    return answer


def _failed(sentence: str, status: int, who: Identity | None = None) -> ResponseReturnValue:
    """The page that says why nobody was let in; to whom the provider knows, what it said."""
    oidc = current_app.extensions["settings"].oidc
    page = render_template("auth/sign_on_failed.html", sentence=sentence, who=who, oidc=oidc)
    return page, status


def way_out(came: bool) -> str:
    """Where to go once one's session here is ended and its cookie is empty; `came` says whether it
    was the provider that let one in."""
    if not came:
        return url_for("auth.login")
    session[LEAVING] = True
    return url_for("sign_on.leave")


def came_by_provider() -> bool:
    """Whether this browser's session was opened on the provider's word."""
    return bool(session.get(CAME))


@bp.get("/logged-out")
@public
def leave() -> ResponseReturnValue:
    """Say that one is out of here, and lead on to be logged out of the provider as well.

    By a header and a link: browsers follow no redirect to another site after a form of ours.
    """
    known = provider()
    if known is None or not session.pop(LEAVING, False):
        return redirect(url_for("auth.login"))
    settings = current_app.extensions["settings"]
    try:
        address = known.farewell(settings.base_url + url_for("auth.login"), now=now())
    except Unreachable:
        address = None
    answer = make_response(render_template("auth/signed_off.html", address=address))
    if address is not None:
        answer.headers["Refresh"] = f"0; url={address}"
    return answer
