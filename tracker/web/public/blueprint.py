"""The blueprint of the public pages, and how each of them is answered: the same to everybody."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, redirect, request, url_for
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from werkzeug.http import is_resource_modified, quote_etag

from config import Config
from tracker.domain.errors import NotFound, RuleBroken
from tracker.services import places
from tracker.web.access import public
from tracker.web.messages import translated

bp = Blueprint("public", __name__)
ROOT = "/public"
FRESH_SECONDS = 300
HTML = "text/html"
# Folders whose files decide what a page looks like.
_LOOKS = (
    *("static", "web/public"),
    *("../templates/public", "../templates/reports", "../templates/_macros"),
)


@bp.before_request
def without_session() -> None:
    """Nobody is known here: no cookie is read or set, so that one answer does for everybody."""
    # Flask gives no other way to have its own answer, and Flask-Login's, leave the cookie alone.
    request_ctx._session = current_app.session_interface.make_null_session(current_app)


@bp.errorhandler(RuleBroken)
def missing(error: RuleBroken) -> Response:
    """A page that needs nobody: what is closed and what never was look alike."""
    gone = isinstance(error, NotFound)
    with force_locale(settings().locale):
        html = page("public/missing.html", sentence="" if gone else translated(error))
    return Response(html, 404 if gone else 503, mimetype=HTML)


@bp.get(f"{ROOT}/")
@public
def slashed() -> ResponseReturnValue:
    """The same as the page of the open plans."""
    return redirect(url_for("public.index"))


@bp.get(f"{ROOT}/<path:nowhere>")
@public
def unknown(**_address: str) -> ResponseReturnValue:
    """Where nothing is, whoever asks: the page of these pages that says so."""
    raise NotFound


def settings() -> Config:
    """How the installation is set."""
    found: Config = current_app.extensions["settings"]
    return found


def locale() -> str:
    """The language of the public pages: the installation's."""
    return settings().locale


def municipality() -> str:
    """Whose plans these are."""
    own = places.own_municipality()
    return settings().municipality or (own.name if own else "")


def absolute(endpoint: str, **values: Any) -> str:
    """The address of a public page as others may keep it."""
    return f"{settings().base_url}{url_for(f'public.{endpoint}', **values)}"


def page(template: str, **context: Any) -> str:
    """A public page; without the context of other pages, which asks who is looking."""
    return current_app.jinja_env.get_template(template).render(
        locale=locale(), municipality_name=municipality(), here=request.path, **context
    )


def answer(
    tag: str,
    make: Callable[[], str | bytes],
    mimetype: str = HTML,
    name: str = "",
) -> Response:
    """What `make` gives, in the installation's language; nothing is made for whoever has it.

    `tag` differs wherever the content does, which no day does: what is shown may change without
    anything being written. A `name` makes it a download.
    """
    etag = _etag(tag)
    if is_resource_modified(request.environ, quote_etag(etag)):
        with force_locale(locale()):
            response = Response(make(), mimetype=mimetype)
    else:
        response = Response(status=304)
    response.set_etag(etag)
    response.cache_control.public = True
    response.cache_control.max_age = FRESH_SECONDS
    if mimetype != HTML:
        response.headers["Access-Control-Allow-Origin"] = "*"
    if name:
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _etag(tag: str) -> str:
    config = settings()
    parts = (tag, request.path, _looks(current_app.root_path), config.locale, config.base_url)
    return hashlib.sha256("|".join((*parts, municipality())).encode()).hexdigest()[:32]


@lru_cache(maxsize=2)
def _looks(root: str) -> str:
    """What the pages are made with: another version of us may show the same otherwise."""
    digest = hashlib.sha256()
    for folder in _LOOKS:
        for path in sorted((Path(root) / folder).glob("*.*")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
