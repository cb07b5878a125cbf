"""The worksheet: many points, their answers and their actions on one page with one button."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.clock import now
from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.models import Answer
from tracker.services.actions import pages, targets
from tracker.services.points import worksheet as service
from tracker.services.points.state import PointState
from tracker.web.access import me, requires
from tracker.web.fields import a_key, known
from tracker.web.local import today
from tracker.web.messages import done, translated
from tracker.web.paging import asked_page, page_of
from tracker.web.points import bp
from tracker.web.points.way import asked_points

T = TypeVar("T")


class TypedSheet:
    """What was typed, by field and point, with what is wrong with it."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        self.errors: dict[int, dict[str, list[str]]] = {}
        self.point_ids = asked_points() if values else []

    def value(self, field: str, point_id: int | str = "all") -> str:
        """The text of a field; `all` is what stands at the top of the page for every point."""
        return self.values.get(f"{field}-{point_id}", "")

    def errors_of(self, field: str, point_id: int = 0) -> list[str]:
        """What is wrong with a field; point 0 is the top of the page."""
        return self.errors.get(point_id, {}).get(field, [])

    def blame(self, point_id: int, problems: Iterable[RuleBroken]) -> None:
        """Put each problem beside the field that it names."""
        for problem in problems:
            field = "answer" if problem.field in (None, "point_ids") else problem.field
            self._add(point_id, field, translated(problem))

    def for_all(self) -> service.ForAll:
        """What holds for every new action that says nothing else."""
        return service.ForAll(
            self._day(0, "all"), self._number("unit_id", "all"), self._number("plan_id", "all")
        )

    def rows(self) -> list[service.SheetRow]:
        """The rows that can be read; one with a date that is none stays on the page."""
        found = [self._row(point_id) for point_id in self.point_ids]
        return [row for row in found if row.point_id not in self.errors]

    def _row(self, point_id: int) -> service.SheetRow:
        def text(field: str) -> str:
            return self.value(field, point_id).strip()

        return service.SheetRow(
            point_id=point_id,
            answer=_one_of(Answer, text("answer")),
            title=text("title"),
            owner_text=text("owner_text"),
            deadline=self._day(point_id, point_id),
            unit_id=self._number("unit_id", point_id),
            reason=text("reason"),
            decided_by=text("decided_by"),
            merged_into=self._point_number(point_id),
            was=_one_of(PointState, text("was")),
        )

    def _day(self, blamed: int, key: int | str) -> date | None:
        text = self.value("deadline", key).strip()
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            sentence = _("Skriv datumet som år-månad-dag, till exempel 2026-12-01.")
            self._add(blamed, "deadline", sentence)
            return None

    def _number(self, field: str, key: int | str) -> int | None:
        return known(a_key)(self.value(field, key))

    def _point_number(self, point_id: int) -> int | None:
        # It may be chosen from the list, where the point's words follow its number.
        text = self.value("merged_into_id", point_id).strip()
        number = known(a_key)(text.partition(".")[0])
        if text and number is None:
            self._add(point_id, "merged_into_id", _("Skriv numret på den andra punkten."))
        return number

    def _add(self, point_id: int, field: str, sentence: str) -> None:
        self.errors.setdefault(point_id, {}).setdefault(field, []).append(sentence)


def _one_of(kind: Callable[[str], T], text: str) -> T | None:
    try:
        return kind(text)
    except ValueError:
        return None


@bp.route("/points/plan", methods=["GET", "POST"])
@requires(Deed.POINT_ANSWER)
def worksheet() -> ResponseReturnValue:
    """Every point that wants an answer or an action, each with a line to write in."""
    evaluation_id, area = (request.args.get(name, type=int) for name in ("evaluation", "area"))
    target = url_for("points.worksheet", evaluation=evaluation_id, area=area)
    sheet = TypedSheet(request.form)
    saved = None
    if request.method == "POST":
        saved = _save(sheet)
        if not sheet.errors and not saved.gone:
            done(summary(saved))
            return redirect(target)
    found = service.sheet_of(
        evaluation_id, by=me(), area=area, page=asked_page(), also=sheet.errors.keys() - {0}
    )
    if found is None:
        return render_template("points/none.html")
    return render_template(
        "points/worksheet.html",
        found=found,
        heading=found.heading,
        sheet=sheet,
        area=area,
        summary=summary(saved, len(sheet.errors.keys() - {0})) if saved else "",
        lost=[sheet.value("title", number) for number in sorted(saved.gone)] if saved else [],
        choices=pages.form_choices(me(), Deed.ACTION_CREATE),
        plans=plans_for(found.heading.evaluation_id, sheet),
        page=page_of(found.total, size=service.PAGE_SIZE),
        target=url_for(
            "points.worksheet", evaluation=evaluation_id, area=area, page=request.args.get("page")
        ),
    ), 422 if saved else 200


@dataclass(frozen=True)
class Plans:
    """The open plans that new actions can go into; `fits` tells that one answers the evaluation,
    so that no new one is called for."""

    choices: tuple[tuple[int, str], ...]
    chosen: int | None
    fits: bool


def plans_for(evaluation_id: int, sheet: TypedSheet) -> Plans:
    """The plans to choose from; what was chosen, else the one made from the evaluation, else
    the newest."""
    plans = targets.open_plans()
    made_from = [plan.id for plan in plans if plan.evaluation_id == evaluation_id]
    typed = known(a_key)(sheet.value("plan_id"))
    return Plans(
        tuple((plan.id, plan.title) for plan in plans),
        typed or next(iter([*made_from, *(plan.id for plan in plans)]), None),
        bool(made_from) or not plans,
    )


def _save(sheet: TypedSheet) -> service.Saved:
    for_all, rows = sheet.for_all(), sheet.rows()
    saved = service.save_sheet(rows, for_all, by=me(), now=now(), today=today())
    for point_id, problems in saved.problems.items():
        sheet.blame(point_id, problems)
    return saved


def summary(saved: service.Saved, wrong: int = 0) -> str:
    """What became of the sheet: 12 åtgärder skapade, 3 punkter utan åtgärd, 2 behöver rättas."""
    parts = [
        sentence
        for number, sentence in (
            (
                saved.actions,
                ngettext("%(num)s åtgärd skapad", "%(num)s åtgärder skapade", saved.actions),
            ),
            (
                saved.no_action,
                ngettext(
                    "%(num)s punkt utan åtgärd", "%(num)s punkter utan åtgärd", saved.no_action
                ),
            ),
            (
                saved.merged,
                ngettext("%(num)s punkt ihopslagen", "%(num)s punkter ihopslagna", saved.merged),
            ),
            (wrong, ngettext("%(num)s behöver rättas", "%(num)s behöver rättas", wrong)),
        )
        if number
    ]
    if not parts:
        return str(_("Inget nytt att spara."))
    return f"{', '.join(parts)}."
