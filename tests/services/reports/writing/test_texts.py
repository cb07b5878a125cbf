"""What people write in a report: kept as typed, never lost, and never changed once it is read."""

from __future__ import annotations

from functools import partial

import pytest
from flask import Flask

from tests.helpers import reported
from tests.helpers.cast import NOW, Cast
from tests.helpers.together import person, together
from tracker.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from tracker.extensions import db
from tracker.models import Report, ReportText, TextMode
from tracker.services import journal
from tracker.services.reports.snapshots import OwnText
from tracker.services.reports.writing.texts import (
    own_texts,
    write_text,
    write_texts,
    written_about,
    written_in,
)

BASIS = "a" * 64


def test_a_text_is_kept_and_taken_away(cast: Cast) -> None:
    report = reported.draft(cast)
    save = partial(write_text, report.id, "results", by=cast.director, now=NOW)
    save(OwnText("  Ryms i budgeten. \r\n\r\nInget mer.\x00 ", TextMode.REPLACE, BASIS))
    written = written_in(report, "results")
    assert written.own == OwnText("Ryms i budgeten.\n\nInget mer.", TextMode.REPLACE, BASIS)
    assert (written.by, written.at) == (cast.director.name, NOW)
    db.session.refresh(report)
    assert own_texts(report) == {"results": written.own}
    save(OwnText(" \n "))
    assert written_in(report, "results").own == OwnText("")
    assert db.session.query(ReportText).count() == 0
    first, second = journal.history("report", report.id)
    assert first.data["text"] == ["Ryms i budgeten.\n\nInget mer.", ""]
    assert second.data["mode"] == ["", "replace"]


def test_what_changes_nothing_leaves_no_trace(cast: Cast) -> None:
    report = reported.draft(cast)
    for text in ("", "Ett.", "Ett. "):
        write_text(report.id, "summary", OwnText(text), by=cast.director, now=NOW)
    assert len(journal.history("report", report.id)) == 1


def test_only_what_stands_instead_has_a_basis(cast: Cast) -> None:
    report = reported.draft(cast)
    for mode, basis in ((TextMode.ADD, BASIS), (TextMode.REPLACE, "påhittad" * 50)):
        own = OwnText(f"Text {mode}.", mode, basis)
        write_text(report.id, "state", own, by=cast.director, now=NOW)
        assert written_in(report, "state").own.basis == ""


def test_where_the_data_say_nothing_a_text_stands_alone(cast: Cast) -> None:
    """Else the report would say that nothing has been said, and then say it."""
    report = reported.draft(cast)
    write_text(report.id, "children", OwnText("Barnen hörs."), by=cast.director, now=NOW)
    assert written_in(report, "children").own == OwnText("Barnen hörs.", TextMode.REPLACE)


LONG = ("🙂" * 20_001, "ord " * 10_000)


@pytest.mark.parametrize("text", LONG, ids=["emoji", "words"])
def test_a_text_has_an_end(cast: Cast, text: str) -> None:
    report = reported.draft(cast)
    with pytest.raises(RuleBroken, match="högst 20000") as caught:
        write_text(report.id, "summary", OwnText(text), by=cast.director, now=NOW)
    assert caught.value.field == "text"
    write_text(report.id, "summary", OwnText("🙂" * 20_000), by=cast.director, now=NOW)


def test_deviations_belong_to_the_plan(cast: Cast) -> None:
    report = reported.draft(cast)
    key = f"deviation:{cast.action.id}"
    write_text(report.id, key, OwnText("Tillsätts i maj."), by=cast.director, now=NOW)
    assert set(written_about(report)) == {key}


NONE = ("", "sammanfattning", "deviation:", "deviation:0", "deviation:x", "deviation:999999")
HOSTILE = ("deviation:" + "9" * 40, "deviation:1 OR 1", "summary'", "x" * 10_000, "\x00")


def test_there_is_no_such_section(cast: Cast) -> None:
    report = reported.draft(cast)
    for key in (*NONE, *HOSTILE):
        with pytest.raises(NotFound):
            write_text(report.id, key, OwnText("Hej."), by=cast.director, now=NOW)
    assert db.session.query(ReportText).count() == 0


def test_who_may_write(cast: Cast) -> None:
    mine = reported.draft(cast, unit_id=cast.unit.id)
    other = reported.draft(cast, unit_id=cast.other_unit.id)
    write_text(mine.id, "summary", OwnText("Vi."), by=cast.unit_director, now=NOW)
    with pytest.raises(NotFound):
        write_text(other.id, "summary", OwnText("Vi."), by=cast.unit_director, now=NOW)
    with pytest.raises(Forbidden):
        write_text(mine.id, "summary", OwnText("Vi."), by=cast.owner, now=NOW)


@pytest.mark.parametrize("make", [reported.reviewed, reported.published])
def test_what_is_frozen_is_not_written_in(cast: Cast, make: object) -> None:
    report: Report = make(cast)  # type: ignore[operator]
    with pytest.raises(RuleBroken):
        write_text(report.id, "summary", OwnText("Sent."), by=cast.director, now=NOW)
    assert db.session.query(ReportText).count() == 0


def test_two_write_the_same_section(any_app: Flask, cast: Cast) -> None:
    """One text is saved, and the other writer is shown it."""
    report = reported.draft(cast)
    key, who = report.id, cast.director.id

    def save(text: str) -> None:
        write_text(key, "summary", OwnText(text), "", by=person(who), now=NOW)

    results = together(any_app, partial(save, "Ett."), partial(save, "Två."))
    (told,) = [one for one in results if isinstance(one, Conflict)]
    saved = written_in(db.session.get_one(Report, key), "summary")
    assert told.current["text"] == saved.own.text
    assert told.current["saved_by"] == cast.director.name
    again = OwnText("Ett och två.")
    write_text(key, "summary", again, told.current["seen"], by=cast.director, now=NOW)
    assert written_in(db.session.get_one(Report, key), "summary").own == again


def test_the_same_text_twice_is_no_quarrel(cast: Cast) -> None:
    report = reported.draft(cast)
    for _time in range(2):
        write_text(report.id, "summary", OwnText("Lika."), "", by=cast.director, now=NOW)


def test_many_texts_are_saved_together_or_not_at_all(cast: Cast) -> None:
    report = reported.draft(cast)
    one, other = (f"deviation:{a.id}" for a in (cast.action, cast.colleague_action))
    write_text(report.id, one, OwnText("Före."), by=cast.director, now=NOW)
    wanted = {one: (OwnText("Min."), ""), other: (OwnText("Också min."), "")}
    with pytest.raises(Conflict) as caught:
        write_texts(report.id, wanted, by=cast.director, now=NOW)
    assert set(caught.value.current) == {one}
    assert set(written_about(report)) == {one}
    seen = caught.value.current[one]["seen"]
    wanted = {**wanted, one: (OwnText("Min."), seen)}
    write_texts(report.id, wanted, by=cast.director, now=NOW)
    assert {key: text.own.text for key, text in written_about(report).items()} == {
        one: "Min.",
        other: "Också min.",
    }
