"""Forms for bringing a report in."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import TextAreaField
from wtforms.validators import Length

PASTED = "inklistrad-text.txt"
LONGEST_PASTE = 2 * 1024 * 1024
_CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127, 0xFFFE, 0xFFFF])


def without_controls(text: str | None) -> str:
    """The text without control characters, which a page could not show again."""
    return (text or "").translate(_CONTROLS)


class UploadForm(FlaskForm):
    """A report, as a file or as pasted text: the one or the other."""

    file = FileField(_l("Rapporten som fil"))
    text = TextAreaField(
        _l("Rapportens text"),
        [
            Length(
                max=LONGEST_PASTE,
                message=_l("Texten är för lång. Spara den som en TXT-fil och välj filen."),
            )
        ],
        filters=[without_controls],
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Want exactly one of the two; which of them is right nobody else can know."""
        fine: bool = super().validate(extra_validators)
        pasted = bool(self.text.data.strip())
        if self.file.data and pasted:
            self.text.errors = [_("Välj antingen en fil eller inklistrad text, inte båda.")]
        elif not self.file.data and not pasted:
            self.file.errors = [_("Välj en fil, eller klistra in rapportens text.")]
        else:
            return fine
        return False

    @property
    def source(self) -> str:
        """The name of the field that holds the report."""
        return "file" if self.file.data else "text"

    def report(self) -> tuple[bytes, str]:
        """The report's bytes and its file name."""
        if self.file.data:
            return self.file.data.read(), self.file.data.filename
        return self.text.data.encode(), PASTED
