"""Worker, outbox and journal, as the administrator sees them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.helpers.cast import NOW, TODAY, Cast
from tests.helpers.visitor import Visits
from tracker.domain.statuses import Health
from tracker.extensions import db
from tracker.models import OutboxMessage, OutboxState, WorkerHeartbeat
from tracker.services import journal
from tracker.services.actions.reports import Report, report_status
from tracker.services.journal_words import DEEDS


def letter(cast: Cast, number: int, **changes: Any) -> OutboxMessage:
    values: dict[str, Any] = {
        "kind": "digest",
        "recipient": cast.owner,
        "local_date": TODAY - timedelta(days=number),
        "message_id": f"<{number}@testkoping.example>",
        "address": cast.owner.email,
        "subject": f"Brev {number}",
        "mime": b"",
        "created_at": NOW - timedelta(minutes=number),
        "next_at": NOW + timedelta(minutes=5),
    }
    return OutboxMessage(**{**values, **changes})


def test_the_worker_was_heard_of(cast: Cast, visit: Visits) -> None:
    assert "har aldrig hörts av" in visit(cast.admin).get("/operations").text
    db.session.add(WorkerHeartbeat(worker="a", at=NOW - timedelta(minutes=2)))
    db.session.commit()
    page = visit(cast.admin).get("/operations")
    assert "Bakgrundsarbetaren hördes av för 2 minuter sedan." in page.text
    assert "Inga brev än" in page.text


def test_letters_in_words(cast: Cast, visit: Visits) -> None:
    db.session.add_all(
        [
            letter(cast, 1, state=OutboxState.SENT, sent_at=NOW, attempts=1),
            letter(cast, 2, state=OutboxState.DEAD, attempts=3, last_error="550 no such user"),
            letter(cast, 3),
        ]
    )
    db.session.commit()
    page = visit(cast.admin).get("/operations")
    rows = {row[1]: row[2:] for row in page.rows[1:]}
    assert rows["Brev 1"] == ["Skickat", "1", "–", "2026-03-02 09:00"]
    assert rows["Brev 2"] == ["Gick inte att leverera 550 no such user", "3", "–", "–"]
    assert rows["Brev 3"] == ["Väntar", "0", "2026-03-02 09:05", "–"]
    assert "1 brev gick inte att leverera." in page.html, "the alarm on top"


def test_the_outbox_has_pages(cast: Cast, visit: Visits, count_queries: Any) -> None:
    db.session.add_all(letter(cast, number) for number in range(31))
    db.session.commit()
    page = visit(cast.admin).get("/operations")
    assert len(page.rows) == 31
    with count_queries() as counted:
        last = visit(cast.admin).get("/operations?page=99")
    assert len(last.rows) == 2
    assert counted.number <= 15


def test_the_journal_speaks(cast: Cast, visit: Visits) -> None:
    said = Report(Health.ON_TRACK, "Går bra.")
    report_status(cast.action.id, said, by=cast.owner, now=NOW, today=TODAY)
    journal.record("odd.deed", "action", cast.action.id, {}, by=None, now=NOW)
    db.session.commit()
    page = visit(cast.admin).get("/operations/journal")
    assert page.rows[1][1] == "loggade in"
    assert page.rows[2] == ["Åtgärda", "odd.deed", "2026-03-02 09:00"]
    assert page.rows[3][1] == "lämnade en lägesrapport om ”Återkoppla synpunkter på webben”"
    only = visit(cast.admin).get("/operations/journal?subject=action")
    assert "loggade in" not in only.text
    assert only.forms[0].fields["subject"] == "action"
    assert "Inget i loggen" in visit(cast.admin).get("/operations/journal?subject=plan").text
    assert "journal verify" in page.text


@pytest.mark.parametrize("deed", DEEDS)
def test_every_known_deed_has_a_subject_with_a_name(cast: Cast, visit: Visits, deed: str) -> None:
    kind = deed.partition(".")[0]
    kind = {"session": "user", "draft": "import_draft", "mail": "outbox"}.get(kind, kind)
    subjects = {
        "action": cast.action.id,
        "plan": cast.plan.id,
        "user": cast.owner.id,
        "evaluation": cast.evaluation.id,
    }
    journal.record(deed, kind, subjects.get(kind, 7), {}, by=cast.director, now=NOW)
    db.session.commit()
    row = visit(cast.admin).get(f"/operations/journal?subject={kind}").rows[-1]
    assert row[0] == "Dag Direktör"
    assert "%" not in row[1]


def test_who_may(cast: Cast, visit: Visits) -> None:
    for path in ("/operations", "/operations/journal"):
        visit(cast.director).get(path, status=403)
