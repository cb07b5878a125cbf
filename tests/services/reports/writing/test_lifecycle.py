"""A report is reviewed, taken back, published and made anew; each once, whoever hurries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.exc import DatabaseError

from tests.helpers import reported
from tests.helpers.cast import NOW, Cast
from tests.helpers.together import person, together
from tests.helpers.told import AS_OF, facts
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.domain.frozen import sha256_of
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.models import Report, ReportState, ReportText, TextMode
from tracker.reports.content import Column, Heading, Paragraph, Table
from tracker.services import journal
from tracker.services.reports.snapshots import OwnText, Told, thawed
from tracker.services.reports.writing import loading
from tracker.services.reports.writing.people import people_words
from tracker.services.reports.writing.publishing import publish
from tracker.services.reports.writing.reviewing import review, take_back
from tracker.services.reports.writing.rules import Exists, content_mark
from tracker.services.reports.writing.section_pages import review_page, section_page
from tracker.services.reports.writing.texts import write_text
from tracker.services.reports.writing.versions import Fate, difference, lines_of, renew

ZONE = ZoneInfo("Europe/Stockholm")
Deed = Callable[..., Report]


def freeze(report: Report, cast: Cast, **values: str) -> Report:
    return review(report.id, by=cast.director, now=NOW, zone=ZONE, **values)


def words_of(report: Report) -> str:
    assert report.snapshot
    return report.snapshot


def test_what_is_reviewed_is_frozen(cast: Cast) -> None:
    report = reported.draft(cast)
    write_text(report.id, "economy", OwnText("Ryms i ramen."), by=cast.director, now=NOW)
    freeze(report, cast)
    assert report.state is ReportState.REVIEWED
    assert report.sha256 == sha256_of(words_of(report))
    assert "Ryms i ramen." in words_of(report)
    entry = journal.history("report", report.id)[0]
    assert (entry.deed, entry.data["sha256"]) == ("report.review", report.sha256)
    cast.action.title = "Något helt annat"
    cast.action.status = ActionStatus.PAUSED
    db.session.commit()
    shown = loading.snapshot_of(report, now=NOW + timedelta(days=9), zone=ZONE)
    assert shown == thawed(words_of(report))
    assert shown.facts.signed_by == f"{cast.director.name}, Kommundirektör"
    assert "Något helt annat" not in {row.title for row in shown.facts.rows}


def test_a_draft_says_what_the_data_say_now(cast: Cast) -> None:
    report = reported.draft(cast)
    first = loading.snapshot_of(report, now=NOW, zone=ZONE)
    assert first.facts.as_of == reported.AS_OF
    write_text(report.id, "economy", OwnText("Ryms i ramen."), by=cast.director, now=NOW)
    db.session.expire_all()
    second = loading.snapshot_of(report, now=NOW, zone=ZONE)
    assert {moved.key for moved in difference(first, second).words} == {"economy"}


def test_who_reads_something_else_is_stopped(cast: Cast) -> None:
    report = reported.draft(cast)
    seen = content_mark(report)
    write_text(report.id, "summary", OwnText("Nytt."), by=cast.director, now=NOW)
    with pytest.raises(RuleBroken, match="Läs igenom den igen"):
        freeze(report, cast, seen=seen)
    db.session.rollback()
    db.session.expire_all()
    freeze(report, cast, seen=content_mark(report))


def test_taking_back_drops_what_was_frozen(cast: Cast) -> None:
    report = reported.reviewed(cast)
    with pytest.raises(RuleBroken):
        take_back(report.id, "x" * 1001, by=cast.director, now=NOW)
    db.session.rollback()
    was = report.sha256
    take_back(report.id, "En siffra är fel.", by=cast.director, now=NOW)
    assert (report.state, report.snapshot, report.sha256) == (ReportState.DRAFT, None, None)
    data = journal.history("report", report.id)[0].data
    assert (data["sha256"], data["reason"]) == (was, "En siffra är fel.")
    with pytest.raises(RuleBroken, match="redan ett utkast"):
        take_back(report.id, by=cast.director, now=NOW)


def test_exactly_what_was_read_is_published_and_twice_does_no_harm(cast: Cast) -> None:
    report = reported.reviewed(cast)
    seen = report.sha256 or ""
    with pytest.raises(RuleBroken, match="på nytt"):
        publish(report.id, "0" * 64, by=cast.director, now=NOW)
    for minutes in (0, 5):
        at = NOW + timedelta(minutes=minutes)
        assert publish(report.id, seen, by=cast.director, now=at).published_at == NOW
    (data,) = journal.said("report.publish", "report", report.id)
    assert data["sha256"] == seen


def test_a_draft_or_a_tampered_report_is_not_published(cast: Cast) -> None:
    draft = reported.draft(cast)
    with pytest.raises(RuleBroken, match="utkast"):
        publish(draft.id, "", by=cast.director, now=NOW)
    report = reported.reviewed(cast, as_of=date(2026, 2, 1))
    for changed in ({"snapshot": "{}"}, {"snapshot": "{}", "sha256": sha256_of("{}")}):
        db.session.execute(update(Report).where(Report.id == report.id).values(**changed))
        db.session.commit()
        with pytest.raises(RuleBroken, match="inte längre"):
            publish(report.id, report.sha256 or "", by=cast.director, now=NOW)
        db.session.rollback()


def test_what_is_published_stands(app: Flask, cast: Cast) -> None:
    """Not even the database lets it be changed."""
    report = reported.published(cast)
    for deed in (take_back, partial(review, zone=ZONE)):
        with pytest.raises(RuleBroken, match="publicerad"):
            deed(report.id, by=cast.director, now=NOW)
        db.session.rollback()
    with pytest.raises(DatabaseError):
        db.session.execute(update(Report).where(Report.id == report.id).values(title="Ny"))
    db.session.rollback()


def test_who_may_do_what(cast: Cast) -> None:
    mine = reported.draft(cast, unit_id=cast.unit.id)
    review(mine.id, by=cast.unit_director, now=NOW, zone=ZONE)
    with pytest.raises(Forbidden):
        publish(mine.id, mine.sha256 or "", by=cast.unit_director, now=NOW)
    whole = reported.draft(cast)
    with pytest.raises(NotFound):
        review(whole.id, by=cast.unit_director, now=NOW, zone=ZONE)
    publish(mine.id, mine.sha256 or "", by=cast.director, now=NOW)
    assert renew(mine.id, by=cast.unit_director, now=NOW).unit_id == cast.unit.id


def test_a_new_version_takes_the_texts_along(cast: Cast) -> None:
    old = reported.draft(cast, record_number="KS 2026/4", committee_id=cast.committee.id)
    own = OwnText("Ryms.", TextMode.REPLACE, "b" * 64)
    write_text(old.id, "results", own, by=cast.director, now=NOW)
    with pytest.raises(RuleBroken, match="inte publicerad"):
        renew(old.id, by=cast.director, now=NOW)
    freeze(old, cast)
    publish(old.id, old.sha256 or "", by=cast.director, now=NOW)
    new = renew(old.id, by=cast.director, now=NOW + timedelta(days=3))
    assert (new.replaces_id, new.ordinal, new.state) == (old.id, 2, ReportState.DRAFT)
    assert (new.as_of, new.record_number) == (old.as_of, "KS 2026/4")
    (text,) = new.texts
    assert (text.text, text.mode, text.basis, text.at) == ("Ryms.", own.mode, own.basis, NOW)
    assert len(old.texts) == 1
    with pytest.raises(Exists) as caught:
        renew(old.id, by=cast.director, now=NOW)
    assert caught.value.report_id == new.id


def race(app: Flask, *deeds: Callable[[], object]) -> list[object]:
    results = together(app, *deeds)
    assert journal.verify()
    return results


def test_two_make_a_new_version(any_app: Flask, cast: Cast) -> None:
    key, who = reported.published(cast).id, cast.director.id
    results = race(any_app, *(lambda: renew(key, by=person(who), now=NOW),) * 3)
    assert sum(isinstance(one, Exists) for one in results) == 2
    assert db.session.query(Report).count() == 2


def test_two_publish(any_app: Flask, cast: Cast) -> None:
    report = reported.reviewed(cast)
    key, seen, who = report.id, report.sha256 or "", cast.director.id
    results = race(any_app, *(lambda: publish(key, seen, by=person(who), now=NOW),) * 2)
    assert all(isinstance(one, Report) for one in results)
    assert len(journal.history("report", key)) == 2  # besides the review


def test_one_publishes_while_another_takes_back(any_app: Flask, cast: Cast) -> None:
    report = reported.reviewed(cast)
    key, seen, who = report.id, report.sha256 or "", cast.director.id
    results = race(
        any_app,
        lambda: publish(key, seen, by=person(who), now=NOW),
        lambda: take_back(key, by=person(who), now=NOW),
    )
    assert sum(isinstance(one, RuleBroken) for one in results) == 1
    assert len(journal.history("report", key)) == 2  # besides the review


def test_one_reviews_while_another_writes(any_app: Flask, cast: Cast) -> None:
    """The text is in what was frozen, or its writer is told that it came too late."""
    report = reported.draft(cast)
    key, who = report.id, cast.director.id
    _reviewed, written = race(
        any_app,
        lambda: review(key, by=person(who), now=NOW, zone=ZONE),
        lambda: write_text(key, "summary", OwnText("Sent ord."), by=person(who), now=NOW),
    )
    saved = db.session.get_one(Report, key)
    assert ("Sent ord." in words_of(saved)) is not isinstance(written, RuleBroken)
    assert db.session.query(ReportText).count() == (0 if isinstance(written, RuleBroken) else 1)


def test_a_section_says_when_the_data_have_changed(cast: Cast) -> None:
    report = reported.draft(cast)

    page = partial(section_page, report.id, by=cast.director, now=NOW, zone=ZONE, locale="sv")
    before = page("state")
    own = OwnText("Mina egna ord.", TextMode.REPLACE, before.basis)
    write_text(report.id, "state", own, by=cast.director, now=NOW)
    look = partial(review_page, report.id, by=cast.director, now=NOW, zone=ZONE, locale="sv")
    assert look().changed == ()
    report.as_of = date(2026, 2, 10)  # before an action was done
    db.session.commit()
    after = page("state")
    assert (before.changed, after.changed) == (False, True)
    assert [one.value for one in look().changed] == ["state"]
    assert [one.value for one in look().unwritten] == ["economy", "children"]
    with pytest.raises(NotFound):
        page("sammanfattning")


def test_everybody_has_words_instead_of_a_name(cast: Cast) -> None:
    cast.stranger.deactivated_at = NOW
    db.session.commit()
    said = people_words()
    assert said[cast.director.name] == "kommundirektören"
    assert said[cast.stranger.name] == "en chef vid Skolförvaltningen"
    assert said[cast.member.name] == "en ledamot i Kommunstyrelsen"
    assert set(said) >= {cast.owner.name, cast.admin.name, cast.unit_director.name}


def test_the_difference_is_told_field_by_field() -> None:
    old = reported.snapshot("Tre är klara.")
    first, second, *rest = old.facts.rows
    moved = replace(first, deadline=first.deadline + timedelta(days=30), owner="Ny Ägare")
    fresh = replace(second, id=9_999, title="Helt ny")
    tally = replace(old.facts.tally, overdue=old.facts.tally.overdue + 1)
    new_facts = facts(rows=(moved, *rest, fresh), tally=tally, record_number="KS 1")
    blocks = (Heading(1, "Sammanfattning"), Paragraph("Fyra är klara."))
    new = replace(old, facts=new_facts, sections=(Told("summary", blocks), Told("state", blocks)))
    found = difference(old, new)
    assert [(one.name, one.after - one.before) for one in found.numbers] == [("overdue", 1)]
    (changed,) = found.changed
    assert changed.row.id == first.id
    assert {one.name for one in changed.fields} == {"deadline", "owner"}
    assert [row.title for row in found.added] == ["Helt ny"]
    assert [row.id for row in found.removed] == [second.id]
    summary, state = found.words
    changed_words = ((Fate.GONE, "Tre"), (Fate.CAME, "Fyra"), (Fate.KEPT, " är klara."))
    assert summary.lines == (changed_words,)
    assert all(fate is Fate.CAME for line in state.lines for fate, _text in line)
    assert [one.name for one in found.head] == ["record_number"]
    assert found and not difference(old, old)
    assert old.facts.as_of == AS_OF


def test_only_the_changed_words_are_marked() -> None:
    """A line that was changed stands once; one that came stands whole; rows of nothing are left
    out."""
    said = "Av 21 åtgärder är 13 genomförda, och alla har en ansvarig."
    old = replace(
        reported.snapshot(), sections=(Told("summary", (Paragraph(said), Paragraph("Allt väl."))),)
    )
    blocks = (Paragraph(said.replace("13", "14")), Paragraph("Nytt stycke om annat."))
    [words] = difference(old, replace(old, sections=(Told("summary", blocks),))).words
    assert words.lines == (
        ((Fate.GONE, "Allt väl."),),
        (
            (Fate.KEPT, "Av 21 åtgärder är "),
            (Fate.GONE, "13"),
            (Fate.CAME, "14"),
            (Fate.KEPT, " genomförda, och alla har en ansvarig."),
        ),
        ((Fate.CAME, "Nytt stycke om annat."),),
    )
    table = Table("", (Column("Område"), Column("Antal")), (("1 Stad", "0"), ("2 Land", "3")))
    assert lines_of((table,)) == ["2 Land · 3"]
