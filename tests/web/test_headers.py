"""The headers of every answer, and the requests that no view ever sees."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.helpers import opened, published
from tests.helpers.apps import ROOT, entered, make_app, settings
from tests.helpers.cast import NOW, PASSWORD, Cast, Keys
from tests.helpers.pages import Page
from tests.helpers.visitor import Visits
from tracker.services.calendars import renew_address, token_of

FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}
SAFE = "https://plan.testkoping.example"


def rules(answer: TestResponse) -> dict[str, str]:
    """The content security policy, rule by rule."""
    told = answer.headers["Content-Security-Policy"].split("; ")
    return dict(one.split(" ", 1) if " " in one else (one, "") for one in told)


def check_policy(answer: TestResponse) -> None:
    """Nothing runs but our own files that carry the answer's nonce; nobody frames us."""
    policy = rules(answer)
    assert policy["default-src"] == "'none'"
    assert policy["base-uri"] == policy["object-src"] == policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == policy["style-src"] == "'self'"
    assert re.fullmatch(r"'none'|'nonce-[\w-]{22}'", policy["script-src"])
    assert not re.search(r"unsafe|\*|https?:", " ".join(policy.values()))


ANSWERS = (
    ("/login", 200),
    ("/", 200),
    ("/account", 200),
    ("/actions", 200),
    ("/people", 403),
    ("/nowhere", 404),
    ("/logout", 405),
    ("/healthz", 200),
    ("/static/missing.css", 404),
    ("/calendar/1-0.ics", 404),
    ("/answer/nothing", 404),
    ("/public", 404),
)


def test_every_answer_carries_them(cast: Cast, visit: Visits, subtests: pytest.Subtests) -> None:
    for path, status in ANSWERS:
        with subtests.test(path=path, status=status):
            answer = visit(None if path == "/login" else cast.director).ask("GET", path).response
            assert answer.status_code == status
            check_policy(answer)
            assert {name: answer.headers[name] for name in FIXED} == FIXED
            assert answer.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
            assert "camera=()" in answer.headers["Permissions-Policy"]
            assert answer.headers["Cache-Control"] == "no-store"
            assert "Strict-Transport-Security" not in answer.headers, "plain http"
            assert "Server" not in answer.headers
            assert "X-Powered-By" not in answer.headers


def test_a_calendar_and_a_style_sheet_carry_them_too(
    app: Flask, cast: Cast, client: FlaskClient
) -> None:
    renew_address(by=cast.owner, now=NOW)
    secret = app.extensions["settings"].secret_key
    for path in (f"/calendar/{token_of(cast.owner, secret)}.ics", "/static/base.css"):
        answer = client.get(path)
        answer.close()
        assert answer.status_code == 200
        check_policy(answer)
        assert {name: answer.headers[name] for name in FIXED} == FIXED
        assert not answer.headers.getlist("Set-Cookie")


class TestNonce:
    def test_a_page_runs_the_scripts_that_carry_it(self, cast: Cast, visit: Visits) -> None:
        seen = set()
        for _ in range(2):
            page = visit(cast.director).get("/actions")
            scripts = page.all("script")
            assert scripts
            nonces = {one.get("nonce", "") for one in scripts}
            assert {f"'nonce-{one}'" for one in nonces} == {rules(page.response)["script-src"]}
            assert all((one.get("src") or "").startswith("/static/") for one in scripts)
            seen |= nonces
        assert len(seen) == 2, "a new one each time"

    def test_a_page_without_scripts_runs_none(self, cast: Cast, visit: Visits) -> None:
        page = visit(cast.director).get("/rounds")
        assert not page.all("script")
        assert rules(page.response)["script-src"] == "'none'"

    def test_a_page_that_the_browser_has_keeps_its_own(self, cast: Cast, visit: Visits) -> None:
        report = published.add_report(cast)
        path, client = f"/reports/{report.id}", visit(cast.member).client
        first = client.get(path)
        assert first.headers["Content-Security-Policy"]
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304
        assert "Content-Security-Policy" not in again.headers

    def test_what_many_get_from_a_cache_has_none(self, cast: Cast, client: FlaskClient) -> None:
        opened.open_to_all(cast)
        answers = [client.get("/public") for _ in range(2)]
        assert answers[0].data == answers[1].data
        assert rules(answers[0])["script-src"] == "'none'"
        assert b"<script" not in answers[0].data
        assert not answers[0].headers.getlist("Set-Cookie")
        data = client.get("/public/reports.json")
        assert data.headers["Access-Control-Allow-Origin"] == "*"
        assert data.headers["Cross-Origin-Resource-Policy"] == "cross-origin"

    def test_every_script_element_carries_it(self) -> None:
        for path in (ROOT / "templates").rglob("*.html"):
            for tag in re.findall(r"<script[^>]*>", path.read_text(encoding="utf-8")):
                assert 'nonce="{{ nonce() }}"' in tag, path.name


@contextmanager
def over_https(folder: Path, database: Path) -> Iterator[FlaskClient]:
    """A browser at an installation that people reach over https."""
    shutil.copy(database, folder / "atgarda.db")
    with entered(make_app(settings(folder, base_url=SAFE, proxies=1))) as app:
        client = app.test_client()
        client.environ_base["HTTP_HOST"] = "plan.testkoping.example"
        client.environ_base["HTTP_X_FORWARDED_PROTO"] = "https"
        client.environ_base["wsgi.url_scheme"] = "https"
        yield client


def test_over_https_all_insist_on_it(
    tmp_path: Path, sqlite_with_cast: tuple[Path, Keys], clock: object
) -> None:
    """Also a page that keeps its address to itself can post: no Referer is asked for."""
    with over_https(tmp_path, sqlite_with_cast[0]) as client:
        page = Page(client.get("/login", base_url=SAFE), "/login")
        lasting = page.response.headers["Strict-Transport-Security"]
        typed = {"email": "dag.direktor@testkoping.example", "password": PASSWORD}
        typed["csrf_token"] = str(page.csrf_token)
        answer = client.post("/login", data=typed, base_url=SAFE)
    assert lasting == "max-age=31536000; includeSubDomains"
    assert answer.status_code == 302
    cookies = answer.headers.getlist("Set-Cookie")
    assert {one.split("=")[0] for one in cookies} == {
        "__Host-atgarda",
        "__Host-atgarda-device",
    }
    for cookie in cookies:
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
        assert "Domain" not in cookie


HOSTS = (
    ("localhost", True),
    ("localhost:8000", True),
    ("127.0.0.1", True),
    ("evil.example", False),
    ("evil.example:80", False),
    ("localhost.evil.example", False),
    ("evil-localhost", False),
    ("127.0.0.1.evil.example", False),
    ("localhost@evil.example", False),
    ("localhost:80@evil.example", False),
    ("localhost, evil.example", False),
    ("evil.example, localhost", False),
    ("localhost/evil", False),
    ("localhost#evil", False),
    ("localhost?evil", False),
    ("localhost\\evil", False),
    ("localhost evil", False),
    ("*", False),
    (".", False),
    ("0", False),
    ("2130706433", False),
    ("[::ffff:127.0.0.1]", False),
    ("<script>", False),
    ("лocalhost", False),
)


def test_only_our_own_name_is_answered_to(client: FlaskClient, subtests: pytest.Subtests) -> None:
    for host, known in HOSTS:
        with subtests.test(host=host, known=known):
            answer = client.get("/login", headers={"Host": host.encode().decode("latin-1")})
            assert answer.status_code == (200 if known else 400)
            if not known:
                assert answer.text.endswith("Gå till http://localhost.")
                assert "evil" not in answer.text


HEADERS = (
    {"X-HTTP-Method-Override": "POST"},
    {"X-HTTP-Method": "DELETE"},
    {"X-Method-Override": "PUT"},
    {"X-Original-URL": "/people"},
    {"X-Rewrite-URL": "/people"},
    {"X-Forwarded-For": "127.0.0.1"},
    {"X-Forwarded-Host": "evil.example"},
    {"X-Forwarded-Prefix": "/evil"},
    {"Forwarded": "for=127.0.0.1;host=evil.example"},
    {"X-Real-IP": "127.0.0.1"},
    {"X-Remote-User": "anna.administrator@testkoping.example"},
    {"Authorization": "Basic YWRtaW46YWRtaW4="},
    {"X-Script-Name": "/evil"},
    {"Range": "bytes=0-9"},
    {"Accept": "application/json"},
    {"X-Requested-With": "XMLHttpRequest"},
)


def test_a_header_changes_nothing(cast: Cast, visit: Visits, subtests: pytest.Subtests) -> None:
    client = visit(cast.owner).client
    client.get("/account")
    for headers in HEADERS:
        with subtests.test(headers=headers):
            plain, told = (_plain(client.get("/account", headers=sent)) for sent in ({}, headers))
            assert told == plain
            assert (
                client.get("/account?_method=POST&_method=DELETE", headers=headers).status_code
                == 200
            )


def _plain(answer: TestResponse) -> tuple[int, str]:
    """Status and page, without the token that differs each time."""
    return answer.status_code, re.sub(r'value="[\w.-]{40,}"', "", answer.text)


METHODS = ("PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "FOO")


def test_other_methods_are_refused_and_options_tells_no_more(
    app: Flask, cast: Cast, visit: Visits
) -> None:
    client = visit(cast.admin).client
    addresses = app.url_map.bind("localhost")
    asked = 0
    for rule in app.url_map.iter_rules():
        if rule.arguments:
            continue
        path = addresses.build(rule.endpoint, {})
        method = METHODS[asked % len(METHODS)]  # each address one of them, in turn
        answer = client.open(path, method=method)
        assert answer.status_code in (400, 405), (method, path)
        assert answer.status_code == 400 or set(answer.allow) >= set(rule.methods or ()), path
        answer = client.options(path)
        assert (answer.status_code, answer.data) == (200, b""), path
        asked += 1
    assert asked > 40


SITES = (
    ("same-origin", 302),
    ("none", 302),
    ("", 302),
    ("cross-site", 400),
    ("same-site", 400),
)


def test_a_form_of_another_site_is_refused_whatever_it_holds(
    cast: Cast, visit: Visits, subtests: pytest.Subtests
) -> None:
    visitor = visit(cast.owner)
    for comes_from, status in SITES:
        with subtests.test(comes_from=comes_from, status=status):
            token = visitor.get("/account").csrf_token
            sent = {"Sec-Fetch-Site": comes_from} if comes_from else {}
            data = {"csrf_token": token, "locale": "en"}
            answer = visitor.client.post("/language", data=data, headers=sent)
            assert answer.status_code == status
            assert (
                visitor.client.get("/account", headers={"Sec-Fetch-Site": "cross-site"}).status
                == "200 OK"
            )


TOKENS: dict[str, Callable[[str, str], str]] = {
    "somebody else's": lambda _mine, other: other,
    "shorter": lambda mine, _other: mine[:-1],
    "longer": lambda mine, _other: mine + "x",
    "upper": lambda mine, _other: mine.upper(),
    "empty": lambda _mine, _other: "",
    "null": lambda _mine, _other: "null",
    "odd": lambda _mine, _other: "å\N{PILE OF POO}\0",
}


def test_only_ones_own_token_is_taken(cast: Cast, visit: Visits, subtests: pytest.Subtests) -> None:
    mine, other = (
        str(visit(one).get("/account").csrf_token) for one in (cast.owner, cast.stranger)
    )
    for name, token in TOKENS.items():
        with subtests.test(token=name):
            data = {"csrf_token": token(mine, other), "locale": "en"}
            assert visit(cast.owner).client.post("/language", data=data).status_code == 400
            assert visit(cast.owner).client.get("/language", query_string=data).status_code == 405


TARGETS = [
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/\r\nLocation: https://evil.example",
    "/\r\nSet-Cookie: atgarda=x",
    "https://evil.example",
    "HTTPS:evil.example",
    "https:/evil.example",
    "https:\\evil.example",
    "javascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "evil.example",
    "@evil.example",
    ":80/evil",
    "?next=//evil.example",
    "#//evil.example",
    "http://localhost@evil.example/",
    "http://localhost:80@evil.example/",
    "http://localhost/",
    "//localhost/",
    "/\u2028/evil.example",
    "/\0/evil.example",
    "/ \\evil.example",
]


def test_no_target_leads_away(cast: Cast, visit: Visits) -> None:
    """After the log-in, and after choosing a language."""
    visitor = visit(cast.owner)
    token = visitor.get("/account").csrf_token
    for target in TARGETS:
        data = {"csrf_token": token, "locale": "sv", "next": target}
        answer = visitor.client.post("/language", data=data)
        assert answer.location in ("/", "/%E2%80%A8/evil.example"), target
        assert "atgarda=x" not in str(answer.headers)
        asked = visitor.client.get("/login", query_string={"next": target})
        assert asked.location == "/", target
