"""Saying what the columns of somebody's own sheet are."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.sheets import MAX_COLUMNS, header_row
from tracker.models import SheetDraft
from tracker.services.actions import pages, targets
from tracker.services.sheets import drafts
from tracker.services.sheets.drafts import Mapped
from tracker.web.access import me, requires
from tracker.web.messages import show_error
from tracker.web.sheets.blueprint import ONE, bp
from tracker.web.sheets.forms import MappingForm, column_choices
from tracker.web.sheets.words import shown

_ROWS_OFFERED = 20
_SAMPLES = 3


@bp.route(f"{ONE}/columns", methods=["GET", "POST"])
@requires(Deed.ACTION_EDIT)
def mapping(sheet_id: int) -> ResponseReturnValue:
    """Which column is which field, and what new actions get besides."""
    draft = drafts.load_draft(sheet_id, by=me())
    if draft.finished_at is not None or drafts.is_ours(draft):
        return redirect(url_for("sheets.show", sheet_id=sheet_id))
    mapped = _as_it_is(draft)
    form = MappingForm(data={**vars(mapped), "header": str(mapped.header)})
    choices = pages.form_choices(me(), Deed.ACTION_CREATE)
    form.offer(choices.units, targets.open_plans())
    if not form.is_submitted():
        return _page(draft, form, mapped, 200)
    columns = [request.form.get(f"column-{n}", "") for n in range(len(mapped.columns))]
    known = {name for name, _label in column_choices()}
    mapped = form.mapped([name if name in known else "" for name in columns])
    if not form.validate_on_submit():
        return _page(draft, form, mapped, 422)
    try:
        drafts.set_mapping(sheet_id, mapped, by=me())
    except (NotFound, Forbidden):
        raise
    except Conflict:
        return redirect(url_for("sheets.show", sheet_id=sheet_id))
    except RuleBroken as error:
        show_error(form, error)
        return _page(draft, form, mapped, 422)
    return redirect(url_for("sheets.show", sheet_id=sheet_id))


def _as_it_is(draft: SheetDraft) -> Mapped:
    """What was said before, unless another row of headings is asked for; else our guess."""
    asked = request.args.get("header", type=int)
    if asked is None and draft.mapping is not None:
        return Mapped.from_json(draft.mapping)
    best = header_row(row[1:] for row in draft.rows)
    place = asked if asked is not None and 0 <= asked < len(draft.rows) else best
    return drafts.guessed(draft, place)


def _page(draft: SheetDraft, form: MappingForm, mapped: Mapped, status: int) -> ResponseReturnValue:
    header = mapped.header if 0 <= mapped.header < len(draft.rows) else 0
    return render_template(
        "sheets/mapping.html",
        form=form,
        draft=draft,
        header=header,
        heads=[_head(row) for row in draft.rows[:_ROWS_OFFERED]],
        columns=_columns(draft, mapped, header),
        choices=column_choices(),
        rows=len(draft.rows) - header - 1,
        may_plan=me().may(Deed.PLAN_EDIT),
    ), status


def _head(row: list[str]) -> str:
    """A row as the list of heading rows shows it."""
    said = ", ".join(shown(cell) for cell in row[1:] if cell.strip())
    return str(_("Rad %(number)s: %(cells)s", number=row[0], cells=said[:80]))


def _columns(draft: SheetDraft, mapped: Mapped, header: int) -> list[dict[str, Any]]:
    """Each column with its heading, a few cells below it, and the field it is taken for."""
    rows = draft.rows[header + 1 :]
    found = []
    for place, name in enumerate(mapped.columns[:MAX_COLUMNS]):
        cells = [row[place + 1] for row in rows if len(row) > place + 1 and row[place + 1].strip()]
        heads = draft.rows[header]
        found.append(
            {
                "heading": shown(heads[place + 1]) if len(heads) > place + 1 else "",
                "number": place + 1,
                "samples": [shown(cell) for cell in cells[:_SAMPLES]],
                "field": f"column-{place}",
                "chosen": name,
            }
        )
    return found
