"""The letter by which an administrator tries out the mail server, and reading our own letters."""

from __future__ import annotations

import email
import re
from email.message import EmailMessage
from email.policy import default
from gettext import NullTranslations
from html import escape

# Whoever holds such an address acts in the recipient's name: it is for nobody else's eyes.
_KEY_LINK = re.compile(r"(/(?:answer|invitation|reset|new-address)/)[^\s<>\"]+")
HIDDEN = "…"


def trial_words(name: str, base_url: str, t: NullTranslations) -> tuple[str, str, str]:
    """Subject, plain text and HTML of the letter to `name`."""
    subject = t.gettext("Provbrev från Åtgärda")
    lines = [
        t.gettext("Hej %(name)s!") % {"name": " ".join(name.split())},
        t.gettext(
            "Det här är ett provbrev. Att det kom fram betyder att mejlservern är rätt inställd "
            "och att påminnelserna kan gå ut."
        ),
        t.gettext("Du behöver inte göra något."),
        base_url,
    ]
    html = "".join(f"<p>{escape(line)}</p>\n" for line in lines)
    page = (
        f'<!doctype html>\n<html><head><meta charset="utf-8"></head><body>\n{html}</body></html>\n'
    )
    return subject, "\n\n".join(lines) + "\n", page


def plain_text(mime: bytes) -> str:
    """What a frozen letter says as plain text, its links for answering made unusable; empty where
    it cannot be read."""
    message = email.message_from_bytes(mime, policy=default)
    part = message.get_body(("plain",)) if isinstance(message, EmailMessage) else None
    try:
        text = str(part.get_content()) if part is not None else ""
    except (LookupError, KeyError, UnicodeError):
        return ""
    lines = text.replace("\r\n", "\n").strip()
    return _KEY_LINK.sub(rf"\1{HIDDEN}", lines)
