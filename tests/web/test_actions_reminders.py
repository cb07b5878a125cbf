"""The reminders on an action's page."""

from __future__ import annotations

from tests.helpers.ringing import escalate, remind
from tracker.domain.ladder import Reason, Step, To
from tracker.models import OutboxState
from tracker.services.actions.reminded import Told
from tracker.web.actions.reminded import fate, why


def told(reason, step=None, days=None, **more):
    values = {"round_name": "", "fate": OutboxState.QUEUED, "sent_at": None, "withdrawn": False}
    return Told(at=None, recipient="", reason=reason, step=step, days=days, **{**values, **more})


def rung(to):
    return Step("e", Reason.ESCALATED, 14, to)


REASONS = (
    (told(Reason.BEFORE, days=-7), "7 dagar före slutdatum"),
    (told(Reason.BEFORE, days=-1), "1 dag före slutdatum"),
    (told(Reason.BEFORE), "före slutdatum"),
    (told(Reason.ON), "på slutdatumet"),
    (told(Reason.AFTER, days=21), "21 dagar efter slutdatum"),
    (told(Reason.AFTER), "efter slutdatum"),
    (told(Reason.SILENT, days=90), "ingen lägesrapport på 90 dagar"),
    (told(Reason.SILENT), "ingen lägesrapport på länge"),
    (told(Reason.ASSIGNED), "ansvaret blev mottagarens"),
    (told(Reason.ESCALATED, rung(To.UNIT_DIRECTOR)), "eskalerad till förvaltningens direktör"),
    (told(Reason.ESCALATED, rung(To.MUNICIPAL_DIRECTOR)), "eskalerad till kommunens direktör"),
    (told(Reason.ESCALATED), "eskalerad"),
    (told(Reason.ROUND_OPEN, round_name="Tertial 1"), "Tertial 1 öppnade"),
    (told(Reason.ROUND_DUE, round_name="T"), "T: sista dagen närmar sig"),
    (told(Reason.ROUND_LATE), "uppföljningen: sista dagen har passerat"),
)


def test_why_in_words(app, subtests):
    for one, words in REASONS:
        with subtests.test(one=one, words=words), app.test_request_context():
            assert why(one) == words


FATES = (
    (OutboxState.QUEUED, "Väntar på att skickas"),
    (OutboxState.CLAIMED, "Väntar på att skickas"),
    (OutboxState.UNCERTAIN, "Kan ha kommit fram, skickas en gång till"),
    (OutboxState.DEAD, "Gick inte att leverera"),
    (OutboxState.CANCELLED, "Inställd"),
    (None, ""),
)


def test_what_became_of_it(app, subtests):
    for state, words in FATES:
        with subtests.test(state=state, words=words), app.test_request_context():
            assert fate(told(Reason.ON, fate=state)) == words
            assert fate(told(Reason.ON, withdrawn=True)).startswith("Återtagen")


def test_the_page_names_them(cast, visit):
    remind(cast.action, cast.owner)
    escalate(cast, cast.unit_director, cast.action)
    remind(cast.action, cast.owner, "before-30", mail=None)
    page = visit(cast.owner).get(f"/actions/{cast.action.id}")
    assert "2 påminnelser" in page.text
    assert f"Till {cast.owner.name}: 7 dagar före slutdatum" in page.text
    assert f"Till {cast.unit_director.name}: eskalerad till förvaltningens direktör" in page.text
    assert "Skickad söndag 1 mars kl. 09.00" in page.text
    assert "1 steg hoppades över" in page.text


def test_no_section_without_any_and_none_for_committees(app, cast, visit):
    path = f"/actions/{cast.action.id}"
    assert "Påminnelser" not in visit(cast.owner).get(path).text
    remind(cast.action, cast.owner)
    assert "Påminnelser" not in visit(cast.member).get(path).text


def test_only_the_latest_are_listed(app, cast, visit):
    for n in range(23):
        remind(cast.action, cast.owner, f"after-{n}", Reason.AFTER)
    text = visit(cast.owner).get(f"/actions/{cast.action.id}").text
    assert "De 20 senaste av 23 visas." in text
