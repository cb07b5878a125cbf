"""Who may come in on an OpenID provider's word, and what that word gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from tracker.domain.claims import Identity
from tracker.domain.errors import N_, RuleBroken
from tracker.domain.permissions import Role
from tracker.domain.text import fold
from tracker.extensions import db, in_turn
from tracker.mail.message import check_address
from tracker.models import ClaimRule, ExternalIdentity, RoleAssignment, User
from tracker.services import journal
from tracker.services.accounts.closed_identities import was_closed
from tracker.services.accounts.sessions import end_sessions
from tracker.services.accounts.sign_on_rules import place_of, rules_for, told_stuck
from tracker.services.people import (
    NAME_MAX,
    has_admins_but,
    locked_person,
    managed_person,
    person_id_of,
    require_manager,
)

PREPARED = timedelta(days=14)


class Refused(RuleBroken):
    """The provider knows the person, but they may not come in; `reason` is for the journal."""

    def __init__(self, reason: str, message: str, user: User | None = None, **params: str) -> None:
        super().__init__(message, **params)
        self.reason = reason
        self.user_id = user.id if user else 0


NO_ROLE = N_(
    "Din inloggning fungerar, men den ger ingen roll i Åtgärda. Be den som är administratör för "
    "Åtgärda i din kommun att ge dig en, och visa vad som står här nedanför."
)
NO_ADDRESS = N_(
    "Din inloggning fungerar, men den intygar inte vilken e-postadress du har. Be den som är "
    "administratör för Åtgärda i din kommun att lägga upp ett konto åt dig och koppla det."
)
CLOSED = N_(
    "Ditt konto i Åtgärda är avaktiverat. Vänd dig till den som är administratör för Åtgärda i din "
    "kommun."
)
TAKEN = N_(
    "Det finns redan ett konto med adressen %(email)s, och det är inte kopplat till den här "
    "inloggningen. Be den som sköter Åtgärda i din kommun att koppla det."
)
AT_ONCE = N_("Kontot ändrades i samma ögonblick. Logga in en gång till.")


@dataclass(frozen=True)
class Verdict:
    """The person who may come in, or why nobody may."""

    user: User | None
    refusal: RuleBroken | None = None


def sign_on(who: Identity, *, now: datetime) -> Verdict:
    """Find or make the account of somebody whom the provider vouches for, and let its roles follow
    the claims. The account is found by issuer and subject, else by an address that the provider
    has verified, else by one that was prepared; a role that the claims gave and no longer give is
    taken back, whether or not the person may then come in. Only the last administrator's stays."""
    in_turn("sign_on")
    try:
        verdict = _judged(who, now)
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        verdict = Verdict(None, RuleBroken(AT_ONCE))
    db.session.commit()
    return verdict


def prepare_link(email: str, *, issuer: str, by: User | None, now: datetime) -> User:
    """Let the account be taken over by whoever signs on next, within PREPARED, by its very address,
    which the provider need not have verified. What it was linked to before no longer opens it.

    Raises:
        Forbidden.
        RuleBroken: there is no such account, or it is closed.
    """
    require_manager(by)
    user = managed_person(person_id_of(email), by)
    if not user.is_active:
        raise RuleBroken("Kontot är avaktiverat. Aktivera det först.")
    db.session.execute(delete(ExternalIdentity).where(ExternalIdentity.user_id == user.id))
    db.session.add(ExternalIdentity(user_id=user.id, issuer=issuer, subject=None, created_at=now))
    journal.record("user.prepare_link", "user", user.id, {"issuer": issuer}, by=by, now=now)
    db.session.commit()
    return user


def _judged(who: Identity, now: datetime) -> Verdict:
    try:
        rules = rules_for(who.values)
        user = _linked(who) or _to_link(who, now) or _made(who, rules, now)
        _follow(user, rules, now)
        if not user.roles:
            raise Refused("no_role", NO_ROLE, user)
    except Refused as error:
        facts = {"reason": error.reason, "issuer": who.issuer}
        journal.record("session.refuse", "user", error.user_id, facts, by=None, now=now)
        return Verdict(None, error)
    return Verdict(user)


def _linked(who: Identity) -> User | None:
    known = select(ExternalIdentity.user_id).where(
        ExternalIdentity.issuer == who.issuer, ExternalIdentity.subject == who.subject
    )
    user_id = db.session.scalar(known)
    return _open(user_id) if user_id is not None else None


def _open(user_id: int) -> User:
    user = locked_person(user_id)
    if not user.is_active:
        raise Refused("closed", CLOSED, user)
    return user


def _to_link(who: Identity, now: datetime) -> User | None:
    """The account that becomes this subject's: prepared for one of its addresses, or known by the
    one that the provider has verified."""
    for key in _keys(who.addresses):
        user = db.session.scalar(select(User).where(User.email_key == key))
        if user is not None and (prepared := _prepared(user, who.issuer, now)):
            prepared.subject, prepared.created_at = who.subject, now
            return _tell_link(_open(user.id), who, now)
    for key in _keys([who.verified]):
        user = db.session.scalar(select(User).where(User.email_key == key))
        if user is not None:
            _check_unlinked(_open(user.id), who)
            row = ExternalIdentity(
                user_id=user.id, issuer=who.issuer, subject=who.subject, created_at=now
            )
            db.session.add(row)
            return _tell_link(user, who, now)
    return None


def _prepared(user: User, issuer: str, now: datetime) -> ExternalIdentity | None:
    return db.session.scalar(
        select(ExternalIdentity).where(
            ExternalIdentity.user_id == user.id,
            ExternalIdentity.issuer == issuer,
            ExternalIdentity.subject.is_(None),
            ExternalIdentity.created_at > now - PREPARED,
        )
    )


def _check_unlinked(user: User, who: Identity) -> None:
    """An address may be given to somebody new; the subject tells the two people apart."""
    others = select(ExternalIdentity.id).where(
        ExternalIdentity.user_id == user.id,
        ExternalIdentity.issuer == who.issuer,
        ExternalIdentity.subject.is_not(None),
    )
    if db.session.scalar(others.limit(1)) is not None:
        raise Refused("taken", TAKEN, user, email=user.email)


def _tell_link(user: User, who: Identity, now: datetime) -> User:
    journal.record("user.link", "user", user.id, {"issuer": who.issuer}, by=None, now=now)
    return user


def _made(who: Identity, rules: Sequence[ClaimRule], now: datetime) -> User:
    """A new account, for whom the claims give a role, by an address that nobody chose alone."""
    if was_closed(who.issuer, who.subject):
        raise Refused("closed", CLOSED)
    if not rules:
        raise Refused("no_role", NO_ROLE)
    for key in _keys([who.verified, *who.addresses]):
        known = db.session.scalar(select(User).where(User.email_key == key))
        if known is not None:
            raise Refused("taken", TAKEN, _open(known.id), email=known.email)
    address = next(_usable([who.verified, *who.user_names]), None)
    if address is None:
        raise Refused("no_address", NO_ADDRESS)
    user = User(
        name=(who.name or address)[:NAME_MAX].strip(),
        email=address,
        email_key=fold(address),
        password_hash="",
        created_at=now,
    )
    db.session.add(user)
    db.session.flush()
    row = ExternalIdentity(user_id=user.id, issuer=who.issuer, subject=who.subject, created_at=now)
    db.session.add(row)
    facts = {"name": user.name, "email": user.email, "issuer": who.issuer}
    journal.record("user.add", "user", user.id, facts, by=None, now=now)
    return user


def _follow(user: User, rules: Sequence[ClaimRule], now: datetime) -> None:
    """Give and take roles until those that come from claims are what the rules say; those that
    somebody gave by hand stay, and so does what the last administrator needs, as long as nobody
    else is one. Who is logged in with other roles is logged out."""
    wanted = {place_of(rule): rule for rule in rules}
    gone = [one for one in user.roles if one.from_claims and place_of(one) not in wanted]
    if (last := _last_admin(gone)) is not None:
        gone.remove(last)
        journal.record("user.keep_admin", "user", user.id, _facts(last), by=None, now=now)
    held = {place_of(one) for one in user.roles}
    new = [
        RoleAssignment(
            role=rule.role, unit_id=rule.unit_id, committee_id=rule.committee_id, from_claims=True
        )
        for place, rule in wanted.items()
        if place not in held
    ]
    if not (gone or new):
        return
    for deed, roles in (("user.remove_role", gone), ("user.add_role", new)):
        for one in roles:
            journal.record(deed, "user", user.id, _facts(one), by=None, now=now)
    user.roles = [one for one in user.roles if one not in gone] + new
    if gone:
        journal.record_many(told_stuck(user.id, user.roles, by=None, now=now))
    end_sessions(user.id, now=now)


def _last_admin(gone: Sequence[RoleAssignment]) -> RoleAssignment | None:
    """The role without which nobody could manage people; a claim that somebody forgot to send
    must not lock all of them out."""
    role = next((one for one in gone if one.role is Role.ADMIN), None)
    return role if role is not None and not has_admins_but([role.user_id]) else None


def _facts(role: RoleAssignment) -> dict[str, object]:
    places = {"unit_id": role.unit_id, "committee_id": role.committee_id}
    return {"role": role.role.value, **places, "from_claims": True}


def _usable(addresses: Iterable[str]) -> Iterator[str]:
    """Those that are plain addresses. Only such may be folded: an accent, or what cannot be seen,
    would else make one person's address another's."""
    for address in addresses:
        try:
            yield check_address(address)
        except RuleBroken:
            continue


def _keys(addresses: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(fold(address) for address in _usable(addresses)))
