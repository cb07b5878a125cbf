"""A spreadsheet between upload and yes: its cells are kept for the one who brought it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import undefer

from tracker.domain.errors import Conflict, NotFound, RuleBroken
from tracker.domain.languages import LANGUAGES
from tracker.domain.permissions import Deed
from tracker.domain.sheets import (
    FORMER_READ_ONLY,
    HEADINGS,
    KEPT,
    NUMBER,
    NUMBER_HEADING,
    READ_ONLY,
    guess_columns,
    header_row,
)
from tracker.domain.text import fold, normalise_space
from tracker.extensions import db
from tracker.importers.isolated import read_sheet_isolated
from tracker.importers.sheets import Base, Sheet
from tracker.mail.catalogue import catalogue
from tracker.models import ActionPlan, SheetDraft, Unit, User
from tracker.services import scope
from tracker.services.actions import rules
from tracker.services.sheets.compare import Table, TableRow

KEPT_FOR = timedelta(days=30)
_LONGEST_NAME = 255
_LONGEST_HEADING = 100
_OURS_AT_LEAST = 6


@cache
def our_headings() -> Mapping[str, str]:
    """The field that each folded heading of an export is, in any language ("" for one that is
    only to be read). A field wins over what is only read where two languages share a word."""
    says = [catalogue(language).gettext for language in LANGUAGES]
    read = {fold(say(one)): "" for one in READ_ONLY for say in says}
    fields = {fold(say(heading)): name for name, heading in HEADINGS.items() for say in says}
    numbers = {fold(say(NUMBER_HEADING)): NUMBER for say in says}
    return {fold(one): "" for one in FORMER_READ_ONLY} | read | fields | numbers


@dataclass(frozen=True)
class Mapped:
    """How a sheet is read: the place of its heading row among the kept rows, and for each column
    the field that it is (KEPT, or "" for one that is left out). The rest is for new actions: the
    unit and the deadline where their row says none that holds, and the plan, by its key or by
    the title of one that is to be made."""

    header: int
    columns: tuple[str, ...]
    unit_id: int | None = None
    deadline: date | None = None
    plan_id: int | None = None
    plan_title: str = ""

    def to_json(self) -> dict[str, Any]:
        """As the draft keeps it."""
        day = self.deadline.isoformat() if self.deadline else None
        return {**vars(self), "columns": list(self.columns), "deadline": day}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Mapped:
        """What `to_json` made."""
        day = date.fromisoformat(kept["deadline"]) if kept["deadline"] else None
        return cls(**{**kept, "columns": tuple(kept["columns"]), "deadline": day})


def take_in(data: bytes, filename: str, *, by: User, now: datetime) -> SheetDraft:
    """Read a spreadsheet and keep its cells for the person; nothing else is changed.

    Raises:
        RuleBroken: the file cannot be read (the importer's sentence).
        Forbidden: the person may not change actions.
    """
    scope.require(by, Deed.ACTION_EDIT)
    # Reading takes long; do not hold the database's write lock meanwhile.
    db.session.rollback()
    sheet = read_sheet_isolated(data, filename)
    old = SheetDraft.by_id == by.id, SheetDraft.at < now - KEPT_FOR
    db.session.execute(delete(SheetDraft).where(*old))
    draft = SheetDraft(
        by_id=by.id,
        at=now,
        file_name=normalise_space(filename)[-_LONGEST_NAME:],
        sheet_name=normalise_space(sheet.name),
        rows=[[str(row.number), *row.cells] for row in sheet.rows],
        base=_kept_base(sheet.base),
    )
    db.session.add(draft)
    _map_at_first(draft, sheet)
    db.session.commit()
    return draft


def load_draft(draft_id: int, *, by: User) -> SheetDraft:
    """The person's own draft. Raises NotFound for anybody else's, Forbidden."""
    scope.require(by, Deed.ACTION_EDIT)
    return _own(draft_id, by, lock=False)


def locked_draft(draft_id: int, *, by: User) -> SheetDraft:
    """The person's own open draft, held until the transaction ends.

    Raises:
        NotFound: it is somebody else's, or not there; Forbidden.
        Conflict: it has been used up already.
    """
    scope.require(by, Deed.ACTION_EDIT)
    draft = _own(draft_id, by, lock=True)
    if draft.finished_at is not None:
        raise Conflict({})
    return draft


def _own(draft_id: int, by: User, *, lock: bool) -> SheetDraft:
    query = (
        select(SheetDraft)
        .where(SheetDraft.id == draft_id, SheetDraft.by_id == by.id)
        .options(undefer(SheetDraft.rows), undefer(SheetDraft.base))
        .execution_options(populate_existing=True)
    )
    draft = db.session.scalar(query.with_for_update() if lock else query)
    if draft is None:
        raise NotFound
    return draft


def is_ours(draft: SheetDraft) -> bool:
    """Whether the sheet knows our actions' numbers: then its headings say all there is to say."""
    return draft.mapping is not None and NUMBER in draft.mapping["columns"]


def set_mapping(draft_id: int, mapped: Mapped, *, by: User) -> None:
    """Keep how the person wants the sheet to be read.

    Raises:
        RuleBroken: no column is the title, or two are the same field; the plan takes nothing.
        NotFound, Forbidden, Conflict: as locked_draft.
    """
    draft = locked_draft(draft_id, by=by)
    if not 0 <= mapped.header < len(draft.rows):
        raise RuleBroken("Välj den rad som har rubrikerna.", field="header")
    mapped = replace(mapped, plan_title=rules.one_line(mapped.plan_title))
    rules.check_length(mapped.plan_title, "plan_title", rules.TITLE_MAX)
    if mapped.plan_title:
        scope.require(by, Deed.PLAN_EDIT)
    chosen = [name for name in mapped.columns if name not in (KEPT, "")]
    if "title" not in chosen:
        raise RuleBroken("Välj vilken kolumn som är åtgärdens rubrik.", field="columns")
    if len(set(chosen)) < len(chosen):
        twice = next(name for name in chosen if chosen.count(name) > 1)
        raise RuleBroken(
            "Två kolumner är ”%(name)s”. Välj en av dem.",
            field="columns",
            name=HEADINGS[twice],
        )
    if mapped.unit_id is not None and db.session.get(Unit, mapped.unit_id) is None:
        raise NotFound
    check_plan(mapped.plan_id)
    _keep(draft, mapped)
    db.session.commit()


def set_plan(draft_id: int, plan_id: int | None, *, by: User) -> None:
    """Choose the plan that new rows go into, None for the usual one.

    Raises:
        RuleBroken: the plan is closed.
        NotFound, Forbidden, Conflict: as locked_draft.
    """
    draft = locked_draft(draft_id, by=by)
    check_plan(plan_id)
    if draft.mapping:
        _keep(draft, replace(Mapped.from_json(draft.mapping), plan_id=plan_id))
    db.session.commit()


def check_plan(plan_id: int | None) -> None:
    """Raise NotFound for no plan, RuleBroken for one that is closed."""
    if plan_id is None:
        return
    plan = db.session.get(ActionPlan, plan_id)
    if plan is None:
        raise NotFound
    rules.check_plan_open(plan)


def discard(draft_id: int, *, by: User) -> None:
    """Forget a draft and its cells. Raises NotFound, Forbidden."""
    db.session.delete(load_draft(draft_id, by=by))
    db.session.commit()


def guessed(draft: SheetDraft, header: int) -> Mapped:
    """How a sheet of somebody's own seems to be meant, its headings standing in that row."""
    headings = draft.rows[header][1:] if 0 <= header < len(draft.rows) else []
    return Mapped(header, tuple(guess_columns(_whole(headings, draft.rows))))


def table_of(draft: SheetDraft) -> Table:
    """The draft's cells under the fields that its columns are."""
    mapped = Mapped.from_json(draft.mapping or guessed(draft, 0).to_json())
    names = _names(draft.columns, mapped.columns)
    rows = [
        TableRow(int(number), {name: text for name, text in zip(names, cells, strict=True) if name})
        for number, cells in (_padded(row, len(names)) for row in draft.rows[mapped.header + 1 :])
        if any(name and text.strip() for name, text in zip(names, cells, strict=True))
    ]
    base = None
    if draft.base is not None and NUMBER in mapped.columns:
        base = {int(key): marks for key, marks in draft.base.items() if key.isdigit()}
    return Table(rows, base, mapped.unit_id, mapped.deadline, mapped.plan_id, mapped.plan_title)


def _padded(row: Sequence[str], width: int) -> tuple[str, list[str]]:
    cells = list(row[1 : width + 1])
    return row[0], cells + [""] * (width - len(cells))


def _names(headings: Sequence[str], columns: Sequence[str]) -> list[str]:
    """What each column is called in a row: a field, or KEPT and its own heading, each once."""
    found: list[str] = []
    for place, (heading, name) in enumerate(zip(headings, columns, strict=True), start=1):
        if name != KEPT:
            found.append(name)
            continue
        own = normalise_space(heading)[:_LONGEST_HEADING] or f"Kolumn {place}"
        if fold(own) in our_headings():
            own = f"{own} (eget)"
        key = f"{KEPT}:{own}"
        found.append(key if key not in found else f"{key} ({place})")
    return found


def _kept_base(base: Mapping[str, Base] | None) -> dict[str, Any] | None:
    return None if base is None else {key: one.marks for key, one in base.items()}


def _map_at_first(draft: SheetDraft, sheet: Sheet) -> None:
    """An export of ours needs no mapping by hand."""
    header = header_row(row.cells for row in sheet.rows)
    own = _own_columns(sheet, header)
    if own is None:
        draft.columns = []
        return
    width = max(len(row.cells) for row in sheet.rows)
    own += [""] * (width - len(own))
    below = draft.rows[header + 1 :]
    headings = _whole(sheet.rows[header].cells, draft.rows)
    # A column that somebody filled without naming it is kept as well.
    for place, heading in enumerate(headings):
        if not heading.strip() and _filled(below, place):
            own[place] = KEPT
    _keep(draft, Mapped(header, tuple(own)))


def _own_columns(sheet: Sheet, header: int) -> list[str] | None:
    """What the columns of our own export are by their headings; None for any other sheet. Without
    the export's memory most of its headings must be there: others number their rows too."""
    found: list[str] = []
    for heading in sheet.rows[header].cells:
        name = our_headings().get(fold(heading), KEPT if heading.strip() else "")
        found.append(KEPT if name and name in found else name)
    fields = {name for name in found if name not in ("", KEPT)}
    if not {NUMBER, "title"} <= fields:
        return None
    return found if sheet.base is not None or len(fields) >= _OURS_AT_LEAST else None


def _filled(rows: Sequence[Sequence[str]], place: int) -> bool:
    return any(len(row) > place + 1 and row[place + 1].strip() for row in rows)


def _whole(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The headings, one for each column that holds anything in any row."""
    width = max((len(row) - 1 for row in rows), default=0)
    return [*headings, *[""] * (width - len(headings))]


def _keep(draft: SheetDraft, mapped: Mapped) -> None:
    headings = _whole(draft.rows[mapped.header][1:], draft.rows)
    columns = (*mapped.columns, *[""] * len(headings))[: len(headings)]
    draft.columns = headings
    draft.mapping = replace(mapped, columns=columns).to_json()
    draft.plan_id = mapped.plan_id
