"""Where the points come from, and what became of those of the evaluation before."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.clock import now
from tracker.domain.ancestry import Ancestry
from tracker.domain.errors import NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.services.points import histories, settling
from tracker.services.points.answers import Step
from tracker.web.access import me, requires
from tracker.web.fields import a_key, known
from tracker.web.messages import done, tell, translated
from tracker.web.paging import asked_page, page_of
from tracker.web.points import bp
from tracker.web.points.origin_words import (
    after_sentence,
    before_sentence,
    kind_choices,
    lead_sentence,
)
from tracker.web.points.way import asked_next, asked_points

_UNDO = "ancestry_undo"


class TypedWords:
    """What was chosen on the page, by field and point, with what is wrong with it."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        self.errors: dict[int, dict[str, str]] = {}
        self.action, _between, self.only = values.get("action", "save").partition(":")
        self.point_ids = asked_points() if values else []

    @property
    def all(self) -> bool:
        """Whether everything that waits is to be settled as proposed."""
        return self.action == "all"

    def row_after(self, *, leaves: bool) -> int | None:
        """The row to come back to after one was approved: its own, or the next on the page where
        it `leaves` the page (the one before, where it was the last)."""
        ids = self.point_ids
        place = next((n for n, key in enumerate(ids) if str(key) == self.only), None)
        if place is None:
            return None
        return next(iter(ids[place + 1 :] or ids[:place][-1:]), None) if leaves else ids[place]

    def value(self, field: str, point_id: int, otherwise: str = "") -> str:
        """The text of a field of a point that has to be put right, else what stands there now."""
        if point_id not in self.errors:
            return otherwise
        return self.values.get(f"{field}-{point_id}", otherwise)

    def error(self, field: str, point_id: int) -> str:
        """What is wrong with a field."""
        return self.errors.get(point_id, {}).get(field, "")

    def origins(self) -> list[settling.OriginWord]:
        """What the person says: where they changed what was shown, and what they asked to keep."""
        found = []
        for point_id in self.point_ids:
            was = self._text("was", point_id)
            kind, old_id = known(Ancestry)(self._text("kind", point_id)), self._key("old", point_id)
            number = self._number(point_id)
            shown = "new:" if kind is Ancestry.NEW else f"{kind or ''}:{old_id or ''}"
            changed = shown != was.rpartition(":")[0] or number is not None
            if point_id not in self.errors and (changed or self._kept(point_id, was)):
                found.append(settling.OriginWord(point_id, kind, old_id, number, was or None))
        return found

    def fates(self) -> list[settling.FateWord]:
        """As origins, of the older points."""
        found = []
        for point_id in self.point_ids:
            was, said = self._text("was", point_id), self._text("fate", point_id)
            if said not in ("0", "1"):
                continue
            if said != was.partition(":")[0] or self._kept(point_id, was):
                found.append(settling.FateWord(point_id, said == "1", was or None))
        return found

    def blame(self, problems: Mapping[int, RuleBroken]) -> None:
        """Put each problem beside the field that it names."""
        for point_id, problem in problems.items():
            self.errors[point_id] = {problem.field or "kind": translated(problem)}

    def _kept(self, point_id: int, was: str) -> bool:
        return str(point_id) == self.only or (self.all and was.endswith(":0"))

    def _text(self, field: str, point_id: int) -> str:
        return self.values.get(f"{field}-{point_id}", "").strip()

    def _key(self, field: str, point_id: int) -> int | None:
        return known(a_key)(self._text(field, point_id))

    def _number(self, point_id: int) -> int | None:
        text = self._text("old_number", point_id)
        number = known(a_key)(text)
        if text and number is None:
            self.errors[point_id] = {"old_number": _("Skriv punktens nummer med siffror.")}
        return number


@bp.get("/points/ancestry")
@requires(Deed.POINT_VIEW)
def ancestry() -> ResponseReturnValue:
    """Each point beside the one that it seems to come from."""
    return _origins_page(TypedWords({})), 200


@bp.post("/points/ancestry")
@requires(Deed.POINT_ANSWER)
def settle() -> ResponseReturnValue:
    """Save what a person says of where points come from."""
    if (evaluation_id := _asked_evaluation()) is None:
        return redirect(url_for("points.ancestry"))
    typed = TypedWords(request.form)
    outcome = settling.settle(
        evaluation_id, typed.origins(), and_the_rest=typed.all, by=me(), now=now()
    )
    typed.blame(outcome.problems)
    if typed.errors or outcome.gone:
        return _origins_page(typed, outcome), 422
    return _saved(outcome.step, "points.ancestry", typed)


@bp.get("/points/ancestry/before")
@requires(Deed.POINT_VIEW)
def fates() -> ResponseReturnValue:
    """What became of the points of the evaluation before."""
    return _fates_page(TypedWords({})), 200


@bp.post("/points/ancestry/before")
@requires(Deed.POINT_ANSWER)
def resolve() -> ResponseReturnValue:
    """Save what a person says became of the older points."""
    if (evaluation_id := _asked_evaluation()) is None:
        return redirect(url_for("points.fates"))
    typed = TypedWords(request.form)
    outcome = settling.resolve(
        evaluation_id, typed.fates(), and_the_rest=typed.all, by=me(), now=now()
    )
    typed.blame(outcome.problems)
    if typed.errors or outcome.gone:
        return _fates_page(typed, outcome), 422
    return _saved(outcome.step, "points.fates", typed)


@bp.post("/points/ancestry/undo")
@requires(Deed.POINT_ANSWER)
def ancestry_undo() -> ResponseReturnValue:
    """Take one's last save back."""
    first, last = (request.form.get(name, 0, type=int) for name in ("first", "last"))
    try:
        step = settling.undo_words(first, last, by=me(), now=now())
    except NotFound:
        flash(_("Det finns inget att ångra."), "error")
    except RuleBroken as error:
        tell(error)
    else:
        done(
            ngettext(
                "Ångrat. %(num)s punkt står som förut.",
                "Ångrat. %(num)s punkter står som förut.",
                step.changed,
            )
        )
    return redirect(asked_next())


def _asked_evaluation() -> int | None:
    return request.args.get("evaluation", type=int)


def _waiting() -> bool:
    return request.args.get("show") == "waiting"


def _saved(step: Step, endpoint: str, typed: TypedWords) -> ResponseReturnValue:
    """Back to the page: to the row of the one that was approved, or the top after several."""
    if step.changed:
        session[_UNDO] = [step.first, step.last]
    done(after_sentence(step.changed))
    evaluation_id, show, page = (request.args.get(key) for key in ("evaluation", "show", "page"))
    row = typed.row_after(leaves=_waiting())
    anchor = f"point-{row}" if row else None
    target = url_for(endpoint, evaluation=evaluation_id, show=show, page=page, _anchor=anchor)
    return redirect(target)


def _origins_page(typed: TypedWords, outcome: settling.Outcome | None = None) -> str:
    found = histories.origins_shown(
        _asked_evaluation(), by=me(), page=asked_page(), waiting=_waiting(), also=typed.errors
    )
    return _drawn("ancestry", found, typed, outcome)


def _fates_page(typed: TypedWords, outcome: settling.Outcome | None = None) -> str:
    found = histories.fates_shown(
        _asked_evaluation(), by=me(), page=asked_page(), waiting=_waiting(), also=typed.errors
    )
    return _drawn("fates", found, typed, outcome)


def _drawn(
    name: str,
    found: histories.OriginsPage | histories.FatesPage | None,
    typed: TypedWords,
    outcome: settling.Outcome | None,
) -> str:
    if found is None:
        return render_template("points/none.html")
    undo = session.pop(_UNDO, None)
    may_settle = me().may(Deed.POINT_ANSWER)
    return render_template(
        f"points/{name}.html",
        found=found,
        heading=found.heading,
        counts=found.counts,
        leads=(lead_sentence(found.counts, may_settle), before_sentence(found.counts, may_settle)),
        kinds=kind_choices(),
        typed=typed,
        numbers={row.point.id: row.point.number for group in found.groups for row in group.rows},
        gone=len(outcome.gone) if outcome else 0,
        saved=outcome.step.changed if outcome else 0,
        waiting=_waiting(),
        page=page_of(found.total, size=found.size),
        # The latest evaluation may be another one by the time that the form comes back.
        target=url_for(
            f"points.{name}",
            evaluation=found.heading.evaluation_id,
            show="waiting" if _waiting() else None,
            page=request.args.get("page"),
        ),
        here=request.full_path.rstrip("?"),
        may_settle=may_settle,
        undo={"first": undo[0], "last": undo[1]} if undo else None,
    )
