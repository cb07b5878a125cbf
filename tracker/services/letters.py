"""One letter of the outbox as the administrator reads it, and the letter to try the server with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from tracker.domain.calendar import local_date
from tracker.domain.errors import N_, NotFound
from tracker.domain.permissions import Deed
from tracker.extensions import db
from tracker.mail.catalogue import catalogue
from tracker.mail.failures import DeliveryFailure, PermanentFailure, Uncertain
from tracker.mail.message import Envelope, build_message, message_id_for, split_sender
from tracker.mail.transports import Courier
from tracker.mail.trial import plain_text, trial_words
from tracker.mail.url import MailTarget
from tracker.models import OutboxMessage, User
from tracker.services import journal, scope
from tracker.services.journal_pages import JournalLine, history_of
from tracker.services.posts import Post

PATIENCE = 15.0  # seconds that a person waits for the server's answer
_AUTH_TROUBLE = (530, 534, 535, 538)


@dataclass(frozen=True)
class Letter:
    """A letter, what it says as plain text, and what was done to it, newest first."""

    message: OutboxMessage
    text: str
    history: tuple[JournalLine, ...]


def letter(message_id: int, *, by: User) -> Letter:
    """One letter of the outbox.

    Raises:
        Forbidden: the person is no administrator.
        NotFound: there is no such letter.
    """
    scope.require(by, Deed.OPERATIONS_VIEW)
    message = db.session.scalar(
        select(OutboxMessage)
        .where(OutboxMessage.id == message_id)
        .options(joinedload(OutboxMessage.recipient))
    )
    if message is None:
        raise NotFound
    history = tuple(history_of("outbox", message_id))
    return Letter(message, plain_text(message.mime), history)


@dataclass(frozen=True)
class Answer:
    """What came of a trial letter: whether the server took it, a sentence to be translated with
    its values (`address` or `place`), and the server's own words."""

    taken: bool
    sentence: str
    params: dict[str, str]
    words: str = ""


def send_trial(*, target: MailTarget, post: Post, by: User, now: datetime) -> Answer:
    """Hand a letter to the administrator themselves straight to the mail server, once, and note in
    the journal what it said. It is no reminder and leaves no trace in the outbox.

    Raises:
        Forbidden: the person is no administrator.
        RuleBroken: the sender's or the recipient's address cannot be written to.
    """
    scope.require(by, Deed.OPERATIONS_MANAGE)
    person_id, address = by.id, by.email
    envelope = _envelope(by, post, now)
    db.session.rollback()  # no connection is held while the mail server is spoken to
    answer, code = _hand_over(target, envelope, address)
    again = db.session.get_one(User, person_id)
    data = {"address": address, "taken": answer.taken, "code": code, "words": answer.words}
    journal.record("user.trial_letter", "user", person_id, data, by=again, now=now)
    db.session.commit()
    return answer


def _envelope(by: User, post: Post, now: datetime) -> Envelope:
    subject, text, html = trial_words(by.name, post.base_url, catalogue(by.locale))
    sender = split_sender(post.sender)[1]
    kind = f"trial-{int(now.timestamp())}"
    day = local_date(now, post.zone)
    message_id = message_id_for(kind, by.id, day, sender.rpartition("@")[2])
    mime = build_message(
        sender=post.sender,
        recipient_name=by.name,
        recipient_address=by.email,
        subject=subject,
        text=text,
        html=html,
        message_id=message_id,
        sent_at=now,
    )
    return Envelope(sender, by.email, message_id, mime)


def _hand_over(target: MailTarget, envelope: Envelope, address: str) -> tuple[Answer, int | None]:
    codes: list[int] = []
    try:
        with Courier(target, deadline_seconds=PATIENCE) as courier:
            courier.deliver(envelope, before_data=lambda: None, after_accept=codes.append)
    except DeliveryFailure as failure:
        sentence = _what_to_do(failure)
        return Answer(False, sentence, {"address": address}, str(failure)[:500]), failure.code
    if target.directory is not None:
        sentence = N_(
            "Provbrevet är sparat som en fil i %(place)s. Inget brev går ut till någon så länge "
            "MAIL_URL pekar på en katalog."
        )
        return Answer(True, sentence, {"place": str(target.directory)}), codes[0]
    sentence = N_(
        "Mejlservern har tagit emot provbrevet till %(address)s. Titta i din inkorg, och i "
        "skräpposten om det inte syns inom några minuter."
    )
    return Answer(True, sentence, {"address": address}), codes[0]


def _what_to_do(failure: DeliveryFailure) -> str:
    if isinstance(failure, Uncertain):
        return N_(
            "Det är osäkert om provbrevet kom fram: förbindelsen bröts innan mejlservern svarade. "
            "Titta i din inkorg och försök sedan igen."
        )
    if failure.code in _AUTH_TROUBLE:
        return N_(
            "Mejlservern godtog inte inloggningen. Kontrollera användare och lösenord i MAIL_URL."
        )
    if isinstance(failure, PermanentFailure):
        return N_(
            "Mejlservern tog inte emot brevet till %(address)s. Kontrollera din egen adress och "
            "avsändaren i MAIL_FROM."
        )
    if failure.code is not None:
        return N_(
            "Mejlservern svarade, men ville inte ta emot brevet just nu. Läs vad den säger nedan, "
            "och försök igen om några minuter."
        )
    return N_(
        "Provbrevet kom inte i väg: det gick inte att nå mejlservern. Kontrollera servern och "
        "porten i MAIL_URL, och att servern är igång."
    )
