"""The municipality's own texts: templates, wordings, who may, and what everybody reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from config import Config
from tests.helpers.cast import NOW, Cast
from tests.helpers.together import together
from tracker.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from tracker.domain.languages import LANGUAGES
from tracker.domain.plain_markup import Heading, Items, blanks_of, blocks_of
from tracker.extensions import db
from tracker.models import SiteText, TextKind, User
from tracker.services import journal, site_texts
from tracker.services.site_texts import (
    LONGEST,
    OPEN,
    reset_text,
    save_text,
    shown,
    template,
    wording,
)


@pytest.fixture
def config(the_app: Flask) -> Config:
    found: Config = the_app.extensions["settings"]
    return found


def save(text: str, by: User, mark: str = "", kind: str = "privacy", language: str = "sv") -> Any:
    return save_text(kind, language, text, mark, by=by, now=NOW)


def said(kind: TextKind, language: str, config: Config) -> str:
    return repr(shown(kind, language, config).blocks)


@pytest.mark.parametrize("kind", TextKind)
def test_the_templates_say_the_same_in_each_language(kind: TextKind) -> None:
    """As many headings, items and places to fill in, in the same order."""
    shapes = set()
    for language in LANGUAGES:
        blocks = blocks_of(template(kind, language))
        shape = [
            (type(block), len(block.items) if isinstance(block, Items) else 0) for block in blocks
        ]
        shapes.add((tuple(shape), len(blanks_of(blocks))))
        assert isinstance(blocks[1], Heading | Items) or kind is TextKind.PROCESSING
        assert "{kommun}" in template(kind, language)
    assert len(shapes) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_accessibility_statement_has_what_the_act_wants(language: str, config: Config) -> None:
    text = template(TextKind.ACCESSIBILITY, language)
    for needed in ("2018:1937", "EN 301 549", "WCAG 2.1", "AA", "https://www.digg.se/tdosanmalan"):
        assert needed in text
    assert "[[" not in said(TextKind.ACCESSIBILITY, language, config)


class TestShown:
    def test_nothing_that_is_not_filled_in(self, config: Config, cast: Cast) -> None:
        for kind in OPEN:
            for language in LANGUAGES:
                found = shown(kind, language, config)
                assert blanks_of(found.blocks) == []
                assert found.blocks
                assert "Testköping" in repr(found.blocks)
                assert "http://localhost" in repr(found.blocks) or kind is TextKind.PRIVACY

    def test_whose_text_in_which_language(self, config: Config, cast: Cast) -> None:
        """One's own language, else the municipality's, else our template in one's own."""
        save("Svensk text.", cast.admin)
        assert shown(TextKind.PRIVACY, "en", config).locale == "sv"
        assert "Svensk text." in said(TextKind.PRIVACY, "nb", config)
        save("English text.", cast.admin, language="en")
        assert "English text." in said(TextKind.PRIVACY, "en", config)
        english = replace(config, locale="en")
        assert shown(TextKind.PRIVACY, "nb", english).locale == "en"
        reset_text("privacy", "en", by=cast.admin, now=NOW)
        assert shown(TextKind.PRIVACY, "nb", english).locale == "nb"

    def test_before_anybody_knows_whose_it_is(self, app: Flask, config: Config) -> None:
        assert "Kommunen" in said(TextKind.PRIVACY, "sv", config)
        assert "The municipality" in said(TextKind.PRIVACY, "en", config)


class TestSaving:
    def test_it_stands_and_the_journal_keeps_it(self, any_app: Flask, cast: Cast) -> None:
        assert save("# A\r\nb\u0000 [[c]]\r\n\r\n", cast.admin) == ("c",)
        found = wording("privacy", "sv", by=cast.admin)
        assert (found.text, found.own, found.blanks) == ("# A\nb [[c]]\n", True, ("c",))
        assert (found.updated_at, found.updated_by) == (NOW, cast.admin.name)
        row = db.session.query(SiteText).one()
        (told,) = journal.said("site_text.change_privacy", "site_text", row.id)
        assert told == {"language": "sv", "text": "# A\nb [[c]]\n"}
        reset_text("privacy", "sv", by=cast.admin, now=NOW)
        assert wording("privacy", "sv", by=cast.admin).text == template(TextKind.PRIVACY, "sv")
        assert journal.said("site_text.reset_privacy", "site_text", row.id) == [told]
        with pytest.raises(RuleBroken, match="gäller redan"):
            reset_text("privacy", "sv", by=cast.admin, now=NOW)

    def test_the_same_once_more_changes_nothing(self, app: Flask, cast: Cast) -> None:
        save(template(TextKind.PRIVACY, "sv"), cast.admin)
        assert not wording("privacy", "sv", by=cast.admin).own
        assert db.session.query(SiteText).count() == 0

    @pytest.mark.parametrize("text", ["", " \n\t", "\u200b", "x" * (LONGEST + 1)])
    def test_what_is_refused(self, app: Flask, cast: Cast, text: str) -> None:
        with pytest.raises(RuleBroken) as refused:
            save(text, cast.admin)
        assert refused.value.field == "text"

    def test_two_savers(self, any_app: Flask, cast: Cast) -> None:
        """The second sees what the first wrote, and may then save over it."""
        save("Ett.", cast.admin)
        with pytest.raises(Conflict) as conflict:
            save("Två.", cast.admin)
        assert conflict.value.current["text"] == "Ett.\n"
        later = NOW + timedelta(minutes=1)
        mark = conflict.value.current["mark"]
        save_text("privacy", "sv", "Två.", mark, by=cast.admin, now=later)
        with pytest.raises(Conflict):
            save("Tre.", cast.admin, mark)

    def test_at_the_same_moment(self, any_app: Flask, cast: Cast) -> None:
        key = cast.admin.id
        results = together(
            any_app,
            *(lambda text=text: save(text, db.session.get_one(User, key)) for text in ("A", "B")),
        )
        assert sorted(isinstance(one, Conflict) for one in results) == [False, True]
        assert db.session.query(SiteText).count() == 1

    def test_who_may(self, app: Flask, cast: Cast) -> None:
        for person in (cast.director, cast.owner, cast.member):
            for call in (
                lambda: save("x", person),  # noqa: B023 - called at once
                lambda: wording("privacy", "sv", by=person),  # noqa: B023
                lambda: site_texts.wordings(by=person),  # noqa: B023
                lambda: reset_text("privacy", "sv", by=person, now=NOW),  # noqa: B023
            ):
                with pytest.raises(Forbidden):
                    call()
        for kind, language in (("privacy", "fi"), ("nothing", "sv"), ("../privacy", "sv")):
            with pytest.raises(NotFound):
                wording(kind, language, by=cast.admin)
