"""The ladder as people set it: what a rung says in words, how it is named, and what it may be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time

from tracker.domain.errors import N_, RuleBroken
from tracker.domain.ladder import Ladder, Reason, Step, To, standard_ladder

MOST_RUNGS = 20
EARLIEST, LATEST = time(5), time(12)
LONGEST = 365
SHORTEST_REPEAT = 7

Meaning = tuple[Reason, int, To, int | None]

_ORDER = (
    *(Reason.BEFORE, Reason.ON, Reason.AFTER, Reason.ESCALATED, Reason.ROUND_OPEN),
    *(Reason.ROUND_DUE, Reason.ROUND_LATE, Reason.SILENT, Reason.ASSIGNED),
)
_TO_LETTER = {To.OWNER: "", To.UNIT_DIRECTOR: "-u", To.MUNICIPAL_DIRECTOR: "-m"}
_ON_THE_DAY = (Reason.ON, Reason.ROUND_OPEN)
_BACKWARDS = (Reason.BEFORE, Reason.ROUND_DUE)
_AROUND_DEADLINE = (Reason.BEFORE, Reason.ON, Reason.AFTER)
_REPEATS = (Reason.AFTER, Reason.ESCALATED, Reason.SILENT)
# The fewest and the most days of each kind, as people count them: never negative.
_DAYS = {
    Reason.BEFORE: (1, LONGEST),
    Reason.ON: (0, 0),
    Reason.AFTER: (1, LONGEST),
    Reason.ESCALATED: (1, LONGEST),
    Reason.SILENT: (14, LONGEST),
    Reason.ROUND_OPEN: (0, 0),
    Reason.ROUND_DUE: (1, 60),
    Reason.ROUND_LATE: (1, 60),
}
# What a rung says: for no day or one day where that has words of its own, and for several.
_WHEN: dict[Reason, tuple[str, str]] = {
    Reason.BEFORE: (N_("Dagen före slutdatum"), N_("%(days)s dagar före slutdatum")),
    Reason.ON: (N_("På slutdatumet"), N_("På slutdatumet")),
    Reason.AFTER: (N_("Dagen efter slutdatum"), N_("%(days)s dagar efter slutdatum")),
    Reason.ESCALATED: (
        N_("Dagen efter slutdatum, som eskalering"),
        N_("%(days)s dagar efter slutdatum, som eskalering"),
    ),
    Reason.SILENT: (
        N_("En dag utan lägesrapport"),
        N_("%(days)s dagar utan lägesrapport"),
    ),
    Reason.ROUND_OPEN: (N_("När en uppföljning öppnar"), N_("När en uppföljning öppnar")),
    Reason.ROUND_DUE: (
        N_("Dagen före en uppföljnings sista dag"),
        N_("%(days)s dagar före en uppföljnings sista dag"),
    ),
    Reason.ROUND_LATE: (
        N_("Dagen efter en uppföljnings sista dag"),
        N_("%(days)s dagar efter en uppföljnings sista dag"),
    ),
}
TO_WORDS = {
    To.OWNER: N_("till den ansvariga"),
    To.UNIT_DIRECTOR: N_("till förvaltningens direktör"),
    To.MUNICIPAL_DIRECTOR: N_("till kommunens direktör"),
}
REPEATED = N_("och sedan med %(every)s dagars mellanrum")


class RungProblem(RuleBroken):
    """A rule that one rung breaks; `row` is its place in the list, `field` what to mend there."""

    def __init__(self, row: int, message: str, *, field: str, **params: object) -> None:
        super().__init__(message, field=field, **params)
        self.row = row


def meaning(step: Step) -> Meaning:
    """What makes a rung the same rung."""
    return step.reason, step.days, step.to, step.every


def key_of(wanted: Meaning) -> str:
    """The rung's name in the ledger: the same meaning always has the same, at most 24 characters.

    So a rung that was taken away and put back tells nobody twice.
    """
    for step in standard_ladder().steps:
        if meaning(step) == wanted:
            return step.key
    reason, days, to, every = wanted
    repeated = f"/{every}" if every else ""
    return f"{reason}{days:+d}{repeated}{_TO_LETTER[to]}"


def step_of(wanted: Meaning, since: date | None = None) -> Step:
    """The rung of a meaning, named."""
    return Step(key_of(wanted), *wanted, since=since)


def renewed(present: Ladder, wanted: Sequence[Meaning], morning: time, today: date) -> Ladder:
    """The ladder with the `wanted` rungs: those that there are already go on as they were, new
    ones count from `today` on, so that no old day is caught up."""
    kept = {meaning(step): step for step in present.steps}
    steps = [kept.get(one) or step_of(one, today) for one in in_order(wanted)]
    return Ladder(morning, tuple(steps))


def in_order(wanted: Sequence[Meaning]) -> list[Meaning]:
    """As people read a ladder: by kind, then by day, those to superiors last."""
    places = list(To)
    return sorted(
        wanted, key=lambda one: (_ORDER.index(one[0]), one[1], places.index(one[2]), one[3] or 0)
    )


def when_words(step: Step) -> tuple[str, int]:
    """When the rung speaks, as a msgid with a place for %(days)s, and the days."""
    one, several = _WHEN[step.reason]
    days = abs(step.days)
    return (one if days <= 1 else several), days


def in_swedish(step: Step) -> str:
    """The whole rung in Swedish words, as the journal keeps it."""
    sentence, days = when_words(step)
    words = f"{sentence % {'days': days}} – {TO_WORDS[step.to]}"
    return f"{words}, {REPEATED % {'every': step.every}}" if step.every else words


def signed(reason: Reason, days: int) -> int:
    """Days as people count them, as the rules count them: negative before the day."""
    return -days if reason in _BACKWARDS else days


def check_rungs(wanted: Sequence[Meaning], morning: time) -> list[RuleBroken]:
    """Everything that is wrong with a ladder, in its order; empty where it may be saved."""
    problems: list[RuleBroken] = []
    for row, one in enumerate(wanted):
        problems += _check_one(row, *one)
        if one in wanted[:row]:
            text = N_("Samma steg finns redan längre upp. Ta bort det ena eller ändra dagarna.")
            problems.append(RungProblem(row, text, field="days"))
    return problems + _check_whole([one[0] for one in wanted], morning)


def _check_whole(reasons: Sequence[Reason], morning: time) -> list[RuleBroken]:
    problems = []
    if not set(reasons) & set(_AROUND_DEADLINE):
        problems.append(
            RuleBroken(
                "Trappan behöver minst ett steg före, på eller efter slutdatum. "
                "Annars får ingen ansvarig veta att tiden går ut."
            )
        )
    if len(reasons) > MOST_RUNGS:
        problems.append(
            RuleBroken(
                "Trappan kan ha högst %(most)s steg. Nu är de %(count)s: ta bort några.",
                most=MOST_RUNGS,
                count=len(reasons),
            )
        )
    if not EARLIEST <= morning <= LATEST:
        problems.append(
            RuleBroken("Välj en tid mellan 05:00 och 12:00.", field="morning"),
        )
    return problems


def _check_one(row: int, reason: Reason, days: int, to: To, every: int | None) -> list[RungProblem]:
    problems = []
    fewest, most = _DAYS[reason]
    if reason in _ON_THE_DAY and days != 0:
        text = N_("Det här steget räknar inga dagar. Lämna rutan tom, eller välj ett annat slag.")
        problems.append(RungProblem(row, text, field="days"))
    elif not fewest <= signed(reason, days) <= most:
        text = N_("Skriv ett antal dagar från %(fewest)s till %(most)s.")
        problems.append(RungProblem(row, text, field="days", fewest=fewest, most=most))
    if every is not None:
        problems += _check_repeat(row, reason, every)
    if (to is not To.OWNER) != (reason is Reason.ESCALATED):
        text = N_("En eskalering går till en direktör, de andra stegen till den ansvariga.")
        problems.append(RungProblem(row, text, field="kind"))
    return problems


def _check_repeat(row: int, reason: Reason, every: int) -> list[RungProblem]:
    if reason not in _REPEATS:
        text = N_(
            "Bara steg efter slutdatum, eskaleringar och tysta åtgärder kan upprepas. "
            "Lämna rutan tom."
        )
        return [RungProblem(row, text, field="every")]
    if not SHORTEST_REPEAT <= every <= LONGEST:
        text = N_("Upprepa tidigast var %(fewest)s:e dag och senast var %(most)s:e dag.")
        return [
            RungProblem(row, text, field="every", fewest=SHORTEST_REPEAT, most=LONGEST),
        ]
    return []


def has_escalation(wanted: Sequence[Meaning]) -> bool:
    """Whether any superior ever hears of what is late."""
    return any(reason is Reason.ESCALATED for reason, *_rest in wanted)


def is_standard(ladder: Ladder) -> bool:
    """Whether the ladder says what the one that comes with the product says."""
    standard = standard_ladder()
    same = {meaning(step) for step in ladder.steps} == {meaning(step) for step in standard.steps}
    return same and ladder.morning == standard.morning
