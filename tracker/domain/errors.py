"""The errors a use case may raise; each carries a sentence that is safe to show."""

from __future__ import annotations

from typing import Any


def N_(message: str) -> str:
    """Mark `message` for translation where no translator may be imported (gettext's N_)."""
    return message


class RuleBroken(Exception):
    """A rule of the product says no.

    `message` is the Swedish sentence (the msgid); `params` fill its %(name)s places, so that the
    entry point can translate before it fills. `field` names the form field at fault, if one is.
    """

    def __init__(self, message: str, *, field: str | None = None, **params: Any) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.params = params

    def __str__(self) -> str:
        return self.message % self.params if self.params else self.message


class NotFound(RuleBroken):
    """What was asked for is missing, or lies outside the asker's scope (the two look alike)."""

    def __init__(self) -> None:
        super().__init__(N_("Det du söker finns inte, eller så har du inte rätt att se det."))


class Forbidden(RuleBroken):
    """The asker's roles do not allow this deed at all."""

    def __init__(self) -> None:
        super().__init__(N_("Din roll har inte rätt att göra detta."))


class Unavailable(RuleBroken):
    """What was asked for cannot be given, and that is no fault of the asker's: it is damaged, or
    the server has no room. The sentence says whom to tell."""


class Conflict(RuleBroken):
    """Somebody saved the same thing in between; `current` holds their version, field by field."""

    def __init__(self, current: dict[str, Any]) -> None:
        super().__init__(N_("Någon annan har sparat samma sak medan du skrev."))
        self.current = current
