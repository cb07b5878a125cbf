from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask

from tests.helpers.cast import NOW, TODAY, Cast
from tests.helpers.queries import count_queries
from tests.services.mailing import post
from tracker.domain.ladder import Reason
from tracker.extensions import db
from tracker.models import Absence, Action, FollowUpRound, User
from tracker.services.answers import read_link
from tracker.services.digests import write_digest

BASE = "https://kommun.example/atgarda"
LINK = re.compile(r"https?://\S+")


def text_to(person: User, *lines: tuple[Action, Reason]) -> str:
    """The text of the mail about these actions."""
    letter = write_digest(
        person,
        [(action.id, reason.value) for action, reason in lines],
        kind="digest",
        day=TODAY,
        post=replace(post(), base_url=BASE),
        now=NOW,
    )
    message = email.message_from_bytes(letter.mime, policy=email.policy.default)
    parts = [message.get_body((kind,)) for kind in ("plain", "html")]
    text, html = (part.get_content() for part in parts if part is not None)
    assert all(link.split("?")[0] in html for link in LINK.findall(text))
    return str(text)


def away(cast: Cast, person: User, delegate: User) -> None:
    """The person is away for some days, and the delegate acts."""
    last = TODAY + timedelta(days=3)
    db.session.add(Absence(user=person, delegate=delegate, starts_on=TODAY, ends_on=last))
    db.session.commit()


def _deactivated(cast: Cast) -> None:
    cast.owner.deactivated_at = NOW
    db.session.commit()


@pytest.mark.parametrize(
    ("happens", "who", "reason", "said"),
    [
        (lambda cast: None, "owner", Reason.AFTER, ("Svara hur det går",)),
        (lambda cast: None, "owner", Reason.ASSIGNED, ("Svara hur det går", "Du har fått")),
        (lambda cast: None, "owner", Reason.SILENT, ("Svara hur det går",)),
        (
            lambda cast: None,
            "unit_director",
            Reason.ESCALATED,
            ("Öppna åtgärden", "som chef", "Ansvarig: Olle Ägare"),
        ),
        (
            lambda cast: away(cast, cast.owner, cast.colleague),
            "colleague",
            Reason.AFTER,
            ("Svara hur det går", "Du får det i stället för Olle Ägare, som är borta."),
        ),
        (
            lambda cast: away(cast, cast.unit_director, cast.stranger),
            "stranger",
            Reason.ESCALATED,
            ("Öppna åtgärden", "i stället för chefen Frida Chef"),
        ),
        # Without an owner it falls to the director, who is told and not asked how it goes.
        (
            _deactivated,
            "unit_director",
            Reason.AFTER,
            (
                "Utse en ansvarig: https://kommun.example/atgarda/actions/1/edit",
                "Ingen är ansvarig (Kommunledningsförvaltningen).",
            ),
        ),
        (
            lambda cast: (_deactivated(cast), away(cast, cast.unit_director, cast.stranger)),
            "stranger",
            Reason.AFTER,
            ("Öppna åtgärden", "Ingen är ansvarig", "i stället för Frida Chef"),
        ),
    ],
)
def test_who_is_asked_and_who_is_told(
    cast: Cast,
    happens: Callable[[Cast], None],
    who: str,
    reason: Reason,
    said: tuple[str, ...],
) -> None:
    happens(cast)
    text = text_to(getattr(cast, who), (cast.action, reason))
    assert all(word in text for word in said), text
    assert ("/answer/" in text) is ("Svara hur det går" in said)


def test_two_people_of_one_name_are_not_mixed_up(app: Flask, cast: Cast) -> None:
    cast.unit_director.name = cast.owner.name
    db.session.commit()
    text = text_to(cast.unit_director, (cast.action, Reason.AFTER))
    assert "/answer/" not in text
    assert "Ansvarig: Olle Ägare" in text


def test_links_lead_to_our_own_address_only(app: Flask, cast: Cast) -> None:
    cast.action.title = "Läs https.//evil.example"
    db.session.commit()
    lines = [(cast.action, Reason.AFTER), (cast.other_action, Reason.ESCALATED)]
    links = LINK.findall(text_to(cast.owner, *lines))
    assert len(links) == 3
    assert all(link.startswith(f"{BASE}/") for link in links)


def test_the_link_names_the_recipient_the_action_and_its_revision(app: Flask, cast: Cast) -> None:
    cast.action.deadline_rev = 4
    away(cast, cast.owner, cast.colleague)
    (found,) = re.findall(r"/answer/(\S+)", text_to(cast.colleague, (cast.action, Reason.AFTER)))
    link = read_link(found, post().secret)
    assert link is not None
    assert (link.person_id, link.action_id, link.deadline_rev, link.issued_at) == (
        cast.colleague.id,
        cast.action.id,
        4,
        NOW,
    )


def test_a_round_that_waits_is_named_whatever_the_reason(app: Flask, cast: Cast) -> None:
    round_ = FollowUpRound(
        name="Tertial 1",
        opens_on=TODAY - timedelta(days=3),
        due_on=date(2026, 3, 13),
        created_at=NOW,
        created_by=cast.director,
    )
    db.session.add(round_)
    db.session.commit()
    text = text_to(cast.owner, (cast.action, Reason.ROUND_OPEN))
    assert "Tertial 1: lämna lägesrapport senast fredag 13 mars." in text
    text = text_to(cast.owner, (cast.action, Reason.BEFORE))
    assert "och till Tertial 1 behövs en lägesrapport senast fredag 13 mars." in text
    cast.action.reported_at = NOW
    db.session.commit()
    assert "Tertial 1" not in text_to(cast.owner, (cast.action, Reason.BEFORE))


def test_in_the_language_of_the_person(app: Flask, cast: Cast) -> None:
    cast.owner.locale = "en"
    db.session.commit()
    assert "Thursday, 30 April" in text_to(cast.owner, (cast.action, Reason.BEFORE))


def test_a_mail_about_many_takes_no_more_queries(app: Flask, cast: Cast) -> None:
    counted = []
    every = [cast.action, cast.colleague_action, cast.done_action, cast.other_action]
    assert all(action.owner_id for action in every), "read before we count"
    for actions in (every[:1], every):
        assert cast.owner.name
        with count_queries(app) as queries:
            text_to(cast.owner, *((action, Reason.AFTER) for action in actions))
        counted.append(queries.number)
    assert counted[0] == counted[1]
