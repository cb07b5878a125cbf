"""Choosing what to compare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectField

from tracker.services.evaluations import ListedEvaluation
from tracker.web.local import month_name


class CompareForm(FlaskForm):
    """Two evaluations, and the edition where both are scored under several; the choice lives in
    the address, so it needs no token."""

    class Meta:
        csrf = False

    before = SelectField(_l("Före"), coerce=int)
    after = SelectField(_l("Efter"), coerce=int)
    edition = SelectField(_l("Version av Kommunkompassen"))

    def __init__(
        self,
        listed: Iterable[ListedEvaluation],
        editions: Iterable[str],
        names: Mapping[str, str],
        **chosen: Any,
    ) -> None:
        super().__init__(formdata=None, **chosen)
        # One that is scored under two editions is one choice.
        once = {one.id: _choice(one) for one in listed}
        self.before.choices = list(once.values())
        self.after.choices = list(once.values())
        self.edition.choices = [SelectChoice(key, names.get(key, key)) for key in editions]


def _choice(one: ListedEvaluation) -> SelectChoice:
    name = _("%(place)s, %(month)s", place=one.municipality, month=month_name(one.month))
    return SelectChoice(
        one.id, name, optgroup=_("Vår kommun") if one.is_own else _("Andra kommuner")
    )
