"""How points, their answers and their past are said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from tracker.domain.ancestry import Ancestry
from tracker.domain.errors import N_
from tracker.domain.statuses import STATUS_MARKS, ActionStatus, Mark
from tracker.models import Answer, JournalEntry
from tracker.services.points.earlier import Earlier
from tracker.services.points.rows import PointRow
from tracker.services.points.state import PointState
from tracker.web.past import drawn
from tracker.web.points import bp
from tracker.web.points.origin_words import MARKS

STATE_MARKS: dict[PointState, Mark] = {
    PointState.OPEN: Mark(N_("Obesvarad"), "warn", "warning"),
    PointState.ACT: Mark(N_("Åtgärdas"), "info", "ongoing"),
    PointState.TO_DO: Mark(N_("Ska åtgärdas, men ingen åtgärd än"), "warn", "soon"),
    PointState.NO_ACTION: Mark(N_("Ingen åtgärd"), "muted", "dropped"),
    PointState.MERGED: Mark(N_("Ihopslagen"), "muted", "arrow"),
}
_EFFORTS = {1: _l("liten"), 2: _l("medel"), 3: _l("stor")}
_PRIORITIES = {1: _l("hög"), 2: _l("medel"), 3: _l("låg")}


def efforts() -> list[tuple[int, str]]:
    """The efforts to choose between."""
    return [(level, str(word).capitalize()) for level, word in _EFFORTS.items()]


def priorities() -> list[tuple[int, str]]:
    """The priorities to choose between."""
    return [(level, str(word).capitalize()) for level, word in _PRIORITIES.items()]


@bp.app_template_filter("effort_word")
def effort_word(effort: int | None) -> str:
    """The word for an effort: liten, medel, stor; inte bedömd where nobody has said."""
    return str(_EFFORTS[effort]) if effort in _EFFORTS else str(_("inte bedömd"))


@bp.app_template_filter("priority_word")
def priority_word(priority: int | None) -> str:
    """The word for a priority: hög, medel, låg; räknas ut where it is left to the table."""
    return str(_PRIORITIES[priority]) if priority in _PRIORITIES else str(_("räknas ut"))


@bp.app_template_filter("point_mark")
def point_mark(state: PointState) -> dict[str, str]:
    """Word, tone and icon of a state."""
    mark = STATE_MARKS[state]
    return {"label": str(_(mark.label)), "tone": mark.tone, "icon": mark.icon}


@bp.app_template_filter("status_mark")
def status_mark(status: ActionStatus) -> str:
    """The word for an action's status."""
    return str(_(STATUS_MARKS[status].label))


def by_hand(row: PointRow) -> int | None:
    """The priority that somebody set, if one did."""
    return row.weight.priority if row.weight.by_hand else None


@bp.app_template_filter("what_was_done")
def what_was_done(earlier: Earlier) -> str:
    """What became of a point the last time: Då: 2 åtgärder, 1 verifierad, 1 avbruten."""
    if earlier.answer is Answer.NO_ACTION:
        return str(_("Då: ingen åtgärd. %(reason)s", reason=earlier.reason))
    if earlier.count:
        parts = [_status_count(status, number) for status, number in earlier.actions]
        head = ngettext("%(num)s åtgärd", "%(num)s åtgärder", earlier.count)
        return str(_("Då: %(told)s.", told=", ".join([head, *parts])))
    if earlier.answer is Answer.MERGED:
        return str(_("Då: ihopslagen med en annan punkt."))
    if earlier.answer is Answer.ACT:
        return str(_("Då: skulle åtgärdas, men ingen åtgärd kom till."))
    return str(_("Då gjordes ingenting."))


def _status_count(status: ActionStatus, number: int) -> str:
    words = {
        ActionStatus.PLANNED: ngettext("%(num)s planerad", "%(num)s planerade", number),
        ActionStatus.ONGOING: ngettext("%(num)s pågår", "%(num)s pågår", number),
        ActionStatus.PAUSED: ngettext("%(num)s pausad", "%(num)s pausade", number),
        ActionStatus.DONE: ngettext("%(num)s genomförd", "%(num)s genomförda", number),
        ActionStatus.VERIFIED: ngettext("%(num)s verifierad", "%(num)s verifierade", number),
        ActionStatus.DROPPED: ngettext("%(num)s avbruten", "%(num)s avbrutna", number),
    }
    return str(words[status])


def answered_sentence(answer: Answer, changed: int) -> str:
    """What an answer did, for the next page."""
    if not changed:
        return str(_("Punkterna hade redan det svaret."))
    words = {
        Answer.ACT: ngettext(
            "%(num)s punkt ska åtgärdas.", "%(num)s punkter ska åtgärdas.", changed
        ),
        Answer.NO_ACTION: ngettext(
            "%(num)s punkt lämnas utan åtgärd.", "%(num)s punkter lämnas utan åtgärd.", changed
        ),
        Answer.MERGED: ngettext(
            "%(num)s punkt är ihopslagen.", "%(num)s punkter är ihopslagna.", changed
        ),
    }
    return str(words[answer])


def past_deeds(entries: Sequence[JournalEntry], numbers: Mapping[int, int]) -> list[dict[str, Any]]:
    """Journal entries as the timeline macro draws them; `numbers` is what points are called."""
    return [_past_deed(entry, numbers) for entry in entries]


def _past_deed(entry: JournalEntry, numbers: Mapping[int, int]) -> dict[str, Any]:
    title, icon, text = _told(entry, numbers)
    tone = "info" if entry.deed == "point.answer" else "muted"
    return drawn(entry, (title, icon, tone), [text])


def _told(entry: JournalEntry, numbers: Mapping[int, int]) -> tuple[str, str, str]:
    data = entry.data
    if entry.deed == "point.effort":
        before, after = (effort_word(level) for level in data["effort"])
        return _("Insatsen bedömdes"), "info", _from_to(before, after)
    if entry.deed == "point.priority":
        before, after = (priority_word(level) for level in data["priority"])
        return _("Prioriteten ändrades"), "info", _from_to(before, after)
    if entry.deed == "point.ancestry":
        return _origin_told(data, numbers)
    if entry.deed == "point.resolve":
        return _fate_told(data["resolved"][1])
    before, after = _answers(data, 0, numbers), _answers(data, 1, numbers)
    if entry.deed == "point.withdraw":
        return _("Svaret togs tillbaka"), "back", _from_to(before, _("obesvarad"))
    first = data.get("answer", [""])[0] is None
    title = _("Punkten besvarades") if first else _("Svaret ändrades")
    lines = [_from_to(_("obesvarad") if first else before, after)]
    if reason := data.get("reason", ["", ""])[1]:
        lines.append(_("Skäl: %(reason)s", reason=reason))
    if who := data.get("decided_by", ["", ""])[1]:
        lines.append(_("Beslutat av %(who)s", who=who))
    return title, "success", "\n".join(lines)


def _origin_told(data: Mapping[str, Any], numbers: Mapping[int, int]) -> tuple[str, str, str]:
    kind, old = data["ancestry"][1], data["repeats_id"][1]
    if kind is None:
        return _("Ursprunget är åter ett förslag"), "back", ""
    said = str(_(MARKS[Ancestry(kind)].label))
    if old:
        said = str(_("%(kind)s, från punkt %(number)s", kind=said, number=numbers.get(old, "?")))
    return _("Ursprunget bekräftades"), "success", said


def _fate_told(resolved: bool | None) -> tuple[str, str, str]:
    if resolved is None:
        return _("Utfallet är åter ett förslag"), "back", ""
    return _("Utfallet bekräftades"), "success", _("Löst") if resolved else _("Kvarstår")


def _answers(data: Mapping[str, Any], side: int, numbers: Mapping[int, int]) -> str:
    """The answer before (0) or after (1) a change, in a word or two."""
    answer = data["answer"][side] if "answer" in data else None
    into = data.get("merged_into_id", [None, None])[side]
    if into:
        # A point that a new version of the report no longer has is called by nothing.
        return str(_("ihopslagen med punkt %(number)s", number=numbers.get(into, "?")))
    if answer == Answer.ACT.value:
        return str(_("åtgärdas"))
    if answer == Answer.NO_ACTION.value or "answer" not in data:
        return str(_("ingen åtgärd"))
    return str(_("obesvarad"))


def _from_to(before: str, after: str) -> str:
    return str(_("Från %(before)s till %(after)s", before=before, after=after))
