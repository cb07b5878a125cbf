"""A person at a browser: logs in, follows links, posts forms; every page is checked."""

from __future__ import annotations

from contextvars import Context
from typing import Any
from urllib.parse import urlsplit

from flask import Response, current_app, make_response, redirect, session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from sqlalchemy import inspect
from werkzeug.http import parse_cookie

from tests.helpers.cast import PASSWORD
from tests.helpers.pages import Form, Page, check_page
from tracker.extensions import db
from tracker.models import LogInMethod, User
from tracker.web import door

REDIRECTS = (301, 302, 303, 307, 308)


class Visitor:
    """One browser session; `page` is the last page that was fetched."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.page: Page | None = None
        self._token: str | None = None

    def log_in(self, email: str, password: str = PASSWORD) -> Visitor:
        """Log in through the real page; the page that it leads to is not fetched yet."""
        self.get("/login")
        answer = self.post("/login", {"email": email, "password": password}, follow=False)
        assert _local(answer.response.location) == "/"
        self._token = None  # the one from before the log-in no longer holds
        return self

    def let_in(self, user: User) -> Visitor:
        """Open the session that logging in opens, without asking for the page and the password."""
        db.session.commit()
        answer, self._token = Context().run(_opened, self.client, _key(user))
        for cookie in answer.headers.getlist("Set-Cookie"):
            name, value = next(parse_cookie(cookie.partition(";")[0]).items())
            self.client.set_cookie(name, value)
        return self

    def get(self, path: str, status: int = 200, follow: bool = False) -> Page:
        """Fetch a page; a redirect is an answer of its own unless it is to be followed."""
        page = self.ask("GET", path)
        if follow and page.status in REDIRECTS:
            return self.get(_local(page.response.location), follow=True)
        return _expect(page, status)

    def post(
        self,
        path: str,
        data: dict[str, Any] | None = None,
        status: int = 302,
        follow: bool = True,
    ) -> Page:
        """Post with the token of the page before; a redirect is followed to a checked page.

        Files go as (stream, name) pairs.
        """
        page = _expect(self.ask("POST", path, data), status)
        if follow and page.status in REDIRECTS:
            return self.get(_local(page.response.location), follow=True)
        return page

    def ask(self, method: str, path: str, data: dict[str, Any] | None = None) -> Page:
        """One request, whatever its status; what is a page is checked as one."""
        sent = None
        if method == "POST":
            if self._token is None:
                self.get("/login", follow=True)
            sent = {"csrf_token": self._token, **(data or {})}
            sent = {key: value for key, value in sent.items() if value is not None}
        page = Page(self.client.open(path, method=method, data=sent), path)
        if page.response.mimetype == "text/html" and page.status not in REDIRECTS:
            check_page(page)
            self.page = page
            self._token = page.csrf_token or self._token
        return page

    def submit(self, form: Form, status: int = 302, follow: bool = True, **changes: Any) -> Page:
        """Send a form of a page as it stands, with some fields filled in differently."""
        assert form.method == "post", "a form that searches is fetched by its address"
        return self.post(form.action, {**form.fields, **changes}, status, follow)


def _key(user: User) -> int:
    """Who it is, without asking the database anew for all that is known of them."""
    found: tuple[int, ...] | None = inspect(user).identity
    return found[0] if found else user.id


def _opened(client: FlaskClient, user_id: int) -> tuple[Response, str]:
    """What the browser gets, and the token that its forms carry from then on."""
    with client.application.test_request_context("/login", method="POST"):
        user = db.session.get_one(User, user_id)
        user.proved_hash = user.password_hash
        answer = door.let_in(user, method=LogInMethod.PASSWORD, answer=make_response(redirect("/")))
        token: str = generate_csrf()
        current_app.session_interface.save_session(current_app, session, answer)
        return answer, token


def _expect(page: Page, status: int) -> Page:
    detail = page.response.location or page.html[:2000]
    assert page.status == status, f"{page.path} answered {page.status}, expected {status}: {detail}"
    return page


def _local(location: str | None) -> str:
    parts = urlsplit(location or "")
    assert parts.netloc in ("", "localhost"), f"a redirect leaves the site: {location}"
    return parts.path + (f"?{parts.query}" if parts.query else "")


class Visits:
    """`visit(user)`: that person's browser, logged in; `visit(None)`: a visitor's."""

    def __init__(self, make_client: Any) -> None:
        self._make_client = make_client
        self._open: dict[int | None, Visitor] = {}

    def __call__(self, user: User | None) -> Visitor:
        """The same person keeps the same browser within a test."""
        key = _key(user) if user else None
        if key not in self._open:
            visitor = Visitor(self._make_client())
            self._open[key] = visitor.let_in(user) if user else visitor
        return self._open[key]
