"""The facts of a report without names of people: roles and units stand in their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tracker.domain.anonymous import without_names
from tracker.domain.reporting import (
    Asked,
    Change,
    Changes,
    Coming,
    Deviation,
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
    return _Opening(people, words).facts(facts)


def opened_texts(texts: Mapping[str, OwnText], people: Mapping[str, str]) -> dict[str, OwnText]:
    """What people wrote, without names."""
    return {key: replace(one, text=without_names(one.text, people)) for key, one in texts.items()}


class _Opening:
    """One opening: each action is opened once, however many places tell of it."""

    def __init__(self, people: Mapping[str, str], words: Words) -> None:
        self._people, self._words = people, words
        self._rows: dict[ReportRow, ReportRow] = {}

    def facts(self, facts: ReportFacts) -> ReportFacts:
        text, row = self._text, self._row
        return replace(
            facts,
            plan_title=text(facts.plan_title),
            purpose=text(facts.purpose),
            signed_by=self._signed(facts.signed_by),
            points=self._points(facts.points),
            decisions=tuple(map(self._decision, facts.decisions)),
            rows=tuple(map(row, facts.rows)),
            deviations=tuple(map(self._deviation, facts.deviations)),
            changes=self._changes(facts.changes),
            questions=tuple(map(self._asked, facts.questions)),
            coming=self._coming(facts.coming),
            missing=tuple(
                replace(one, titles=tuple(map(text, one.titles))) for one in facts.missing
            ),
        )

    def _text(self, text: str) -> str:
        return without_names(text, self._people)

    def _within(self, name: str) -> str:
        """A name that stands within a sentence."""
        told = self._text(name)
        return told if told == name else told[:1].lower() + told[1:]

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
            dropped_by=self._within(row.dropped_by),
            dropped_reason=text(row.dropped_reason),
        )

    def _somebody(self) -> str:
        return self._words.gettext("en medarbetare")

    def _maybe(self, row: ReportRow | None) -> ReportRow | None:
        return None if row is None else self._row(row)

    def _points(self, points: Points) -> Points:
        return tuple((label, self._text(text)) for label, text in points)

    def _decision(self, one: MinutesLine) -> MinutesLine:
        return replace(one, note=self._text(one.note))

    def _deviation(self, one: Deviation) -> Deviation:
        return replace(one, row=self._row(one.row))

    def _asked(self, one: Asked) -> Asked:
        return replace(one, text=self._text(one.text), row=self._row(one.row))

    def _changes(self, changes: Changes | None) -> Changes | None:
        if changes is None:
            return None
        return replace(
            changes,
            changes=tuple(map(self._change, changes.changes)),
            promises=tuple(
                Promise(self._row(one.before), self._maybe(one.now)) for one in changes.promises
            ),
        )

    def _change(self, one: Change) -> Change:
        return replace(one, before=self._maybe(one.before), now=self._maybe(one.now))

    def _coming(self, coming: Coming) -> Coming:
        plan = coming.plan
        if plan is not None:
            plan = self._plan(plan)
        return replace(coming, rows=tuple(map(self._row, coming.rows)), plan=plan)

    def _plan(self, plan: NextPlan) -> NextPlan:
        return replace(
            plan,
            title=self._text(plan.title),
            purpose=self._text(plan.purpose),
            points=self._points(plan.points),
        )
