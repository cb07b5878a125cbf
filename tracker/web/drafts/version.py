"""A draft beside the evaluation that exists already: what would change, and the yes to it."""

from __future__ import annotations

from collections.abc import Iterator

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange
from wtforms.widgets import HiddenInput

from tracker.clock import now
from tracker.domain.editions import editions
from tracker.domain.errors import Conflict, RuleBroken
from tracker.domain.permissions import Deed
from tracker.services.drafts import Draft
from tracker.services.versions import accept as service
from tracker.services.versions.diff import FactChange, VersionDiff, marked
from tracker.services.versions.earlier import earlier, take_earlier
from tracker.web.access import me, requires
from tracker.web.drafts.blueprint import bp
from tracker.web.messages import done, show_error

FACTS = {
    "ordinal": _l("I ordningen"),
    "edition": _l("Version av Kommunkompassen"),
    "total": _l("Totalpoäng enligt rapporten"),
}


def _shown_version() -> IntegerField:
    return IntegerField(
        validators=[InputRequired(), NumberRange(1, 2**31 - 1)], widget=HiddenInput()
    )


class VersionForm(FlaskForm):
    """What the person saw when they said yes: the versions of draft and evaluation."""

    version = _shown_version()
    evaluation_id = _shown_version()
    evaluation_version = _shown_version()


@bp.route("/drafts/<int:draft_id>/version", methods=["GET", "POST"])
@requires(Deed.EVALUATION_IMPORT)
def version(draft_id: int) -> ResponseReturnValue:
    """What a draft would change in the evaluation of its municipality and month."""
    if request.method == "GET":
        return _page(draft_id)
    form = VersionForm()
    try:
        if not form.validate():
            raise Conflict({})
        if request.form.get("then") == "carry":
            return _carry(draft_id, form)
        return _accept(draft_id, form)
    except Conflict:
        return _page(draft_id, 409)
    except RuleBroken as error:
        return _page(draft_id, 422, error)


def _carry(draft_id: int, form: VersionForm) -> ResponseReturnValue:
    take_earlier(
        draft_id,
        form.version.data,
        evaluation_id=form.evaluation_id.data,
        by=me(),
        now=now(),
    )
    done(_("Förra granskningens ändringar är med. Inget är sparat i utvärderingen än."))
    return redirect(url_for("drafts.version", draft_id=draft_id))


def _accept(draft_id: int, form: VersionForm) -> ResponseReturnValue:
    before = form.evaluation_version.data
    kept = service.accept_version(
        draft_id,
        form.version.data,
        evaluation_id=form.evaluation_id.data,
        evaluation_version=before,
        by=me(),
        now=now(),
    )
    if kept.version > before:
        done(_("Version %(number)s är sparad.", number=kept.version))
    else:
        done(_("Granskningen är klar. Utvärderingen är som den var."))
    return redirect(url_for("evaluations.show", evaluation_id=kept.id))


def _page(draft_id: int, status: int = 200, error: RuleBroken | None = None) -> ResponseReturnValue:
    draft, laid = service.draft_beside(draft_id, by=me(), now=now())
    if laid is None:
        return redirect(url_for("drafts.show", draft_id=draft_id))
    form = VersionForm(
        formdata=None,
        version=draft.row.version,
        evaluation_id=laid.kept.id,
        evaluation_version=laid.kept.version,
    )
    if error is not None:
        show_error(form, error)
    before = earlier(draft, laid.kept.id, by=me())
    page = render_template(
        "drafts/version.html",
        earlier=before,
        ours=before.texts() if before else (),
        corrected=before.names() if before else (),
        draft=draft.row,
        laid=laid,
        form=form,
        stale=status == 409,
        changes=", ".join(_in_words(laid.diff)),
        facts=[(FACTS[fact.name], *_said(fact)) for fact in laid.diff.facts],
        area_names=_area_names(draft, laid),
        marked=marked,
    )
    return page, status


def _area_names(draft: Draft, laid: service.Beside) -> dict[int, str]:
    return {area.number: area.name for area in (*laid.kept.areas, *draft.finished.areas)}


def _said(fact: FactChange) -> tuple[str | int | None, str | int | None]:
    if fact.name != "edition":
        return fact.before, fact.after
    names = {one.key: one.name for one in editions()}
    return names.get(str(fact.before), fact.before), names.get(str(fact.after), fact.after)


def _in_words(diff: VersionDiff) -> Iterator[str]:
    """How much of each would change, most important first."""
    yield from _points_in_words(diff)
    if diff.shown_scores:
        yield ngettext(
            "poängen ändras på %(num)d rad",
            "poängen ändras på %(num)d rader",
            len(diff.shown_scores),
        )
    if diff.renamed:
        yield ngettext(
            "namnet ändras på %(num)d rad", "namnet ändras på %(num)d rader", len(diff.renamed)
        )
    if diff.changed_strengths:
        yield ngettext(
            "%(num)d styrka ändras", "%(num)d styrkor ändras", len(diff.changed_strengths)
        )
    if diff.facts:
        yield ngettext("%(num)d uppgift ändras", "%(num)d uppgifter ändras", len(diff.facts))
    if diff.bodies:
        yield ngettext(
            "texten om %(num)d delområde ändras",
            "texterna om %(num)d delområden ändras",
            diff.bodies,
        )


def _points_in_words(diff: VersionDiff) -> Iterator[str]:
    """The first says what is counted, the others only how many."""
    changed, added, removed = (
        len(diff.changed_points),
        len(diff.added_points),
        len(diff.removed_points),
    )
    if changed:
        yield ngettext("%(num)d punkt ändras", "%(num)d punkter ändras", changed)
    if added:
        yield (
            ngettext("%(num)d tillkommer", "%(num)d tillkommer", added)
            if changed
            else ngettext("%(num)d punkt tillkommer", "%(num)d punkter tillkommer", added)
        )
    if removed:
        yield (
            ngettext("%(num)d tas bort", "%(num)d tas bort", removed)
            if changed or added
            else ngettext("%(num)d punkt tas bort", "%(num)d punkter tas bort", removed)
        )
