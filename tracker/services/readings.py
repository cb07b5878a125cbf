"""Reports while they are read: in the background, followed by the person who brought them.

Each reading is a folder of its own (see services.held_folders), so the database stays as it was
where a file cannot be read.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from tracker.domain.errors import N_, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.extensions import db
from tracker.models import ImportDraft, User
from tracker.services import drafts, held_folders, scope
from tracker.services.held_folders import Stage, Work
from tracker.services.sources import Sources

MOST_AT_ONCE = 3
KEPT_FOR = timedelta(hours=24)

_SOURCE = "source"


class Known(StrEnum):
    """What had become of the file before it was read this time."""

    NEW = "new"
    WAITING = "waiting"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Reading(Work):
    """One reading. `draft_before` is the draft whose kept file is read once more (None: a file
    that just came); `page` of `of` are read (0: not known yet); `draft_id` and `known` hold when
    it is done."""

    token: str
    by_id: int
    file_name: str
    pasted: bool = False
    draft_before: int | None = None
    page: int = 0
    of: int = 0
    draft_id: int | None = None
    known: Known = Known.NEW


class Claim(held_folders.Claim[Reading]):
    """The right to read one report."""

    def data(self) -> bytes:
        """The bytes that came."""
        return (self.folder / _SOURCE).read_bytes()

    def tell(self, page: int, of: int) -> None:
        """So many pages are read, of so many."""
        self.change(page=page, of=of)

    def finish(self, draft_id: int, known: Known) -> None:
        """The report is in a draft; the bytes are kept elsewhere now."""
        self.change(stage=Stage.DONE, draft_id=draft_id, known=known)
        (self.folder / _SOURCE).unlink(missing_ok=True)

    def fail(self, error: RuleBroken) -> None:
        """It cannot be read. Only text that was pasted stays, to be given back."""
        super().fail(error)
        if not self.work.pasted:
            (self.folder / _SOURCE).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Readings:
    """All readings of the installation, under the folder `root`, which need not exist yet."""

    root: Path

    def begin(
        self,
        file_name: str,
        data: bytes,
        *,
        by: User,
        now: datetime,
        pasted: bool = False,
        draft_before: int | None = None,
    ) -> Claim:
        """Take a report in, to be read by whoever holds the claim.

        Raises:
            RuleBroken: as many as may be are being read, or the disk takes no more.
            Forbidden: the person may not import.
        """
        scope.require(by, Deed.EVALUATION_IMPORT)
        token = held_folders.new_token()
        reading = Reading(token, by.id, file_name, pasted, draft_before, started_at=now)
        with held_folders.alone(self.root, _no_room):
            held_folders.sweep(self.root, Reading, KEPT_FOR, now)
            self._refuse_too_many()
            claim = Claim.begin(self.root / token, reading, **{_SOURCE: data})
        return _undisturbed(claim)

    def resume(self, token: str, *, by: User) -> Claim | None:
        """Take up a reading that was cut off; None where it goes on, or is over.

        Raises:
            RuleBroken: as many as may be are being read.
            NotFound, Forbidden.
        """
        if self.find(token, by).stage is not Stage.CUT_OFF:
            return None
        with held_folders.alone(self.root, _no_room):
            folder = self.root / token
            reading = held_folders.stands(folder, Reading)
            if reading is None or reading.stage is not Stage.CUT_OFF:
                return None
            self._refuse_too_many()
            claim = Claim(folder, reading)
            claim.change(stage=Stage.GOING_ON)
        return _undisturbed(claim)

    def find(self, token: str, by: User) -> Reading:
        """How a reading stands, for the person who began it.

        Raises:
            NotFound: there is none, it is another's, or it is older than `KEPT_FOR`.
            Forbidden.
        """
        scope.require(by, Deed.EVALUATION_IMPORT)
        folder = self._folder(token)
        with held_folders.alone(self.root, _no_room):
            reading = held_folders.stands(folder, Reading)
        if reading is None or reading.by_id != by.id:
            raise NotFound
        return reading

    def text(self, token: str) -> str:
        """The text that was pasted, where a reading of it has failed."""
        return (self._folder(token) / _SOURCE).read_text(encoding="utf-8")

    def forget(self, token: str) -> None:
        """Remove what a reading left: its outcome has been told."""
        shutil.rmtree(self._folder(token), ignore_errors=True)

    def _folder(self, token: str) -> Path:
        if not held_folders.is_token(token):
            raise NotFound
        return self.root / token

    def _refuse_too_many(self) -> None:
        held = held_folders.number_held(self.root)
        if held >= MOST_AT_ONCE:
            raise RuleBroken(
                "Just nu läses %(number)s andra rapporter. Vänta någon minut och försök igen.",
                number=held,
            )


def _undisturbed(claim: Claim) -> Claim:
    # What comes now takes long: keep nobody from the database meanwhile.
    db.session.rollback()
    return claim


def _no_room() -> RuleBroken:
    return RuleBroken(
        "Servern kan inte spara filen just nu. Försök igen om en stund, eller säg till den som "
        "sköter driften."
    )


def carry_out(claim: Claim, *, clock: Callable[[], datetime], sources: Sources) -> None:
    """Read the claimed report into a draft, tell how it went, and let go of the claim.

    Runs where nobody waits for what it raises, so it raises nothing.
    """
    now = clock()
    sorry = RuleBroken(
        N_(
            "Något gick fel hos oss när rapporten skulle läsas. Försök igen. Hjälper det inte, "
            "säg till den som sköter driften."
        )
    )
    with claim.carried_out(sorry):
        draft = _drafted(claim, now, sources)
        claim.finish(draft.id, _known(draft, claim.work, now))
    db.session.rollback()


def _drafted(claim: Claim, now: datetime, sources: Sources) -> ImportDraft:
    reading = claim.work
    by = db.session.get(User, reading.by_id)
    if by is None:
        raise NotFound
    if reading.draft_before is not None:
        return drafts.read_again(
            reading.draft_before, by=by, now=now, sources=sources, progress=claim.tell
        )
    return drafts.read_into_draft(
        claim.data(), reading.file_name, by=by, now=now, sources=sources, progress=claim.tell
    )


def _known(draft: ImportDraft, reading: Reading, now: datetime) -> Known:
    if draft.created_at == now and draft.created_by_id == reading.by_id:
        return Known.NEW
    return Known.WAITING if draft.is_open else Known.ANSWERED
