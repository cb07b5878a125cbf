"""Fields and form manners that several tasks share."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, TypeVar

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import DateField, Field, IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation, ValidationError

T = TypeVar("T")
LARGEST_KEY = 2**31 - 1


def a_key(text: str) -> int:
    """A row's key from an address or a form; ValueError for what no database could hold."""
    number = int(text)
    if not 0 < number <= LARGEST_KEY:
        raise ValueError(text)
    return number


def maybe(kind: Callable[[Any], T]) -> Callable[[Any], T | None]:
    """Read a choice whose empty value means none."""
    return lambda value: None if value in (None, "", "None") else kind(value)


def known(kind: Callable[[Any], T]) -> Callable[[Any], T | None]:
    """As maybe, but what makes no sense counts as not chosen."""

    def read(value: Any) -> T | None:
        try:
            return maybe(kind)(value)
        except ValueError:
            return None

    return read


def keys_among(texts: Iterable[str]) -> list[int]:
    """The keys among texts, in their order, each once; what is no key is left out."""
    return list(dict.fromkeys(filter(None, map(known(a_key), texts))))


def offered(nothing: str, items: Iterable[tuple[Any, str]]) -> list[SelectChoice]:
    """The choices of a field, `nothing` first; `items` are (key, words)."""
    return [SelectChoice("", nothing), *(SelectChoice(str(key), name) for key, name in items)]


class Needed:
    """Marks a field that may not be empty; the service says so in its own words."""

    field_flags = {"required": True}  # noqa: RUF012 - read by WTForms under this name

    def __call__(self, form: FlaskForm, field: Field) -> None:
        """Nothing to check here."""


class ChoiceField(SelectField):
    """A list to choose from; what is not in it, or no choice at all, gets a sentence of ours."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the chosen one."""
        self.data: Any = None
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_not_offered()) from error

    def pre_validate(self, form: Any) -> None:
        """Only what was offered; once is enough to be told."""
        try:
            super().pre_validate(form)
        except ValidationError as error:
            raise StopValidation("" if self.process_errors else _not_offered()) from error


def _not_offered() -> str:
    return str(_("Det du valde finns inte i listan. Välj något som finns där."))


class DayField(DateField):
    """A day; what is no day gets a sentence of ours, and stays as it was typed."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read 2026-12-01."""
        self.raw_data = [printable(one) or "" for one in valuelist]
        self.data: date | None = None
        text = "".join(valuelist).strip()
        if not text:
            return
        try:
            self.data = date.fromisoformat(text)
        except ValueError as error:
            raise ValueError(
                _("Skriv datumet som år-månad-dag, till exempel 2026-12-01.")
            ) from error


class NumberField(IntegerField):
    """A whole number; `missing` is the sentence for what is none."""

    def __init__(self, label: Any, *args: Any, missing: Any, **kwargs: Any) -> None:
        super().__init__(label, *args, **kwargs)
        self._missing = missing

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read 53; what no column could hold is no number either."""
        self.raw_data = [printable(one) or "" for one in valuelist]
        self.data: int | None = None
        text = "".join(valuelist).strip()
        if not text:
            return
        try:
            self.data = a_key(text)
        except ValueError as error:
            raise ValueError(str(self._missing)) from error


class TypedForm(FlaskForm):
    """A form whose texts can be shown again: what no page may hold is left out of them."""

    class Meta:
        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            """Give every text field the filter."""
            if issubclass(unbound_field.field_class, StringField):
                options = {**options, "filters": [printable]}
            return unbound_field.bind(form=form, **options)

    def process(self, *args: Any, **values: Any) -> None:
        """Read what was sent; a day or a number that is none is shown again as it was typed."""
        super().process(*args, **values)
        for field in self:
            if field.raw_data:
                field.raw_data = [
                    printable(one) if isinstance(one, str) else one for one in field.raw_data
                ]


def printable(text: str | None) -> str | None:
    """`text` without control characters, apart from tabs and line ends; one that parts words, as
    PowerPoint's line break does, becomes a blank."""
    if text is None or text.isprintable():
        return text
    return "".join(map(_printable, text))


def _printable(ch: str) -> str:
    if ch in "\t\r\n" or unicodedata.category(ch) != "Cc":
        return ch
    return " " if ch.isspace() else ""


class FileForm(FlaskForm):
    """A form whose field `file` must hold one; each says in `file` what it wants."""

    file: FileField

    def validate(self, extra_validators: Any = None) -> bool:
        """Want a file."""
        fine: bool = super().validate(extra_validators)
        if not self.file.data:
            self.file.errors = [_("Välj en fil.")]
            return False
        return fine
