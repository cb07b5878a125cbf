"""The pack for the next evaluation, as a page and as files to hand over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from functools import lru_cache
from typing import Any

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.reports.content import Document
from tracker.reports.docx import render_docx
from tracker.reports.pdf import render_pdf
from tracker.services import places
from tracker.services.packs import content, reading
from tracker.services.packs.facts import Audience, Only, Pack, PackFilter, narrowed
from tracker.services.packs.words import Words
from tracker.web import downloads
from tracker.web.access import me, requires
from tracker.web.local import today, zone
from tracker.web.packs.blueprint import bp
from tracker.web.packs.forms import GENERAL, PackForm

__all__ = ["bp"]

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True)
class Asked:
    """What the address asks for; `pack` is None while there is no evaluation of ours."""

    form: PackForm
    pack: Pack | None
    wanted: PackFilter
    words: Words

    @property
    def narrowed(self) -> Pack | None:
        """What is left of the pack."""
        return narrowed(self.pack, self.wanted) if self.pack else None


def _asked() -> Asked:
    form = PackForm(request.args)
    wanted, words = form.asked(), Words(get_locale().language)
    listed = reading.our_evaluations(me())
    pack = reading.pack_of(form.evaluation.data, by=me(), today=today(), zone=zone(), listed=listed)
    form.offer(listed, pack, words)
    return Asked(form, pack, wanted, words)


@bp.get("/pack")
@requires(Deed.PLAN_VIEW)
def index() -> ResponseReturnValue:
    """What has changed since the last evaluation, sub-area by sub-area, with evidence."""
    asked = _asked()
    return render_template(
        "packs/index.html",
        form=asked.form,
        whole=asked.pack,
        pack=asked.narrowed,
        wanted=asked.wanted,
        words=asked.words,
        may_import=me().may(Deed.EVALUATION_IMPORT),
        may_answer=me().may(Deed.POINT_VIEW),
        files=_files(asked),
    )


@bp.get("/pack.docx")
@requires(Deed.PLAN_VIEW)
def word() -> ResponseReturnValue:
    """The pack as a Word file to work on."""
    document, name = _document(_asked())
    return downloads.attachment(_word(document, _noon(document)), f"{name}.docx", WORD)


@bp.get("/pack.pdf")
@requires(Deed.PLAN_VIEW)
def pdf() -> ResponseReturnValue:
    """The pack as a PDF to hand over and to archive."""
    document, name = _document(_asked())
    made = _pdf(document, _noon(document))
    return downloads.attachment(made, f"{name}.pdf", "application/pdf")


@lru_cache(maxsize=8)
def _word(document: Document, at: datetime) -> bytes:
    """Made once for each state of the data: the document is all that it says."""
    return render_docx(document, at=at)


@lru_cache(maxsize=8)
def _pdf(document: Document, at: datetime) -> bytes:
    """As _word."""
    return render_pdf(document, at=at)


def _noon(document: Document) -> datetime:
    """The instant that the files carry; the same all day, as what they say is of that day."""
    return datetime.combine(document.date, time(12), zone())


def _document(asked: Asked) -> tuple[Document, str]:
    pack = asked.narrowed
    if pack is None:
        raise RuleBroken("Det finns ingen utvärdering att göra ett underlag för än.")
    own = places.own_municipality()
    name = current_app.extensions["settings"].municipality or (own.name if own else "")
    audience = _audience(asked.wanted)
    document = content.pack_document(
        pack, asked.wanted, audience=audience, locale=asked.words.locale, municipality=name
    )
    return document, _file_name(pack, asked.wanted, audience)


def _audience(wanted: PackFilter) -> Audience:
    """Whom the address asks for; what is missing is for ourselves only."""
    ours = wanted.only is not None or request.args.get("for") == Audience.US
    return Audience.US if ours else Audience.EVALUATORS


def _file_name(pack: Pack, wanted: PackFilter, audience: Audience) -> str:
    """Another name for every other content."""
    said = [
        _("underlag-infor-utvardering"),
        _("efter-%(month)s", month=f"{pack.evaluation.month:%Y-%m}"),
    ]
    if wanted.area is not None:
        said.append(_("omrade-%(area)s", area=wanted.area) if wanted.area else _("generella"))
    if wanted.only is not None:
        said.append(_("luckor") if wanted.only is Only.GAPS else _("utan-underlag"))
    if audience is Audience.US:
        said.append(_("arbetsversion"))
    return "-".join([*said, pack.day.isoformat()])


def _files(asked: Asked) -> dict[str, dict[str, str]]:
    """Where the same choice is fetched as files, for the evaluators and for ourselves."""
    if asked.pack is None:
        return {}
    chosen = {
        "evaluation": asked.pack.evaluation.id,
        "area": GENERAL if asked.wanted.area == 0 else asked.wanted.area,
        "only": asked.wanted.only,
    }
    offered = [Audience.US] if asked.wanted.only else list(Audience)
    return {one.value: _addresses({**chosen, "for": one.value}) for one in offered}


def _addresses(chosen: dict[str, Any]) -> dict[str, str]:
    return {kind: url_for(f"packs.{kind}", **chosen) for kind in ("word", "pdf")}
