"""Pages about absences, one's own or, for administrators, somebody else's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField

from tracker.clock import now
from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.models import User
from tracker.services import absences
from tracker.services.absence_rules import Wanted
from tracker.services.actions import pages
from tracker.web.access import me
from tracker.web.fields import DayField, Needed, TypedForm, a_key, known
from tracker.web.local import today
from tracker.web.messages import done, done_with_undo, refused, tell


@dataclass(frozen=True)
class Whose:
    """The person who is away, and where the pages about it are; `theirs` where an administrator
    looks after somebody else."""

    person: User
    task: str
    theirs: bool = False

    def url(self, page: str, **values: Any) -> str:
        """One of the pages: add_absence, edit_absence, end_absence or restore_absence."""
        return url_for(f"{self.task}.{page}", **self._named, **values)

    @property
    def home(self) -> str:
        """The page that lists the absences."""
        return url_for("people.edit" if self.theirs else "account.index", **self._named)

    @property
    def _named(self) -> dict[str, Any]:
        return {"user_id": self.person.id} if self.theirs else {}


class AbsenceForm(TypedForm):
    """First and last day, and who acts meanwhile; `seen` says how it stood."""

    starts_on = DayField(_l("Första dagen"), [Needed()])
    ends_on = DayField(_l("Sista dagen"), [Needed()])
    delegate = StringField(_l("Vem svarar under tiden?"), [Needed()])
    seen = HiddenField()

    def wanted(self) -> Wanted:
        """The form as the service takes it."""
        return Wanted(self.starts_on.data, self.ends_on.data, self.delegate.data or "")


def add(whose: Whose) -> ResponseReturnValue:
    """A new absence."""
    form, status = AbsenceForm(), 200
    if form.is_submitted():
        status = 422
        try:
            if form.validate():
                absences.add_absence(
                    whose.person.id, form.wanted(), by=me(), now=now(), today=today()
                )
                done(_("Frånvaron är inskriven."))
                return redirect(whose.home)
        except RuleBroken as error:
            status = refused(form, error)
    return _page(form, whose), status


def change(whose: Whose, absence_id: int) -> ResponseReturnValue:
    """Other days, or somebody else who acts."""
    shown = absences.absence_of(whose.person.id, absence_id, by=me(), today=today())
    able = _able(whose)
    name = shown.delegate if shown.delegate in able else shown.delegate_email
    form = AbsenceForm(
        data={
            "starts_on": shown.starts_on,
            "ends_on": shown.ends_on,
            "delegate": name,
            "seen": shown.seen,
        }
    )
    status = 200
    if form.is_submitted():
        status = 422
        try:
            if form.validate():
                absences.change_absence(
                    whose.person.id,
                    absence_id,
                    form.wanted(),
                    form.seen.data or "",
                    by=me(),
                    now=now(),
                    today=today(),
                )
                done(_("Frånvaron är ändrad."))
                return redirect(whose.home)
        except RuleBroken as error:
            status = refused(form, error)
            # Whoever saves once more has seen how it stands now.
            form.seen.data = shown.seen
    return _page(form, whose, shown, overtaken=status == 409), status


def end(whose: Whose, absence_id: int) -> ResponseReturnValue:
    """Back already, or not away at all; the next page can undo it."""
    ended = absences.end_absence(whose.person.id, absence_id, by=me(), now=now(), today=today())
    sentence = _("Frånvaron är borttagen.") if ended.removed else _("Frånvaron är avslutad.")
    done_with_undo(sentence, whose.url("restore_absence", entry=ended.entry_id))
    return redirect(whose.home)


def restore(whose: Whose) -> ResponseReturnValue:
    """Undo what `end` did."""
    entry = known(a_key)(request.args.get("entry"))
    if entry:
        try:
            absences.undo_end(whose.person.id, entry, by=me(), now=now(), today=today())
        except RuleBroken as error:
            tell(error)
        else:
            done(_("Frånvaron gäller igen."))
    return redirect(whose.home)


def _able(whose: Whose) -> list[str]:
    """Names of those who may act for the person."""
    able = pages.form_choices(me(), Deed.ACTION_REPORT).people
    return [name for name in able if name not in (whose.person.name, whose.person.email)]


def _page(
    form: AbsenceForm,
    whose: Whose,
    shown: absences.Shown | None = None,
    overtaken: bool = False,
) -> str:
    return render_template(
        "account/absence.html",
        form=form,
        whose=whose,
        shown=shown,
        overtaken=overtaken,
        people=_able(whose),
    )
