"""What a new version of a report leaves alone: our answers. What it replaces: role models."""

from __future__ import annotations

from dataclasses import replace

from flask import Flask
from sqlalchemy import select

from tests.helpers.cast import NOW, Cast
from tests.helpers.reports import EDITION, report_text
from tests.helpers.versions import as_kept
from tests.services.test_versions import accept, points_now
from tracker.extensions import db
from tracker.importers import read_report
from tracker.importers.draft import RoleModel as Example
from tracker.models import Answer, Disposition, RoleModel
from tracker.services.acceptance import DraftHead
from tracker.services.evaluations import import_report
from tracker.services.points.answers import answer_points
from tracker.services.versions.kept import load_kept

NO = {"reason": "Görs redan.", "decided_by": "Kommunstyrelsen"}


def examples(evaluation_id: int) -> list[tuple[int | None, str, str]]:
    rows = db.session.scalars(
        select(RoleModel).where(RoleModel.evaluation_id == evaluation_id).order_by(RoleModel.id)
    )
    return [(row.area_number, row.municipality, row.about) for row in rows]


def test_an_answered_point_stays(any_app: Flask, cast: Cast) -> None:
    second, third, general = (point.id for point in cast.points[1:])
    cast.colleague_action.points = []
    db.session.commit()
    answer_points([second], Answer.NO_ACTION, **NO, by=cast.director, now=NOW)
    answer_points([general], Answer.MERGED, merged_into_id=third, by=cast.director, now=NOW)
    work = {point.id: point.work.answered for point in load_kept(cast.evaluation.id).points}
    assert work == {cast.points[0].id: False, second: True, third: True, general: True}
    read = as_kept(cast.evaluation.id)
    bare = tuple(replace(area, improvements=()) for area in read.areas)
    accept(cast, replace(read, areas=bare, general_improvements=()))
    db.session.expire_all()
    assert {second, third, general} <= points_now().keys()
    found = {row.point_id: row.answer for row in db.session.scalars(select(Disposition))}
    assert found == {second: Answer.NO_ACTION, general: Answer.MERGED}


def test_role_models_come_with_the_report_and_are_replaced(any_app: Flask, cast: Cast) -> None:
    first = Example("Sjövik", 1, "Sjövik svarar fort.")
    draft = read_report(report_text().encode(), "rapport.txt")
    head = DraftHead("Testköping", "2026-02", 2, EDITION)
    row = import_report(replace(draft, role_models=(first,)), head=head, by=None, now=NOW)
    assert examples(row.id) == [(1, "Sjövik", "Sjövik svarar fort.")]
    read = as_kept(cast.evaluation.id, ordinal=3)
    accept(cast, replace(read, role_models=(first, Example("T" * 300, None, ""))))
    assert examples(cast.evaluation.id) == [
        (1, "Sjövik", "Sjövik svarar fort."),
        (None, "T" * 100, ""),
    ]
    accept(cast, replace(as_kept(cast.evaluation.id, ordinal=4), role_models=()), version=2)
    assert examples(cast.evaluation.id) == []
    assert len(examples(row.id)) == 1
