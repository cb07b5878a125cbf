"""A document as a PDF to archive and to read aloud: PDF/A-2a and PDF/UA-1 in one file.

Text goes to typst as data and is never source. The same document and instant give the same bytes.
"""

from __future__ import annotations

import base64
import json
import logging
import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, cast
from xml.etree.ElementTree import Element, ParseError

import typst
from defusedxml import ElementTree  # type: ignore[import-untyped]
from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]

from tracker.domain.errors import RuleBroken
from tracker.reports import content
from tracker.reports.fonts import LENDER, drawable, lettered, simple, typefaces
from tracker.reports.glyphs import one_line, short
from tracker.reports.layout import (
    TEXT_WIDTH,
    is_small,
    kept_with_next,
    stands_whole,
    widths_of,
    words_fit,
)
from tracker.reports.logo import sound_logo

log = logging.getLogger(__name__)

STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]
TALLEST = 21.0  # cm: a drawing must leave room for its caption
_TEMPLATE = Path(__file__).parents[1] / "data" / "document.typ"
_WORDS = {
    "sv": {"page": "Sida # (##)", "region": "se", "untitled": "Utan titel", "figure": "Figur"},
    "en": {"page": "Page # of ##", "region": "gb", "untitled": "Untitled", "figure": "Figure"},
    "nb": {"page": "Side # (##)", "region": "no", "untitled": "Uten tittel", "figure": "Figur"},
}
_LONG_WORD = re.compile(r"[^\s\u200b]{24,}")
_BREAK_AFTER = re.compile(r"([/._\-?&=:;,]|[^\s]{16})(?=[^\s])")
_ADDRESS = re.compile(r"https?://|www\.|@")
_BREAK_ADDRESS = re.compile(r"([/.\-]|[^\s/.\-]{60})(?=[^\s/.\-])")
_LONGEST_PLAIN = 36  # letters: more are no word
_TSPAN = "{http://www.w3.org/2000/svg}tspan"
_NO_TEXT = frozenset({"svg", "link", "align", "language", "region"})
_LONGEST_ALT = 2000
# Typst takes no bytes from outside, but text: a drawing that holds the picture.
_LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
    '<image width="{width}" height="{height}" href="data:image/png;base64,{png}"/></svg>'
)


def render_pdf(document: content.Document, *, at: datetime) -> bytes:
    """The PDF of `document`, made at `at` (aware). Raises RuleBroken where it cannot be made."""
    data = _document(document)
    try:
        return _compiled(data, at)
    except _Refused as error:
        log.info("typst refused a document, which is tried with simpler text: %s", error)
    try:
        return _compiled(_simpler(data), at)
    except _Refused as error:
        log.error("typst refused a document: %s", error)
        raise RuleBroken(
            "Dokumentet gick inte att göra till en PDF. Hämta det som Word-fil i stället, "
            "och säg till den som sköter Åtgärda."
        ) from error


class _Refused(Exception):
    """Typst made no file of what it was given."""


def _compiled(data: dict[str, Any], at: datetime) -> bytes:
    made, warnings = _typst(
        _template(),
        {"document": json.dumps(data, ensure_ascii=True)},
        format="pdf",
        pdf_standards=STANDARDS,
        timestamp=int(at.timestamp()),
    )
    for warning in warnings:
        log.warning("typst warned about a document: %s", warning.message)
    return made


def _typst(source: bytes, inputs: dict[str, str], **how: Any) -> tuple[bytes, list[Any]]:
    """What typst makes of `source`, and its warnings. Raises _Refused."""
    compiler = typst.Compiler(source, font_paths=typefaces(), ignore_system_fonts=True)
    try:
        made, warnings = compiler.compile_with_warnings(sys_inputs=inputs, **how)
    except BaseException as error:
        # A panic in Rust is no Exception to Python; a stop signal is not ours to catch.
        if isinstance(error, typst.TypstError) or type(error).__name__ == "PanicException":
            raise _Refused(str(error)) from error
        raise
    return cast(bytes, made), warnings


def _simpler(data: Any) -> Any:
    """`data` with plain European text only, but for what is no text."""
    if isinstance(data, dict):
        return {key: one if key in _NO_TEXT else _simpler(one) for key, one in data.items()}
    if isinstance(data, list):
        return [_simpler(one) for one in data]
    return simple(data) if isinstance(data, str) else data


def drawn_png(svg: str, *, ppi: int = 220) -> bytes:
    """The drawing as a PNG, for files that cannot hold an SVG. Raises ValueError for no drawing."""
    svg, proportion = _drawing(svg)
    width = min(TEXT_WIDTH, TALLEST * proportion)
    source = (
        "#set page(width: auto, height: auto, margin: 0pt, fill: white)\n"
        f'#image(bytes(sys.inputs.svg), format: "svg", width: {width:.3f}cm)'
    ).encode()
    try:
        return _typst(source, {"svg": svg}, format="png", ppi=float(ppi))[0]
    except _Refused as error:
        raise ValueError(str(error)) from error


@lru_cache(maxsize=1)
def _template() -> bytes:
    return _TEMPLATE.read_bytes()


def _document(document: content.Document) -> dict[str, Any]:
    words = _WORDS[document.language]
    title = _short(document.title, content.LONGEST_TITLE) or words["untitled"]
    running = {
        key: _short(getattr(document, key), content.LONGEST_RUNNING)
        for key in ("sender", "kind", "header", "footer")
    }
    blocks = content.levelled(document.blocks)
    return {
        **{key: words[key] for key in ("page", "region")},
        **running,
        "title": title,
        "subtitle": _short(document.subtitle, content.LONGEST_TITLE),
        "header": running["header"] or _short(title, content.LONGEST_RUNNING),
        "language": document.language,
        "date": document.date.isoformat(),
        "logo": _logo(document),
        "meta": _pairs(document.meta),
        "blocks": [
            made | {"sticky": sticky}
            for block, sticky in zip(blocks, kept_with_next(blocks), strict=True)
            for made in _blocks(block, words)
        ],
    }


def _logo(document: content.Document) -> dict[str, Any] | None:
    logo = sound_logo(document.logo)
    if logo is None:
        return None
    png = base64.b64encode(logo.png).decode()
    return {
        "svg": _LOGO.format(width=logo.width, height=logo.height, png=png),
        "alt": _short(document.logo_alt, _LONGEST_ALT),
        "width": logo.drawn[0],
    }


def _blocks(block: content.Block, words: dict[str, str]) -> list[dict[str, Any]]:
    """What the template draws for a block: nothing for an empty one, a figure and its table."""
    made: list[dict[str, Any]] = []
    match block:
        case content.Heading() if _line(block.text):
            made.append({"kind": "heading", "level": block.level, "text": _text(block.text)})
        case content.Paragraph() if _said(block.text):
            made.append({"kind": "paragraph", "text": _inline(block.text)})
        case content.Bullets():
            made += _bullets(block)
        case content.Facts() if block.pairs:
            made.append({"kind": "facts", "pairs": _pairs(block.pairs)})
        case content.Table():
            made.append(_table(block))
        case content.Figure():
            made += _figure(block, words["figure"])
        case content.Notice():
            title, text = _text(block.title), _inline(block.text)
            made.append({"kind": "notice", "title": title, "text": text})
        case content.PageBreak():
            made.append({"kind": "pagebreak"})
    return made


def _bullets(bullets: content.Bullets) -> list[dict[str, Any]]:
    items = [_inline(item) for item in bullets.items if _said(item)]
    return [{"kind": "bullets", "items": items, "ordered": bullets.ordered}] if items else []


def _pairs(pairs: Iterable[tuple[str, content.Inline]]) -> list[list[Any]]:
    return [[_text(term), _inline(text)] for term, text in pairs]


def _table(table: content.Table) -> dict[str, Any]:
    return {
        "kind": "table",
        "whole": stands_whole(table),
        "small": is_small(table),
        "cramped": not words_fit(table),
        "caption": _text(table.caption),
        "columns": [
            {
                "title": _short(one.title, content.LONGEST_RUNNING),
                "align": one.align.value,
                "width": width,
            }
            for one, width in zip(table.columns, widths_of(table), strict=True)
        ],
        "rows": [
            {
                "cells": [_inline(cell) for cell in row],
                "breakable": sum(len(content.plain(cell)) for cell in row)
                > content.LONGEST_WHOLE_ROW,
            }
            for row in table.rows
        ],
    }


def _figure(figure: content.Figure, word: str) -> list[dict[str, Any]]:
    made = []
    if source := figure.for_paper or figure.svg:
        svg, proportion = _drawing(source)
        width = TEXT_WIDTH * min(max(figure.width, 0.1), 1.0)
        made.append(
            {
                "kind": "figure",
                "svg": svg,
                "alt": _short(figure.alt, _LONGEST_ALT) or _line(figure.caption) or word,
                "caption": _text(figure.caption),
                "width": min(width, TALLEST * proportion),
            }
        )
    return made + ([_table(figure.table)] if figure.table else [])


def _drawing(svg: str) -> tuple[str, float]:
    """The drawing with text that can be drawn, and its width divided by its height.

    The tree is cleaned, not its source: the like of a character may be a "<". Raises ValueError.
    """
    try:
        root = ElementTree.fromstring(svg)
        _x, _y, width, height = map(float, root.get("viewBox", "").split())
        proportion = width / height
    except (ParseError, DefusedXmlException, ValueError, ZeroDivisionError) as error:
        raise ValueError("not an SVG with a viewBox") from error
    for element in list(root.iter()):
        element.tail = "".join(lettered(element.tail or "")[::2])
        element.text, *rest = lettered(element.text or "")
        for at, (lent, own) in enumerate(zip(rest[::2], rest[1::2], strict=True)):
            made = Element(_TSPAN, {"font-family": LENDER})
            made.text, made.tail = lent, own
            element.insert(at, made)
    return ElementTree.tostring(root, encoding="unicode"), proportion


def _said(text: content.Inline) -> bool:
    return bool(_line(content.plain(text)))


def _inline(text: content.Inline) -> list[dict[str, Any]]:
    return [
        {
            "text": _text(span.text),
            "strong": span.strong,
            "emphasis": span.emphasis,
            "link": content.address(span) if _line(span.text) else "",
        }
        for span in content.spans(text)
    ]


def _short(text: str, most: int) -> str:
    return _text(short(drawable(text), most))


def _line(text: str) -> str:
    return one_line(_text(text))


def _text(text: str) -> str:
    """Drawable text in which a word that is wider than a column may break: an address only after
    its own signs, a word of a language by its syllables (the template's affair)."""
    return _LONG_WORD.sub(_breaking, drawable(text))


def _breaking(word: re.Match[str]) -> str:
    if word[0].strip("().,;:!?").isalpha() and len(word[0]) <= _LONGEST_PLAIN:
        return word[0]
    rule = _BREAK_ADDRESS if _ADDRESS.search(word[0]) else _BREAK_AFTER
    return rule.sub("\\1\u200b", word[0])
