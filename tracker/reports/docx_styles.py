"""How a Word file looks and is marked: styles, numbering, the rules and header rows of tables."""

from __future__ import annotations

from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph

TALLEST = 21.0  # cm: a drawing must leave room for its caption
FACTS, NOTICE, SENDER, LINK = "Facts", "Notice", "Sender", "Link"
TABLE_TEXT, SMALL_TABLE_TEXT = "Table Text", "Small Table Text"
_FONT = "Calibri"
_INK, _MUTED, _ACCENT = (RGBColor.from_string(one) for one in ("20261F", "585B50", "125A4C"))
_SOFT, _RULE = "F3F5F1", "B9B1A1"
_HEADINGS = {  # size, before, after (points)
    "Title": (23, 6, 4),
    "Heading 1": (15, 16, 5),
    "Heading 2": (12.5, 12, 4),
    "Heading 3": (11, 10, 3),
}
# The schema wants these after what we add to the settings.
_AFTER_COMPAT = ("docVars", "rsids", "themeFontLang", "clrSchemeMapping", "decimalSymbol")
_MATHS = "{http://schemas.openxmlformats.org/officeDocument/2006/math}mathPr"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_DECORATIVE = (
    f'<a:extLst xmlns:a="{_DRAWING}"><a:ext uri="{{C183D7F6-B498-43B3-948B-1728B52AA6E4}}">'
    '<adec:decorative xmlns:adec="http://schemas.microsoft.com/office/drawing/2017/decorative"'
    ' val="1"/></a:ext></a:extLst>'
)
_THEMED = ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme")


def apply(book: Any, language: str) -> None:
    """Give the new document our styles, and say what language (sv-SE) its text is in."""
    _say_language(book, language)
    normal = book.styles["Normal"]
    _type(normal, 11, _INK)
    normal.paragraph_format.space_after = Pt(6)
    normal.paragraph_format.line_spacing = 1.1
    for name, (size, before, after) in _HEADINGS.items():
        style = book.styles[name]
        _type(style, size, _INK)
        style.font.bold = True
        style.paragraph_format.space_before = Pt(before)
        style.paragraph_format.space_after = Pt(after)
        style.paragraph_format.keep_with_next = True
    _no_rule(book.styles["Title"])
    for name, size in (("Subtitle", 13), ("Caption", 9.5), ("Header", 9), ("Footer", 9)):
        _type(book.styles[name], size, _MUTED)
        book.styles[name].font.italic = book.styles[name].font.bold = False
    for name in ("Title", "Subtitle"):
        _evenly_spaced(book.styles[name])
    for name in ("Header", "Footer"):
        _no_tabs(book.styles[name])
    _own_styles(book)


def modernise(book: Any) -> None:
    """Say that the file is of a Word of today, and drop the template's picture of itself."""
    settings = book.settings.element
    settings.find(qn("w:zoom")).set(qn("w:percent"), "100")
    for old in settings.findall(qn("w:compat")):
        settings.remove(old)
    compat, mode = OxmlElement("w:compat"), OxmlElement("w:compatSetting")
    for name, value in (
        ("name", "compatibilityMode"),
        ("uri", "http://schemas.microsoft.com/office/word"),
        ("val", "15"),
    ):
        mode.set(qn(f"w:{name}"), value)
    compat.append(mode)
    after = {qn(f"w:{name}") for name in _AFTER_COMPAT}
    after.add(_MATHS)
    place = next((at for at, one in enumerate(settings) if one.tag in after), len(settings))
    settings.insert(place, compat)
    package = book.part.package
    for key, relation in list(package.rels.items()):
        if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL:
            del package.rels[key]


def set_close(picture: Any) -> None:
    """No margin around a picture in the text: LibreOffice would make one up."""
    for side in ("distT", "distB", "distL", "distR"):
        picture._inline.set(side, "0")


def mark_decorative(picture: Any) -> None:
    """Let a reader by ear pass over a picture that says nothing of its own."""
    picture._inline.docPr.append(parse_xml(_DECORATIVE))


def _own_styles(book: Any) -> None:
    paragraph = WD_STYLE_TYPE.PARAGRAPH
    facts = _based(book, FACTS, paragraph)
    facts.paragraph_format.left_indent, facts.paragraph_format.first_line_indent = Cm(4.4), Cm(-4.4)
    facts.paragraph_format.tab_stops.add_tab_stop(Cm(4.4))
    facts.paragraph_format.space_after = Pt(4)
    notice = _based(book, NOTICE, paragraph)
    notice.paragraph_format.keep_together = True
    notice.paragraph_format.space_before, notice.paragraph_format.space_after = Pt(10), Pt(12)
    notice.paragraph_format.left_indent = notice.paragraph_format.right_indent = Cm(0.4)
    ground = ("24", _SOFT)
    _frame(notice.element, top=ground, left=("18", _hex(_ACCENT)), bottom=ground, fill=_SOFT)
    cell = _based(book, TABLE_TEXT, paragraph)
    _type(cell, 9.5, _INK)
    cell.paragraph_format.space_before = cell.paragraph_format.space_after = Pt(2)
    cell.paragraph_format.line_spacing = 1.0
    small = _based(book, SMALL_TABLE_TEXT, paragraph)
    small.base_style = cell
    small.font.size = Pt(8.5)
    sender = _based(book, SENDER, paragraph)
    _type(sender, 10.5, _ACCENT)
    sender.paragraph_format.space_after = Pt(24)
    _frame(sender.element, bottom=("12", _hex(_ACCENT)))
    middle = OxmlElement("w:textAlignment")  # of the line, where a logo makes it higher
    middle.set(qn("w:val"), "center")
    sender.element.get_or_add_pPr().append(middle)
    link = book.styles.add_style(LINK, WD_STYLE_TYPE.CHARACTER)
    link.font.color.rgb, link.font.underline = _ACCENT, True


def _based(book: Any, name: str, kind: Any) -> Any:
    style = book.styles.add_style(name, kind)
    style.base_style = book.styles["Normal"]
    return style


def _type(style: Any, size: float, colour: RGBColor) -> None:
    """One typeface in all scripts, instead of the theme's."""
    style.font.name, style.font.size, style.font.color.rgb = _FONT, Pt(size), colour
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in _THEMED:
        fonts.attrib.pop(qn(f"w:{name}"), None)
    for name in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{name}"), _FONT)


def _say_language(book: Any, language: str) -> None:
    for told in book.styles.element.iter(qn("w:lang")):
        told.set(qn("w:val"), language)
    book.settings.element.find(qn("w:themeFontLang")).set(qn("w:val"), language)
    properties = book.styles["Normal"].element.get_or_add_rPr()
    told = OxmlElement("w:lang")
    told.set(qn("w:val"), language)
    properties.append(told)


def _no_rule(style: Any) -> None:
    for border in list(style.element.iter(qn("w:pBdr"))):
        border.getparent().remove(border)


def _evenly_spaced(style: Any) -> None:
    """Without the template's letter spacing."""
    for told in style.element.rPr.findall(qn("w:spacing")):
        style.element.rPr.remove(told)


def _no_tabs(style: Any) -> None:
    """Without the template's tab stops, which are for another paper."""
    for told in style.element.pPr.findall(qn("w:tabs")):
        style.element.pPr.remove(told)


def underline(line: Any) -> None:
    """A thin line below a paragraph."""
    _frame(line._p, bottom=("4", _RULE))


def _frame(element: Any, *, fill: str = "", **sides: tuple[str, str]) -> None:
    """Borders (eighths of a point, colour) on the named sides of a paragraph or of such a style,
    and its ground."""
    properties = element.get_or_add_pPr()
    shade = None
    if fill:
        shade = OxmlElement("w:shd")
        shade.set(qn("w:val"), "clear")
        shade.set(qn("w:color"), "auto")
        shade.set(qn("w:fill"), fill)
    borders = OxmlElement("w:pBdr")
    for side, (size, colour) in sides.items():
        borders.append(_border(side, size, colour, space="8" if side == "left" else "4"))
    # The schema wants borders and ground before tabs, spacing and indents.
    followers = [qn(f"w:{name}") for name in ("tabs", "spacing", "ind", "contextualSpacing", "jc")]
    place = next((at for at, one in enumerate(properties) if one.tag in followers), len(properties))
    for part in (shade, borders):
        if part is not None:
            properties.insert(place, part)


def _border(side: str, size: str, colour: str, space: str = "0") -> Any:
    border = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", size), ("space", space), ("color", colour)):
        border.set(qn(f"w:{name}"), value)
    return border


def _hex(colour: RGBColor) -> str:
    return str(colour)


def fresh_numbering(book: Any) -> int:
    """A numbering like that of "List Number" which begins at 1: its id."""
    used = book.styles["List Number"].element.pPr.numPr.numId.val
    numbering = book.part.numbering_part.element
    shape = next(one for one in numbering.num_lst if one.numId == used).abstractNumId.val
    made = numbering.add_num(shape)
    made.add_lvlOverride(0).add_startOverride(1)
    return int(made.numId)


def rule_table(table: Any, caption: str) -> None:
    """Thin lines between the rows, a strong one is the header's own; the caption as its words."""
    properties = table._tbl.tblPr
    borders = OxmlElement("w:tblBorders")
    for side in ("bottom", "insideH"):
        borders.append(_border(side, "4", _RULE))
    layout = properties.find(qn("w:tblLook"))
    layout.addprevious(borders)
    if caption:
        words = OxmlElement("w:tblCaption")
        words.set(qn("w:val"), caption)
        properties.append(words)


def mark_row(row: Any, *, header: bool, whole: bool) -> None:
    """A row may have to stay whole; a header row is repeated on every page and is underlined."""
    properties = row.get_or_add_trPr()
    if whole:
        properties.append(OxmlElement("w:cantSplit"))
    if header:
        properties.append(OxmlElement("w:tblHeader"))
        for cell in row.tc_lst:
            borders = OxmlElement("w:tcBorders")
            borders.append(_border("bottom", "8", _hex(_ACCENT)))
            cell.get_or_add_tcPr().append(borders)


def paragraph_of(cell: Any, table: Any) -> Paragraph:
    """The paragraph that an empty cell begins with."""
    return Paragraph(cell.p_lst[0], table)
