"""Out, edited, back in: exactly the edited cells change, whatever happens meanwhile."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.helpers.cast import NOW, TODAY, Cast, make_action, make_user
from tests.services.sheets.workbook import (
    applied,
    brought,
    changed_cells,
    edited,
    entries,
    everything,
    exported,
    previewed,
    whole_table,
    with_cells,
)
from tracker.domain.permissions import Role
from tracker.domain.sheets import REASON, read_status, same_cell
from tracker.domain.statuses import STATUS_MARKS, ActionStatus
from tracker.extensions import db
from tracker.importers.sheets import read_sheet
from tracker.models import Action, RoleAssignment
from tracker.services import journal
from tracker.services.actions.search import remember
from tracker.services.actions.undo import undo_batch
from tracker.services.actions.wording import change_action, changes_of
from tracker.services.sheets import drafts
from tracker.services.sheets.table import Directory

BOOKKEEPING = {
    *("version", "search_key", "title_key", "deadline_rev", "deadline_set_at"),
    *("assigned_at", "assigned_by_id", "phase", "stage"),
}
NASTY = ["=1+1", "+46", "-5 %", "@SUMMA", "'citat", "😀 ny", "a\u202eb", "ett två", "SANT", "007"]
LONG = [*NASTY, "rad ett\nrad två", "x" * 10_000, ""]


def pool(cast: Cast) -> dict[str, list[str]]:
    """What may be typed into each column."""
    helpers = [f"hjalp.{n}@testkoping.example" for n in range(3)]
    units = [cast.unit.name, cast.other_unit.name]
    committees = [cast.committee.name, cast.other_committee.name, ""]
    return {
        "title": NASTY,
        "description": LONG,
        "expected_effect": LONG,
        "effect_measure": LONG,
        "cost": [*NASTY, "två\nrader", ""],
        "owner": [cast.owner.email, cast.colleague.email, cast.stranger.email, ""],
        "contributors": ["", helpers[0], "; ".join(helpers), "; ".join(helpers[1:])],
        "unit": units,
        "committee": committees,
        "starts_on": ["", "2026-01-15", "2026-02-01"],
        "deadline": ["2026-05-01", "2026-06-15", "2026-12-31"],
        "status": [STATUS_MARKS[one].label for one in list(ActionStatus)[:3]],
    }


@pytest.fixture
def many(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> list[Action]:
    """Eight open actions besides the cast's, and people to help with them."""
    monkeypatch.setattr(drafts, "read_sheet_isolated", read_sheet)
    for number in range(3):
        person = make_user(f"Hjälp {number}", RoleAssignment(role=Role.MANAGER, unit=cast.unit))
        person.email = person.email_key = f"hjalp.{number}@testkoping.example"
        db.session.add(person)
    made = [
        make_action(cast.plan, f"Åtgärd {n}", unit=cast.unit, committee=cast.committee)
        for n in range(8)
    ]
    db.session.add_all(made)
    for action in made:
        remember(action)
    db.session.commit()
    return made


def typed(field: str, text: str) -> object:
    """What a person's program puts in the cell: days are days there."""
    return date.fromisoformat(text) if field in ("starts_on", "deadline") and text else text


def write_meanwhile(cast: Cast, action_id: int, field: str, text: str) -> None:
    """Somebody else changes one field on the action's own page."""
    action = db.session.get(Action, action_id)
    assert action is not None
    names = {"owner": "owner_text", "unit": "unit_id", "committee": "committee_id"}
    meant: Any = Directory.of_today().read(field, text, action).meant
    if field == "status":
        meant = read_status(text)
    changes = replace(
        changes_of(action),
        **{names.get(field, field): meant},
        deadline_reason="Ändrat på sidan.",
        outside_ok=True,
    )
    change_action(action, changes, by=cast.director, now=NOW, today=TODAY)
    db.session.commit()


@st.composite
def moves(draw: st.DrawFn) -> list[tuple[int, str, int]]:
    """Some (action, field, which of its texts)."""
    fields = st.sampled_from(
        [
            *("title", "description", "expected_effect", "effect_measure", "owner", "unit"),
            *("contributors", "committee", "starts_on", "deadline", "status", "cost"),
        ]
    )
    one = st.tuples(st.integers(0, 7), fields, st.integers(0, 12))
    return draw(st.lists(one, max_size=14))


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(mine=moves(), theirs=moves(), pick=st.randoms(use_true_random=False))
def test_exactly_the_edited_cells_change(
    cast: Cast, many: list[Action], mine: Any, theirs: Any, pick: Any
) -> None:
    """Property: edits and concurrent changes at random; the database goes on from example to
    example."""
    texts, ids = pool(cast), [action.id for action in many]
    data, before = exported(cast.director), everything()
    cells = {(ids[n], field): texts[field][k % len(texts[field])] for n, field, k in mine}
    file = {key: typed(key[1], text) for key, text in cells.items()}
    file |= {(key, REASON): "Ny planering." for key, field in cells if field == "deadline"}
    for n, field, k in theirs:
        write_meanwhile(cast, ids[n], field, texts[field][k % len(texts[field])])
    now = everything()

    mine_changed = {k for k, text in cells.items() if same_cell(k[1], text) != before[k[0]][k[1]]}
    differs = {k for k in mine_changed if same_cell(k[1], cells[k]) != now[k[0]][k[1]]}
    clashes = {(a, f) for a, f in differs if before[a][f] != now[a][f]}
    draft_id = brought(edited(data, with_cells(file)), cast.director)
    outcome = previewed(draft_id, cast.director)
    assert not outcome.faulty
    assert changed_cells(outcome) == differs - clashes
    assert changed_cells(outcome, clash=True) == clashes
    if not differs:
        assert not outcome.told
        return

    row_of = {row.action.id: row.number for row in outcome.changed if row.action}
    taken = {key for key in sorted(clashes) if pick.random() < 0.5}
    said = len(entries())
    applied(
        draft_id,
        cast.director,
        taken={(row_of[a], f) for a, f in taken},
        outside_ok=True,
    )
    written = (differs - clashes) | taken
    expected = {a: dict(fields) for a, fields in now.items()}
    for action_id, field in written:
        expected[action_id][field] = same_cell(field, cells[action_id, field])
    assert everything() == expected
    new = entries()[said:]
    assert Counter(entry.subject_id for entry in new) == Counter({a for a, _ in written})
    assert {entry.deed for entry in new} <= {"action.edit"}
    assert journal.verify()


def test_twenty_edited_cells_are_twenty_changed_fields(cast: Cast, many: list[Action]) -> None:
    """The plain one: over all rows and all columns of the table."""
    data, before = exported(cast.director), whole_table()
    fields = ["title", "description", "expected_effect", "cost", "status"]
    cells: dict[tuple[int, str], object] = {}
    for number, action in enumerate(many[:4]):
        for field in fields:
            text = "Pausad" if field == "status" else f"={field} {number}"
            cells[action.id, field] = text
    assert len(cells) == 20
    draft_id = brought(edited(data, with_cells(cells)), cast.director)
    assert whole_table() == before
    done = applied(draft_id, cast.director)
    after = whole_table()
    changed = {
        (number, name)
        for number, row in after.items()
        for name, value in row.items()
        if name not in BOOKKEEPING and value != before[number][name]
    }
    assert after.keys() == before.keys()
    assert changed == set(cells) and len(changed) == 20
    assert (done.changed, done.added) == (4, 0)


def test_an_untouched_export_changes_nothing(cast: Cast, many: list[Action]) -> None:
    cast.action.extra = {"Diarienummer": "KS 1", "=Eget": "=1+1"}
    cast.action.description = "rad ett\n=rad två"
    db.session.commit()
    data = exported(cast.director)
    for file in (data, edited(data, lambda sheet: None)):
        outcome = previewed(brought(file, cast.director), cast.director)
        assert not outcome.told and not outcome.blind and not outcome.left
        assert len(outcome.rows) == 12


def test_what_a_sheet_did_is_taken_back_whole(cast: Cast) -> None:
    """Contributors and own columns too, which no other step on many changes."""
    cast.action.extra, cast.action.contributors = {"Kod": "1"}, [cast.colleague]
    db.session.commit()
    before = everything()
    number = cast.action.id
    cells = {(number, "contributors"): "Frida Chef", (number, "Kod"): "2", (number, "cost"): "1 kr"}
    draft_id = brought(edited(exported(cast.director), with_cells(cells)), cast.director)
    done = applied(draft_id, cast.director)
    assert everything() != before and cast.action.extra == {"Kod": "2"}
    assert done.batch_id is not None
    assert undo_batch(done.batch_id, by=cast.director, now=NOW).restored == 1
    assert everything() == before and cast.action.extra == {"Kod": "1"}
    assert entries()[-1].data["extra"] == [{"Kod": "2"}, {"Kod": "1"}]
    assert journal.verify()
