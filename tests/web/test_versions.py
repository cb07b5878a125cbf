"""The page that shows what a report read again would change, and takes the yes to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.helpers.cast import Cast
from tests.helpers.versions import as_kept, changed, waiting
from tests.helpers.visitor import Visits
from tracker.extensions import db
from tracker.importers.draft import PointDraft, ReportDraft, StrengthDraft, SubAreaDraft
from tracker.models import ScoreSet
from tracker.services.acceptance import DraftHead
from tracker.services.evaluations import import_report


@pytest.fixture
def read(cast: Cast) -> ReportDraft:
    """What is kept of the cast's evaluation, as a report."""
    return as_kept(cast.evaluation.id)


def path_of(cast: Cast, read: ReportDraft) -> str:
    return f"/drafts/{waiting(cast, read).id}/version"


def test_what_would_change_is_said_first_and_then_shown(
    cast: Cast, visit: Visits, read: ReportDraft
) -> None:
    first = read.areas[0]
    told, samlad = first.improvements
    points = (
        replace(told, text=told.text.replace("öppet", "tydligt"), subareas=("1.2",)),
        PointDraft("Sänd nämndernas möten på webben.", 6),
        replace(read.general_improvements[0], page=8),
    )
    report = changed(changed(read, 1, improvements=points), 2, improvements=())
    page = visit(cast.director).get(path_of(cast, replace(report, general_improvements=())))
    assert page.h1 == "Ny version av utvärderingen"
    assert (
        "Testköping har redan en utvärdering från november 2025. Den här rapporten blir version 2: "
        "2 punkter ändras, 1 tillkommer, 1 tas bort."
    ) in page.text
    assert [heading.text for heading in page.all("h2") if heading.text] == [
        "Punkter som ändras (2)",
        "Punkter som tillkommer (1)",
        "Punkter som tas bort (1)",
        "Punkter som står kvar (1)",
    ]
    deleted, added = ("".join(node.itertext()) for node in (page.all("del")[0], page.all("ins")[0]))
    assert (deleted, added) == ("[tas bort: öppet]", "[läggs till: tydligt]")
    assert "Delområden: 1.1 blir 1.2" in page.text
    assert "Flyttas från Övergripande till 1 Samspel" in page.text
    assert "Åtgärd: Återkoppla synpunkter på webben" in page.text
    stays = page.text.split("Punkter som står kvar (1)")[1]
    assert "Följ upp näringslivets väntetider" in stays
    assert "Åtgärd: Mät väntetider för företag" in stays
    assert samlad.text in page.text.split("Punkter som tas bort (1)")[1]
    assert page.form.buttons == ["Spara som version 2"]
    assert page.links["Ändra kommun eller månad"] == page.path.removesuffix("/version")


def test_facts_scores_and_strengths(cast: Cast, visit: Visits, read: ReportDraft) -> None:
    report = changed(
        replace(read, ordinal=None, total_stated=455, edition="kommunkompassen-2010"),
        1,
        score=28,
        subareas=(SubAreaDraft("1.1", "Dialog", 13, None, "Om dialogen."),),
        strengths=(StrengthDraft("Nämnderna sänder sina möten.", 4),),
    )
    page = visit(cast.director).get(path_of(cast, report))
    assert "blir version 2: 1 punkt ändras" not in page.text
    assert "poängen ändras på 3 rader, 2 styrkor ändras, 3 uppgifter ändras" in page.text
    assert "texten om 1 delområde ändras" in page.text
    names = "Samspel mellan förtroendevalda och medborgare"
    assert page.rows == [
        ["Uppgift", "Nu", "Blir"],
        ["I ordningen", "1", "saknas"],
        ["Version av Kommunkompassen", "Kommunkompassen 2020", "Kommunkompassen 2010"],
        ["Totalpoäng enligt rapporten", "saknas", "455"],
        ["Område eller delområde", "Nu", "Blir"],
        [f"1 {names}", "27 av 60", "28 av 60"],
        ["1.1 Dialog", f"{names}, del 1: 12 av 30", "Dialog: 13"],
        [f"1.2 {names}, del 2", "15 av 30", "finns inte"],
    ]
    assert "Styrkor som ändras (2)" in page.text


def test_yes_saves_it_over_the_evaluation(cast: Cast, visit: Visits, read: ReportDraft) -> None:
    report = changed(read, 1, score=28)
    visitor = visit(cast.director)
    draft = waiting(cast, report)
    page = visitor.get(f"/drafts/{draft.id}/version")
    saved = visitor.submit(page.form)
    assert saved.path == f"/evaluations/{cast.evaluation.id}"
    assert "Version 2 är sparad." in saved.text
    db.session.expire_all()
    assert cast.evaluation.version == 2
    assert draft.evaluation_id == cast.evaluation.id
    # The same click again, or the page in another tab: the draft is answered.
    again = visitor.submit(page.form, follow=False)
    assert again.response.location == f"/drafts/{draft.id}"
    assert visitor.get(page.path, status=302).response.location == f"/drafts/{draft.id}"
    assert cast.evaluation.version == 2


def test_nothing_differs(cast: Cast, visit: Visits, read: ReportDraft) -> None:
    visitor = visit(cast.director)
    page = visitor.get(path_of(cast, read))
    assert "Inget skiljer mellan den och den här rapporten." in page.text
    assert page.form.buttons == ["Avsluta granskningen, inget sparas"]
    assert "Utvärderingen är som den var." in visitor.submit(page.form).text
    db.session.expire_all()
    assert cast.evaluation.version == 1


def test_somebody_was_faster(cast: Cast, visit: Visits, read: ReportDraft) -> None:
    visitor = visit(cast.director)
    first = visitor.get(path_of(cast, changed(read, 1, score=28)))
    second = visitor.get(path_of(cast, changed(read, 1, score=29)))
    visitor.submit(first.form, follow=False)
    page = visitor.submit(second.form, status=409)
    assert "Inget är sparat än" in page.text
    assert "28 av 60" in page.text
    assert page.form.buttons == ["Spara som version 3"]
    assert "Version 3 är sparad." in visitor.submit(page.form).text


def test_a_form_that_is_not_ours_saves_nothing(
    cast: Cast, visit: Visits, read: ReportDraft, subtests: pytest.Subtests
) -> None:
    visitor = visit(cast.director)
    page = visitor.get(path_of(cast, changed(read, 1, score=28)))
    for fields in ({}, {"evaluation_version": "x"}, {"evaluation_id": "99999999999999"}):
        with subtests.test(fields=fields):
            sent = {**page.form.fields, **fields} if fields else {}
            assert visitor.post(page.path, sent, status=409).form.buttons == ["Spara som version 2"]


def test_a_rule_is_told_on_the_page(cast: Cast, visit: Visits, read: ReportDraft) -> None:
    cast.evaluation.score_sets[0].edition = "kommunkompassen-2010"
    db.session.flush()
    db.session.add(ScoreSet(evaluation=cast.evaluation, edition="kommunkompassen-2020"))
    visitor = visit(cast.director)
    page = visitor.get(path_of(cast, replace(read, edition="kommunkompassen-2020")))
    told = visitor.submit(page.form, status=422)
    assert told.title.startswith("Fel:")
    assert "redan poäng enligt den versionen" in told.text


def test_accepting_a_month_that_is_taken_leads_here(
    cast: Cast, visit: Visits, read: ReportDraft
) -> None:
    draft = waiting(cast, replace(changed(read, 1, score=28), month="2025-10"))
    visitor = visit(cast.director)
    page = visitor.get(f"/drafts/{draft.id}")
    (form,) = (form for form in page.forms if "month" in form.fields)
    told = visitor.submit(form, month="2025-11", then="accept", confirm="y")
    assert told.path == f"/drafts/{draft.id}/version"
    assert "Version 2 är sparad." in visitor.submit(told.form).text


def test_without_an_evaluation_the_draft_itself_is_shown(
    cast: Cast, visit: Visits, read: ReportDraft
) -> None:
    visitor = visit(cast.director)
    for facts in ({"month": "2025-10"}, {"month": None}, {"municipality": "Alby"}):
        path = path_of(cast, replace(read, **facts))
        assert visitor.get(path, status=302).response.location == path.removesuffix("/version")


def test_a_point_that_a_later_evaluation_repeats(
    cast: Cast, visit: Visits, read: ReportDraft
) -> None:
    head = DraftHead("Testköping", "2026-02", 2, "kommunkompassen-2020")
    assert import_report(read, head=head, by=None, now=cast.evaluation.accepted_at.replace(
        month=3, year=2026)).month == date(2026, 2, 1)  # fmt: skip
    page = visit(cast.director).get(path_of(cast, changed(read, 1, improvements=())))
    assert page.text.count("Återkommer i utvärderingen från februari 2026") == 2


def test_the_number_of_the_version_stands_on_the_evaluation(cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.member)
    assert "Version 2" not in visitor.get(f"/evaluations/{cast.evaluation.id}").text
    cast.evaluation.version = 2
    assert "Version 2" in visitor.get(f"/evaluations/{cast.evaluation.id}").text
