"""What surrounds every page: language, navigation, headers and the pages for errors."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import (
    Flask,
    Response,
    current_app,
    has_request_context,
    make_response,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import Babel, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from config import LOCALES
from tracker.clock import now
from tracker.domain.errors import Conflict, Forbidden, NotFound, RuleBroken, Unavailable
from tracker.domain.languages import NAMES
from tracker.domain.permissions import Deed
from tracker.extensions import db, login_manager
from tracker.services import places
from tracker.services.accounts.throttle import tell
from tracker.services.bell.listing import number_waiting
from tracker.web import headers, local, rescue, tasks
from tracker.web.access import me, starts_with_own_actions
from tracker.web.machinery import machinery
from tracker.web.messages import in_words, translated

STATUSES = {NotFound: 404, Forbidden: 403, Conflict: 409, Unavailable: 503}


class KeyConverter(IntegerConverter):
    """A number in an address; one that no key column could hold is no page, not a fault."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=2**31 - 1)


@dataclass(frozen=True)
class MenuItem:
    """One entry of the menu, as base.html draws it."""

    label: str
    url: str
    current: bool


MENU = (
    (_l("Läget"), "start.index", Deed.START_VIEW),
    (_l("Mina åtgärder"), "actions.mine", Deed.ACTION_REPORT),
    (_l("Utvärderingar"), "evaluations.index", Deed.EVALUATION_VIEW),
    (_l("Förbättringspunkter"), "points.index", Deed.POINT_VIEW),
    (_l("Handlingsplan"), "actions.index", Deed.PLAN_VIEW),
    (_l("Uppföljning"), "rounds.index", Deed.ROUND_VIEW),
    (_l("Effekt"), "comparisons.index", Deed.COMPARISON_VIEW),
    (_l("Rapporter"), "reports.index", Deed.REPORT_VIEW),
    (_l("Personer"), "people.index", Deed.PEOPLE_MANAGE),
    (_l("Organisation"), "organisation.index", Deed.PLACES_MANAGE),
    (_l("Drift"), "operations.index", Deed.OPERATIONS_VIEW),
)
# Tasks without an entry of their own, and the entry that they belong to.
UNDER = {
    "calendars": "actions.mine",
    "crosswalks": "comparisons.index",
    "drafts": "evaluations.index",
    "packs": "comparisons.index",
    "plans": "actions.index",
    "privacy": "people.index",
    "records": "operations.index",
    "references": "comparisons.index",
    "sheets": "actions.index",
    "sign_on_rules": "organisation.index",
    "site_texts": "organisation.index",
}


def register(app: Flask, babel: Babel) -> None:
    """Bind the whole web room to the app."""
    babel.init_app(app, locale_selector=chosen_locale)
    behind_proxies(app)
    login_manager.unauthorized_handler(rescue.ask_to_log_in)
    app.url_map.converters["int"] = KeyConverter
    for blueprint in tasks.blueprints():
        app.register_blueprint(blueprint)
    app.url_defaults(static_version)
    app.context_processor(page_context)
    app.jinja_env.globals["current_user"] = current_user  # for macros: they see no page's context
    for name in (
        local.local_day,
        local.long_date,
        local.short_date,
        local.month_name,
        local.unbroken,
        in_words,
    ):
        app.add_template_filter(name)
    app.jinja_env.globals["nonce"] = headers.nonce
    app.before_request(headers.refuse_other_sites)
    app.before_request(headers.refuse_stray_files)
    app.after_request(headers.harden)
    app.log_exception = log_fault  # type: ignore[method-assign]
    app.register_error_handler(RuleBroken, show_rule)
    app.register_error_handler(HTTPException, show_http_error)
    app.register_error_handler(CSRFError, rescue.show_stale_form)
    app.register_error_handler(SecurityError, show_wrong_host)


def behind_proxies(app: Flask) -> None:
    """Believe what our own proxies say of the visitor's address and of https, and nothing else:
    the host stands in Host, and whatever stands before that many entries the visitor wrote."""
    count = app.extensions["settings"].proxies
    if count:
        seen = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=0, x_port=0, x_prefix=0)
        app.wsgi_app = seen  # type: ignore[method-assign]


def static_version(endpoint: str, values: dict[str, Any]) -> None:
    """Name a static file by its content, so that a browser may keep it for a year."""
    if endpoint == "static" and "v" not in values:
        values["v"] = _content_hash(str(current_app.static_folder), values["filename"])


@lru_cache(maxsize=64)
def _content_hash(folder: str, name: str) -> str | None:
    path = Path(folder) / name
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8] if path.is_file() else None


# How browsers ask for Norwegian besides nb; we have one.
_NORWEGIAN = {"no": "nb", "nn": "nb"}


def chosen_locale() -> str:
    """The person's language, else the choice made in this browser, else what the browser asks for,
    else the installation's. Pages that caches may keep are in the last, whoever asks."""
    if has_request_context():
        wanted = current_user.locale if current_user.is_authenticated else session.get("locale")
        if wanted in LOCALES:
            return str(wanted)
        for asked, quality in request.accept_languages:
            language = asked.replace("_", "-").partition("-")[0].lower()
            language = _NORWEGIAN.get(language, language)
            if quality > 0 and language in LOCALES:
                return language
    return str(current_app.extensions["settings"].locale)


def page_context() -> dict[str, Any]:
    """What base.html needs on every page."""
    settings = current_app.extensions["settings"]
    own = places.own_municipality()
    return {
        "navigation": menu(),
        "municipality_name": settings.municipality or (own.name if own else ""),
        "locale": get_locale().language,
        "languages": NAMES,
        "this_page": this_page(),
        "today": local.today(),
        "alarms": alarms(),
        "bell": bell(),
    }


def this_page() -> str:
    """The address to come back to: this page's own, or where its form was sent from if the page
    answers nothing but forms."""
    if request.url_rule is None or "GET" in (request.url_rule.methods or ()):
        return request.full_path.rstrip("?")
    came_from = urlsplit(request.referrer or "")
    return came_from._replace(scheme="", netloc="").geturl() if came_from.path else "/"


def menu() -> list[MenuItem]:
    """The entries that this person may see."""
    if not current_user.is_authenticated:
        return []
    entries = [(label, name) for label, name, deed in MENU if current_user.may(deed)]
    if starts_with_own_actions():
        # Their first page is another entry of the menu already.
        entries = [entry for entry in entries if entry[1] != "start.index"]
    names = [name for _label, name in entries]
    here = request.endpoint or ""
    # A page within a task belongs to the task's list, or to the one that leads to it.
    task = here.split(".")[0]
    current = here if here in names else UNDER.get(task, f"{task}.index")
    return [MenuItem(str(label), url_for(name), name == current) for label, name in entries]


def alarms() -> list[str]:
    """What the administrator must know at once."""
    if not (current_user.is_authenticated and current_user.may(Deed.OPERATIONS_VIEW)):
        return []
    return [translated(problem) for problem in machinery().problems]


def bell() -> int | None:
    """How many reminders wait for this person; None for those whom nobody reminds."""
    if not (current_user.is_authenticated and current_user.may(Deed.ACTION_REPORT)):
        return None
    return number_waiting(me(), local.today(), local.zone())


def log_fault(exc_info: Any) -> None:
    """Log a fault under the rule of its address: the address itself may be a key."""
    rule = request.url_rule.rule if request.url_rule else "no address of ours"
    current_app.logger.error("Exception on %s [%s]", rule, request.method, exc_info=exc_info)


def _log_refusal(error: RuleBroken) -> None:
    """Log who was refused what: a row of these is somebody who tries doors."""
    if (
        isinstance(error, Forbidden | NotFound)
        and current_user.is_authenticated
        and request.url_rule
    ):
        named = {"method": request.method, "rule": request.url_rule.rule}
        event = "access.denied" if isinstance(error, Forbidden) else "access.not_found"
        tell(event, user_id=me().id, address=request.remote_addr or "", now=now(), **named)


def show_rule(error: RuleBroken) -> ResponseReturnValue:
    """One handler for every rule that a view let through."""
    _log_refusal(error)
    db.session.rollback()
    status = STATUSES.get(type(error), 400)
    return render_template(f"errors/{status}.html", message=translated(error)), status


def show_http_error(error: HTTPException) -> ResponseReturnValue:
    """Pages for what Werkzeug refuses; a fault of ours shows nothing of its inside."""
    code = error.code or 500
    if error.response is not None or code < 400:
        return error
    if code >= 500:
        # Without the context of other pages: that asks the database, which may be what failed.
        return current_app.jinja_env.get_template("errors/500.html").render(), code
    page = code if code in (400, 403, 404, 409, 413) else 400
    answer = make_response(render_template(f"errors/{page}.html"), code)
    if isinstance(error, MethodNotAllowed):
        answer.allow.update(error.valid_methods or ())
    return answer


def show_wrong_host(_error: SecurityError) -> ResponseReturnValue:
    """No page: without a host that we trust there are no addresses to put on one."""
    address = current_app.extensions["settings"].base_url
    sentence = _("Adressen är inte den som tjänsten är inställd på. Gå till %(url)s.", url=address)
    return Response(sentence, 400, mimetype="text/plain")
