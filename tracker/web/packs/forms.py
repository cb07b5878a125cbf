"""What to see of a pack; all of it lives in the address."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from tracker.services.evaluations import ListedEvaluation
from tracker.services.packs.facts import Only, Pack, PackFilter
from tracker.services.packs.words import ONLY_LABELS, Words
from tracker.web.fields import TypedForm, a_key, known, offered
from tracker.web.local import month_name

GENERAL = "general"


def _an_area(text: str) -> int:
    """An area's number; 0 stands for the general points."""
    return 0 if text == GENERAL else a_key(text)


class PackForm(TypedForm):
    """Which evaluation's pack, and what of it."""

    class Meta(TypedForm.Meta):
        csrf = False

    evaluation = SelectField(_l("Utvärdering"), coerce=known(a_key))
    area = SelectField(_l("Huvudområde"), coerce=known(_an_area))
    only = SelectField(_l("Visa"), coerce=known(Only))

    def offer(self, listed: Iterable[ListedEvaluation], pack: Pack | None, words: Words) -> None:
        """Fill the lists, and show the pack that is shown."""
        self.evaluation.choices = [(str(one.id), month_name(one.month)) for one in listed]
        areas = pack.areas if pack else ()
        self.area.choices = offered(
            _("Alla"), [(one.number or GENERAL, words.area(one)) for one in areas]
        )
        self.only.choices = offered(_("Allt"), [(one, _(ONLY_LABELS[one])) for one in Only])
        if pack is not None:
            self.evaluation.data = pack.evaluation.id

    def asked(self) -> PackFilter:
        """What to show; called before `offer`."""
        return PackFilter(area=self.area.data, only=self.only.data)
