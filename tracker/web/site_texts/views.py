"""Texts about accessibility, personal data and the processor's task: shown, changed, put back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from config import Config
from tracker.clock import now
from tracker.domain.errors import Conflict, RuleBroken
from tracker.domain.languages import NAMES as LANGUAGE_NAMES
from tracker.domain.permissions import Deed
from tracker.domain.plain_markup import blanks_of
from tracker.models import TextKind
from tracker.services import site_texts as service
from tracker.services.site_texts import NAMES, OPEN, Wording
from tracker.web.access import me, public, requires
from tracker.web.downloads import attachment
from tracker.web.messages import done, refused, tell
from tracker.web.site_texts.forms import TextForm

bp = Blueprint("site_texts", __name__)
_ROOT = "/settings/texts"
_ONE = f"{_ROOT}/<kind>/<language>"
# What a reader of another language is told, by the language of the text.
ONLY_IN = {
    "sv": _l("Texten finns bara på svenska."),
    "en": _l("Texten finns bara på engelska."),
    "nb": _l("Texten finns bara på norska."),
}


def config() -> Config:
    """How the installation is set."""
    found: Config = current_app.extensions["settings"]
    return found


@bp.get("/about/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    """The accessibility statement, for everybody."""
    return _shown(TextKind.ACCESSIBILITY)


@bp.get("/about/privacy")
@public
def privacy() -> ResponseReturnValue:
    """How personal data are processed, for everybody."""
    return _shown(TextKind.PRIVACY)


def _shown(kind: TextKind) -> ResponseReturnValue:
    found = service.shown(kind, get_locale().language, config())
    return render_template(
        "site_texts/show.html",
        title=_(NAMES[kind]),
        found=found,
        only_in=ONLY_IN[found.locale],
    )


@bp.get(_ROOT)
@requires(Deed.SETTINGS_MANAGE)
def index() -> ResponseReturnValue:
    """Every text in every language, and what is still to be filled in."""
    return render_template(
        "site_texts/index.html",
        texts=service.wordings(by=me()),
        names=NAMES,
        languages=LANGUAGE_NAMES,
        pages={
            TextKind.ACCESSIBILITY: url_for("site_texts.accessibility"),
            TextKind.PRIVACY: url_for("site_texts.privacy"),
        },
    )


@bp.route(_ONE, methods=["GET", "POST"])
@requires(Deed.SETTINGS_MANAGE)
def edit(kind: str, language: str) -> ResponseReturnValue:
    """Change a text; with the button for it, see first how it will look."""
    found = service.wording(kind, language, by=me())
    form = TextForm(text=found.text, mark=found.mark)
    if not form.validate_on_submit():
        return _edit_page(form, found, 422 if form.is_submitted() else 200)
    text = form.text.data or ""
    if "preview" in request.form:
        return _edit_page(form, found, preview=text)
    try:
        blanks = service.save_text(kind, language, text, form.mark.data or "", by=me(), now=now())
    except Conflict as error:
        # Whoever has seen what the other wrote may save over it.
        form.mark.data, theirs = error.current["mark"], error.current["text"]
        return _edit_page(form, found, refused(form, error), theirs=theirs)
    except RuleBroken as error:
        return _edit_page(form, found, refused(form, error))
    done(_saved(len(blanks)))
    return redirect(url_for("site_texts.edit", kind=kind, language=language))


def _saved(blanks: int) -> str:
    if not blanks:
        return str(_("Texten är sparad."))
    return str(
        ngettext(
            "Texten är sparad. Ett ställe är kvar att fylla i.",
            "Texten är sparad. %(num)s ställen är kvar att fylla i.",
            blanks,
        )
    )


def _edit_page(form: TextForm, found: Wording, status: int = 200, **more: Any) -> tuple[str, int]:
    """The form, and below it the text as it stands or, as a preview, as it would look."""
    text = more.pop("preview", None)
    blocks = service.blocks_in(found.text if text is None else text, found.locale, config())
    page = render_template(
        "site_texts/edit.html",
        form=form,
        found=found,
        title=_(NAMES[found.kind]),
        language=LANGUAGE_NAMES[found.locale],
        languages=LANGUAGE_NAMES,
        also_read_by=service.also_read_by(found, config(), by=me()),
        is_open=found.kind in OPEN,
        blocks=blocks,
        blanks=blanks_of(blocks),
        is_preview=text is not None,
        **more,
    )
    return page, status


@bp.get(f"{_ONE}/file")
@requires(Deed.SETTINGS_MANAGE)
def file(kind: str, language: str) -> Response:
    """The text as a plain file, to be put beside a contract."""
    found = service.wording(kind, language, by=me())
    name = f"{found.kind}-{language}.txt"
    return attachment(service.as_file(found, config()), name, "text/plain; charset=utf-8")


@bp.route(f"{_ONE}/reset", methods=["GET", "POST"])
@requires(Deed.SETTINGS_MANAGE)
def reset(kind: str, language: str) -> ResponseReturnValue:
    """Ask, then let our template stand again."""
    found = service.wording(kind, language, by=me())
    if request.method == "POST":
        try:
            service.reset_text(kind, language, by=me(), now=now())
        except RuleBroken as error:
            tell(error)
        else:
            done(_("Vår mall gäller igen."))
    elif found.own:
        return render_template(
            "site_texts/reset.html",
            found=found,
            title=_(NAMES[found.kind]),
            language=LANGUAGE_NAMES[language],
            blocks=service.blocks_in(found.text, language, config()),
        )
    return redirect(url_for("site_texts.edit", kind=kind, language=language))
