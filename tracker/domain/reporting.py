"""What a report about a plan holds: facts on a day, without a word of how they are told.

Everything here is plain data that `domain.frozen` turns into JSON and back: a published report is
read from that, never from the tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tracker.domain.statuses import OPEN, REACHED, ActionStatus, Health


class ReportKind(StrEnum):
    """A report on the way, or the last about a plan."""

    PROGRESS = "progress"
    FINAL = "final"


class Part(StrEnum):
    """What of the plan a report is about."""

    WHOLE = "whole"
    COMMITTEE = "committee"
    UNIT = "unit"


class Section(StrEnum):
    """The sections of a report, in their order; people may write in each."""

    PROPOSAL = "proposal"
    SUMMARY = "summary"
    BACKGROUND = "background"
    STATE = "state"
    RESULTS = "results"
    DEVIATIONS = "deviations"
    QUESTIONS = "questions"
    EFFECTS = "effects"
    AHEAD = "ahead"
    ECONOMY = "economy"
    CHILDREN = "children"
    SIGNATURE = "signature"
    CHANGES = "changes"
    HISTORY = "history"
    ACTIONS = "actions"


class Why(StrEnum):
    """Why an action deviates from the plan, the gravest first."""

    OVERDUE = "overdue"
    OFF_TRACK = "off_track"
    LATE_FORECAST = "late_forecast"
    PAUSED = "paused"
    DROPPED = "dropped"


class Move(StrEnum):
    """What happened to an action between two reports."""

    NEW = "new"
    DONE = "done"
    REOPENED = "reopened"
    DELAYED = "delayed"
    EARLIER = "earlier"
    DROPPED = "dropped"
    LEFT = "left"


class Gap(StrEnum):
    """What a report lacks, told in it and before it is published."""

    NO_REPORT = "no_report"  # open actions without any status update since the last report
    NO_OWNER = "no_owner"
    NO_UNIT = "no_unit"
    NO_EXPLANATION = "no_explanation"  # deviations of which nobody has said anything
    NO_DECISION = "no_decision"  # the plan has not been adopted
    NO_LOGO = "no_logo"  # the kept logo is no picture
    NO_EFFECTS = "no_effects"  # there is a re-evaluation that cannot be compared
    NO_GLYPHS = "no_glyphs"  # the PDF's typeface lacks characters; told only to who writes it
    NO_FORECAST = "no_forecast"  # late, or not as planned, without a day that is still to come
    STILL_OPEN = "still_open"  # a last report: what no other plan has taken over


@dataclass(frozen=True)
class ReportRow:
    """An action as it stood; texts are empty and dates None where there is nothing.

    `areas` are the numbers of the areas whose points it answers, `plan_points` the labels of the
    plan's own points. `said` is the latest status update by then, of a round by the end of it;
    `evidence` the number of proofs. `taken_over_by` is the title of the plan that it goes on in,
    told in a final report, and `taken_over_on` the day on which that plan took it over.
    """

    id: int
    title: str
    status: ActionStatus
    deadline: date
    first_deadline: date
    created_on: date
    owner: str = ""
    unit: str = ""
    committee: str = ""
    areas: tuple[int, ...] = ()
    expected_effect: str = ""
    health: Health | None = None
    percent: int | None = None
    forecast: date | None = None
    said: str = ""
    said_on: date | None = None
    done_on: date | None = None
    verified_on: date | None = None
    dropped_on: date | None = None
    dropped_by: str = ""
    dropped_reason: str = ""
    evidence: int = 0
    plan_points: tuple[str, ...] = ()
    taken_over_by: str = ""
    taken_over_on: date | None = None

    @property
    def open(self) -> bool:
        """Whether there is something left to do."""
        return self.status in OPEN

    @property
    def reached(self) -> bool:
        """Whether it is done, verified or not."""
        return self.status in REACHED

    def overdue(self, day: date) -> bool:
        """Whether its deadline has passed with something left to do."""
        return self.days_late(day) > 0

    def days_late(self, day: date) -> int:
        """How many days it is overdue, 0 where it is not; the days after another plan took it
        over are that plan's."""
        last = min(day, self.taken_over_on or day)
        return max(0, (last - self.deadline).days) if self.open else 0


@dataclass(frozen=True)
class Tally:
    """How many actions, and how they stand; `total` leaves out the `dropped`. `reached` holds the
    `verified`."""

    total: int = 0
    reached: int = 0
    verified: int = 0
    ongoing: int = 0
    planned: int = 0
    paused: int = 0
    dropped: int = 0
    overdue: int = 0
    ownerless: int = 0


@dataclass(frozen=True)
class AreaState:
    """An area: its score in the latest evaluation by then, and the actions that answer its points
    (of whichever evaluation); `number` None: actions that answer no evaluator's point."""

    number: int | None
    name: str
    score: int | None
    max: int | None
    tally: Tally


@dataclass(frozen=True)
class Deviation:
    """An action that does not follow the plan, and why, the gravest first.

    `row.said` and `row.forecast` tell what is done about it, unless somebody has written more.
    """

    row: ReportRow
    whys: tuple[Why, ...]
    days_late: int = 0


@dataclass(frozen=True)
class Change:
    """What happened to an action since the last report; one side is None where it was not there."""

    move: Move
    before: ReportRow | None
    now: ReportRow | None


@dataclass(frozen=True)
class Promise:
    """What the last report said would be done by now (`deadline` of `before`), and `now`."""

    before: ReportRow
    now: ReportRow | None

    @property
    def kept(self) -> bool:
        """Whether it is done."""
        return self.now is not None and self.now.reached


@dataclass(frozen=True)
class Changes:
    """This report beside the last one, whose facts were those of the day `since`; `of_whole`: of
    its part there was none, so that the one of the whole plan was taken."""

    since: date
    changes: tuple[Change, ...]
    promises: tuple[Promise, ...]
    of_whole: bool = False

    def of(self, move: Move) -> tuple[Change, ...]:
        """The changes of one kind."""
        return tuple(one for one in self.changes if one.move is move)


@dataclass(frozen=True)
class MinutesLine:
    """A decision about the plan: `kind` is adopted, followed_up or closed."""

    kind: str
    body: str
    decided_on: date
    section: int
    record_number: str = ""
    note: str = ""


@dataclass(frozen=True)
class Asked:
    """What a committee asked when it read an earlier report, and the action that answers it."""

    text: str
    asked_on: date
    body: str
    section: int | None
    row: ReportRow


@dataclass(frozen=True)
class RoundFacts:
    """The follow-up round behind the report: how many of the owners' actions were answered for."""

    name: str
    due_on: date
    answered: int
    asked: int
    dispatch_on: date | None = None
    meets_on: date | None = None


@dataclass(frozen=True)
class EvaluationFacts:
    """An evaluation of ours: its month, which one in order, and its total out of `max`."""

    month: date
    ordinal: int
    total: int | None
    max: int


@dataclass(frozen=True)
class EffectRow:
    """A sub-area before and after, in per cent of max; `verdict` is a domain.scores.Verdict."""

    area: int
    code: str
    name: str
    start: float | None
    end: float | None
    change: float | None
    verdict: str


@dataclass(frozen=True)
class AreaPoints:
    """The points of an area, under its number now, before and after."""

    area: int
    before: int | None
    after: int | None


@dataclass(frozen=True)
class EffectFacts:
    """The re-evaluation beside the evaluation before: whole sentences, and what they rest on.
    A result has risen where it did by more than `threshold` percentage points."""

    before: EvaluationFacts
    after: EvaluationFacts
    sentences: tuple[str, ...]
    verdicts: tuple[tuple[str, int], ...]
    rows: tuple[EffectRow, ...]
    areas: tuple[AreaPoints, ...] = ()
    threshold: float | None = None


@dataclass(frozen=True)
class NextPlan:
    """The plan of the next period, for the final report's view ahead: its own points as
    (label, text), and how many of the report's open actions it took over."""

    title: str
    starts_on: date | None
    ends_on: date | None
    purpose: str
    points: tuple[tuple[str, str], ...]
    taken_over: int


@dataclass(frozen=True)
class Coming:
    """What comes next: the open actions with a deadline soon, how many more have theirs `later`,
    the next round, the next plan."""

    rows: tuple[ReportRow, ...] = ()
    later: int = 0
    round_name: str = ""
    round_due_on: date | None = None
    plan: NextPlan | None = None


@dataclass(frozen=True)
class Missing:
    """What is missing: how many, and the first few by title."""

    gap: Gap
    number: int
    titles: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReportFacts:
    """All that one report tells, as it stood at the end of the day `as_of`.

    `part_name` is the committee or the unit, empty for the whole. `previous_as_of` is the day of
    the last published report of the same part. `points` are the plan's own, as (label, text).
    `written_on` is the day on which the report was written.
    """

    kind: ReportKind
    municipality: str
    plan_id: int
    plan_title: str
    purpose: str
    starts_on: date | None
    ends_on: date | None
    part: Part
    part_name: str
    reader: str
    record_number: str
    as_of: date
    written_on: date
    signed_by: str
    points: tuple[tuple[str, str], ...]
    decisions: tuple[MinutesLine, ...]
    evaluations: tuple[EvaluationFacts, ...]
    tally: Tally
    areas: tuple[AreaState, ...]
    rows: tuple[ReportRow, ...]
    deviations: tuple[Deviation, ...]
    changes: Changes | None
    questions: tuple[Asked, ...]
    round: RoundFacts | None
    effects: EffectFacts | None
    coming: Coming
    missing: tuple[Missing, ...]
