"""What shows that an action is in place: a link, a kept file, or only what it is called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from tracker.domain.errors import N_, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.importers.attachments import check_attachment, plain_name
from tracker.models import Action, Evidence, JournalEntry, User
from tracker.services import journal, scope
from tracker.services.actions import rules
from tracker.services.sources import SourceFile, Sources

LOST = N_("Filen finns inte kvar på servern. Be den som sköter driften att återställa den.")
ADDED, REMOVED, RESTORED = (
    "action.evidence_add",
    "action.evidence_remove",
    "action.evidence_restore",
)


@dataclass(frozen=True)
class NewEvidence:
    """Evidence as typed and chosen; a file has a name, and `data` that may turn out empty."""

    title: str = ""
    url: str = ""
    file_name: str = ""
    data: bytes = b""


@dataclass(frozen=True)
class EvidenceShown:
    """A piece of evidence and who added it.

    `file_name` is empty where there is no file; `size` is in bytes; `removable` tells whether the
    reader may take it away now.
    """

    id: int
    title: str
    url: str
    file_name: str
    size: int | None
    added_at: datetime
    author: str
    removable: bool


def kept_in(instance: Path) -> Sources:
    """Where an installation keeps the files, under its own folder `instance`."""
    return Sources(instance / "evidence", lost=LOST)


def add_evidence(
    action_id: int, new: NewEvidence, files: Sources, *, by: User, now: datetime
) -> Evidence:
    """Add a link or a file to an action that nobody has verified yet.

    Raises:
        Forbidden, NotFound: outside what this person may add to.
        RuleBroken, Refused: the action is verified or dropped, or the evidence breaks rules.
    """
    action = rules.locked_action(action_id, by=by, deed=Deed.ACTION_ATTACH)
    _check_unsettled(action)
    if not new.url.strip() and not new.file_name:
        raise RuleBroken(
            N_("Skriv en länk till underlaget eller välj en fil."), field="evidence_url"
        )
    kept = attach(action, new, files, by=by, now=now)
    journal.record(ADDED, "action", action.id, _readable(kept), by=by, now=now)
    db.session.commit()
    return kept


def attach(
    action: Action, new: NewEvidence, files: Sources | None, *, by: User, now: datetime
) -> Evidence:
    """As add_evidence, of an action that is locked already and in the caller's transaction;
    without a journal entry, and also for evidence that is only named.

    Raises:
        Refused: what was typed or chosen breaks rules; its `problems` name the fields.
    """
    name = plain_name(new.file_name)
    title, url = rules.one_line(new.title) or name[: rules.TITLE_MAX], new.url.strip()
    problems: list[RuleBroken] = []
    with rules.collecting(problems):
        missing = N_("Skriv vad som visar att åtgärden är på plats.")
        rules.check_written(title, "evidence_title", missing, rules.TITLE_MAX)
    with rules.collecting(problems):
        rules.check_address(url)
    if new.file_name:
        with rules.collecting(problems):
            _check_file(name, new.data)
    if problems:
        raise rules.Refused(problems)
    kept = Evidence(action_id=action.id, title=title, url=url, added_at=now, added_by_id=by.id)
    if new.file_name and files is not None:
        kept.sha256, kept.file_name, kept.size = files.keep(new.data), name, len(new.data)
    db.session.add(kept)
    db.session.flush()
    return kept


def remove_evidence(action_id: int, evidence_id: int, *, by: User, now: datetime) -> Evidence:
    """Take evidence away from an action that nobody has verified; restore_evidence brings it back.

    Raises:
        Forbidden, NotFound: no such evidence within what this person may add to.
        RuleBroken: it is another's, or the action is verified or dropped, or it is the last
            thing that shows that a done action is done.
    """
    action = rules.locked_action(action_id, by=by, deed=Deed.ACTION_ATTACH)
    found = _of(action, evidence_id)
    _check_unsettled(action)
    if not _is_theirs(found, action, by):
        raise RuleBroken(
            N_("Bara den som lade till underlaget, eller direktören, kan ta bort det.")
        )
    if action.status is ActionStatus.DONE and len(action.evidence) == 1:
        raise RuleBroken(
            N_(
                "Åtgärden är markerad som genomförd och behöver minst ett underlag. Lägg till ett "
                "nytt först, och ta sedan bort det här."
            )
        )
    journal.record(REMOVED, "action", action.id, _readable(found), by=by, now=now)
    db.session.delete(found)
    db.session.commit()
    return found


def restore_evidence(action_id: int, evidence_id: int, *, by: User, now: datetime) -> Evidence:
    """Bring back what the same person took away, as it was, once.

    Raises:
        Forbidden, NotFound: there never was such evidence.
        RuleBroken: it is back already, or another took it away, or the action is verified or
            dropped since then.
    """
    action = rules.locked_action(action_id, by=by, deed=Deed.ACTION_ATTACH)
    entry = _removal(action.id, evidence_id, by)
    _check_unsettled(action)
    data = entry.data
    kept = Evidence(
        action_id=action.id,
        title=data["evidence"],
        url=data["url"],
        sha256=data["sha256"],
        file_name=data["file_name"],
        size=data["size"],
        added_at=datetime.fromisoformat(data["added_at"]),
        added_by_id=data["added_by_id"],
    )
    db.session.add(kept)
    db.session.flush()
    again = {**_readable(kept), "removal": entry.id}
    journal.record(RESTORED, "action", action.id, again, by=by, now=now)
    db.session.commit()
    return kept


def evidence_file(action_id: int, evidence_id: int, *, by: User) -> SourceFile:
    """The kept file of a piece of evidence.

    Raises:
        Forbidden, NotFound: no such evidence with a file within what this person may see.
    """
    action = scope.load_action(action_id, by=by, deed=Deed.ACTION_VIEW)
    found = _of(action, evidence_id)
    if found.sha256 is None:
        raise NotFound
    return SourceFile(found.sha256, found.file_name)


def evidence_shown(action: Action, by: User) -> tuple[EvidenceShown, ...]:
    """The evidence of an action that is loaded with the reader's right to see it, oldest first."""
    rows = db.session.execute(
        select(Evidence, User.name)
        .join(User, User.id == Evidence.added_by_id)
        .where(Evidence.action_id == action.id)
        .order_by(Evidence.id)
    )
    open_to = may_attach(action, by)
    return tuple(
        EvidenceShown(
            id=one.id,
            title=one.title,
            url=one.url,
            file_name=one.file_name,
            size=one.size,
            added_at=one.added_at,
            author=name,
            removable=open_to and _is_theirs(one, action, by),
        )
        for one, name in rows
    )


def may_attach(action: Action, by: User) -> bool:
    """Whether `by` may add evidence to the action now."""
    settled = action.status in (ActionStatus.VERIFIED, ActionStatus.DROPPED)
    may = by.may(Deed.ACTION_ATTACH) and scope.may_on(by, Deed.ACTION_ATTACH, action)
    return may and not settled


def _check_unsettled(action: Action) -> None:
    if action.status is ActionStatus.VERIFIED:
        raise RuleBroken(N_("Åtgärden är verifierad. Öppna den igen om underlaget behöver ändras."))
    if action.status is ActionStatus.DROPPED:
        raise RuleBroken(N_("Åtgärden är avbruten. Öppna den igen om den ska ha underlag."))


def _check_file(name: str, data: bytes) -> None:
    try:
        check_attachment(name, data)
    except RuleBroken as error:
        raise RuleBroken(error.message, field="file", **error.params) from error


def _of(action: Action, evidence_id: int) -> Evidence:
    found = db.session.get(Evidence, evidence_id)
    if found is None or found.action_id != action.id:
        raise NotFound
    return found


def _is_theirs(one: Evidence, action: Action, by: User) -> bool:
    return one.added_by_id == by.id or (
        by.may(Deed.ACTION_EDIT) and scope.may_on(by, Deed.ACTION_EDIT, action)
    )


def _removal(action_id: int, evidence_id: int, by: User) -> JournalEntry:
    """The entry of the removal by this person that has not been taken back."""
    entries = db.session.scalars(
        select(JournalEntry)
        .where(
            JournalEntry.subject == "action",
            JournalEntry.subject_id == action_id,
            JournalEntry.deed.in_((REMOVED, RESTORED)),
        )
        .order_by(JournalEntry.id.desc())
    ).all()
    restored = {entry.data["removal"] for entry in entries if entry.deed == RESTORED}
    removals = [e for e in entries if e.deed == REMOVED and e.data["id"] == evidence_id]
    for entry in removals:
        if entry.actor_id == by.id and entry.id not in restored:
            return entry
    kept = db.session.get(Evidence, evidence_id)
    if not removals and (kept is None or kept.action_id != action_id):
        raise NotFound
    raise RuleBroken(
        N_("Underlaget är redan tillbaka, eller så tog någon annan bort det. Lägg till det igen.")
    )


def _readable(one: Evidence) -> dict[str, object]:
    """Evidence as the journal keeps it: whole, so that it can be brought back."""
    return {
        "id": one.id,
        "evidence": one.title,
        "url": one.url,
        "file_name": one.file_name,
        "sha256": one.sha256,
        "size": one.size,
        "added_at": one.added_at.isoformat(),
        "added_by_id": one.added_by_id,
    }
