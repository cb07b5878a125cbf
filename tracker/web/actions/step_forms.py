"""Forms of the steps of an action: completing, opening again, dropping."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    HiddenField,
    StringField,
    TextAreaField,
    URLField,
)

from tracker.services.actions.evidence import NewEvidence
from tracker.web.fields import Needed, TypedForm


class EvidenceForm(TypedForm):
    """What shows that the action is in place: what it is called, a link, a file."""

    evidence_title = StringField(_l("Vad visar att åtgärden är på plats?"), [Needed()])
    evidence_url = URLField(_l("Länk till underlaget"))
    file = FileField(_l("Underlaget som fil"))

    def evidence(self) -> NewEvidence:
        """What the service keeps."""
        chosen, data = self.file.data, b""
        if chosen:
            data = chosen.read()
            chosen.close()
        return NewEvidence(
            title=self.evidence_title.data or "",
            url=self.evidence_url.data or "",
            file_name=chosen.filename if chosen else "",
            data=data,
        )

    def ask_again(self) -> None:
        """Say that a file has to be chosen once more where something else was refused."""
        if self.file.data and not self.file.errors:
            self.file.errors = [_("Välj filen igen. Webbläsaren sparar den inte åt dig.")]


class CommentForm(TypedForm):
    """What one says to colleagues."""

    text = TextAreaField(_l("Skriv en kommentar"), [Needed()])


class ReopenForm(TypedForm):
    """Why a finished action is not finished."""

    reason = TextAreaField(_l("Varför öppnas åtgärden igen?"), [Needed()])


class DropForm(TypedForm):
    """Why an action stops, and who decided it."""

    reason = TextAreaField(_l("Varför avbryts åtgärden?"), [Needed()])
    decided_by = StringField(_l("Vem har beslutat det?"), [Needed()])


class MilestoneForm(FlaskForm):
    """Whether a milestone is done."""

    done = HiddenField()
