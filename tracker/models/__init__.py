"""All tables, so that one import knows the whole schema."""

from __future__ import annotations

from tracker.models.actions import (
    Action,
    ActionLink,
    CarriedAction,
    Evidence,
    Milestone,
    SearchWord,
    StatusUpdate,
    action_contributor,
    action_dependency,
    action_plan_point,
    action_point,
    action_word,
)
from tracker.models.base import Base
from tracker.models.changes import ChangeBatch, SheetDraft
from tracker.models.comparing import (
    Crosswalk,
    CrosswalkLink,
    EffectSettings,
    Predecessor,
    ReferenceScore,
)
from tracker.models.dispositions import Answer, Disposition
from tracker.models.evaluations import (
    Area,
    Evaluation,
    ImportDraft,
    ImprovementPoint,
    PointSubArea,
    RoleModel,
    ScoreSet,
    Strength,
    SubArea,
)
from tracker.models.journal import JournalEntry
from tracker.models.people import Absence, LoginSession, RoleAssignment, User
from tracker.models.places import Committee, Municipality, Unit
from tracker.models.plans import ActionPlan, Decision, DecisionKind, PlanPoint, PlanState
from tracker.models.reminders import (
    LadderStep,
    OutboxMessage,
    OutboxState,
    Reminder,
    ReminderSettings,
    ReminderState,
    WorkerHeartbeat,
)
from tracker.models.reports import (
    Letterhead,
    PlanPublicity,
    Report,
    ReportFile,
    ReportQuestion,
    ReportState,
    ReportText,
    TextMode,
)
from tracker.models.rounds import FollowUpRound, RoundMeeting, RoundNudge
from tracker.models.talk import Comment, Mention

__all__ = [
    "Absence",
    "Action",
    "ActionLink",
    "ActionPlan",
    "Answer",
    "Area",
    "Base",
    "CarriedAction",
    "ChangeBatch",
    "Comment",
    "Committee",
    "Crosswalk",
    "CrosswalkLink",
    "Decision",
    "DecisionKind",
    "Disposition",
    "EffectSettings",
    "Evaluation",
    "Evidence",
    "FollowUpRound",
    "ImportDraft",
    "ImprovementPoint",
    "JournalEntry",
    "LadderStep",
    "Letterhead",
    "LoginSession",
    "Mention",
    "Milestone",
    "Municipality",
    "OutboxMessage",
    "OutboxState",
    "PlanPoint",
    "PlanPublicity",
    "PlanState",
    "PointSubArea",
    "Predecessor",
    "ReferenceScore",
    "Reminder",
    "ReminderSettings",
    "ReminderState",
    "Report",
    "ReportFile",
    "ReportQuestion",
    "ReportState",
    "ReportText",
    "RoleAssignment",
    "RoleModel",
    "RoundMeeting",
    "RoundNudge",
    "ScoreSet",
    "SearchWord",
    "SheetDraft",
    "StatusUpdate",
    "Strength",
    "SubArea",
    "TextMode",
    "Unit",
    "User",
    "WorkerHeartbeat",
    "action_contributor",
    "action_dependency",
    "action_plan_point",
    "action_point",
    "action_word",
]
