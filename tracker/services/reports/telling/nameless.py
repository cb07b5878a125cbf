"""The facts of a report without names of people: roles and units stand in their place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from tracker.domain.anonymous import without_names
from tracker.domain.reporting import (
    Coming,
    MinutesLine,
    NextPlan,
    Promise,
    ReportFacts,
    ReportRow,
)
from tracker.reports.glyphs import one_line
from tracker.services.reports.snapshots import OwnText
from tracker.services.reports.telling.words import Words, initial

Points = tuple[tuple[str, str], ...]
# Where a decision is found follows the name of the body.
_PARAGRAPH = re.compile(r"[\s,]*§{1,2}\s*\d[\d\s–-]*$")
# Roles that decide, as they are written alone.
_ROLES = (
    *("kommunfullmäktige", "fullmäktige", "kommunstyrelsen", "nämnden", "utskottet", "ks", "kf"),
    *("kommundirektören", "kommunchefen", "förvaltningschefen", "förvaltningsdirektören"),
    *("avdelningschefen", "enhetschefen", "verksamhetschefen", "sektorschefen", "kontorschefen"),
    *("stadsdirektören", "kanslichefen", "rektorn", "projektledaren", "styrgruppen"),
    *("kommunledningen", "ledningsgruppen", "förvaltningen", "chefen", "den ansvariga"),
    *("the municipal director", "the head of unit", "the council", "the committee"),
)


def everybody(facts: ReportFacts, people: Mapping[str, str], words: Words) -> dict[str, str]:
    """`people`, and the owners in the report whom it lacks, with what to write instead."""
    found = {}
    for row in facts.rows:
        if one_line(row.owner) and one_line(row.unit):
            unit = one_line(row.unit)
            found[row.owner] = words.gettext("en medarbetare vid %(unit)s", unit=unit)
        elif one_line(row.owner):
            found[row.owner] = words.gettext("en medarbetare")
    return found | dict(people)


def opened(facts: ReportFacts, people: Mapping[str, str], words: Words) -> ReportFacts:
    """The facts with units instead of owners, and what `people` gives instead of other names."""
    return _Opening(facts, people, words).facts(facts)


def opened_texts(texts: Mapping[str, OwnText], people: Mapping[str, str]) -> dict[str, OwnText]:
    """What people wrote, without names."""
    return {key: replace(one, text=without_names(one.text, people)) for key, one in texts.items()}


def open_rows(facts: ReportFacts) -> tuple[ReportRow, ...]:
    """The rows of opened facts as they are given out: nobody is named as the one responsible."""
    return tuple(replace(one, owner="", expected_effect="") for one in facts.rows)


def quieted(facts: ReportFacts) -> ReportFacts:
    """The facts without what the owners wrote about their actions."""
    return _with_rows(facts, lambda row: replace(row, said="", dropped_reason=""))


def deciders(facts: ReportFacts, people: Mapping[str, str]) -> frozenset[str]:
    """Whoever may be told to have decided something, folded: bodies, units, places and roles."""
    named = [facts.municipality, facts.part_name, facts.reader, *people.values(), *_ROLES]
    named += [one.body for one in facts.decisions]
    named += [part for row in facts.rows for part in (row.unit, row.committee)]
    return frozenset(filter(None, map(_folded, named)))


def _folded(text: str) -> str:
    return one_line(text).casefold()


def _with_rows(facts: ReportFacts, row: Callable[[ReportRow], ReportRow]) -> ReportFacts:
    """The facts with each action made over, wherever they tell of it."""

    def maybe(one: ReportRow | None) -> ReportRow | None:
        return None if one is None else row(one)

    changes = facts.changes
    if changes is not None:
        changes = replace(
            changes,
            changes=tuple(
                replace(one, before=maybe(one.before), now=maybe(one.now))
                for one in changes.changes
            ),
            promises=tuple(Promise(row(one.before), maybe(one.now)) for one in changes.promises),
        )
    return replace(
        facts,
        rows=tuple(map(row, facts.rows)),
        deviations=tuple(replace(one, row=row(one.row)) for one in facts.deviations),
        changes=changes,
        questions=tuple(replace(one, row=row(one.row)) for one in facts.questions),
        coming=replace(facts.coming, rows=tuple(map(row, facts.coming.rows))),
    )


class _Opening:
    """One opening: each action is opened once, however many places tell of it."""

    def __init__(self, facts: ReportFacts, people: Mapping[str, str], words: Words) -> None:
        self._people, self._words = people, words
        self._deciders = deciders(facts, people)
        self._rows: dict[ReportRow, ReportRow] = {}

    def facts(self, facts: ReportFacts) -> ReportFacts:
        text, told = self._text, _with_rows(facts, self._row)
        return replace(
            told,
            plan_title=text(told.plan_title),
            purpose=text(told.purpose),
            signed_by=self._signed(told.signed_by),
            points=self._points(told.points),
            decisions=tuple(map(self._decision, told.decisions)),
            questions=tuple(replace(one, text=text(one.text)) for one in told.questions),
            coming=self._coming(told.coming),
            # What is missing is told where single actions may not be shown.
            missing=tuple(replace(one, titles=()) for one in told.missing),
        )

    def _text(self, text: str) -> str:
        return without_names(text, self._people)

    def _decider(self, name: str) -> str:
        """Who decided, within a sentence: a body or a role, "" where it may be a person."""
        told = self._text(one_line(name))
        body = _PARAGRAPH.sub("", told)
        if _folded(body) not in self._deciders:
            return ""
        return told if told == one_line(name) else told[:1].lower() + told[1:]

    def _signed(self, signed: str) -> str:
        """The role after the name; of a name alone what `people` says, or nothing."""
        _name, comma, role = signed.partition(",")
        if comma:
            return initial(self._text(role.strip()))
        return initial(self._people.get(one_line(signed), ""))

    def _row(self, row: ReportRow) -> ReportRow:
        if row not in self._rows:
            self._rows[row] = self._opened(row)
        return self._rows[row]

    def _opened(self, row: ReportRow) -> ReportRow:
        text = self._text
        hidden = "" if one_line(row.unit) or not one_line(row.owner) else self._somebody()
        return replace(
            row,
            title=text(row.title),
            owner=hidden,
            expected_effect=text(row.expected_effect),
            said=text(row.said),
            dropped_by=self._decider(row.dropped_by),
            dropped_reason=text(row.dropped_reason),
            taken_over_by=text(row.taken_over_by),
        )

    def _somebody(self) -> str:
        return self._words.gettext("en medarbetare")

    def _points(self, points: Points) -> Points:
        return tuple((label, self._text(text)) for label, text in points)

    def _decision(self, one: MinutesLine) -> MinutesLine:
        # What the minutes say more is for whoever asks for them.
        return replace(one, body=self._text(one.body), note="")

    def _coming(self, coming: Coming) -> Coming:
        plan = coming.plan
        if plan is not None:
            plan = self._plan(plan)
        return replace(coming, plan=plan)

    def _plan(self, plan: NextPlan) -> NextPlan:
        return replace(
            plan,
            title=self._text(plan.title),
            purpose=self._text(plan.purpose),
            points=self._points(plan.points),
        )
