"""How handing over a message may fail."""

from __future__ import annotations


class DeliveryFailure(Exception):
    """The message was not seen to be accepted; `code` is the server's, None without an answer."""

    def __init__(self, code: int | None, text: str) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text

    def __str__(self) -> str:
        return f"{self.code} {self.text}" if self.code else self.text


class TemporaryFailure(DeliveryFailure):
    """Certainly not accepted; worth another try. Also every trouble that is the server's own."""


class PermanentFailure(DeliveryFailure):
    """Certainly not accepted, and this message to this recipient never will be."""


class Uncertain(DeliveryFailure):
    """The content was on its way and no answer came: it may or may not have arrived."""

    def __init__(self, text: str) -> None:
        super().__init__(None, text)
