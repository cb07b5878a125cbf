"""Opening a plan to the public: what is shown, a look at exactly that, and closing."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import BooleanField, IntegerField
from wtforms.widgets import HiddenInput

from config import Config
from tracker.clock import now
from tracker.domain.errors import Conflict, RuleBroken
from tracker.domain.permissions import Deed
from tracker.services.plans import rules, shown
from tracker.services.publicity import pages
from tracker.services.publicity import settings as service
from tracker.services.publicity.settings import Setting, Shown
from tracker.web.access import me, requires
from tracker.web.fields import TypedForm
from tracker.web.messages import done
from tracker.web.plans.blueprint import ONE, back_to_plan, bp
from tracker.web.told import shown_section

_PAGE = f"{ONE}/publicity"


class PublicityForm(TypedForm):
    """What is shown, and the version that the writer has before them (0: the plan is closed)."""

    actions = BooleanField(_l("Åtgärderna en för en"))
    deviations = BooleanField(_l("Avvikelser och förseningar"))
    effects = BooleanField(_l("Effekter enligt utvärderingarna"))
    texts = BooleanField(_l("Det som medarbetare själva har skrivit"))
    version = IntegerField(widget=HiddenInput())

    def shown(self) -> Shown:
        """The choices."""
        return Shown(**{one.name: bool(self[one.name].data) for one in fields(Shown)})


@bp.route(_PAGE, methods=["GET", "POST"])
@requires(Deed.PUBLICITY_MANAGE)
def publicity(plan_id: int) -> ResponseReturnValue:
    """Whether the public may read of the plan, and what; saving comes from the preview."""
    plan = shown.load_plan(plan_id, by=me(), deed=Deed.PUBLICITY_MANAGE)
    form, status, overtaken = PublicityForm(), 200, None
    if form.validate_on_submit():
        try:
            _save(plan_id, form)
        except Conflict as conflict:
            status, overtaken = 409, conflict.current
        except RuleBroken as error:
            return back_to_plan(plan_id, error)
        else:
            done(_("”%(plan)s” är öppen för allmänheten.", plan=plan.title))
            return redirect(url_for("plans.publicity", plan_id=plan_id))
    try:
        rules.check_adopted(plan)
    except RuleBroken as error:
        return back_to_plan(plan_id, error)
    setting = service.setting_of(plan_id, by=me())
    if not form.is_submitted():
        form = PublicityForm(data=asdict(_chosen(setting)))
    return render_template(
        "plans/publicity.html",
        form=form,
        plan=plan,
        setting=setting,
        theirs=_labels(overtaken) if overtaken else None,
        saved_by=overtaken["saved_by"] if overtaken else "",
        address=_address(plan_id),
    ), status


def _save(plan_id: int, form: PublicityForm) -> None:
    if form.version.data:
        service.change(plan_id, form.shown(), form.version.data, by=me(), now=now())
    else:
        service.open_plan(plan_id, form.shown(), by=me(), now=now())


def _chosen(setting: Setting | None) -> Shown:
    return setting.shown if setting else Shown()


def _labels(values: dict[str, Any]) -> list[str]:
    """What somebody chose to show, in words."""
    form = PublicityForm()
    return [form[one.name].label.text for one in fields(Shown) if values[one.name]]


@bp.get(f"{_PAGE}/preview")
@requires(Deed.PUBLICITY_MANAGE)
def publicity_preview(plan_id: int) -> ResponseReturnValue:
    """Exactly what the public would see, before it does."""
    plan = shown.load_plan(plan_id, by=me(), deed=Deed.PUBLICITY_MANAGE)
    try:
        rules.check_adopted(plan)
    except RuleBroken as error:
        return back_to_plan(plan_id, error)
    choice = Shown(**{one.name: one.name in request.args for one in fields(Shown)})
    setting = service.setting_of(plan_id, by=me())
    # In the language in which the public reads it.
    with force_locale(_settings().locale):
        found = pages.preview(plan_id, choice, _settings().locale, by=me())
        told = found.told()
        template = current_app.jinja_env.get_template("plans/_publicity.html")
        sections = [shown_section(one) for one in told.sections] if told else []
        # Made by a template of ours, where every word is escaped.
        preview = Markup(template.render(found=found, told=told, sections=sections))  # noqa: S704
    return render_template(
        "plans/publicity_preview.html",
        plan=plan,
        preview=preview,
        language=_settings().locale,
        setting=setting,
        values=_as_sent(choice, setting),
        back=url_for("plans.publicity", plan_id=plan_id),
    )


def _as_sent(choice: Shown, setting: Setting | None) -> dict[str, str]:
    """What the button sends: the choices, and the version that they are made for."""
    chosen = {name: "y" for name, value in asdict(choice).items() if value}
    return {**chosen, "version": str(setting.version if setting else 0)}


@bp.route(f"{_PAGE}/close", methods=["GET", "POST"])
@requires(Deed.PUBLICITY_MANAGE)
def publicity_close(plan_id: int) -> ResponseReturnValue:
    """Ask, then close the plan to the public at once."""
    if request.method == "POST":
        try:
            service.close_plan(plan_id, by=me(), now=now())
        except RuleBroken as error:
            return back_to_plan(plan_id, error)
        done(_("Planen är stängd för allmänheten."))
        return redirect(url_for("plans.publicity", plan_id=plan_id))
    plan = shown.load_plan(plan_id, by=me(), deed=Deed.PUBLICITY_MANAGE)
    if service.setting_of(plan_id, by=me()) is None:
        return redirect(url_for("plans.publicity", plan_id=plan_id))
    return render_template("plans/publicity_close.html", plan=plan)


def _address(plan_id: int) -> str:
    return f"{_settings().base_url}{url_for('public.plan', open_plan_id=plan_id)}"


def _settings() -> Config:
    settings: Config = current_app.extensions["settings"]
    return settings
