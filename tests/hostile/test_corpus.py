"""The corpus is wide, and what it looks for is found."""

from __future__ import annotations

import pytest

from tests.helpers.pages import Page
from tests.hostile.corpus import CORPUS, EVERY, Typed, kept
from tests.hostile.forms import forms_of, lost
from tracker.domain.text import normalise_space


def test_it_is_wide() -> None:
    assert len(set(EVERY)) == len(EVERY) >= 200
    assert all(len(texts) >= 5 for texts in CORPUS.values())


@pytest.mark.parametrize("text", EVERY)
def test_the_rule_of_one_line_is_ours(text: str) -> None:
    """Written anew here, it gives what the product keeps."""
    assert kept(text) == normalise_space(text)


def test_a_text_that_was_changed_is_found() -> None:
    typed = Typed()
    first, second = typed.one(), typed.one()
    assert list(typed.marred(f"Förr: {first}, {second}.")) == []
    for changed in (first.replace("<", "&lt;"), first.replace("script", ""), first[1:]):
        assert len(list(typed.marred(changed))) == 1
    assert typed.read_in(second) == {second.split()[-1]}


def test_a_field_that_forgets_is_found() -> None:
    page = "<main><form method=post><input name=a value='x'><textarea name=b>y</textarea></form>"
    (form,) = forms_of(page, "/")
    assert form.texts == {"a", "b"}
    assert list(lost(page, {"a": "x", "b": "y"})) == []
    assert len(list(lost(page, {"a": "<x>", "b": "y "}))) == 1


def test_markup_that_slipped_in_is_found() -> None:
    from tests.hostile.test_fields import misread

    class Answer:
        status_code, mimetype = 200, "text/html"

        def __init__(self, held: str) -> None:
            self.held = held

        def get_data(self) -> bytes:
            head = '<!doctype html><html lang="sv"><head><title>Prov</title></head><body><main>'
            return f"{head}<h1>Prov</h1>{self.held}</main></body></html>".encode()

    def faults(held: str) -> list[str]:
        return list(misread(Page(Answer(held), f"/{len(held)}"), Typed()))  # type: ignore[arg-type]

    assert faults("<p>Sunt</p>") == []
    assert faults('<a href="javascript:alert(1)">x</a>')
    assert faults("<p>\u202evänd</p>")
    with pytest.raises(AssertionError, match="inline script"):
        faults("<script>alert(1)</script>")
