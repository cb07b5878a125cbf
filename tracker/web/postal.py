"""What a letter that a page writes needs to know of this installation."""

from __future__ import annotations

from flask import current_app

from tracker.services import places
from tracker.services.posts import Post


def our_post() -> Post:
    """Sender, links, name and time zone. Raises RuleBroken for a wrong MAIL_FROM."""
    return places.post_of(current_app.extensions["settings"])
