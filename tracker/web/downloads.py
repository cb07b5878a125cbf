"""Files that are sent to be kept, never shown: what people brought in may hold anything."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from flask import Response, render_template, send_file
from flask.typing import ResponseReturnValue

from tracker.domain.errors import RuleBroken
from tracker.services.sources import SourceFile, Sources
from tracker.web.messages import translated

OPAQUE = "application/octet-stream"
_LONGEST_STEM, _LONGEST_ENDING = 100, 10
_PIECE = 256 * 1024  # bytes
_UNSAFE = dict.fromkeys(map(ord, '"*:<>?|;%'))


def attachment(data: bytes, name: str, content_type: str = OPAQUE) -> Response:
    """A download under that name, whoever chose it; no browser opens it as a page of ours.

    `content_type` is ours, told by what the file was checked to be, never by who sent it.
    """
    response = send_file(
        io.BytesIO(data),
        mimetype=content_type,
        as_attachment=True,
        download_name=safe_name(name),
        etag=False,
        max_age=0,
    )
    return _kept_to_itself(response)


def attached_path(path: Path, name: str, content_type: str) -> Response:
    """As `attachment`, of a file on disk that need not fit in memory; `name` is in ASCII."""
    response = Response(_pieces(path), mimetype=content_type)
    response.content_length = path.stat().st_size
    response.headers.set("Content-Disposition", "attachment", filename=safe_name(name))
    return _kept_to_itself(response)


def _pieces(path: Path) -> Iterator[bytes]:
    """The file, a piece at a time; it is opened when the first one is wanted."""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def _kept_to_itself(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers.pop("Expires", None)
    return response


def kept_file(file: SourceFile, sources: Sources) -> ResponseReturnValue:
    """A kept report as a download, or a page that says that its file is gone."""
    try:
        return attachment(sources.read(file.sha256), file.name)
    except RuleBroken as error:
        return render_template("errors/410.html", message=translated(error)), 410


def safe_name(name: str) -> str:
    """A file name that any system can keep: no folders, no control or invisible characters
    (which can make an ending look like another), neither hidden nor endless."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(" " if one.isspace() else one for one in last)
    clean = "".join(one for one in shown if not unicodedata.category(one).startswith("C"))
    path = PurePosixPath(" ".join(clean.translate(_UNSAFE).split()).strip(". ") or "rapport")
    return path.stem[:_LONGEST_STEM].rstrip(". ") + path.suffix[:_LONGEST_ENDING]
