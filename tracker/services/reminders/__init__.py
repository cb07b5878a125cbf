"""Planning reminders: who gets which mail today, decided, written and put in the outbox."""

from tracker.services.reminders.planning import Plan, plan
from tracker.services.reminders.posting import DIGEST, Planned

__all__ = ["DIGEST", "Plan", "Planned", "plan"]
