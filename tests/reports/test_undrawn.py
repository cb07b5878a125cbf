"""The characters of a document that its PDF shows as □."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tracker.reports.content import Bullets, Document, Figure, Paragraph, Span, Table
from tracker.reports.content import Column as Of
from tracker.reports.undrawn import undrawn


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("Åtgärden är klar – 50 % ✓ → ”ja”\u00a0\u200b\n\t", ""),
        ("汉字 och 😀, 汉 igen", "汉字😀"),
        ("e\u0301 ﬁ Ａ ẞ", ""),  # drawn as their like
        ("👩\u200d🔬\ufe0f", "👩🔬"),  # what joins them is not drawn at all
        ("redan □", ""),
        ("\u202eיש\u202c", ""),
    ],
)
def test_each_is_told_once(text: str, lacking: str) -> None:
    """As they come; what is drawn as something like it is not among them."""
    document = Document("Titel", "sv", date(2026, 3, 1), (Paragraph(text),))
    assert "".join(undrawn(document)) == lacking


def test_wherever_it_stands() -> None:
    """But for what stands in a drawing: its table says the same."""
    table = Table("一", (Of("二"),), (("三",),))
    blocks = (
        Bullets(((Span("四", link="https://五"),),)),
        Figure("<svg>六</svg>", "七", "八", table),
    )
    document = Document("九", "sv", date(2026, 3, 1), blocks, meta=(("十", "百"),), logo=b"x")
    assert set(undrawn(document)) == set("一二三四八九十百")
    assert not undrawn(replace(document, title="T", blocks=(), meta=()))
