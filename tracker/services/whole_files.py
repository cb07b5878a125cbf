"""Files that are written whole before they have their name, so that nobody meets half of one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` to `path`, in a folder that only we may read; what stood there is replaced.

    Raises:
        OSError: the disk takes no more, or is not ours to write; nothing is left of it.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        unnamed = Path(file.name)
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            unnamed.replace(path)
        except OSError:
            unnamed.unlink(missing_ok=True)
            raise
