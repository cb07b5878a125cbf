"""What stays together on a page, and how wide columns are: the same for every file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from tracker.reports import content
from tracker.reports.glyphs import one_line

TEXT_WIDTH = 16.0  # cm
_LONGEST_LEAD, _MOST_LEADS = 200, 3  # characters, paragraphs
_LETTER, _HEAD_LETTER, _MARGINS = 0.18, 0.2, 0.4  # cm: how wide in a table, with a column's margins
_MANY_COLUMNS, _SMALL = 5, 0.895  # of the usual size, where a table leaves little room for each
_LONGEST_WORD, _LONGEST_HEAD = 12, 16  # letters: what is longer may be hyphenated
_LONGEST_WHOLE = 30  # where nothing hyphenates
_BROAD, _LESS_BROAD = 1.25, 1.15  # a typeface that stands in for ours
_MOST_LINES = 14  # of a table that is never torn: about a quarter of a page
_THINGS = (content.Table, content.Figure, content.Facts, content.Bullets, content.Notice)
_AHEAD = re.compile(r"\S+")


def kept_with_next(blocks: Sequence[content.Block]) -> list[bool]:
    """For each block whether it goes with the next: a short line in strong, and the first few short
    lines under a heading, or one with a colon, where they lead to a list, a table or the like.
    Headings do anyway."""
    kept = []
    under = 0
    for at, block in enumerate(blocks):
        after = blocks[at + 1 : at + 2 + _MOST_LEADS]
        first = under > 0 or _strong(block) or _has_colon(block)
        lead = first and _short(block) and _leads(block, after, max(under - 1, 0))
        kept.append(lead)
        under = _MOST_LEADS if isinstance(block, content.Heading) else under - 1 if lead else 0
    return kept


def _short(block: content.Block) -> bool:
    return isinstance(block, content.Paragraph) and len(content.plain(block.text)) < _LONGEST_LEAD


def _strong(block: content.Block) -> bool:
    return isinstance(block, content.Paragraph) and all(
        span.strong for span in content.spans(block.text)
    )


def _has_colon(block: content.Block) -> bool:
    return isinstance(block, content.Paragraph) and content.plain(block.text).endswith(":")


def _leads(block: content.Block, after: Sequence[content.Block], lines: int) -> bool:
    """Whether `block` leads to what comes `after`: anything below a line in strong, else a list or
    the like below no more than so many `lines`."""
    if _strong(block):
        return bool(after) and not isinstance(after[0], content.Heading | content.PageBreak)
    between = len(list(takewhile(_short, after[:lines])))
    return between < len(after) and isinstance(after[between], _THINGS)


def stands_whole(table: content.Table) -> bool:
    """Whether a table is so small that it goes to the next page rather than be torn."""
    if len(table.rows) > _MOST_LINES:
        return False
    widths, letter = widths_of(table), _LETTER * _size(table)
    return sum(_lines(row, widths, letter) for row in table.rows) <= _MOST_LINES


def is_small(table: content.Table) -> bool:
    """Whether a table has so many columns that its text is set smaller."""
    return len(table.columns) >= _MANY_COLUMNS


def _size(table: content.Table) -> float:
    return _SMALL if is_small(table) else 1.0


def _lines(row: Sequence[content.Inline], widths: Sequence[float], letter: float) -> int:
    """About how many lines a row takes."""
    most = 1
    for cell, width in zip(row, widths, strict=True):
        text = content.plain(cell)
        on_a_line = max(1, int((width - _MARGINS) / letter))
        most = max(most, text.count("\n") + 1 + len(text) // on_a_line)
    return most


def widths_of(table: content.Table, *, hyphens: bool = True) -> list[float]:
    """How wide each column is, in cm: by its share, but as wide as its words want where they all
    find room. Without `hyphens` long words and another typeface want more, where that is to spare.
    """
    shares = [max(one.width, 0.1) for one in table.columns]
    places = range(len(shares))
    tries = [[_wanted(table, at) for at in places]]
    if not hyphens:
        more = (
            (_LONGEST_WHOLE, _BROAD),
            (_LONGEST_WHOLE, _LESS_BROAD),
            (_LONGEST_WORD, _LESS_BROAD),
        )
        tries = [[_wanted(table, at, *one) for at in places] for one in more] + tries
    wanted = next((one for one in tries if sum(one) <= TEXT_WIDTH), None)
    if wanted is None:
        return [TEXT_WIDTH * share / sum(shares) for share in shares]
    settled: set[int] = set()
    while True:
        room = TEXT_WIDTH - sum(wanted[at] for at in settled)
        whole = sum(share for at, share in enumerate(shares) if at not in settled)
        widths = [
            wanted[at] if at in settled else room * share / whole for at, share in enumerate(shares)
        ]
        narrow = {at for at, width in enumerate(widths) if width < wanted[at]} - settled
        if not narrow:
            return widths
        settled |= narrow


def words_fit(table: content.Table) -> bool:
    """Whether every word of ordinary length finds room in its column, so that none need be torn."""
    return sum(_wanted(table, at) for at in range(len(table.columns))) <= TEXT_WIDTH


def _wanted(
    table: content.Table, at: int, longest: int = _LONGEST_WORD, wider: float = 1.0
) -> float:
    """What the longest word of a column takes that is not hyphenated."""
    head = _longest(one_line(table.columns[at].title), max(longest, _LONGEST_HEAD)) * _HEAD_LETTER
    words = (_longest(content.plain(row[at]), longest) for row in table.rows)
    return max(head, max(words, default=0) * _LETTER) * wider * _size(table) + _MARGINS


def _longest(text: str, most: int) -> int:
    lengths = (len(word[0]) for word in _AHEAD.finditer(text))
    return max((length for length in lengths if length <= most), default=0)
