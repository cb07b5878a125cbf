"""PowerPoint presentations: bytes to lines. A slide is a page, a paragraph is one line, or
several at its line breaks.

The title of a slide comes first, then what lies on it in reading order (`pptx_order`), tables
with their cells, and the text of diagrams (SmartArt). Hidden slides are read; speaker notes,
comments, charts and pictures are not, nor slide numbers. What stands at the foot of every slide
is read once.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from tracker.domain.text import normalise_space
from tracker.importers.lines import Box, Cell, Line, Progress, TooMuch, bounded, untold
from tracker.importers.package import PPTX, opened
from tracker.importers.pptx_order import Piece, reading_order
from tracker.importers.text import split_bullet

MAX_SLIDES = 2_000
_MAX_PARAGRAPHS = 100_000  # the empty ones too
_MAX_DEPTH = 10
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_DGM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_BREAKS = {f"{_A}br": "\n", f"{_A}tab": "\t"}
_NO_BULLET = f"{_A}buNone"
_BULLETS = {f"{_A}buChar", f"{_A}buAutoNum", f"{_A}buBlip"}
_TITLES = {"title", "ctrTitle"}
_AT_FOOT = {"dt", "ftr", "sldNum"}
_BODIES = {"body", "obj", None}  # a placeholder without a type holds an object: mostly a list


def read_lines(data: bytes, progress: Progress = untold) -> list[Line]:
    """The paragraphs of a presentation in reading order; `number` runs over the whole file, and
    `progress` is told after each slide.

    Raises RuleBroken where `package.opened` does, where the presentation is damaged, or holds far
    more text than a report has.
    """
    import pptx  # slow to import, and the web process seldom needs it

    with opened(data, PPTX):
        presentation = pptx.Presentation(io.BytesIO(data))
        if len(presentation.slides) > MAX_SLIDES:
            raise TooMuch
        size = (presentation.slide_width or 1, presentation.slide_height or 1)
        return bounded(_Deck(size).lines(presentation.slides, progress))


@dataclass
class _Deck:
    """Walks the slides; `size` in EMU; counts lines from 1, tables from 0."""

    size: tuple[int, int]
    numbers: int = 0
    paragraphs: int = 0
    tables: int = 0

    def lines(self, slides: Any, progress: Progress) -> Iterator[Line]:
        for page, slide in enumerate(slides, start=1):
            _settle_alternatives(slide.shapes.element)
            yield from self._slide(slide, page)
            progress(page, len(slides))

    def _slide(self, slide: Any, page: int) -> Iterator[Line]:
        titles, rest = [], []
        for shape, box in self._shapes(slide.shapes, _Frame.whole(), 0):
            kind = _placeholder(shape)
            if kind in _TITLES:
                titles.append(Piece(shape, box))
            elif kind not in _AT_FOOT or (page == 1 and kind != "sldNum"):
                rest.append(Piece(shape, box))
        for piece in titles:
            yield from self._title(piece, page)
        for piece in reading_order(rest):
            yield from self._piece(piece, slide, page)

    def _shapes(self, shapes: Any, frame: _Frame, depth: int) -> Iterator[tuple[Any, Box]]:
        """Every shape with text, also inside groups, with its place on the slide."""
        for shape in shapes:
            if shape.element.tag == f"{_P}grpSp":
                if depth < _MAX_DEPTH:
                    inner = frame.inside(shape)
                    yield from self._shapes(shape.shapes, inner, depth + 1)
            elif _has_text(shape.element):
                yield shape, frame.box(shape, self.size)

    def _title(self, piece: Piece, page: int) -> Iterator[Line]:
        """A title goes on over a line break where the next line starts small: it is wrapped."""
        for p in piece.shape.element.iter(f"{_A}p"):
            parts: list[str] = []
            for text in filter(None, map(normalise_space, _text(p).split("\n"))):
                if parts and text[:1].islower():
                    parts[-1] = f"{parts[-1]} {text}"
                else:
                    parts.append(text)
            for text in parts:
                yield self._line(text, page, heading=1, blank_before=True, box=piece.box)

    def _piece(self, piece: Piece, slide: Any, page: int) -> Iterator[Line]:
        element = piece.shape.element
        table = element.find(f".//{_A}tbl")
        if table is not None:
            yield from self._table(table, page, piece.box)
            return
        points = _diagram(element, slide)
        styles = _list_styles(piece.shape, slide) if points is None else []
        for p in points if points is not None else element.iter(f"{_A}p"):
            yield from self._paragraph(p, page, bullet=_bullet(p, styles), box=piece.box)

    def _table(self, table: Any, page: int, box: Box) -> Iterator[Line]:
        number, self.tables = self.tables, self.tables + 1
        for row, tr in enumerate(table.iterfind(f"{_A}tr")):
            for column, tc in enumerate(tr.iterfind(f"{_A}tc")):
                cell = Cell(number, row, column)
                for p in tc.iter(f"{_A}p"):
                    sign = _bullet(p, [])
                    yield from self._paragraph(p, page, bullet=sign, box=box, cell=cell)

    def _paragraph(self, p: Any, page: int, *, bullet: str, **place: Any) -> Iterator[Line]:
        self.paragraphs += 1
        if self.paragraphs > _MAX_PARAGRAPHS:
            raise TooMuch
        first = True
        for part in _text(p).split("\n"):
            sign, raw = split_bullet(part)
            text = normalise_space(raw)
            if text:
                sign = sign or (bullet if first else "")
                yield self._line(text, page, bullet=sign, blank_before=first, **place)
                first = False

    def _line(self, text: str, page: int, **fields: Any) -> Line:
        self.numbers += 1
        return Line(text, self.numbers, page, **fields)


@dataclass(frozen=True, slots=True)
class _Frame:
    """How the coordinates inside a group become those of the slide: x · scale + offset."""

    scale: tuple[float, float]
    offset: tuple[float, float]

    @classmethod
    def whole(cls) -> _Frame:
        return cls((1.0, 1.0), (0.0, 0.0))

    def inside(self, group: Any) -> _Frame:
        """The frame of what a group holds; the same one where the group states no place."""
        xfrm = group.element.find(f"{_P}grpSpPr/{_A}xfrm")
        found = (
            [] if xfrm is None else [xfrm.find(_A + n) for n in ("off", "ext", "chOff", "chExt")]
        )
        if not found or any(each is None for each in found):
            return self
        off, ext, inner_off, inner_ext = found
        scale, offset = [], []
        for axis, (place, length) in enumerate((("x", "cx"), ("y", "cy"))):
            ratio = int(ext.get(length)) / (int(inner_ext.get(length)) or 1)
            moved = int(off.get(place)) - ratio * int(inner_off.get(place))
            scale.append(self.scale[axis] * ratio)
            offset.append(self.scale[axis] * moved + self.offset[axis])
        return _Frame((scale[0], scale[1]), (offset[0], offset[1]))

    def box(self, shape: Any, size: tuple[int, int]) -> Box:
        """Where a shape stands; the whole slide for one that has no place of its own."""
        sides = (shape.left, shape.top, shape.width, shape.height)
        if any(side is None for side in sides):
            return Box(0.0, 0.0, 1.0, 1.0)
        left, top, width, height = sides
        corners = (left, top, left + width, top + height)
        placed = [
            min(1.0, max(0.0, (at * self.scale[i % 2] + self.offset[i % 2]) / size[i % 2]))
            for i, at in enumerate(corners)
        ]
        return Box(*placed)


def _settle_alternatives(tree: Any) -> None:
    """Puts what a new program shows in the place of each set of alternatives."""
    for choice in list(tree.iter(f"{_MC}Choice")):
        alternatives = choice.getparent()
        if alternatives.getparent() is not None and alternatives.tag == f"{_MC}AlternateContent":
            for child in list(choice):
                alternatives.addprevious(child)
            alternatives.getparent().remove(alternatives)


def _has_text(element: Any) -> bool:
    shown = any((t.text or "").strip() for t in element.iter(f"{_A}t"))
    return shown or element.find(f".//{_DGM}relIds") is not None


def _placeholder(shape: Any) -> str | None:
    """The type of placeholder that the shape is: "" for none at all, None for one untyped."""
    ph = shape.element.find(f".//{_P}nvPr/{_P}ph")
    kind: str | None = "" if ph is None else ph.get("type")
    return kind


def _text(p: Any) -> str:
    """A paragraph's text, with a line feed for each break."""
    parts = []
    for child in p.iterchildren():
        if child.tag in _BREAKS:
            parts.append(_BREAKS[child.tag])
        elif child.tag in {f"{_A}r", f"{_A}fld"}:
            parts += [t.text or "" for t in child.iterfind(f"{_A}t")]
    return "".join(parts).replace("\v", "\n").replace("_x000B_", "\n")


def _bullet(p: Any, styles: list[Any]) -> str:
    """ "•" where the paragraph has a bullet: it says so itself, else the nearest of the list
    styles that says anything of its level."""
    own = p.find(f"{_A}pPr")
    level = int(own.get("lvl") or 0) if own is not None else 0
    stated = (s.find(f"{_A}lvl{level + 1}pPr") for s in styles)
    for properties in chain([own], stated):
        tags = set() if properties is None else {child.tag for child in properties}
        if _NO_BULLET in tags:
            return ""
        if tags & _BULLETS:
            return "•"
    return ""


def _list_styles(shape: Any, slide: Any) -> list[Any]:
    """What may give the shape's paragraphs their bullets, the nearest first: its own list
    styles, and for the body of a slide those of the layout and of the master."""
    found = [shape.element.find(f".//{_A}lstStyle")]
    if _placeholder(shape) in _BODIES:
        index = shape.placeholder_format.idx
        layout = slide.slide_layout
        same = (p for p in layout.placeholders if p.placeholder_format.idx == index)
        found += [p.element.find(f".//{_A}lstStyle") for p in same]
        master = layout.slide_master
        bodies = (p for p in master.placeholders if _placeholder(p) == "body")
        found += [p.element.find(f".//{_A}lstStyle") for p in bodies]
        found.append(master.element.find(f"{_P}txStyles/{_P}bodyStyle"))
    return [style for style in found if style is not None]


def _diagram(element: Any, slide: Any) -> list[Any] | None:
    """The paragraphs of a diagram, from the part that keeps its points; None for other shapes."""
    ids = element.find(f".//{_DGM}relIds")
    if ids is None:
        return None
    from pptx.oxml import parse_xml

    tree = parse_xml(slide.part.related_part(ids.get(f"{_REL}dm")).blob)
    points = tree.iterfind(f"{_DGM}ptLst/{_DGM}pt")
    texts = (point.find(f"{_DGM}t") for point in points if point.get("type") in {None, "node"})
    return [p for text in texts if text is not None for p in text.iterfind(f"{_A}p")]
