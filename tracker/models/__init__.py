"""All tables, so that one import knows the whole schema."""

from __future__ import annotations

from tracker.models.base import Base
from tracker.models.evaluations import (
    Area,
    Evaluation,
    ImportDraft,
    ImprovementPoint,
    PointSubArea,
    ScoreSet,
    Strength,
    SubArea,
)
from tracker.models.journal import JournalEntry
from tracker.models.people import LoginSession, RoleAssignment, User
from tracker.models.places import Committee, Municipality, Unit
from tracker.models.plans import (
    Action,
    ActionPlan,
    Decision,
    Evidence,
    Milestone,
    PlanState,
    StatusUpdate,
    action_point,
)
from tracker.models.reminders import (
    OutboxMessage,
    OutboxState,
    Reminder,
    ReminderState,
    WorkerHeartbeat,
)

__all__ = [
    "Action",
    "ActionPlan",
    "Area",
    "Base",
    "Committee",
    "Decision",
    "Evaluation",
    "Evidence",
    "ImportDraft",
    "ImprovementPoint",
    "JournalEntry",
    "LoginSession",
    "Milestone",
    "Municipality",
    "OutboxMessage",
    "OutboxState",
    "PlanState",
    "PointSubArea",
    "Reminder",
    "ReminderState",
    "RoleAssignment",
    "ScoreSet",
    "StatusUpdate",
    "Strength",
    "SubArea",
    "Unit",
    "User",
    "WorkerHeartbeat",
    "action_point",
]
