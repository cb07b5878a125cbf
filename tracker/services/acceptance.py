"""What accepting a report writes: the head is checked, then all rows of the evaluation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from babel.dates import format_date
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from tracker.domain.crosswalk import crosswalk_between
from tracker.domain.editions import KEYS
from tracker.domain.errors import N_, RuleBroken
from tracker.domain.text import fold, normalise_space
from tracker.extensions import db
from tracker.importers.draft import AreaDraft, PointDraft, ReportDraft
from tracker.models import (
    ActionPlan,
    Area,
    Evaluation,
    ImprovementPoint,
    Municipality,
    PointSubArea,
    RoleModel,
    ScoreSet,
    Strength,
    SubArea,
    User,
)
from tracker.services import journal, places
from tracker.services.sources import SourceFile
from tracker.services.spelling import spelled_as_known, written_month

NAME_LENGTH = 100
LABEL_LENGTH = 200
# The clock in the municipality is ahead of UTC: a month that has begun anywhere has begun.
_EASTMOST = timedelta(hours=14)


@dataclass(frozen=True)
class DraftHead:
    """What a person says of a report: whose it is, when ("2023-01"), which in order, and the
    edition's key. It goes before what was read."""

    municipality: str
    month: str
    ordinal: int | None
    edition: str


@dataclass(frozen=True)
class CheckedHead:
    """A head that holds: the municipality's name as we spell it, and the first of the month."""

    municipality: str
    month: date
    ordinal: int | None
    edition: str


def check_month(text: str, now: datetime) -> date:
    """The first day of the month that a person wrote.

    Raises:
        RuleBroken: the text is empty or no month, or the month has not begun; `field` is month.
    """
    if not text.strip():
        raise RuleBroken("Skriv vilken månad utvärderingen gjordes.", field="month")
    month = written_month(text)
    if month is None:
        raise RuleBroken("Skriv år och månad så här: 2023-01.", field="month")
    if month > (now + _EASTMOST).date():
        raise RuleBroken("Månaden har inte kommit än.", field="month")
    return month


def check_head(head: DraftHead, now: datetime) -> CheckedHead:
    """The head, where it holds. Raises RuleBroken; `field` says where."""
    name = normalise_space(head.municipality)
    if not name:
        raise RuleBroken("Skriv vilken kommun utvärderingen gäller.", field="municipality")
    if len(name) > NAME_LENGTH:
        raise RuleBroken(
            "Kommunens namn får ha högst %(most)s tecken.", field="municipality", most=NAME_LENGTH
        )
    month = check_month(head.month, now)
    if head.ordinal is not None and not 1 <= head.ordinal <= 99:
        raise RuleBroken("Ordningsnumret ska vara mellan 1 och 99.", field="ordinal")
    if head.edition not in KEYS:
        raise RuleBroken("Välj vilken version av Kommunkompassen det är.", field="edition")
    known = db.session.scalars(select(Municipality.name).order_by(Municipality.id)).all()
    return CheckedHead(spelled_as_known(name, known), month, head.ordinal, head.edition)


class AlreadyEvaluated(RuleBroken):
    """There is an evaluation of that municipality and month, number `evaluation_id`; what is at
    hand can only become a new version of it."""

    def __init__(self, evaluation_id: int, municipality: str, month: date) -> None:
        super().__init__(
            N_(
                "%(municipality)s har redan en utvärdering från %(month)s. "
                "Ändra månaden om det här är en annan."
            ),
            field="month",
            municipality=municipality,
            month=f"{month:%Y-%m}",
        )
        self.evaluation_id = evaluation_id


def evaluation_of(municipality: str, month: date) -> int | None:
    """The number of the evaluation of that municipality and month, if there is one."""
    query = (
        select(Evaluation.id)
        .join(Municipality, Municipality.id == Evaluation.municipality_id)
        .where(Municipality.name == municipality, Evaluation.month == month)
    )
    return db.session.scalar(query)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Unique keys settle what two people save in the same moment; the second gets a sentence."""
    try:
        yield
    except IntegrityError as error:
        db.session.rollback()
        raise RuleBroken("Någon annan sparade i samma ögonblick. Försök igen.") from error


def add_evaluation(
    draft: ReportDraft,
    head: DraftHead,
    *,
    by: User | None,
    now: datetime,
    source: SourceFile | None,
    changed: int = 0,
) -> Evaluation:
    """Check the head and write all rows, in the caller's transaction; `source` is the file where
    there is one, `changed` how many changes a review made to what was read.

    Raises:
        AlreadyEvaluated: there is an evaluation of that municipality and month.
        RuleBroken: the head does not hold; `field` says where.
    """
    checked = check_head(head, now)
    if (second := evaluation_of(checked.municipality, checked.month)) is not None:
        raise AlreadyEvaluated(second, checked.municipality, checked.month)
    evaluation = Evaluation(
        municipality=places.municipality_named(checked.municipality),
        month=checked.month,
        ordinal=checked.ordinal,
        accepted_at=now,
        accepted_by_id=by.id if by else None,
        source_sha256=source.sha256 if source else None,
        source_name=source.name if source else None,
    )
    scores = ScoreSet(edition=checked.edition, total_stated=draft.total_stated)
    scores.areas = [_area(area) for area in draft.areas]
    evaluation.score_sets = [scores]
    db.session.add(evaluation)
    points = _add_points(draft, evaluation, scores)
    db.session.flush()
    mark_repeated(evaluation, scores, points)
    put_role_models(evaluation.id, draft)
    facts = {
        **_head_facts(checked),
        "points": len(points),
        "changed": changed,
        "sha256": evaluation.source_sha256,
    }
    journal.record("evaluation.accept", "evaluation", evaluation.id, facts, by=by, now=now)
    _give_actions_a_home(evaluation, by=by, now=now)
    return evaluation


def _head_facts(head: CheckedHead) -> dict[str, str | int | None]:
    return {
        "municipality": head.municipality,
        "month": f"{head.month:%Y-%m}",
        "ordinal": head.ordinal,
        "edition": head.edition,
    }


def _area(area: AreaDraft) -> Area:
    return Area(
        number=area.number,
        name=area.name[:LABEL_LENGTH],
        score=area.score,
        max=area.max,
        subareas=[
            SubArea(code=s.code, name=s.name[:LABEL_LENGTH], score=s.score, max=s.max, body=s.body)
            for s in area.subareas
        ],
        strengths=[
            Strength(position=position, text=s.text, page=s.page, line=s.line)
            for position, s in enumerate(area.strengths, 1)
        ],
    )


def _add_points(
    draft: ReportDraft, evaluation: Evaluation, scores: ScoreSet
) -> list[ImprovementPoint]:
    """Add every point, numbered through the whole report; the general ones come last."""
    found: list[tuple[PointDraft, Area | None]] = [
        (point, row)
        for area, row in zip(draft.areas, scores.areas, strict=True)
        for point in area.improvements
    ]
    found += [(point, None) for point in draft.general_improvements]
    subareas = {sub.code: sub for area in scores.areas for sub in area.subareas}
    points = [
        ImprovementPoint(
            evaluation=evaluation,
            area=area,
            position=position,
            text=point.text,
            page=point.page,
            line=point.line,
            certain=point.certain,
            subarea_links=[
                PointSubArea(sub_area=subareas[code], rank=rank)
                for rank, code in enumerate(c for c in point.subareas if c in subareas)
            ],
        )
        for position, (point, area) in enumerate(found, 1)
    ]
    db.session.add_all(points)
    return points


def put_role_models(evaluation_id: int, draft: ReportDraft) -> None:
    """Make the evaluation's role models those of the report, in the caller's transaction."""
    db.session.execute(delete(RoleModel).where(RoleModel.evaluation_id == evaluation_id))
    db.session.add_all(
        RoleModel(
            evaluation_id=evaluation_id,
            area_number=one.area,
            municipality=one.municipality[:NAME_LENGTH],
            about=one.about,
        )
        for one in draft.role_models
    )


def mark_repeated(
    evaluation: Evaluation, scores: ScoreSet, points: Sequence[ImprovementPoint]
) -> None:
    """Tie our own points to the same words, in the same area, of the evaluation before: a guess.

    What a person has said of a point's origin stands, also where a new version words it anew.
    """
    if not evaluation.municipality.is_own:
        return
    before = db.session.scalar(
        select(ScoreSet)
        .join(Evaluation, Evaluation.id == ScoreSet.evaluation_id)
        .where(
            Evaluation.municipality_id == evaluation.municipality_id,
            Evaluation.month < evaluation.month,
        )
        .order_by(Evaluation.month.desc(), ScoreSet.id)  # the one that its points hang on
        .limit(1)
    )
    if before is None:
        return
    renumbered = {
        link.after: link.before for link in crosswalk_between(before.edition, scores.edition).areas
    }
    said = _said_before(before)
    for point in points:
        if point.ancestry is not None:
            continue
        number = renumbered.get(point.area.number) if point.area else None
        point.repeats_id = said.get((number, fold(point.text)))


def _said_before(scores: ScoreSet) -> dict[tuple[int | None, str], int]:
    """Point id by area number and folded text."""
    rows = db.session.execute(
        select(Area.number, ImprovementPoint.text, ImprovementPoint.id)
        .outerjoin(Area, Area.id == ImprovementPoint.area_id)
        .where(ImprovementPoint.evaluation_id == scores.evaluation_id)
    )
    return {(number, fold(text)): point_id for number, text, point_id in rows}


def _give_actions_a_home(evaluation: Evaluation, *, by: User | None, now: datetime) -> None:
    """The first evaluation of our own opens the plan that its actions go into."""
    if not evaluation.municipality.is_own:
        return
    if db.session.scalar(select(ActionPlan.id).limit(1)) is not None:
        return
    month = format_date(evaluation.month, "MMMM y", locale="sv")
    plan = ActionPlan(title=f"Handlingsplan efter utvärderingen {month}", created_at=now)
    db.session.add(plan)
    db.session.flush()
    journal.record("plan.create", "plan", plan.id, {"title": plan.title}, by=by, now=now)
