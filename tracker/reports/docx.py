"""A document as a Word file to work on: real headings, lists and tables, pictures with words.

The same document and instant give the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from tracker.reports import content, docx_styles
from tracker.reports.docx_styles import FACTS, NOTICE, SMALL_TABLE_TEXT, TABLE_TEXT
from tracker.reports.glyphs import legible, one_line, short, together
from tracker.reports.layout import TEXT_WIDTH, is_small, kept_with_next, stands_whole, widths_of
from tracker.reports.logo import sound_logo
from tracker.reports.pdf import drawn_png

_OLDEST = (1980, 1, 1, 0, 0, 0)  # what a zip can say; the file's own dates are in its properties
_LONGEST_PROPERTY, _LONGEST_ALT = 255, 2000
_LONGEST_HEADER = 80  # letters: one line beside the date
_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_LANGUAGES = {"sv": "sv-SE", "en": "en-GB", "nb": "nb-NO"}
_WORDS = {  # before the page's number, before the number of pages, after that; without a title
    "sv": ("Sida ", " (", ")", "Utan titel"),
    "en": ("Page ", " of ", "", "Untitled"),
    "nb": ("Side ", " (", ")", "Uten tittel"),
}
_SIDES = {
    content.Align.LEFT: WD_ALIGN_PARAGRAPH.LEFT,
    content.Align.RIGHT: WD_ALIGN_PARAGRAPH.RIGHT,
    content.Align.CENTER: WD_ALIGN_PARAGRAPH.CENTER,
}


def render_docx(document: content.Document, *, at: datetime) -> bytes:
    """The Word file of `document`, made at `at` (aware)."""
    book = docx.Document(io.BytesIO(_blank(_LANGUAGES[document.language])))
    _properties(book, document, at)
    _margins(book.sections[0], document)
    _front(book, document)
    blocks, broken = content.levelled(document.blocks), False
    for block, leads in zip(blocks, kept_with_next(blocks), strict=True):
        _block(book, block, leads=leads)
        if broken and isinstance(block, content.Heading):
            _on_new_page(book)
        broken = isinstance(block, content.PageBreak)
    out = io.BytesIO()
    book.save(out)
    return _timeless(out.getvalue())


@cache
def _blank(language: str) -> bytes:
    """An empty file with our styles: made once, for they cost more than a short report."""
    book, out = docx.Document(), io.BytesIO()
    docx_styles.apply(book, language)
    docx_styles.modernise(book)
    book.save(out)
    return out.getvalue()


def _on_new_page(book: Any) -> None:
    """Let the last heading break the page itself, without an empty line above it."""
    *_others, before, heading = book.paragraphs
    if before._p.xpath('.//w:br[@w:type="page"]'):
        before._p.getparent().remove(before._p)
        heading.paragraph_format.page_break_before = True


def _timeless(package: bytes) -> bytes:
    """The same zip with every part at one fixed time."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as parts, zipfile.ZipFile(out, "w") as made:
        for part in parts.infolist():
            info = zipfile.ZipInfo(part.filename, _OLDEST)
            info.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(info, parts.read(part))
    return out.getvalue()


def _properties(book: Any, document: content.Document, at: datetime) -> None:
    about, instant = book.core_properties, at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    about.title = short(_title(document), _LONGEST_PROPERTY)
    about.author = about.last_modified_by = short(document.sender, _LONGEST_PROPERTY)
    about.subject = short(document.subtitle, _LONGEST_PROPERTY)
    about.language = _LANGUAGES[document.language]
    about.created = about.modified = instant
    about.comments = about.keywords = ""
    about.revision = 1


def _title(document: content.Document) -> str:
    return short(document.title, content.LONGEST_TITLE) or _WORDS[document.language][3]


def _running(text: str) -> str:
    return short(text, content.LONGEST_RUNNING)


def _margins(section: Any, document: content.Document) -> None:
    """A4; a header from the second page on, and page numbers on every page."""
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    section.top_margin, section.bottom_margin = Cm(2.6), Cm(2.4)
    section.different_first_page_header_footer = True
    running = short(_running(document.header) or _running(document.title), _LONGEST_HEADER)
    header = section.header.paragraphs[0]
    _two_sides(header, running, document.date.isoformat())
    docx_styles.underline(header)
    page, of, end, _untitled = _WORDS[document.language]
    for footer in (section.footer, section.first_page_footer):
        line = footer.paragraphs[0]
        line.style = "Footer"
        _two_sides(line, _running(document.footer), page)
        _field(line, "PAGE")
        line.add_run(of)
        _field(line, "NUMPAGES")
        line.add_run(end)


def _two_sides(line: Any, left: str, right: str) -> None:
    """`left` at the left margin and `right` at the right one."""
    stops = line.paragraph_format.tab_stops
    stops.add_tab_stop(Cm(TEXT_WIDTH), WD_TAB_ALIGNMENT.RIGHT)
    _keep_days_whole(line.add_run(f"{left}\t{right}"))


def _field(line: Any, instruction: str) -> None:
    """A field that Word works out; `instruction` is ours, never a user's text."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), instruction)
    run, shown = OxmlElement("w:r"), OxmlElement("w:t")
    shown.text = "1"
    run.append(shown)
    field.append(run)
    line._p.append(field)


def _front(book: Any, document: content.Document) -> None:
    head = book.add_paragraph(style=docx_styles.SENDER)
    kind = _running(document.kind)
    day = document.date.isoformat()
    _logo(head, document)
    _two_sides(head, _running(document.sender), f"{kind} {day}" if kind else day)
    book.add_paragraph(together(_title(document)), style="Title")
    if subtitle := short(document.subtitle, content.LONGEST_TITLE):
        book.add_paragraph(together(subtitle), style="Subtitle")
    _facts(book, document.meta)


def _logo(head: Any, document: content.Document) -> None:
    """The logo before the sender's name; in the body, for nobody is read a page's header."""
    if logo := sound_logo(document.logo):
        width, height = map(Cm, logo.drawn)
        shape = head.add_run().add_picture(io.BytesIO(logo.png), width, height)
        docx_styles.set_close(shape)
        if alt := short(document.logo_alt, _LONGEST_ALT):
            shape._inline.docPr.set("descr", alt)
        else:
            docx_styles.mark_decorative(shape)
        head.add_run("\u2003")


def _block(book: Any, block: content.Block, *, leads: bool) -> None:
    match block:
        case content.Heading() if one_line(block.text):
            book.add_heading(together(one_line(block.text)), block.level)
        case content.Paragraph() if _said(block.text):
            line = book.add_paragraph()
            line.paragraph_format.keep_with_next = leads or None
            _runs(line, block.text)
        case content.Bullets():
            _bullets(book, block)
        case content.Facts():
            _facts(book, block.pairs)
        case content.Table():
            _table(book, block)
        case content.Figure():
            _figure(book, block)
        case content.Notice():
            _notice(book, block)
        case content.PageBreak():
            book.add_page_break()


def _said(text: content.Inline) -> bool:
    return bool(one_line(content.plain(text)))


def _runs(line: Any, text: content.Inline, *, bold: bool = False) -> None:
    """The spans of `text` in the paragraph `line`; `\\n` breaks the line."""
    for span in content.spans(text):
        run = line.add_run(together(legible(span.text)))
        _keep_days_whole(run)
        run.bold = span.strong or bold or None
        run.italic = span.emphasis or None
        if target := content.address(span):
            _link(line, run, target)


def _keep_days_whole(run: Any) -> None:
    """No line ends within a date such as 2026-12-31: its hyphens become ones that do not break."""
    for text in list(run._r.t_lst):
        if not _DAY.search(text.text):
            continue
        whole = _DAY.sub(lambda day: day[0].replace("-", "\0"), text.text)
        for part in reversed([one for one in re.split("(\0)", whole) if one]):
            made = OxmlElement("w:noBreakHyphen") if part == "\0" else OxmlElement("w:t")
            if part != "\0":
                made.text = part
                made.set(_SPACE, "preserve")
            text.addnext(made)
        run._r.remove(text)


def _link(line: Any, run: Any, target: str) -> None:
    run.style = docx_styles.LINK
    made = OxmlElement("w:hyperlink")
    made.set(qn("r:id"), line.part.relate_to(target, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    line._p.append(made)
    made.append(run._r)


def _bullets(book: Any, bullets: content.Bullets) -> None:
    """A list; each numbered one begins anew at 1."""
    items = [item for item in bullets.items if _said(item)]
    numbering = docx_styles.fresh_numbering(book) if bullets.ordered and items else None
    for item in items:
        line = book.add_paragraph(style="List Number" if bullets.ordered else "List Bullet")
        if numbering is not None:
            properties = line._p.get_or_add_pPr().get_or_add_numPr()
            properties.get_or_add_ilvl().val = 0
            properties.get_or_add_numId().val = numbering
        _runs(line, item)


def _facts(book: Any, pairs: Iterable[tuple[str, content.Inline]]) -> None:
    for term, text in pairs:
        line = book.add_paragraph(style=FACTS)
        line.add_run(f"{one_line(term)}\t").bold = True
        _runs(line, text)


def _notice(book: Any, notice: content.Notice) -> None:
    line = book.add_paragraph(style=NOTICE)
    if title := one_line(notice.title):
        line.add_run(f"{title}\n").bold = True
    _runs(line, notice.text)


def _table(book: Any, table: content.Table) -> None:
    if caption := one_line(table.caption):
        book.add_paragraph(caption, style="Caption").paragraph_format.keep_with_next = True
    made = book.add_table(rows=1 + len(table.rows), cols=len(table.columns))
    docx_styles.rule_table(made, caption)
    made.autofit = False
    widths = [Cm(width) for width in widths_of(table, hyphens=False)]
    for column, width in zip(made.columns, widths, strict=True):
        column.width = width
    heads, style = (
        tuple(_running(one.title) for one in table.columns),
        book.styles[SMALL_TABLE_TEXT if is_small(table) else TABLE_TEXT].style_id,
    )
    # No row stands alone with the heading, at the foot of a page or at the head of the next.
    rows = range(len(table.rows))
    together = set(rows if stands_whole(table) else (*rows[:2], *rows[-1:]))
    # python-docx looks a row's cells up anew on every call, so the XML is walked instead.
    for at, (row, cells) in enumerate(zip(made._tbl.tr_lst, (heads, *table.rows), strict=True)):
        whole = sum(len(content.plain(cell)) for cell in cells) <= content.LONGEST_WHOLE_ROW
        docx_styles.mark_row(row, header=at == 0, whole=whole)
        for cell, text, column, width in zip(row.tc_lst, cells, table.columns, widths, strict=True):
            cell.width = width
            line = docx_styles.paragraph_of(cell, made)
            line._p.style = style
            line.alignment = _SIDES[column.align]
            line.paragraph_format.keep_with_next = at in together or None
            _runs(line, text, bold=at == 0)
    below = book.add_paragraph().paragraph_format
    below.space_after, below.line_spacing = Pt(0), Pt(10)


def _figure(book: Any, figure: content.Figure) -> None:
    """The drawing as a picture with its words, under its caption; then its table."""
    if source := figure.for_paper or figure.svg:
        if caption := one_line(figure.caption):
            book.add_paragraph(caption, style="Caption").paragraph_format.keep_with_next = True
        width = TEXT_WIDTH * min(max(figure.width, 0.1), 1.0)
        shape = book.add_picture(io.BytesIO(drawn_png(source)), width=Cm(width))
        docx_styles.set_close(shape)
        if shape.height > Cm(docx_styles.TALLEST):
            shape.width = int(shape.width * Cm(docx_styles.TALLEST) / shape.height)
            shape.height = Cm(docx_styles.TALLEST)
        words = short(figure.alt, _LONGEST_ALT) or short(caption, _LONGEST_ALT)
        shape._inline.docPr.set("descr", words)
    if figure.table:
        _table(book, figure.table)
