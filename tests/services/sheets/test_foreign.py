"""Sheets of other people's making: cells without values, rows that say nothing, and their plan."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from tests.helpers.cast import NOW, TODAY, Cast, make_action
from tests.helpers.together import person, together
from tests.services.sheets.workbook import (
    applied,
    brought,
    edited,
    entries,
    everything,
    exported,
    previewed,
    put,
    with_cells,
)
from tracker.domain.errors import Conflict, RuleBroken
from tracker.domain.sheets import HEADINGS
from tracker.extensions import db
from tracker.importers.sheets import read_sheet
from tracker.models import Action, ActionPlan, PlanState, User
from tracker.services import journal
from tracker.services.actions.search import remember
from tracker.services.sheets import apply, compare, drafts
from tracker.services.sheets.compare import Outcome

HEADS = ["Åtgärd", "Ansvarig", "Klart", "Summa"]
FORMULA = (
    "Cellen har en formel utan sparat värde. Öppna filen i kalkylprogrammet och spara den igen, "
    "eller skriv värdet."
)


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "read_sheet_isolated", read_sheet)


def foreign(cast: Cast, *rows: list[object], by: User | None = None, **mapped: Any) -> int:
    """The draft of a sheet with these rows under HEADS, its columns as guessed."""
    book = openpyxl.Workbook()
    for row in (HEADS, *rows):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    who = by or cast.director
    draft_id = brought(out.getvalue(), who, "plan.xlsx")
    columns = mapped.pop("columns", ("title", "owner", "deadline", "kept"))
    wanted = drafts.Mapped(0, columns, unit_id=cast.unit.id, **mapped)
    drafts.set_mapping(draft_id, wanted, by=who)
    return draft_id


def told(outcome: Outcome) -> list[tuple[int, str, str]]:
    return [(row.number, one.name, str(one.why)) for row in outcome.faulty for one in row.faults]


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        (["=A1", "Olle Ägare", "2027-01-01", "5"], ["title"]),
        (["Rusta", "=A1", "2027-01-01", "5"], ["owner"]),
        (["Rusta", None, "=A1", "=B1"], ["deadline", "kept:Summa"]),
        ([None, None, None, "=B1"], ["kept:Summa"]),
    ],
)
def test_a_formula_without_a_value_stops_its_row_alone(
    cast: Cast, row: list[object], columns: list[str]
) -> None:
    draft_id = foreign(cast, ["Måla", None, "2027-01-01"], row, ["Städa", None, "2027-02-01"])
    outcome = previewed(draft_id, cast.director)
    assert told(outcome) == [(3, name, FORMULA) for name in columns]
    assert applied(draft_id, cast.director, partly=True).added == 2
    made = db.session.query(Action).order_by(Action.id.desc()).limit(2)
    assert [one.title for one in made] == ["Städa", "Måla"]


def test_a_formula_in_a_column_that_is_left_out_stops_nothing(cast: Cast) -> None:
    rows: list[list[object]] = [["Måla", None, "2027-01-01", "=B1"], [None, None, None, "=B1"]]
    outcome = previewed(foreign(cast, *rows, columns=("title", "", "deadline", "")), cast.director)
    assert [row.number for row in outcome.new] == [2] and not outcome.faulty
    assert len(outcome.rows) == 1


def test_a_formula_without_a_value_in_our_own_export(cast: Cast) -> None:
    def change(sheet: Any) -> None:
        with_cells({(cast.other_action.id, "cost"): "5 tkr"})(sheet)
        sheet.cell(3, list(HEADINGS).index("cost") + 2).value = "=1+1"
        sheet.cell(4, len(HEADINGS) + 2).value = "=1+1"  # grey: not read

    draft_id = brought(edited(exported(cast.director), change), cast.director)
    outcome = previewed(draft_id, cast.director)
    assert told(outcome) == [(3, "cost", FORMULA)]
    before = everything()
    done = applied(draft_id, cast.director, partly=True)
    assert (done.changed, done.added) == (1, 0)
    before[cast.other_action.id]["cost"] = "5 tkr"
    assert everything() == before


@pytest.mark.parametrize("text", ["#REF!", "#SAKNAS!", "#värdefel!", " #N/A "])
def test_what_a_failed_formula_shows_is_no_text(cast: Cast, text: str) -> None:
    outcome = previewed(foreign(cast, [text, None, "2027-01-01"]), cast.director)
    ((number, name, sentence),) = told(outcome)
    assert (number, name) == (2, "title") and "Rätta formeln" in sentence
    data = edited(exported(cast.director), with_cells({(cast.action.id, "cost"): text}))
    assert [row.number for row in previewed(brought(data, cast.director), cast.director).faulty]


def test_an_action_may_be_called_so(cast: Cast) -> None:
    cast.action.title = "#REF!"
    db.session.commit()
    data = edited(exported(cast.director), with_cells({(cast.action.id, "cost"): "5 tkr"}))
    assert not previewed(brought(data, cast.director), cast.director).faulty


def add_plan(title: str, state: PlanState = PlanState.ADOPTED) -> ActionPlan:
    plan = ActionPlan(title=title, created_at=NOW, state=state)
    db.session.add(plan)
    db.session.commit()
    return plan


def close(cast: Cast, *plans: ActionPlan) -> None:
    for plan in plans:
        plan.state, plan.closed_on, plan.closed_by_id = PlanState.ADOPTED, TODAY, cast.director.id
    db.session.commit()


def test_new_actions_go_into_the_newest_plan_that_holds(cast: Cast) -> None:
    newer, draft = add_plan("Nyare"), add_plan("Utkast", PlanState.DRAFT)
    row: list[object] = ["Måla", None, "2027-01-01"]
    draft_id = foreign(cast, row)
    for plans, goal in [((), newer), ((newer,), cast.plan), ((cast.plan,), draft)]:
        close(cast, *plans)
        assert previewed(draft_id, cast.director).goal.plan_id == goal.id
    applied(draft_id, cast.director)
    assert db.session.query(Action).order_by(Action.id.desc()).first().plan == draft
    assert previewed(foreign(cast, row, plan_title="Egen"), cast.director).goal.title == "Egen"
    close(cast, draft)
    assert previewed(foreign(cast, row), cast.director).goal.closed is not None


def test_the_plan_is_the_one_that_the_preview_named(app: Any, cast: Cast) -> None:
    draft_id = foreign(cast, ["Måla", None, "2027-01-01"])
    seen = previewed(draft_id, cast.director).fingerprint
    add_plan("Nyare")
    with pytest.raises(Conflict):
        said = apply.Answers(seen)
        apply.apply_sheet(draft_id, said, by=cast.director, now=NOW, today=TODAY)
    db.session.rollback()
    assert db.session.query(Action).count() == 4


def test_a_plan_that_was_closed_meanwhile_takes_nothing(app: Any, cast: Cast) -> None:
    draft_id = foreign(cast, ["Måla", None, "2027-01-01"], plan_id=cast.plan.id)
    close(cast, cast.plan)
    with pytest.raises(RuleBroken, match="är avslutad"):
        applied(draft_id, cast.director, partly=True)
    db.session.rollback()
    assert db.session.query(Action).count() == 4


def test_the_same_yes_from_three_windows_adds_once(any_app: Any, cast: Cast) -> None:
    draft_id = foreign(cast, ["Måla", "Olle Ägare", "2027-01-01"], ["Städa", None, "2027-02-01"])
    said = apply.Answers(previewed(draft_id, cast.director).fingerprint)
    by = cast.director.id

    def yes() -> int:
        return apply.apply_sheet(draft_id, said, by=person(by), now=NOW, today=TODAY).added

    results = together(any_app, yes, yes, yes)
    assert [one for one in results if isinstance(one, int)] == [2]
    assert sum(isinstance(one, Conflict) for one in results) == 2
    assert db.session.query(Action).count() == 6
    assert journal.verify()


def test_an_owner_whose_account_closed_meanwhile_is_named(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the comparison, while the step waits for the account."""
    draft_id = foreign(cast, ["Måla", "Olle Ägare", "2027-01-01"], ["Städa", None, "2027-02-01"])

    def closed(*args: Any, **named: Any) -> Outcome:
        found = compare.compare(*args, **named)
        owner = db.session.get(User, cast.owner.id)
        assert owner is not None
        owner.deactivated_at = NOW
        db.session.flush()
        return found

    said = apply.Answers(previewed(draft_id, cast.director).fingerprint, partly=True)
    monkeypatch.setattr(apply, "compare", closed)
    done = apply.apply_sheet(draft_id, said, by=cast.director, now=NOW, today=TODAY)
    assert done.added == 1
    assert [entry.data["title"] for entry in entries()][-1:] == ["Städa"]


@pytest.mark.parametrize(
    ("any_app", "kind", "most"),
    [("sqlite", "new", 5), ("sqlite", "cost", 4), ("postgresql", "all", 10)],
    indirect=["any_app"],
)
def test_each_row_costs_few_statements(
    any_app: Any, cast: Cast, count_queries: Any, kind: str, most: int
) -> None:
    """What rows share is asked for once; moving the seal of the journal's end is one of these, and
    PostgreSQL's journal takes one more, for its lock."""
    made = [make_action(cast.plan, f"Åtgärd {n}", unit=cast.unit) for n in range(20)]
    db.session.add_all(made)
    for action in made:
        remember(action)
    db.session.commit()
    spent = []
    for rows in (4, 14):
        if kind == "new":
            new: list[list[object]] = [
                [f"Rusta {rows} {n}", "Olle Ägare", "2027-01-01", f"{n} kr"] for n in range(rows)
            ]
            draft_id = foreign(cast, *new)
        else:
            data = edited(exported(cast.director), _changing(cast, made[:rows], kind == "cost"))
            draft_id = brought(data, cast.director)
        said = apply.Answers(previewed(draft_id, cast.director).fingerprint)
        db.session.expire_all()
        with count_queries() as counted:
            apply.apply_sheet(draft_id, said, by=cast.director, now=NOW, today=TODAY)
        spent.append(counted.number)
    lock = db.session.get_bind().dialect.name == "postgresql"
    assert spent[1] - spent[0] <= 10 * (most + lock)


def _changing(cast: Cast, actions: list[Action], is_cost_alone: bool) -> Any:
    odd = len(actions) > 10
    owner, helper = (cast.owner, cast.colleague) if odd else (cast.colleague, cast.owner)
    cells: dict[tuple[int, str], object] = {}
    for action in actions:
        cells[action.id, "cost"] = f"{len(actions)} kr"
        if not is_cost_alone:
            cells[action.id, "title"] = f"Rubrik {len(actions)} {action.id}"
            cells[action.id, "owner"] = owner.email
            cells[action.id, "contributors"] = helper.email
    return with_cells(cells)


HOSTILE = ["=1+1", "+46 8", "-5", "@SUMMA", "\tflik", "😀 ny", "a\u202eb", "x\x00y", "'citat"]


def test_hostile_texts_come_back_as_they_were_sent(any_app: Any, cast: Cast) -> None:
    """Each in a row of its own; the row before it sends nothing along, nor does the one after."""
    known = set(everything())
    lines = "".join(
        f'"{text.replace(chr(0), "")}";2027-01-01;"{text[:1] * 3}"\n' for text in HOSTILE
    )
    sheet = f"Åtgärd;Klart;Kod\n{lines}"
    draft_id = brought(sheet.encode("utf-8-sig"), cast.director, "plan.csv")
    columns = ("title", "deadline", "kept")
    drafts.set_mapping(draft_id, drafts.Mapped(0, columns, cast.unit.id), by=cast.director)
    applied(draft_id, cast.director)
    titles = {str(one["title"]) for key, one in everything().items() if key not in known}
    assert len(titles) == len(HOSTILE)
    data = edited(exported(cast.director), lambda sheet: put(sheet, 2, 2, sheet.cell(2, 2).value))
    assert titles <= {
        str(row[1].value) for row in openpyxl.load_workbook(io.BytesIO(data))["Åtgärder"]
    }
    assert not previewed(brought(data, cast.director), cast.director).told


def test_a_sheet_that_is_read_in_twice_is_remarked_on(cast: Cast) -> None:
    rows: list[list[object]] = [["Måla", None, "2027-01-01"], ["måla  ", None, "2027-01-01"]]
    first = foreign(cast, *rows)
    assert not any(row.remarks for row in previewed(first, cast.director).new)
    applied(first, cast.director)
    outcome = previewed(foreign(cast, *rows, ["Ny", None, "2027-01-01"]), cast.director)
    number = min(a.id for a in db.session.query(Action) if a.title.casefold() == "måla")
    said = [[str(one.why) for one in row.remarks] for row in outcome.new]
    assert [len(one) for one in said] == [1, 1, 0] and f"nummer {number}." in said[0][0]
    own = foreign(cast, *rows, plan_title="En egen plan")
    assert not any(row.remarks for row in previewed(own, cast.director).new)
