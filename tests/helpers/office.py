"""LibreOffice, as the registrar may have it: opens a file and saves it as another."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

NAMES = ("soffice", "libreoffice")
LONGEST = 120  # seconds


def converted(source: Path, kind: str, folder: Path) -> Path:
    """`source` as LibreOffice saves it as `kind` in `folder`; its profile lies beside `source`."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        raise RuntimeError("LibreOffice is needed: make office")
    profile = (source.parent / "profile").as_uri()
    asked = [program, f"-env:UserInstallation={profile}", "--headless", "--norestore"]
    done = subprocess.run(
        [*asked, "--convert-to", kind, "--outdir", str(folder), str(source)],
        capture_output=True,
        timeout=LONGEST,
        check=False,
    )
    made = folder / f"{source.stem}.{kind}"
    if not made.exists():
        raise RuntimeError(f"LibreOffice made no {kind}: {done.stderr.decode()[-500:]}")
    return made
