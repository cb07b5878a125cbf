"""Forms for settling a draft: its facts, one item, and what can be done to an item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from tracker.domain.editions import KEYS, editions
from tracker.importers.draft import SubAreaDraft
from tracker.services.acceptance import DraftHead
from tracker.services.review.work import Item, ItemKind, Work
from tracker.web.fields import TypedForm

SUBAREA_FIELDS = ("first", "second", "third")
_HEAD_ONLY_ON_ACCEPT = ("municipality", "month", "edition")


class HeadForm(TypedForm):
    """What the reviewer confirms or corrects before accepting."""

    municipality = StringField(
        _l("Kommun"),
        [InputRequired(_l("Skriv vilken kommun utvärderingen gäller.")), Length(max=100)],
    )
    month = StringField(
        _l("Månad"), [InputRequired(_l("Skriv vilken månad utvärderingen gjordes."))]
    )
    ordinal = IntegerField(
        _l("Vilken utvärdering i ordningen"),
        [Optional(), NumberRange(1, 99, _l("Ordningsnumret ska vara mellan 1 och 99."))],
    )
    edition = SelectField(
        _l("Version av Kommunkompassen"),
        [InputRequired(_l("Välj vilken version av Kommunkompassen det är."))],
    )
    total_stated = IntegerField(
        _l("Totalpoäng enligt rapporten"),
        [Optional(), NumberRange(0, 800, _l("Totalpoängen ska vara mellan 0 och 800."))],
    )
    confirm = BooleanField()
    version = IntegerField(validators=[InputRequired()], widget=HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [SelectChoice(one.key, one.name) for one in reversed(editions())]
        self.edition.choices = [SelectChoice("", _("Välj version")), *known]

    def validate_to_keep(self) -> bool:
        """Whether what is typed can be kept for later, half-filled as it may be."""
        self.validate()
        for name in _HEAD_ONLY_ON_ACCEPT:
            self[name].errors = []
        return not self.errors

    def head(self) -> DraftHead:
        """The facts as typed."""
        return DraftHead(
            municipality=self.municipality.data or "",
            month=self.month.data or "",
            ordinal=self.ordinal.data,
            edition=self.edition.data if self.edition.data in KEYS else "",
        )


def head_values(work: Work, version: int) -> dict[str, Any]:
    """The facts of a draft as `HeadForm` shows them."""
    head = work.head
    return {
        "municipality": head.municipality,
        "month": head.month,
        "ordinal": head.ordinal,
        "edition": head.edition,
        "total_stated": work.total_stated,
        "version": version,
    }


class ItemForm(TypedForm):
    """One strength or improvement point."""

    text = TextAreaField(_l("Text"), [InputRequired(_l("Skriv vad punkten säger."))])
    kind = RadioField(
        _l("Typ"),
        [InputRequired(_l("Välj om det är en styrka eller en förbättringspunkt."))],
        choices=[
            SelectChoice(ItemKind.POINT.value, _l("Förbättringspunkt")),
            SelectChoice(ItemKind.STRENGTH.value, _l("Styrka")),
        ],
    )
    area = SelectField(_l("Område"))
    first = SelectField(_l("Delområde"), validate_choice=False)
    second = SelectField(_l("Andra delområdet"), validate_choice=False)
    third = SelectField(_l("Tredje delområdet"), validate_choice=False)
    page = IntegerField(_l("Sida i rapporten"), [Optional()])
    version = IntegerField(validators=[InputRequired()], widget=HiddenInput())

    def offer(self, areas: Mapping[int, str], subareas: Sequence[SubAreaDraft]) -> None:
        """Fill in the choices: areas by number, and the sub-areas of the item's own area."""
        named = [SelectChoice(str(n), f"{n} {name}".strip()) for n, name in areas.items()]
        self.area.choices = [*named, SelectChoice("", _("Övergripande (inget område)"))]
        codes = [SelectChoice(sub.code, f"{sub.code} {sub.name}") for sub in subareas]
        for name in SUBAREA_FIELDS:
            self[name].choices = [SelectChoice("", _("Inget delområde")), *codes]

    def edited(self) -> dict[str, Any]:
        """What was typed, as `edits.edit` takes it."""
        return {
            "text": self.text.data,
            "kind": ItemKind(self.kind.data),
            "area": int(self.area.data) if self.area.data else None,
            "subareas": [self[name].data for name in SUBAREA_FIELDS if self[name].data],
        }


def item_values(item: Item, offered: Sequence[str], version: int) -> dict[str, Any]:
    """An item as `ItemForm` shows it."""
    codes = dict(zip(SUBAREA_FIELDS, offered, strict=False))
    return {
        "text": item.text,
        "kind": item.kind.value,
        "area": "" if item.area is None else str(item.area),
        "version": version,
        **dict.fromkeys(SUBAREA_FIELDS, ""),
        **codes,
    }


class DeedForm(TypedForm):
    """What can be done to an item beside editing it; each deed sends its own field."""

    parts = TextAreaField(_l("Texten, delad"))
    other = SelectField(_l("Punkten att slå ihop med"), validate_choice=False)
    reason = StringField(_l("Varför ska den inte vara med?"))
    version = IntegerField(default=0, widget=HiddenInput())

    def offer(self, others: Sequence[Item]) -> None:
        """Fill in the items to merge with."""
        self.other.choices = [SelectChoice(str(one.id), _shortened(one.text)) for one in others]


def _shortened(text: str, most: int = 90) -> str:
    return text if len(text) <= most else f"{text[:most].rsplit(' ', 1)[0]} …"
