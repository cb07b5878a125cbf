"""Sentences of the reader of reports, on a page."""

from __future__ import annotations

from flask import Flask, render_template_string, session
from flask_babel import force_locale

from tracker.importers.draft import Problem, problem
from tracker.web.messages import done_with_undo, in_words


def test_a_remark_is_told_in_the_language_of_the_page(app: Flask) -> None:
    told = problem("info", "report", "Till område %(number)s", number=4)
    with app.test_request_context(), force_locale("en"):
        assert in_words(told) == "Go to area 4"
        assert in_words(Problem("info", "report", "Bara svenska: 100 %.")) == "Bara svenska: 100 %."


def test_a_way_back_too_long_for_the_cookie_is_left_out(app: Flask) -> None:
    with app.test_request_context():
        done_with_undo("Klart.", "/undo/1?entry=2&next=/actions?q=" + "x" * 2000)
        told = dict(session["_flashes"])["undo"]
    assert told == {"sentence": "Klart.", "undo": "/undo/1?entry=2"}


def test_a_remark_is_no_markup_however_it_was_put(app: Flask) -> None:
    told = problem("info", "report", "<b>%(name)s</b>", name="<i>")
    with app.test_request_context():
        page = render_template_string("{{ told|in_words }}", told=told)
    assert page == "&lt;b&gt;&lt;i&gt;&lt;/b&gt;"
