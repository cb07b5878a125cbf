"""The municipality's own texts about the service, and the templates that stand until it has them.

A template is a file in tracker/data/texts. {kommun} in a text is the municipality's name, {adress}
where the service is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources

from sqlalchemy import select

from config import Config
from tracker.domain.errors import N_, Conflict, NotFound, RuleBroken
from tracker.domain.languages import LANGUAGES
from tracker.domain.permissions import Deed
from tracker.domain.plain_markup import Block, blanks_of, blocks_of, filled, half_filled
from tracker.extensions import db, in_turn
from tracker.models import SiteText, TextKind, User
from tracker.services import journal, places, scope

LONGEST = 30_000  # characters of a text

NAMES = {
    TextKind.ACCESSIBILITY: N_("Redogörelse för tillgänglighet"),
    TextKind.PRIVACY: N_("Så behandlar vi personuppgifter"),
    TextKind.PROCESSING: N_("Instruktion till personuppgiftsbiträdet"),
}
# The instruction is a part of a contract; the others everybody may read.
OPEN = (TextKind.ACCESSIBILITY, TextKind.PRIVACY)
_NAMELESS = {"sv": "Kommunen", "en": "The municipality", "nb": "Kommunen"}


@dataclass(frozen=True)
class Wording:
    """A text in one language as it is written. `own` is false where our template stands; `mark`
    is what two savers race for; `blanks` are the places that nobody has filled in."""

    kind: TextKind
    locale: str
    text: str
    own: bool
    mark: str
    blanks: tuple[str, ...]
    updated_at: datetime | None = None
    updated_by: str = ""


@dataclass(frozen=True)
class Shown:
    """A text as everybody reads it; `locale` is the language it is in."""

    kind: TextKind
    locale: str
    blocks: tuple[Block, ...]
    updated_at: datetime | None


@cache
def template(kind: TextKind, locale: str) -> str:
    """Our own words."""
    name = f"{kind.value}.{locale}.txt"
    return (resources.files("tracker") / "data" / "texts" / name).read_text(encoding="utf-8")


def wordings(*, by: User) -> dict[TextKind, list[Wording]]:
    """Every text in every language.

    Raises:
        Forbidden.
    """
    scope.require(by, Deed.SETTINGS_MANAGE)
    query = select(SiteText, User.name).outerjoin(User, User.id == SiteText.updated_by_id)
    rows = {(row.kind, row.locale): (row, name) for row, name in db.session.execute(query)}
    return {
        kind: [_wording(kind, one, *rows.get((kind, one), (None, ""))) for one in LANGUAGES]
        for kind in TextKind
    }


def wording(kind: str, locale: str, *, by: User) -> Wording:
    """One text as it is written.

    Raises:
        NotFound: there is no such text or language.
        Forbidden.
    """
    scope.require(by, Deed.SETTINGS_MANAGE)
    known = _known(kind, locale)
    query = select(SiteText, User.name).outerjoin(User, User.id == SiteText.updated_by_id)
    found = db.session.execute(
        query.where(SiteText.kind == known, SiteText.locale == locale)
    ).one_or_none()
    return _wording(known, locale, *(found or (None, "")))


def also_read_by(found: Wording, config: Config, *, by: User) -> tuple[str, ...]:
    """The other languages whose readers get this text, since there is none of the municipality's
    own in theirs.

    Raises:
        Forbidden.
    """
    scope.require(by, Deed.SETTINGS_MANAGE)
    query = select(SiteText.locale).where(SiteText.kind == found.kind)
    written = set(db.session.scalars(query))
    if found.kind not in OPEN or not found.own or found.locale != config.locale:
        return ()
    return tuple(one for one in LANGUAGES if one not in written)


def _known(kind: str, locale: str) -> TextKind:
    if kind not in list(TextKind) or locale not in LANGUAGES:
        raise NotFound
    return TextKind(kind)


def _wording(kind: TextKind, locale: str, row: SiteText | None, name: str | None) -> Wording:
    text = row.text if row else template(kind, locale)
    blanks = tuple(blanks_of(blocks_of(text)))
    if row is None:
        return Wording(kind, locale, text, False, "", blanks)
    return Wording(
        kind, locale, text, True, _mark(row), blanks, row.updated_at, name or N_("någon annan")
    )


def _mark(row: SiteText | None) -> str:
    return row.updated_at.isoformat() if row else ""


def save_text(
    kind: str, locale: str, text: str, mark: str, *, by: User, now: datetime
) -> tuple[str, ...]:
    """Let `text` stand; gives the places in it that are still to be filled in. `mark` is that of
    the wording which was edited.

    Raises:
        RuleBroken: at `text`; it is empty or too long, or a bracket in it lacks its other half.
        Conflict: somebody saved or reset it in between; `current` holds their `text` and `mark`.
        NotFound, Forbidden.
    """
    scope.require(by, Deed.SETTINGS_MANAGE)
    known, plain = _known(kind, locale), _plain(text)
    row = _locked(known, locale)
    before = row.text if row else template(known, locale)
    if _mark(row) != mark and plain != before:
        raise Conflict({"text": before, "mark": _mark(row)})
    if plain != before:
        if row is None:
            row = SiteText(kind=known, locale=locale)
            db.session.add(row)
        row.text, row.updated_at, row.updated_by_id = plain, now, by.id
        db.session.flush()
        told = {"language": locale, "text": plain}
        journal.record(f"site_text.change_{known}", "site_text", row.id, told, by=by, now=now)
    db.session.commit()
    return tuple(blanks_of(blocks_of(plain)))


def reset_text(kind: str, locale: str, *, by: User, now: datetime) -> None:
    """Let our template stand again; the journal keeps what was written.

    Raises:
        RuleBroken: it stands already.
        NotFound, Forbidden.
    """
    scope.require(by, Deed.SETTINGS_MANAGE)
    known = _known(kind, locale)
    row = _locked(known, locale)
    if row is None:
        raise RuleBroken("Vår mall gäller redan.")
    told = {"language": locale, "text": row.text}
    journal.record(f"site_text.reset_{known}", "site_text", row.id, told, by=by, now=now)
    db.session.delete(row)
    db.session.commit()


def _locked(kind: TextKind, locale: str) -> SiteText | None:
    in_turn("site_text")
    query = select(SiteText).where(SiteText.kind == kind, SiteText.locale == locale)
    return db.session.scalar(query.execution_options(populate_existing=True))


def _plain(text: str) -> str:
    """The text with line ends as ours, and without what no page shows."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(1).split("\n")
    clean = ("".join(ch for ch in line if ch.isprintable()).rstrip() for line in lines)
    plain = "\n".join(clean).strip("\n") + "\n"
    if not plain.strip():
        raise RuleBroken(N_("Skriv en text, eller återgå till vår mall."), field="text")
    if len(plain) > LONGEST:
        raise RuleBroken(
            N_("Texten är för lång: högst %(most)s tecken."), field="text", most=LONGEST
        )
    if at := half_filled(plain):
        raise RuleBroken(
            N_(
                "På rad %(line)s står en klammer, [ eller ], utan sin andra hälft. Är stället "
                "ifyllt tar du bort den; annars skriver du hela rutan, [[så här]], på en rad."
            ),
            field="text",
            line=at,
        )
    return plain


def shown(kind: TextKind, locale: str, config: Config) -> Shown:
    """What everybody reads: the municipality's text in the reader's language, else in that of the
    installation, else our template. Where a place is still to be filled in, what it stands in is
    left out.
    """
    query = select(SiteText).where(
        SiteText.kind == kind, SiteText.locale.in_([locale, config.locale])
    )
    rows = {row.locale: row for row in db.session.scalars(query)}
    row = rows.get(locale) or rows.get(config.locale)
    language = row.locale if row else locale
    blocks = blocks_in(row.text if row else template(kind, locale), language, config)
    return Shown(kind, language, tuple(filled(blocks)), row.updated_at if row else None)


def blocks_in(text: str, locale: str, config: Config) -> Sequence[Block]:
    """A text cut into its parts, with the municipality's name and address in their places."""
    return blocks_of(_addressed(text, locale, config))


def as_file(found: Wording, config: Config) -> bytes:
    """The text as a plain file, with name and address in their places."""
    return _addressed(found.text, found.locale, config).encode("utf-8-sig")


def _addressed(text: str, locale: str, config: Config) -> str:
    own = places.own_municipality()
    name = config.municipality or (own.name if own else "") or _NAMELESS[locale]
    return text.replace("{kommun}", name).replace("{adress}", config.base_url)
