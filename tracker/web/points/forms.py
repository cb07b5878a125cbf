"""The filters above the list of points."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SearchField, SelectChoice, SelectField

from tracker.services.points import AreaChoice, PointState


class FilterForm(FlaskForm):
    """What to show; it lives in the address, so it needs no token."""

    class Meta:
        csrf = False

    q = SearchField(_l("Sök i punkterna"))
    area = SelectField(_l("Område"))
    state = SelectField(_l("Åtgärd"))
    evaluation = HiddenField()

    def __init__(self, areas: Iterable[AreaChoice], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [SelectChoice(str(area.number), f"{area.number} {area.name}") for area in areas]
        self.area.choices = [SelectChoice("", _("Alla områden")), *named]
        self.state.choices = [
            SelectChoice("", _("Alla punkter")),
            SelectChoice(PointState.OPEN.value, _("Utan åtgärd")),
            SelectChoice(PointState.ANSWERED.value, _("Med åtgärd")),
        ]
