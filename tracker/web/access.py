"""Every endpoint names its deed; whoever may not do it gets the log-in page or 403."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from flask import Response, current_app
from flask_login import current_user

from tracker.domain.errors import Forbidden, NotFound
from tracker.domain.permissions import Deed, Role
from tracker.models import User

P = ParamSpec("P")
R = TypeVar("R")

PUBLIC = "public"


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view that answers without log-in."""
    view.deed = PUBLIC  # type: ignore[attr-defined]
    return view


def requires(deed: Deed) -> Callable[[Callable[P, R]], Callable[P, R | Response]]:
    """Let in only those who are logged in and may do `deed` on something."""

    def decorate(view: Callable[P, R]) -> Callable[P, R | Response]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
            if not current_user.is_authenticated:
                return cast(Response, current_app.login_manager.unauthorized())  # type: ignore[attr-defined]
            if not current_user.may(deed):
                raise Forbidden
            return view(*args, **kwargs)

        cast(Any, guarded).deed = deed
        return guarded

    return decorate


def passwords_here() -> bool:
    """Whether people log in with passwords that are kept here."""
    return bool(current_app.extensions["settings"].local_login)


def with_passwords(view: Callable[P, R]) -> Callable[P, R]:
    """Let a view about passwords answer only where people log in with them."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not passwords_here():
            raise NotFound
        return view(*args, **kwargs)

    return guarded


def me() -> User:
    """The logged-in person."""
    return cast(User, current_user._get_current_object())


def starts_with_own_actions() -> bool:
    """Whether the person's first page is the list of their own actions."""
    return me().has_role(Role.MANAGER) and not me().has_role(Role.DIRECTOR)
