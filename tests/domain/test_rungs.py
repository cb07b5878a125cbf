"""The ladder as people set it: names, words and what it may be."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.ladder import Ladder, Reason, Step, To, standard_ladder
from tracker.domain.rungs import (
    MOST_RUNGS,
    Meaning,
    RungProblem,
    check_rungs,
    has_escalation,
    in_swedish,
    is_standard,
    key_of,
    meaning,
    renewed,
    signed,
    step_of,
)

STANDARD = tuple(meaning(step) for step in standard_ladder().steps)
SEVEN = time(7)
TODAY = date(2026, 3, 2)
meanings = st.tuples(
    st.sampled_from([reason for reason in Reason if reason is not Reason.ASSIGNED]),
    st.integers(-365, 365),
    st.sampled_from(list(To)),
    st.none() | st.integers(7, 365),
)


def owner(reason: Reason, days: int, every: int | None = None) -> Meaning:
    return reason, days, To.OWNER, every


@pytest.mark.parametrize(
    ("wanted", "key"),
    [
        (owner(Reason.AFTER, 21), "after+21"),
        (owner(Reason.AFTER, 22, 14), "after+22/14"),
        ((Reason.ESCALATED, 20, To.UNIT_DIRECTOR, None), "escalated+20-u"),
        ((Reason.ESCALATED, 365, To.MUNICIPAL_DIRECTOR, 365), "escalated+365/365-m"),
        (owner(Reason.AFTER, 21, 14), "after"),
        (owner(Reason.SILENT, 90, 90), "silent"),
        (owner(Reason.ROUND_DUE, -7), "round-7"),
    ],
)
def test_keys(wanted: Meaning, key: str) -> None:
    assert key_of(wanted) == key


@given(meanings, meanings)
def test_a_key_is_a_meaning(one: Meaning, other: Meaning) -> None:
    assert len(key_of(one)) <= 24
    assert (key_of(one) == key_of(other)) == (one == other)
    assert "@" not in key_of(one)


@given(st.sets(meanings, max_size=8))
def test_standard_keys_are_nobody_elses(wanted: set[Meaning]) -> None:
    keys = {step.key: meaning(step) for step in standard_ladder().steps}
    assert all(keys.get(key_of(one), one) == one for one in wanted)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (owner(Reason.BEFORE, -30), "30 dagar före slutdatum – till den ansvariga"),
        (owner(Reason.BEFORE, -1), "Dagen före slutdatum – till den ansvariga"),
        (owner(Reason.ON, 0), "På slutdatumet – till den ansvariga"),
        (
            owner(Reason.AFTER, 21, 14),
            "21 dagar efter slutdatum – till den ansvariga, och sedan med 14 dagars mellanrum",
        ),
        (
            (Reason.ESCALATED, 14, To.UNIT_DIRECTOR, None),
            "14 dagar efter slutdatum, som eskalering – till förvaltningens direktör",
        ),
        (owner(Reason.ROUND_OPEN, 0), "När en uppföljning öppnar – till den ansvariga"),
    ],
)
def test_words(wanted: Meaning, words: str) -> None:
    assert in_swedish(step_of(wanted)) == words


def rows(problems: list[object]) -> list[tuple[int, str | None]]:
    return [(p.row, p.field) for p in problems if isinstance(p, RungProblem)]


def test_the_standard_ladder_may_be_saved() -> None:
    assert check_rungs(STANDARD, SEVEN) == []
    assert has_escalation(STANDARD)
    assert is_standard(standard_ladder())


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        *((owner(Reason.BEFORE, -days), "") for days in (1, 365)),
        *((owner(Reason.BEFORE, -days), "days") for days in (0, 366)),
        *((owner(Reason.AFTER, days), "") for days in (1, 365)),
        *((owner(Reason.AFTER, days), "days") for days in (0, 366)),
        *((owner(Reason.SILENT, days), "") for days in (14, 365)),
        *((owner(Reason.SILENT, days), "days") for days in (13, 366)),
        *((owner(Reason.ROUND_DUE, -days), "") for days in (1, 60)),
        *((owner(Reason.ROUND_DUE, -days), "days") for days in (0, 61)),
        *((owner(Reason.ROUND_LATE, days), "") for days in (1, 60)),
        *((owner(Reason.ROUND_LATE, days), "days") for days in (0, 61)),
        *((owner(reason, 0), "") for reason in (Reason.ON, Reason.ROUND_OPEN)),
        *((owner(reason, 1), "days") for reason in (Reason.ON, Reason.ROUND_OPEN)),
        *((owner(Reason.AFTER, 30, every), "") for every in (7, 365)),
        *((owner(Reason.AFTER, 30, every), "every") for every in (0, 6, 366)),
        (owner(Reason.BEFORE, -30, 7), "every"),
        (owner(Reason.ESCALATED, 14), "kind"),
        ((Reason.AFTER, 14, To.UNIT_DIRECTOR, None), "kind"),
    ],
)
def test_boundaries(wanted: Meaning, field: str) -> None:
    anchor = owner(Reason.BEFORE, -29)
    found = rows(list(check_rungs((anchor, wanted), SEVEN)))
    assert found == ([(1, field)] if field else [])


def test_the_whole_ladder() -> None:
    twice = (*STANDARD, STANDARD[0])
    assert rows(list(check_rungs(twice, SEVEN))) == [(len(STANDARD), "days")]
    (bare,) = check_rungs([one for one in STANDARD if one[0] is Reason.SILENT], SEVEN)
    assert "minst ett steg" in str(bare)
    many = [owner(Reason.BEFORE, -day) for day in range(1, MOST_RUNGS + 1)]
    assert check_rungs(many, SEVEN) == []
    (long,) = check_rungs([*many, owner(Reason.ON, 0)], SEVEN)
    assert "högst 20 steg. Nu är de 21" in str(long)


@pytest.mark.parametrize(
    ("hour", "fine"),
    [("04:59", False), ("05:00", True), ("12:00", True), ("12:01", False), ("00:00", False)],
)
def test_the_hour(hour: str, fine: bool) -> None:
    problems = check_rungs(STANDARD, time.fromisoformat(hour))
    assert [problem.field for problem in problems] == ([] if fine else ["morning"])


def test_what_stays_keeps_its_name_and_its_day() -> None:
    old = Step("after-7", Reason.AFTER, 7, To.OWNER, since=date(2026, 1, 1))
    present = Ladder(SEVEN, (old, *standard_ladder().steps[:2]))
    new = renewed(present, [owner(Reason.AFTER, 8), *map(meaning, present.steps)], SEVEN, TODAY)
    assert old in new.steps
    assert {step.key: step.since for step in new.steps} == {
        "before-30": None,
        "before-7": None,
        "after-7": date(2026, 1, 1),
        "after+8": TODAY,
    }
    assert [step.days for step in new.steps] == [-30, -7, 7, 8], "in the order of reading"


@given(st.permutations(STANDARD))
def test_the_standard_ladder_in_any_order_is_itself(shuffled: list[Meaning]) -> None:
    assert renewed(standard_ladder(), shuffled, SEVEN, TODAY) == standard_ladder()


def test_days_have_a_direction() -> None:
    assert signed(Reason.BEFORE, 7) == signed(Reason.ROUND_DUE, 7) == -7
    assert signed(Reason.AFTER, 7) == signed(Reason.ROUND_LATE, 7) == 7
