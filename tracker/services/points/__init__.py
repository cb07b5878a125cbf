"""The improvement points of an evaluation: what we answer to each, and what is done about it."""

from tracker.services.points.state import is_answered

__all__ = ["is_answered"]
