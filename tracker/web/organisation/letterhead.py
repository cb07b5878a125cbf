"""The picture on top of the reports: shown, changed and taken away."""

from __future__ import annotations

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.clock import now
from tracker.domain.errors import NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.services import letterhead as service
from tracker.web.access import me, requires
from tracker.web.messages import done, refused, tell
from tracker.web.organisation.blueprint import bp
from tracker.web.organisation.forms import LogoForm


@bp.route("/letterhead", methods=["GET", "POST"])
@requires(Deed.PLACES_MANAGE)
def letterhead() -> ResponseReturnValue:
    """The picture as it stands, and the form for another one."""
    form = LogoForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            picture = form.file.data.read(service.MAX_BYTES + 1)
            service.keep_logo(picture, by=me(), now=now())
        except RuleBroken as error:
            status = refused(form, error)
        else:
            done(_("Bilden är sparad. Den står i de rapporter som granskas från och med nu."))
            return redirect(url_for("organisation.letterhead"))
    return render_template("organisation/letterhead.html", form=form, logo=service.logo_mark()), (
        status
    )


@bp.route("/letterhead/remove", methods=["GET", "POST"])
@requires(Deed.PLACES_MANAGE)
def remove_letterhead() -> ResponseReturnValue:
    """Ask, then take the picture away."""
    if request.method == "POST":
        try:
            service.remove_logo(by=me(), now=now())
        except RuleBroken as error:
            tell(error)
        else:
            done(_("Bilden är borttagen ur brevhuvudet."))
        return redirect(url_for("organisation.letterhead"))
    if not (logo := service.logo_mark()):
        return redirect(url_for("organisation.letterhead"))
    return render_template("organisation/remove_letterhead.html", logo=logo)


@bp.get("/letterhead/<digest>.png")
@requires(Deed.PLACES_MANAGE)
def letterhead_picture(digest: str) -> ResponseReturnValue:
    """The kept picture, under an address that is another one when the picture is."""
    if not digest or digest != service.logo_mark():
        raise NotFound
    response = Response(service.logo_png(), mimetype="image/png")
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response
