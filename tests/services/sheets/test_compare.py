"""What a sheet that comes back would do, case by case."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from tests.helpers.cast import TODAY, Cast, make_action
from tests.services.sheets.workbook import (
    applied,
    brought,
    changed_cells,
    edited,
    entries,
    everything,
    exported,
    places,
    previewed,
    put,
    with_cells,
)
from tracker.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from tracker.domain.sheets import NUMBER
from tracker.extensions import db
from tracker.importers.sheets import read_sheet
from tracker.models import Action, ChangeBatch, SheetDraft, User
from tracker.services.sheets import apply, compare, drafts
from tracker.services.sheets.compare import Outcome

Change = Callable[[Any], None]


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "read_sheet_isolated", read_sheet)


def outcome_of(cast: Cast, change: Change, by: User | None = None) -> tuple[int, Outcome]:
    who = by or cast.director
    draft_id = brought(edited(exported(who), change), who)
    return draft_id, previewed(draft_id, who)


def faults(outcome: Outcome) -> dict[str, str]:
    return {fault.name: str(fault.why) for row in outcome.faulty for fault in row.faults}


def cell(number: int, field: str, value: object) -> Change:
    return with_cells({(number, field): value})


def new_row(**values: object) -> Change:
    def change(sheet: Any) -> None:
        _rows, columns = places(sheet)
        row = sheet.max_row + 1
        for heading, value in values.items():
            put(sheet, row, columns[heading], value)

    return change


WRONG = [
    ("title", "", "Skriv vad som ska göras."),
    ("title", "x" * 201, "högst 200 tecken"),
    ("description", "x" * 10_001, "högst 10000 tecken"),
    ("cost", "x" * 1_001, "högst 1000 tecken"),
    ("owner", "Ingen Alls", "Det finns inget konto för ”Ingen Alls”"),
    ("owner", "Lena Ledamot", "ingen roll som chef"),
    ("contributors", "Karin Kollega; Ingen Alls", "”Ingen Alls”"),
    ("unit", "Parkförvaltningen", "ingen förvaltning som heter"),
    ("unit", "", "Välj den förvaltning"),
    ("committee", "Parknämnden", "ingen nämnd som heter"),
    ("deadline", "snart", "är inget datum"),
    ("deadline", "", "Välj ett slutdatum."),
    ("deadline", "2020-01-01", "har redan passerat"),
    ("starts_on", "2027-01-01", "börjar efter sitt slutdatum"),
    ("status", "grön", "är ingen status"),
    ("status", "Genomförd", "Välj planerad, pågår eller pausad"),
    ("status", "", "är ingen status"),
]


def test_a_cell_that_cannot_be_taken(cast: Cast) -> None:
    """Each of them in a row of its own, and none of the rows is saved."""
    places = {"unit": cast.unit, "committee": cast.committee, "owner": cast.owner}
    made = [make_action(cast.plan, f"Åtgärd {n}", **places) for n in range(len(WRONG))]
    db.session.add_all(made)
    db.session.commit()
    before = everything()
    cells = {(action.id, field): text for action, (field, text, _) in zip(made, WRONG, strict=True)}
    draft_id, outcome = outcome_of(cast, with_cells(cells))
    said = {
        row.action.id: {fault.name: str(fault.why) for fault in row.faults}
        for row in outcome.faulty
        if row.action
    }
    assert said.keys() == {action.id for action in made}
    wrong = [
        (field, text, said[action.id])
        for action, (field, text, sentence) in zip(made, WRONG, strict=True)
        if sentence not in said[action.id].get(field, "")
        or said[action.id].keys() - {field, "deadline_reason"}
    ]
    assert not wrong
    with pytest.raises(RuleBroken):
        applied(draft_id, cast.director)
    assert everything() == before


def test_a_moved_deadline_needs_its_reason(cast: Cast) -> None:
    _, outcome = outcome_of(cast, cell(cast.action.id, "deadline", "2026-06-01"))
    assert faults(outcome) == {"deadline_reason": "Skriv varför slutdatumet ändras."}


def test_names_and_other_ways_to_write_the_same_change_nothing(cast: Cast) -> None:
    cells: dict[tuple[int, str], object] = {
        (cast.action.id, "owner"): "olle  ägare",
        (cast.action.id, "deadline"): "30/4 2026",
        (cast.action.id, "status"): "pågående",
        (cast.action.id, "unit"): "KOMMUNLEDNINGSFÖRVALTNINGEN",
    }
    assert not outcome_of(cast, with_cells(cells))[1].told


def test_columns_may_be_moved_dropped_and_added(cast: Cast) -> None:
    def change(sheet: Any) -> None:
        rows, columns = places(sheet)
        sheet.cell(rows[cast.action.id], columns["Kostnad"]).value = "50 tkr"
        sheet.cell(1, sheet.max_column + 1).value = "Diarienummer"
        sheet.cell(rows[cast.other_action.id], sheet.max_column).value = "=KS 1"
        sheet.cell(rows[cast.other_action.id], sheet.max_column).data_type = "s"
        sheet.delete_cols(columns["Beskrivning"])
        sheet.insert_cols(1)
        sheet.cell(1, 1).value = "Anteckning"

    draft_id, outcome = outcome_of(cast, change)
    assert changed_cells(outcome) == {
        (cast.action.id, "cost"),
        (cast.other_action.id, "kept:Diarienummer"),
    }
    applied(draft_id, cast.director)
    db.session.expire_all()
    assert cast.other_action.extra == {"Diarienummer": "=KS 1"}
    assert cast.action.cost == "50 tkr"
    assert entries()[-1].data["extra"] == [{}, {"Diarienummer": "=KS 1"}]
    again = openpyxl.load_workbook(io.BytesIO(exported(cast.director)))["Åtgärder"]
    rows, columns = places(again)
    assert again.cell(rows[cast.other_action.id], columns["Diarienummer"]).value == "=KS 1"


def test_what_others_changed_in_other_fields_stays(cast: Cast) -> None:
    data = edited(exported(cast.director), cell(cast.action.id, "title", "Min rubrik"))
    cast.action.description = "Deras text."
    cast.action.cost = "Deras kostnad."
    db.session.commit()
    draft_id = brought(data, cast.director)
    outcome = previewed(draft_id, cast.director)
    assert changed_cells(outcome) == {(cast.action.id, "title")} and not outcome.clashes
    applied(draft_id, cast.director)
    now = everything()[cast.action.id]
    assert (now["title"], now["description"]) == ("Min rubrik", "Deras text.")


def test_the_same_change_by_both_is_no_conflict(cast: Cast) -> None:
    data = edited(exported(cast.director), cell(cast.action.id, "title", "Samma"))
    cast.action.title = "Samma"
    db.session.commit()
    assert not previewed(brought(data, cast.director), cast.director).told


def test_a_conflict_that_is_not_taken_leaves_no_trace(cast: Cast) -> None:
    data = edited(exported(cast.director), cell(cast.action.id, "title", "Min"))
    cast.action.title = "Deras"
    db.session.commit()
    draft_id = brought(data, cast.director)
    said = len(entries())
    assert applied(draft_id, cast.director).changed == 0
    assert everything()[cast.action.id]["title"] == "Deras"
    assert len(entries()) == said


def test_rows_that_are_gone_are_left_alone(cast: Cast) -> None:
    before = everything()
    _, outcome = outcome_of(cast, lambda sheet: sheet.delete_rows(2, 2))
    assert outcome.left == 2 and not outcome.told
    assert everything() == before


def test_a_number_twice_and_numbers_that_mean_nothing(cast: Cast) -> None:
    def change(sheet: Any) -> None:
        sheet.cell(3, 1).value = sheet.cell(2, 1).value
        sheet.cell(4, 1).value = "sju"
        sheet.cell(5, 1).value = 2**40

    _, outcome = outcome_of(cast, change)
    assert len(outcome.faulty) == 4
    said = [str(row.faults[0].why) for row in outcome.faulty]
    assert sum("står på flera rader" in text for text in said) == 2
    assert sum("finns inte, eller så får du inte" in text for text in said) == 2
    assert all(row.faults[0].name == NUMBER for row in outcome.faulty)


def test_a_finished_action_is_named(cast: Cast) -> None:
    _, outcome = outcome_of(cast, cell(cast.done_action.id, "title", "Ny"))
    assert "Åtgärden är avslutad" in faults(outcome)[NUMBER]


def test_what_is_out_of_reach_may_stand_in_the_sheet_but_not_be_changed(cast: Cast) -> None:
    data = exported(cast.director)
    untouched = brought(data, cast.unit_director)
    assert not previewed(untouched, cast.unit_director).told
    touched = edited(data, cell(cast.other_action.id, "title", "Ny"))
    outcome = previewed(brought(touched, cast.unit_director), cast.unit_director)
    assert "finns inte, eller så får du inte" in faults(outcome)[NUMBER]


def test_an_owner_from_elsewhere_wants_a_yes(cast: Cast) -> None:
    draft_id, outcome = outcome_of(cast, cell(cast.action.id, "owner", cast.stranger.email))
    assert len(outcome.outside) == 1 and not outcome.faulty
    with pytest.raises(RuleBroken) as told:
        applied(draft_id, cast.director)
    assert told.value.field == "outside_ok"
    applied(draft_id, cast.director, outside_ok=True)
    assert everything()[cast.action.id]["owner"] == cast.stranger.email


def without_memory(sheet: Any) -> None:
    del sheet.parent["_bas"]


def test_without_the_memory_number_and_title_must_agree(cast: Cast) -> None:
    def change(sheet: Any) -> None:
        without_memory(sheet)
        cells: dict[tuple[int, str], object] = {
            (cast.action.id, "cost"): "50 tkr",
            (cast.other_action.id, "title"): "Annan rubrik",
        }
        with_cells(cells)(sheet)

    _, outcome = outcome_of(cast, change)
    assert outcome.blind
    assert changed_cells(outcome) == {(cast.action.id, "cost")}
    assert "är ”Elevernas egna frågor” i planen" in faults(outcome)[NUMBER]


def test_a_row_without_number_is_a_new_action(cast: Cast) -> None:
    values = {"Rubrik": "=Ny", "Förvaltning": cast.unit.name, "Slutdatum": "2026-09-01"}
    draft_id, outcome = outcome_of(cast, new_row(**values, Status="Klar"))
    assert len(outcome.new) == 1 and outcome.new[0].remarks
    done = applied(draft_id, cast.director)
    assert (done.changed, done.added, done.batch_id) == (0, 1, None)
    new = db.session.query(Action).order_by(Action.id.desc()).first()
    assert (new.title, new.status.value, new.plan_id) == ("=Ny", "ongoing", cast.plan.id)
    assert [entry.deed for entry in entries()][-1:] == ["action.create"]


def test_a_new_row_says_all_that_it_lacks(cast: Cast) -> None:
    _, outcome = outcome_of(cast, new_row(Beskrivning="Bara text", Status="Avbruten"))
    assert set(faults(outcome)) == {"title", "unit", "deadline", "status"}


def test_no_more_new_actions_than_one_step_can_write(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare, "MAX_NEW", 0)
    with pytest.raises(RuleBroken) as error:
        outcome_of(cast, new_row(Rubrik="En till"))
    assert error.value.params == {"most": 0}


def test_a_person_of_one_unit_adds_there_only(cast: Cast) -> None:
    values = {"Rubrik": "Ny", "Förvaltning": cast.other_unit.name, "Slutdatum": "2026-09-01"}
    _, outcome = outcome_of(cast, new_row(**values), cast.unit_director)
    assert "din egen förvaltning" in faults(outcome)["unit"]


def test_a_step_can_be_taken_back_and_its_cells_are_forgotten(cast: Cast) -> None:
    draft_id, _ = outcome_of(cast, cell(cast.action.id, "title", "Ny"))
    done = applied(draft_id, cast.director)
    batch = db.session.get(ChangeBatch, done.batch_id)
    assert batch is not None and batch.kind == "sheet"
    assert [row["action_id"] for row in batch.rows] == [cast.action.id]
    draft = db.session.get(SheetDraft, draft_id)
    assert draft is not None and draft.rows == [] and draft.base is None
    with pytest.raises(Conflict):
        applied(draft_id, cast.director)


def test_a_preview_that_no_longer_holds_is_refused(any_app: Any, cast: Cast) -> None:
    draft_id, outcome = outcome_of(cast, cell(cast.action.id, "title", "Min"))
    cast.action.title = "Deras"
    db.session.commit()
    with pytest.raises(Conflict):
        said = apply.Answers(outcome.fingerprint)
        apply.apply_sheet(draft_id, said, by=cast.director, now=cast.plan.created_at, today=TODAY)
    db.session.rollback()
    assert everything()[cast.action.id]["title"] == "Deras"


def test_only_the_one_who_brought_it(cast: Cast) -> None:
    draft_id, _ = outcome_of(cast, lambda sheet: None)
    with pytest.raises(NotFound):
        previewed(draft_id, cast.unit_director)
    with pytest.raises(Forbidden):
        previewed(draft_id, cast.owner)
