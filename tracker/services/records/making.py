"""Exports that are made beside the requests, each for the administrator who asked for it.

Each is a folder of its own, see services.held_folders. It holds all there is, so it does not lie
about: whoever asked may fetch it for a day, and then it goes.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from config import Config
from tracker.domain.errors import N_, NotFound, RuleBroken, Unavailable
from tracker.domain.permissions import Deed
from tracker.extensions import db
from tracker.models import User
from tracker.services import held_folders, scope
from tracker.services.held_folders import Stage, Work
from tracker.services.records.exporting import export_records

KEPT_FOR = timedelta(hours=24)

_FILE = "export.zip"


@dataclass(frozen=True, slots=True)
class Export(Work):
    """One export: `step` of `of` is done while it is made; `size` (bytes), `sha256` and the rest
    hold when it is done."""

    token: str
    by_id: int
    step: int = 0
    of: int = 0
    size: int = 0
    sha256: str = ""
    rows: int = 0
    files: int = 0
    lacking: tuple[str, ...] = ()

    @property
    def kept_until(self) -> datetime:
        """When its file goes."""
        return self.started_at + KEPT_FOR


class Claim(held_folders.Claim[Export]):
    """The right to make one export."""

    @property
    def path(self) -> Path:
        """Where the file is to be."""
        return self.folder / _FILE

    def tell(self, step: int, of: int) -> None:
        """So far it has come."""
        self.change(step=step, of=of)


@dataclass(frozen=True, slots=True)
class Exports:
    """All exports of the installation, under the folder `root`, which need not exist yet."""

    root: Path

    def begin(self, *, by: User, now: datetime) -> Claim:
        """Take up the making of an export.

        Raises:
            RuleBroken: one is being made; one at a time is enough.
            Unavailable: the disk takes no more.
            Forbidden.
        """
        scope.require(by, Deed.RECORDS_EXPORT)
        token = held_folders.new_token()
        with held_folders.alone(self.root, _no_room):
            held_folders.sweep(self.root, Export, KEPT_FOR, now)
            if held_folders.number_held(self.root):
                raise RuleBroken(
                    "En export görs just nu. Vänta tills den är klar, och gör sedan en ny."
                )
            claim = Claim.begin(self.root / token, Export(token, by.id, started_at=now))
        # What comes now takes long: keep nobody from the database meanwhile.
        db.session.rollback()
        return claim

    def of(self, by: User, *, now: datetime) -> list[Export]:
        """The person's own exports that may still be fetched, the newest first.

        Raises:
            Forbidden.
        """
        scope.require(by, Deed.RECORDS_EXPORT)
        folders = list(self.root.iterdir()) if self.root.is_dir() else []
        found = [held_folders.stands(one, Export) for one in folders if one.is_dir()]
        mine = [one for one in found if one and one.by_id == by.id and now < one.kept_until]
        return sorted(mine, key=lambda one: one.started_at, reverse=True)

    def file(self, token: str, *, by: User, now: datetime) -> tuple[Export, Path]:
        """An export of the person's own that is done, and its file.

        Raises:
            NotFound: there is none, it is another's, or it has had its day.
            Forbidden.
        """
        export = self._find(token, by)
        path = self.root / token / _FILE
        if export.stage is not Stage.DONE or now >= export.kept_until or not path.is_file():
            raise NotFound
        return export, path

    def remove(self, token: str, *, by: User) -> None:
        """Remove an export of the person's own before its day is over.

        Raises:
            RuleBroken: it is being made.
            NotFound, Forbidden.
        """
        self._find(token, by)
        with held_folders.alone(self.root, _no_room):
            if held_folders.is_held(self.root / token):
                raise RuleBroken("Exporten görs just nu. Den går att ta bort när den är klar.")
            shutil.rmtree(self.root / token, ignore_errors=True)

    def forget_old(self, now: datetime) -> None:
        """Remove every export that has had its day; where the disk does not let us, later."""
        with suppress(Unavailable):
            if self.root.is_dir():
                with held_folders.alone(self.root, _no_room):
                    held_folders.sweep(self.root, Export, KEPT_FOR, now)

    def _find(self, token: str, by: User) -> Export:
        scope.require(by, Deed.RECORDS_EXPORT)
        known = held_folders.is_token(token)
        export = held_folders.stands(self.root / token, Export) if known else None
        if export is None or export.by_id != by.id:
            raise NotFound
        return export


def carry_out(claim: Claim, *, config: Config, clock: Callable[[], datetime]) -> None:
    """Make the claimed export, tell how it went, and let go of the claim.

    Runs where nobody waits for what it raises, so it raises nothing.
    """
    sorry = RuleBroken(
        N_(
            "Något gick fel hos oss när exporten skulle göras. Försök igen. Hjälper det inte, säg "
            "till den som sköter driften: disken kan vara full."
        )
    )
    with claim.carried_out(sorry):
        by = db.session.get(User, claim.work.by_id)
        if by is None:
            raise NotFound
        made = export_records(claim.path, config=config, by=by, now=clock(), progress=claim.tell)
        claim.change(
            stage=Stage.DONE,
            size=made.size,
            sha256=made.sha256,
            rows=made.rows,
            files=made.files,
            lacking=made.lacking,
        )
    db.session.rollback()


def _no_room() -> Unavailable:
    return Unavailable(
        "Servern kan inte göra exporten just nu. Försök igen om en stund, eller säg till den som "
        "sköter driften."
    )
