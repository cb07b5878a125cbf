"""What an administrator still has to do before the installation is as it should be."""

from __future__ import annotations

from dataclasses import dataclass

from config import Config
from tracker.domain.permissions import Deed
from tracker.models import TextKind, User
from tracker.services import scope, site_texts
from tracker.services.accounts import factors


@dataclass(frozen=True)
class Remaining:
    """The municipality's own texts with places that nobody has filled in, as (kind, number), in
    the installation's language; and whether the person logs in with a password alone."""

    texts: tuple[tuple[TextKind, int], ...]
    own_factor: bool

    def __bool__(self) -> bool:
        return bool(self.texts) or self.own_factor


def remaining(*, by: User, config: Config) -> Remaining:
    """What remains.

    Raises:
        Forbidden.
    """
    scope.require(by, Deed.SETTINGS_MANAGE)
    texts = site_texts.wordings(by=by)
    open_places = (
        (one.kind, len(one.blanks))
        for wordings in texts.values()
        for one in wordings
        if one.locale == config.locale and one.blanks
    )
    has_factor = factors.factor_id_of(by.id) is not None
    return Remaining(tuple(open_places), config.local_login and not has_factor)
