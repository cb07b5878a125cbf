"""What a person wrote in a form that cannot be taken, given back so that it can be copied."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError

# What is secret, or what the page and not the person filled in.
_NOT_WRITTEN = (
    *("csrf_token", "next", "version", "password", "again", "locale", "health", "status"),
    *("then", "was", "present", "code"),
)


def written() -> list[str]:
    """The texts of the form that came with this request; numbers and dates say nothing alone."""
    return [
        text.strip()
        for name, text in request.form.items(multi=True)
        if name not in _NOT_WRITTEN and any(ch.isalpha() for ch in text)
    ]


def ask_to_log_in() -> ResponseReturnValue:
    """The log-in page and then on to where one was going; a session that ended loses no text."""
    rule = request.url_rule
    by_get = rule is not None and "GET" in (rule.methods or ())
    target = url_for("auth.login", next=request.full_path.rstrip("?") if by_get else None)
    if texts := written():
        return render_template("errors/401.html", texts=texts, target=target), 401
    flash(_("Logga in för att fortsätta."), "info")
    return redirect(target)


def show_stale_form(_error: CSRFError) -> ResponseReturnValue:
    """A form whose token is missing or of an earlier session."""
    return render_template("errors/400.html", texts=written()), 400
