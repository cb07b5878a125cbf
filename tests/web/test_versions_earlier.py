"""What was corrected at the review before is not undone in silence, on any page of a version."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.helpers.cast import NOW, Cast
from tests.helpers.pages import Page
from tests.helpers.versions import as_kept, changed, waiting
from tests.helpers.visitor import Visits
from tracker.extensions import db
from tracker.importers.draft import PointDraft, ReportDraft, SubAreaDraft
from tracker.models import Evaluation, ImportDraft
from tracker.services.drafts import accept_draft, load_draft, revise
from tracker.services.review import edits
from tracker.services.review.work import ItemKind, Work
from tracker.services.versions.accept import accept_version
from tracker.services.versions.earlier import take_earlier
from tracker.services.versions.history import versions_of

CORRECTED = "Svara alla invånare inom en vecka."


@pytest.fixture
def read(cast: Cast) -> ReportDraft:
    """A report of another month, so that nothing but drafts stands behind its evaluation."""
    return replace(as_kept(cast.evaluation.id), month="2025-05", ordinal=None)


def reviewed(cast: Cast, read: ReportDraft) -> Evaluation:
    """The evaluation after a review that rewrote the first point and dropped the second."""
    draft = waiting(cast, read, "första.pdf")

    def correct(work: Work, _read: ReportDraft) -> Work:
        one, two = (item.id for item in work.items_of(1) if item.kind is ItemKind.POINT)
        work = edits.edit(work, one, text=CORRECTED, kind=ItemKind.POINT, area=1, subareas=("1.2",))
        return edits.drop(work, two, "Står inte i rapporten.")

    row = revise(draft.id, draft.version, correct, by=cast.director, now=NOW)
    head = load_draft(draft.id, cast.director).work.head
    return accept_draft(draft.id, head, row.version, by=cast.director, now=NOW)


def texts(evaluation: Evaluation) -> list[str]:
    db.session.expire_all()
    return [point.text for area in evaluation.score_sets[0].areas for point in area.points]


def version_page(cast: Cast, visit: Visits, read: ReportDraft) -> tuple[Page, ImportDraft]:
    draft = waiting(cast, read, "andra.pdf")
    return visit(cast.director).get(f"/drafts/{draft.id}/version"), draft


def test_the_button_takes_the_corrections_along(
    cast: Cast, visit: Visits, read: ReportDraft
) -> None:
    kept = reviewed(cast, read)
    page, draft = version_page(cast, visit, changed(read, 2, score=31))
    headings = [heading.text for heading in page.all("h2") if heading.text]
    assert headings[0] == "Det här ändrade ni vid förra granskningen (2)"
    assert page.text.count("Om ni inte tar med er ändring blir det så igen.") == 2
    assert page.text.count("er tidigare ändring") == 2
    carry, _save = (form for form in page.forms if form.action == page.path)
    assert carry.fields["then"] == "carry"
    visitor = visit(cast.director)
    taken = visitor.submit(carry)
    assert "Förra granskningens ändringar är med." in taken.text
    assert "Det här ändrade ni" not in taken.text
    assert "er tidigare ändring" not in taken.text
    assert kept.version == 1
    (save,) = (form for form in taken.forms if form.action == page.path)
    before = texts(kept)
    visitor.submit(save, follow=False)
    assert texts(kept) == before
    assert CORRECTED in before
    assert (kept.version, kept.score_sets[0].areas[1].score) == (2, 31)
    assert draft.evaluation_id == kept.id


def test_saving_without_it_lets_the_report_speak(
    cast: Cast, visit: Visits, read: ReportDraft
) -> None:
    kept = reviewed(cast, read)
    page, _draft = version_page(cast, visit, read)
    save = [form for form in page.forms if form.action == page.path][-1]
    visit(cast.director).submit(save, follow=False)
    assert CORRECTED not in texts(kept)


def test_what_the_report_now_says_otherwise(cast: Cast, visit: Visits, read: ReportDraft) -> None:
    reviewed(cast, read)
    points = list(read.areas[0].improvements)
    points[0] = replace(points[0], text=f"{points[0].text} Gör det varje år.")
    page, _draft = version_page(cast, visit, changed(read, 1, improvements=tuple(points)))
    assert "Den nya rapporten säger något annat, och det går före er ändring:" in page.text
    assert "Gör det varje år." in page.text


def test_the_button_in_another_tab(cast: Cast, visit: Visits, read: ReportDraft) -> None:
    reviewed(cast, read)
    page, draft = version_page(cast, visit, changed(read, 2, score=31))
    (carry,) = (form for form in page.forms if form.fields.get("then") == "carry")
    visitor = visit(cast.director)
    visitor.submit(carry, follow=False)
    version = draft.version
    assert "Inget är sparat än" in visitor.submit(carry, status=409).text
    assert draft.version == version


def test_without_a_review_before_nothing_is_offered(cast: Cast, visit: Visits) -> None:
    report = changed(as_kept(cast.evaluation.id), 1, score=28)
    page, draft = version_page(cast, visit, report)
    assert "förra granskning" not in page.text
    same = take_earlier(
        draft.id, draft.version, evaluation_id=cast.evaluation.id, by=cast.director, now=NOW
    )
    assert same.work is None


def test_names_and_places_are_told_apart_from_scores(cast: Cast, visit: Visits) -> None:
    read = as_kept(cast.evaluation.id)
    subareas = read.areas[0].subareas
    points = tuple(replace(p, page=40) for p in read.areas[0].improvements)
    report = changed(
        read, 1, improvements=points, subareas=(replace(subareas[0], name="Dialog"), *subareas[1:])
    )
    page, _draft = version_page(cast, visit, report)
    assert "blir version 2: namnet ändras på 1 rad." in page.text
    assert "Ny plats i rapporten (2)" in page.text
    assert ["1.1", subareas[0].name, "Dialog"] in page.rows
    page, _draft = version_page(cast, visit, changed(read, 1, improvements=points))
    assert "Bara punkternas platser i rapporten" in page.text


def test_scores_that_nobody_sees_are_no_rows(cast: Cast, visit: Visits) -> None:
    read = as_kept(cast.evaluation.id)
    bare = changed(read, 1, subareas=(SubAreaDraft("1.1", "Dialog"),))
    first = waiting(cast, bare)
    accept_version(
        first.id, first.version, evaluation_id=cast.evaluation.id, evaluation_version=1,
        by=cast.director, now=NOW,
    )  # fmt: skip
    again = changed(bare, 1, subareas=(SubAreaDraft("1.1", "Dialog", None, 30),))
    page, _draft = version_page(
        cast, visit, replace(again, general_improvements=(PointDraft("En ny punkt i rapporten."),))
    )
    assert "poängen ändras" not in page.text
    assert not any("–" in row for row in page.rows)


def test_the_versions_are_listed_on_the_evaluation(
    cast: Cast, visit: Visits, read: ReportDraft
) -> None:
    kept = reviewed(cast, read)
    assert "Versioner av" not in visit(cast.member).get(f"/evaluations/{kept.id}").text
    for version, report in ((1, read), (2, read), (2, changed(read, 1, score=28))):
        draft = waiting(cast, report, f"fil-{version}.pdf")
        accept_version(
            draft.id, draft.version, evaluation_id=kept.id, evaluation_version=version,
            by=cast.director, now=NOW,
        )  # fmt: skip
    listed = versions_of(kept.id, cast.member)
    assert [(one.number, one.file_name, one.who) for one in listed] == [
        (3, "fil-2.pdf", cast.director.name),
        (2, "fil-1.pdf", cast.director.name),
        (1, "första.pdf", cast.director.name),
    ]
    page = visit(cast.director).get(f"/evaluations/{kept.id}")
    assert "Versioner av utvärderingen (3)" in page.text
    assert page.links["Version 3"] == f"/drafts/{listed[0].draft_id}"
    page = visit(cast.member).get(f"/evaluations/{kept.id}")
    assert "första.pdf" in page.text
    assert "Version 3" not in page.links


def test_drafts_of_one_month_know_of_each_other(
    cast: Cast, visit: Visits, read: ReportDraft
) -> None:
    for name, facts in (
        ("ett.pdf", {}),
        ("två.pdf", {"municipality": "testköping"}),
        ("tre.pdf", {"month": "2025-06"}),
        ("fyra.pdf", {"month": None}),
    ):
        waiting(cast, replace(read, **facts), name)
    page = visit(cast.director).get("/evaluations")
    assert page.text.count("samma månad som") == 1
    assert "två.pdf · samma månad som ett.pdf" in page.text


def test_a_municipality_and_a_month_in_other_writing_are_the_same(
    cast: Cast, visit: Visits
) -> None:
    report = replace(
        changed(as_kept(cast.evaluation.id), 1, score=28),
        municipality="Testköpings kommun",
        month="november 2025",
    )
    page, _draft = version_page(cast, visit, report)
    assert "Testköping har redan en utvärdering från november 2025." in page.text
