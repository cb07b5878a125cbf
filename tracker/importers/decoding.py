"""Text files from programs of all ages: bytes to text."""

from __future__ import annotations

from codecs import BOM_UTF16_BE, BOM_UTF16_LE

_START = 200
_MOST_OF = 0.8


def decoded(data: bytes) -> str | None:
    """The text of UTF-8, UTF-16 or Windows-1252, without its mark; None for what is no text."""
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def _encodings(data: bytes) -> tuple[str, ...]:
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return ("utf-16",)
    # Without a mark, every second byte of western text in UTF-16 is nothing.
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        every_second = data[offset:_START:2]
        if every_second and every_second.count(0) > _MOST_OF * len(every_second):
            return (encoding,)
    return ("utf-8-sig", "cp1252")
