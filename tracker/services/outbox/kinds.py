"""How letters about accounts are told from the rest of the outbox.

They wait for no working day, and are what they are: no reminder in them can grow stale.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement

from tracker.models import OutboxMessage

ACCOUNT = "account-"
KEYS = f"{ACCOUNT}key-"  # whoever reads such a letter can act for its recipient
NOTICES = f"{ACCOUNT}notice-"


def about_an_account() -> ColumnElement[bool]:
    """The condition on OutboxMessage that it is such a letter."""
    return OutboxMessage.kind.startswith(ACCOUNT, autoescape=True)
