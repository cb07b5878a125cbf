"""The form for a text."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField

from tracker.web.fields import Needed, TypedForm


class TextForm(TypedForm):
    """A text, and the mark of the wording that the writer has before them."""

    text = TextAreaField(_l("Text"), [Needed()])
    mark = HiddenField()
