"""Sentences from services, in the reader's language."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import flash
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from tracker.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from tracker.importers.draft import Problem
from tracker.services.actions.rules import Refused
from tracker.web.local import safe_target

LONGEST_ADDRESS = 1500


def translated(error: RuleBroken) -> str:
    """The error's sentence in the reader's language, its places filled."""
    sentence: str = _(error.message)
    params = {k: _(v) if isinstance(v, str) and v else v for k, v in error.params.items()}
    return sentence % params if params else sentence


def in_words(problem: Problem) -> str:
    """What the reader of reports remarked on, in the language of the page. The report's own words
    in it stay as they are, and none of it is markup: the sentence too comes from the file."""
    if not problem.template:
        return problem.message
    sentence: str = _(problem.template) % problem.params
    return sentence


def show_error(form: FlaskForm, error: RuleBroken) -> None:
    """Put the error beside the field that it names, else at the head of the form."""
    if error.field and error.field in form:
        field = form[error.field]
        field.errors = [*field.errors, translated(error)]
    else:
        form.form_errors.append(translated(error))


def refused(form: FlaskForm, error: RuleBroken) -> int:
    """Show on the form what a service refused, and say with which status to answer.

    Raises:
        NotFound, Forbidden: passed on; they have pages of their own.
    """
    if isinstance(error, NotFound | Forbidden):
        raise error
    for problem in error.problems if isinstance(error, Refused) else (error,):
        show_error(form, problem)
    return 409 if isinstance(error, Conflict) else 422


def tell(error: RuleBroken) -> None:
    """Say on the next page why a one-button deed was refused.

    Raises:
        NotFound, Forbidden: passed on; they have pages of their own.
    """
    if isinstance(error, NotFound | Forbidden):
        raise error
    flash(translated(error), "error")


def done(sentence: str) -> None:
    """Tell, on the next page, that something went well."""
    flash(sentence, "success")


def done_with_link(sentence: str, label: str, url: str) -> None:
    """As `done`, with a link to what may be next, an address on this site."""
    flash({"sentence": sentence, "label": label, "url": safe_target(url)}, "next")  # type: ignore[arg-type]


def done_with_undo(sentence: str, url: str) -> None:
    """As `done`, with a button that takes it back by POST to `url`, an address on this site.

    The session is a cookie of 4 kB: `sentence` and `url` together stay well below. Of an address
    that is too long the way back (`next`) goes.
    """
    told = {"sentence": sentence, "undo": safe_target(_short_enough(url))}
    flash(told, "undo")  # type: ignore[arg-type]


def _short_enough(url: str) -> str:
    if len(url) <= LONGEST_ADDRESS:
        return url
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name != "next"]
    return parts._replace(query=urlencode(kept), fragment="").geturl()
