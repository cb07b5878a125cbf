"""Which lines head strengths or improvement points, and which only sound like it."""

from __future__ import annotations

import pytest

from tracker.importers.wording import Kind, points_kind

S, P, NONE = Kind.STRENGTHS, Kind.IMPROVEMENTS, None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Styrkor", S), ("1.1 Styrkor", S), ("Styrkor i Granvik", S),
        ("Styrkor i Granviks kommun", S), ("Iakttagna styrkor", S), ("Styrkor som noterats", S),
        ("Följande styrkor noteras:", S), ("Bedömning av styrkor", S), ("Positivt", S),
        ("Våra intryck – styrkor", S), ("Det här är bra", S), ("Följande fungerar väl:", S),
        ("1.2 Förbättringsområden", P), ("Förbättringsmöjligheter för Granviks kommun", P),
        ("Förbättringsområden inom området", P), ("Möjliga förbättringar", P),
        ("Det här kan bli bättre", P), ("Svaghet", P), ("Styrkor Förbättringsområden", Kind.BOTH),
        ("Styrkor i arbetet följs upp.", NONE), ("Utveckla dialogen med unga", NONE),
        ("Starkt ledarskap", NONE), ("Behov av utveckling inom ledarskap", NONE),
        ("Styrkorna i verksamheten tas tillvara genom dialog i hela kommunen", NONE),
        ("Förbättra den interna kommunikationen", NONE), ("Positivt arbete med klimat", NONE),
        ("Fungerar bra i skolan", NONE), ("", NONE),
    ],
)  # fmt: skip
def test_points_kind(text: str, kind: Kind | None) -> None:
    assert points_kind(text) is kind
