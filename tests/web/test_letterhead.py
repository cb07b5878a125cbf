"""The page of the letterhead: empty, shown, changed, removed."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from tests.helpers.cast import Cast
from tests.helpers.visitor import Visits

PAGE = "/organisation/letterhead"


def picture(colour: str = "red") -> bytes:
    """A small PNG."""
    written = io.BytesIO()
    Image.new("RGB", (4, 4), colour).save(written, "PNG")
    return written.getvalue()


def test_from_nothing_to_a_picture_and_back(cast: Cast, visit: Visits) -> None:
    admin = visit(cast.admin)
    assert "Lägg till kommunvapnet" in admin.get("/organisation").links
    page = admin.get(PAGE)
    assert "Lägg till kommunvapnet eller logotypen" in page.text
    assert not page.all("img", class_="letterhead__picture")
    page = admin.post(PAGE, {"file": (io.BytesIO(picture()), "vapen.png")})
    assert "Bilden är sparad." in page.text
    (shown,) = page.all("img", class_="letterhead__picture")
    served = admin.get(shown.get("src", "")).response
    assert served.mimetype == "image/png"
    assert served.get_data().startswith(b"\x89PNG")
    assert served.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert served.headers["Cache-Control"] == "private, max-age=86400"
    page = admin.post(PAGE, {"file": (io.BytesIO(picture("blue")), "vapen.gif")})
    admin.get(shown.get("src", ""), status=404)
    assert "Visa eller byt bilden" in admin.get("/organisation").links
    page = admin.get(f"{PAGE}/remove")
    page = admin.submit(page.form)
    assert "Bilden är borttagen ur brevhuvudet." in page.text
    assert admin.get(f"{PAGE}/remove", status=302).response.location == PAGE
    assert "redan borttagen" in admin.post(f"{PAGE}/remove").text


USELESS = (
    (b"<svg/>", "Spara den som PNG"),
    (b"GIF89a", "går inte att läsa som bild"),
    (b"", "Filen är tom"),
)


def test_what_cannot_be_used_is_said_at_the_field(
    cast: Cast, visit: Visits, subtests: pytest.Subtests
) -> None:
    for data, words in USELESS:
        with subtests.test(data=data, words=words):
            page = visit(cast.admin).post(
                PAGE, {"file": (io.BytesIO(data), "vapen.svg")}, status=422
            )
            assert words in page.text
            assert page.title.startswith("Fel:")


def test_no_file_at_all(cast: Cast, visit: Visits) -> None:
    assert "Välj en fil." in visit(cast.admin).post(PAGE, {}, status=422).text
