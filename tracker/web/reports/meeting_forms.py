"""What is asked about a report after the meeting: the minutes, and what the body wants to know."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FieldList, FormField, SelectField, StringField, TextAreaField

from tracker.domain.errors import RuleBroken
from tracker.services.actions.pages import FormChoices
from tracker.services.actions.rules import Refused
from tracker.services.actions.who import OutsideOwner
from tracker.services.plans.minutes import Minutes
from tracker.services.reports.meeting import MOST_QUESTIONS, Question, QuestionProblem
from tracker.web.fields import DayField, Needed, NumberField, TypedForm, a_key, known, offered
from tracker.web.messages import refused, show_error, translated

FIELDS = ("text", "owner_text", "unit_id", "deadline")


class QuestionForm(TypedForm):
    """One question; a row in which nothing is written is none."""

    class Meta(TypedForm.Meta):
        csrf = False

    text = TextAreaField(_l("Vad frågade nämnden?"), [Needed()])
    owner_text = StringField(_l("Vem ska svara?"))
    # The very owner that the box was ticked for: it does not count for another.
    outside_ok = StringField(_l("Ägaren hör till en annan förvaltning"))
    unit_id = SelectField(_l("Förvaltning"), [Needed()], coerce=known(a_key), validate_choice=False)
    deadline = DayField(_l("Svar senast"), [Needed()])

    outside_label = ""

    @property
    def said(self) -> bool:
        """Whether anything was written or chosen, readable or not."""
        typed = any((self[name].raw_data or [""])[0].strip() for name in FIELDS)
        return typed or any(self[name].data for name in FIELDS)

    def question(self) -> Question:
        """The row as the service takes it."""
        owner = self.owner_text.data or ""
        return Question(
            text=self.text.data or "",
            owner_text=owner,
            unit_id=self.unit_id.data,
            deadline=self.deadline.data,
            outside_ok=bool(owner) and self.outside_ok.data == owner,
        )

    def ask_of_outsider(self, problem: OutsideOwner) -> None:
        """Offer the box that says that the owner is meant, though from another unit."""
        self.outside_label = _(
            "Ja, %(name)s ska svara fast personen hör till %(home)s",
            name=problem.name,
            home=problem.home,
        )


class AskingForm(TypedForm):
    """A form whose `questions` are rows that come and go."""

    questions: Any

    def offer(self, choices: FormChoices) -> None:
        """Fill the lists to choose from."""
        for row in self._all():
            row.unit_id.choices = offered(_("Välj förvaltning"), choices.units)
            if row.outside_ok.data:
                row.ask_of_outsider(OutsideOwner(row.owner_text.data or "", _("en annan"), ""))

    def add_row(self) -> None:
        """One more, empty question, where there is room."""
        if len(self.questions.entries) < MOST_QUESTIONS:
            self.questions.append_entry()

    def change_rows(self, deed: str) -> None:
        """A row more ("add"), or without the row in a place from 0 ("drop 1")."""
        if deed == "add":
            self.add_row()
        elif (place := deed.removeprefix("drop ")).isdecimal():
            number = int(place[:4])
            del self.questions.entries[number : number + 1]

    def asked(self) -> list[Question]:
        """The rows that say something."""
        return [row.question() for row in self._said()]

    def show_refused(self, error: RuleBroken) -> int:
        """Show what the service refused where it belongs; gives the status to answer with.

        Raises:
            NotFound, Forbidden: passed on.
        """
        problems = error.problems if isinstance(error, Refused) else (error,)
        for problem in problems:
            if isinstance(problem, QuestionProblem):
                self._blame(problem)
            else:
                refused(self, problem)
        return 422

    def _blame(self, problem: QuestionProblem) -> None:
        row = self._said()[problem.row]
        if problem.field in row:
            row[problem.field].errors = [*row[problem.field].errors, translated(problem)]
        else:
            show_error(row, problem)
            self.form_errors.append(translated(problem))
        self.questions.errors = [*self.questions.errors, {"row": [translated(problem)]}]
        if isinstance(problem.problem, OutsideOwner):
            row.ask_of_outsider(problem.problem)

    def _said(self) -> list[Any]:
        return [row for row in self._all() if row.said]

    def _all(self) -> list[Any]:
        return [entry.form for entry in self.questions.entries]


class QuestionsForm(AskingForm):
    """Questions, a row each."""

    questions = FieldList(FormField(QuestionForm), max_entries=MOST_QUESTIONS)


class DecideForm(AskingForm):
    """What the minutes say about a report."""

    body = StringField(_l("Vem fattade beslutet?"), [Needed()])
    decided_on = DayField(_l("Beslutsdag"), [Needed()])
    section = NumberField(
        _l("Paragraf (§)"), [Needed()], missing=_l("Skriv paragrafens nummer, till exempel 53.")
    )
    record_number = StringField(_l("Diarienummer"))
    note = TextAreaField(_l("Vad beslutades?"))
    # Last, as on the page: the summary of errors follows the order of the fields.
    questions = FieldList(FormField(QuestionForm), max_entries=MOST_QUESTIONS)

    def prefill(self, minutes: Minutes) -> None:
        """What the minutes probably say."""
        self.body.data, self.decided_on.data = minutes.body, minutes.decided_on
        self.record_number.data = minutes.record_number

    def minutes(self) -> Minutes:
        """The minutes as the service takes them."""
        return Minutes(
            body=self.body.data or "",
            decided_on=self.decided_on.data,
            section=self.section.data,
            record_number=self.record_number.data or "",
            note=self.note.data or "",
        )
