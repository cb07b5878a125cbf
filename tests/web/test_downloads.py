"""Names under which files are sent."""

from __future__ import annotations

import pytest

from tracker.web.downloads import safe_name


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("Rapport.pdf", "Rapport.pdf"),
        ("Kommunkompassen i Åmål (2).docx", "Kommunkompassen i Åmål (2).docx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Mina dokument\\rapport.pdf", "rapport.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie x=1.pdf"),
        ("rapport\u202efdp.exe", "rapportfdp.exe"),
        ("noll\x00\x1b[31m.pdf", "noll[31m.pdf"),
        ('"; filename="annan.html', "filename=annan.html"),
        (".htaccess", "htaccess"),
        ("...", "rapport"),
        ("", "rapport"),
        (" \u2028 ", "rapport"),
        ("\ud800.pdf", "pdf"),
        ("å" * 5000 + ".pdf", "å" * 100 + ".pdf"),
        ("a." + "b" * 5000, "a." + "b" * 9),
    ],
)
def test_a_name_that_any_system_can_keep(given: str, sent: str) -> None:
    assert safe_name(given) == sent
