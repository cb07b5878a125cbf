"""Worker, outbox and journal, as the administrator sees them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from tests.helpers.cast import NOW, TODAY, Cast
from tests.helpers.pieces import dead_letter
from tests.helpers.smtp import free_port
from tests.helpers.visitor import Visits
from tests.services.mailing import message_to, messages, plan
from tracker.domain.statuses import Health
from tracker.extensions import db
from tracker.models import OutboxMessage, OutboxState, WorkerHeartbeat
from tracker.services import journal, operations
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
    assert page.rows[1] == ["a", "för 2 minuter sedan", "2026-03-02 08:59"]
    assert "Påminnelserna fungerar." in page.text
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
    rows = {row[1]: row[2:] for row in page.rows if len(row) == 6}
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


def test_the_filter_lives_in_the_address(cast: Cast, visit: Visits, count_queries: Any) -> None:
    states: list[dict[str, Any]] = [
        {"state": OutboxState.QUEUED},
        {"state": OutboxState.UNCERTAIN},
        {"state": OutboxState.SENT, "sent_at": NOW},
        {"state": OutboxState.DEAD},
        {"state": OutboxState.DEAD, "set_aside_at": NOW},
        {"state": OutboxState.CANCELLED},
    ]
    db.session.add_all(letter(cast, number, **values) for number, values in enumerate(states))
    db.session.commit()
    browser = visit(cast.admin)
    with count_queries() as few:
        page = browser.get("/operations")
    assert "Alla (6)" in page.links
    for number, (label, chip) in enumerate(
        [
            ("Väntar (1)", "Väntar"),
            ("Osäkra (1)", "Osäkert om det kom fram"),
            ("Skickade (1)", "Skickat"),
            ("Gick inte fram (1)", "Gick inte att leverera"),
            ("Åt sidan (1)", "Lagt åt sidan"),
            ("Inställda (1)", "Inställt"),
        ]
    ):
        found = browser.get(page.links[label])
        rows = [row for row in found.rows if len(row) == 6][1:]
        assert [(row[1], row[2]) for row in rows] == [(f"Brev {number}", chip)]
    assert len(browser.get("/operations?state=%F0%9F%99%82").rows) == 7
    db.session.add_all(letter(cast, number, state=OutboxState.DEAD) for number in range(100, 135))
    db.session.commit()
    with count_queries() as many:
        page = browser.get("/operations?state=dead")
    assert many.number <= few.number + 1
    assert "state=dead" in page.links["Nästa"]
    empty = browser.get("/operations?state=aside&page=7")
    assert len(empty.rows) == 2


def test_health_is_read_once_for_a_page(cast: Cast, visit: Visits, count_queries: Any) -> None:
    browser = visit(cast.admin)
    for path in ("/operations", "/", "/operations/ladder"):
        with count_queries() as counted:
            browser.get(path)
        beats = [sent for sent in counted.statements if "FROM worker_heartbeat" in sent]
        assert len(beats) == 1, path


ROUNDS = (
    (
        "2026-11-21T12:00+01:00",
        "I dag är lördag: inga brev går ut. Nästa omgång måndag 23 november kl. 07.00.",
    ),
    (
        "2026-06-19T12:00+02:00",
        "I dag är midsommarafton: inga brev går ut. Nästa omgång måndag 22 juni kl. 07.00.",
    ),
    ("2026-11-23T05:00+01:00", "Dagens omgång börjar kl. 07.00."),
    (
        "2026-11-23T12:00+01:00",
        "Dagens omgång är igång. Nästa omgång tisdag 24 november kl. 07.00.",
    ),
)


def test_when_the_next_round_is(
    app: Flask, cast: Cast, clock: Any, subtests: pytest.Subtests
) -> None:
    for now, sentence in ROUNDS:
        with subtests.test(now=now, sentence=sentence):
            clock.move_to(datetime.fromisoformat(now))
            browser = Visits(app.test_client)(cast.admin)
            assert "Nästa omgång" not in browser.get("/operations").text  # no worker is heard of
            db.session.add(WorkerHeartbeat(worker="a", at=datetime.fromisoformat(now)))
            db.session.commit()
            assert sentence in browser.get("/operations").text
            page = browser.get("/operations/dry-run")
            assert (sentence in page.text) is not sentence.startswith("Dagens omgång är igång")
        db.session.query(WorkerHeartbeat).delete()


def test_whether_the_reminders_go_out(cast: Cast, visit: Visits) -> None:
    browser = visit(cast.admin)
    assert "Påminnelserna fungerar inte: bakgrundsarbetaren" in browser.get("/operations").text
    operations.beat("here", now=NOW)
    assert "Påminnelserna fungerar." in browser.get("/operations").text
    db.session.add(letter(cast, 1, state=OutboxState.DEAD))
    db.session.commit()
    assert "men alla brev kom inte fram" in browser.get("/operations").text
    moment = NOW - timedelta(days=3)
    db.session.add(letter(cast, 2, created_at=moment))
    db.session.commit()
    db.session.add(WorkerHeartbeat(worker="ahead", at=NOW + timedelta(days=400)))
    db.session.commit()
    assert "Klockan går före" in browser.get("/operations").text


def test_a_letter_as_text(cast: Cast, visit: Visits) -> None:
    plan(only_to=cast.owner.email)
    message = message_to(cast.owner.id)
    message.recipient.name = "<script>alert(1)</script>"
    db.session.commit()
    browser = visit(cast.admin)
    page = browser.get(f"/operations/letters/{message.id}")
    assert f"Hej {cast.owner.name}" not in page.text, "the letter is as it was written"
    assert "Hej Olle Ägare!" in page.text
    assert "<script>alert" not in page.html
    assert set(re.findall(r"/answer/(\S*)", page.html)) == {"…"}, "nobody else answers with it"
    assert "Skicka igen" not in page.html


def test_a_dead_letter_again_and_aside(cast: Cast, visit: Visits) -> None:
    browser = visit(cast.admin)
    key = dead_letter(cast.owner)["message_id"]
    path = f"/operations/letters/{key}"
    page = browser.get(path)
    assert "550 no such user" in page.text
    assert page.links[cast.owner.name] == f"/people/{cast.owner.id}"
    page = browser.post(f"{path}/set-aside")
    assert "larmar inte längre" in page.text
    assert "lade det stoppade brevet" in page.text, "what was done"
    assert "gick inte att leverera" not in browser.get("/operations").html
    page = browser.post(f"{path}/set-aside")
    assert "Brevet är redan lagt åt sidan." in page.text
    page = browser.post(f"{path}/again")
    assert "går i väg inom någon minut" in page.text
    assert [m.state for m in messages()] == [OutboxState.QUEUED]
    assert "inte längre stoppat" in browser.post(f"{path}/again").text


def test_the_filter_survives_what_is_done_to_a_letter(cast: Cast, visit: Visits) -> None:
    browser = visit(cast.admin)
    dead_letter(cast.owner)
    page = browser.get("/operations?state=dead")
    page = browser.get(page.links["Brev 0"])
    form = next(form for form in page.forms if "/set-aside" in form.action)
    page = browser.submit(form)
    assert browser.page is not None
    (drift,) = [a for a in page.all("a") if "state=dead" in a.get("href", "")]
    assert browser.get(drift.get("href", "")).text.endswith("Visa alla brev")
    away = browser.get("/operations/letters/1?next=//evil.example")
    assert not [href for href in away.links.values() if "evil" in href]


def test_a_worker_that_is_gone_will_not_look_again(cast: Cast, visit: Visits) -> None:
    for worker, seconds in (("lives", 60), ("just", 299), ("gone", 301)):
        db.session.add(WorkerHeartbeat(worker=worker, at=NOW - timedelta(seconds=seconds)))
    db.session.commit()
    rows = {row[0]: row[-1] for row in visit(cast.admin).get("/operations").rows}
    assert rows["lives"] == "2026-03-02 09:00"
    assert rows["just"] == "2026-03-02 08:56"
    assert rows["gone"] == "–"


LEAVES = (
    # A Monday: later than the letter wants to leave, earlier, and around the morning hour.
    ("2026-11-23T12:00", ("2026-11-23T11:00", "2026-11-23 12:00")),
    ("2026-11-23T12:00", ("2026-11-23T13:00", "2026-11-23 13:00")),
    ("2026-11-23T06:59", ("2026-11-22T12:00", "2026-11-23 07:00")),
    ("2026-11-23T07:00", ("2026-11-23T07:00", "2026-11-23 07:00")),
    # Put off beyond midnight, on a Saturday, and into midsummer's eve.
    ("2026-11-23T23:50", ("2026-11-24T00:10", "2026-11-24 07:00")),
    ("2026-11-21T12:00", ("2026-11-21T12:05", "2026-11-23 07:00")),
    ("2026-06-18T23:00", ("2026-06-19T03:00", "2026-06-22 07:00")),
)


def test_when_a_letter_can_really_leave(
    app: Flask, cast: Cast, clock: Any, subtests: pytest.Subtests
) -> None:
    for now, (next_at, shown) in LEAVES:
        with subtests.test(now=now, next_at=next_at):
            clock.move_to(in_stockholm(now))
            waits = letter(cast, 1, next_at=in_stockholm(next_at))
            db.session.add(waits)
            db.session.commit()
            browser = Visits(app.test_client)(cast.admin)
            rows = {row[1]: row[4] for row in browser.get("/operations").rows if len(row) == 6}
            assert rows["Brev 1"] == shown
            assert shown in browser.get(f"/operations/letters/{waits.id}").text
        db.session.delete(waits)


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ("2026-11-23T06:59", "går i väg måndag 23 november kl. 07.00."),
        ("2026-11-23T07:00", "går i väg inom någon minut."),
        ("2026-11-21T12:00", "går i väg måndag 23 november kl. 07.00."),
    ],
)
def test_who_sends_a_letter_again_is_told_when_it_leaves(
    cast: Cast, visit: Visits, clock: Any, now: str, told: str
) -> None:
    clock.move_to(in_stockholm(now))
    key = dead_letter(cast.owner)["message_id"]
    assert told in visit(cast.admin).post(f"/operations/letters/{key}/again").text


def in_stockholm(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Stockholm"))


def test_letters_that_become_files_are_said_to_reach_nobody(
    app: Flask, cast: Cast, visit: Visits
) -> None:
    settings = app.extensions["settings"]
    words = "skrivs som filer"
    assert words in visit(cast.admin).get("/operations").text
    for url in ("smtp://127.0.0.1:25", "imap://x"):
        app.extensions["settings"] = replace(settings, mail_url=url)
        assert words not in visit(cast.admin).get("/operations").text


def test_from_a_dead_letter_to_the_address_and_back(cast: Cast, visit: Visits) -> None:
    browser = visit(cast.admin)
    dead_letter(cast.owner)
    page = browser.get("/operations?state=dead")
    page = browser.get(page.links["Brev 0"])
    page = browser.get(page.links[f"{cast.owner.name}, {cast.owner.email}"].partition("#")[0])
    form = next(form for form in page.forms if "Spara adressen" in form.buttons)
    assert form.fields["email"] == cast.owner.email
    page = browser.submit(form, 422, email="olle@")
    assert "är inte en e-postadress" in page.text
    form = next(form for form in page.forms if "Spara adressen" in form.buttons)
    assert form.fields["email"] == "olle@", "nothing typed is lost"
    page = browser.submit(form, email="ny.adress@testkoping.example")
    assert page.h1 == "Brev 0", "back to the letter"
    assert "Olle Ägare har adressen ny.adress@testkoping.example." in page.text
    assert "Olle Ägare, ny.adress@testkoping.example" in page.links
    page = browser.submit(next(form for form in page.forms if "Skicka igen" in form.buttons))
    assert "Brevet ligger i kön igen" in page.text
    entries = browser.get("/operations/journal?subject=user").text
    words = "från olle.agare@testkoping.example till ny.adress@testkoping.example"
    assert f"ändrade e-postadressen för Olle Ägare {words}" in entries


def test_a_dry_run_writes_nothing(cast: Cast, visit: Visits, count_queries: Any) -> None:
    browser = visit(cast.admin)
    with count_queries() as counted:
        page = browser.get("/operations/dry-run")
    assert not [sent for sent in counted.statements if sent.startswith(("INSERT", "UPDATE"))]
    assert "3 brev skulle skrivas om en omgång gick just nu." in page.text
    assert page.rows[1][0].startswith("Olle Ägare")
    assert messages() == []


def test_a_trial_letter(cast: Cast, visit: Visits) -> None:
    page = visit(cast.admin).post("/operations/trial-letter")
    assert "Provbrevet är sparat som en fil i" in page.text
    assert messages() == []
    only = visit(cast.admin).get("/operations/journal?subject=user").text
    assert "skickade ett provbrev till Anna Administratör" in only


def test_a_trial_letter_that_fails(app: Flask, cast: Cast, visit: Visits) -> None:
    settings = app.extensions["settings"]
    for url, sentence in (
        (f"smtp://127.0.0.1:{free_port()}", "gick inte att nå mejlservern"),
        ("imap://x", "MAIL_URL går inte att läsa."),
    ):
        app.extensions["settings"] = replace(settings, mail_url=url)
        page = visit(cast.admin).post("/operations/trial-letter")
        assert sentence in page.text


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


A_PAGE = 20  # deeds that a page of the log shows at least
NAMED_OTHERWISE = {"session": "user", "draft": "import_draft", "mail": "outbox"}


def kind_of(deed: str) -> str:
    """The kind of thing that a deed is done to."""
    kind = deed.partition(".")[0]
    return NAMED_OTHERWISE.get(kind, kind)


def test_every_known_deed_has_a_subject_with_a_name(
    cast: Cast, visit: Visits, subtests: pytest.Subtests
) -> None:
    subjects = {
        "action": cast.action.id,
        "plan": cast.plan.id,
        "user": cast.owner.id,
        "evaluation": cast.evaluation.id,
    }
    for kind in sorted({kind_of(deed) for deed in DEEDS}):
        with subtests.test(kind=kind):
            deeds = [deed for deed in DEEDS if kind_of(deed) == kind]
            visit(cast.admin)  # logging in stands in the log as well
            for start in range(0, len(deeds), A_PAGE):
                some = deeds[start : start + A_PAGE]
                for deed in some:
                    journal.record(deed, kind, subjects.get(kind, 7), {}, by=cast.director, now=NOW)
                db.session.commit()
                page = visit(cast.admin).get(f"/operations/journal?subject={kind}")
                newest = page.rows[1 : len(some) + 1]
                assert [row[0] for row in newest] == ["Dag Direktör"] * len(some)
                assert not any("%" in row[1] for row in newest)


def test_who_may(cast: Cast, visit: Visits) -> None:
    for path in ("/operations", "/operations/journal"):
        visit(cast.director).get(path, status=403)
