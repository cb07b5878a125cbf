"""The words that the sections of a report share, in the language of the installation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from gettext import NullTranslations

from babel.dates import format_date
from babel.lists import format_list

from tracker.domain.errors import N_
from tracker.domain.languages import LANGUAGES, day_pattern
from tracker.domain.reporting import (
    AreaState,
    EvaluationFacts,
    Gap,
    MinutesLine,
    Missing,
    Move,
    ReportRow,
    Why,
)
from tracker.domain.statuses import STATUS_MARKS
from tracker.mail.catalogue import catalogue
from tracker.reports.glyphs import legible, one_line, unbroken

GROUPS = {
    Why.OVERDUE: N_("Försenade"),
    Why.OFF_TRACK: N_("Följer inte planen"),
    Why.LATE_FORECAST: N_("Väntas bli klara för sent"),
    Why.PAUSED: N_("Pausade"),
    Why.DROPPED: N_("Avbrutna"),
}
LABELS = {
    Why.OVERDUE: N_("försenad"),
    Why.OFF_TRACK: N_("följer inte planen"),
    Why.LATE_FORECAST: N_("väntas bli klar för sent"),
    Why.PAUSED: N_("pausad"),
    Why.DROPPED: N_("avbruten"),
}
MOVES = {
    Move.NEW: N_("Ny"),
    Move.DONE: N_("Genomförd"),
    Move.REOPENED: N_("Öppnad igen"),
    Move.DELAYED: N_("Senare klardatum"),
    Move.EARLIER: N_("Tidigare klardatum"),
    Move.DROPPED: N_("Avbruten"),
    Move.LEFT: N_("Ingår inte längre"),
}
_ELLIPSIS = "…"


@dataclass(frozen=True)
class Words:
    """The words of one language; an unknown one is told in Swedish."""

    locale: str

    @property
    def language(self) -> str:
        """The language as documents name it."""
        return self.locale if self.locale in LANGUAGES else LANGUAGES[0]

    @property
    def _t(self) -> NullTranslations:
        return catalogue(self.language)

    def gettext(self, text: str, /, **values: object) -> str:
        """A sentence of the source, with its places filled."""
        said = self._t.gettext(text)
        return unbroken(said % values) if values else said

    def ngettext(self, one: str, many: str, num: int, /, **values: object) -> str:
        """A sentence of the source for so many; `num` is one of its places."""
        return unbroken(self._t.ngettext(one, many, num) % {"num": num, **values})

    def day(self, day: date) -> str:
        """20 februari 2026."""
        return str(format_date(day, day_pattern(self.language), locale=self.language))

    def short_day(self, day: date) -> str:
        """2026-02-20, for tables."""
        return day.isoformat()

    def month(self, month: date) -> str:
        """februari 2026."""
        return str(format_date(month, "MMMM y", locale=self.language))

    def joined(self, parts: Sequence[str]) -> str:
        """a, b och c."""
        return str(format_list(list(parts), locale=self.language)) if parts else ""

    def title(self, row: ReportRow) -> str:
        """An action's title on one line."""
        return shortened(row.title, 200) or self.gettext("Åtgärd utan rubrik")

    def quoted(self, row: ReportRow) -> str:
        """An action's title in a sentence."""
        return self.gettext("”%(title)s”", title=self.title(row))

    def status(self, row: ReportRow) -> str:
        """Verifierad."""
        return self.gettext(STATUS_MARKS[row.status].label)

    def going_on(self, row: ReportRow) -> str:
        """fortsätter i ”Handlingsplan 2027–2028”; empty where no other plan took it over."""
        if not row.taken_over_by:
            return ""
        return self.gettext("fortsätter i ”%(plan)s”", plan=shortened(row.taken_over_by, 200))

    def responsible(self, row: ReportRow, between: str = ", ") -> str:
        """The owner and the unit, or that there is none."""
        named = [one for one in map(one_line, (row.owner, row.unit)) if one]
        return between.join(named) or self.gettext("ingen utsedd")

    def place(self, row: ReportRow) -> str:
        """The unit; the owner where there is none."""
        return one_line(row.unit) or one_line(row.owner)

    def area(self, area: AreaState) -> str:
        """1 Samspel mellan …"""
        if area.number is None:
            return self.gettext("Åtgärder som inte hör till något område")
        return f"{area.number} {one_line(area.name)}".strip()

    def total(self, evaluation: EvaluationFacts) -> str:
        """471 av 800 poäng; empty where the evaluation has no total."""
        if evaluation.total is None:
            return ""
        return self.gettext(
            "%(score)s av %(max)s poäng", score=evaluation.total, max=evaluation.max
        )

    def minutes(self, line: MinutesLine) -> str:
        """den 9 december 2024, § 118."""
        return self.gettext(
            "den %(day)s, § %(section)s", day=self.day(line.decided_on), section=line.section
        )

    def minutes_of(self, lines: Iterable[MinutesLine]) -> str:
        """Decisions in a row, each body named once: Kommunstyrelsen den …, § 53, och den …"""
        told, body = [], ""
        for line in lines:
            named = one_line(line.body)
            told.append(self.minutes(line) if named == body else f"{named} {self.minutes(line)}")
            body = named
        return self.joined(told)

    def missing(self, one: Missing, *, since: date | None) -> str:
        """What is missing as a sentence of the report; empty for what is no matter of the
        reader's."""
        if one.gap is Gap.NO_REPORT:
            return self._unreported(one.number, since)
        if one.gap is Gap.NO_OWNER:
            return self.ngettext(
                "%(num)s åtgärd saknar ansvarig.", "%(num)s åtgärder saknar ansvarig.", one.number
            )
        if one.gap is Gap.NO_UNIT:
            return self.ngettext(
                "%(num)s åtgärd hör inte till någon förvaltning.",
                "%(num)s åtgärder hör inte till någon förvaltning.",
                one.number,
            )
        if one.gap is Gap.NO_EXPLANATION:
            return self.ngettext(
                "För %(num)s avvikelse har ingen angett orsak eller vad som görs.",
                "För %(num)s avvikelser har ingen angett orsak eller vad som görs.",
                one.number,
            )
        return ""

    def _unreported(self, number: int, since: date | None) -> str:
        if since is None:
            return self.ngettext(
                "För %(num)s pågående eller planerad åtgärd har ingen lägesrapport lämnats.",
                "För %(num)s pågående eller planerade åtgärder har ingen lägesrapport lämnats.",
                number,
            )
        return self.ngettext(
            "För %(num)s åtgärd har ingen lägesrapport lämnats sedan förra rapporten.",
            "För %(num)s åtgärder har ingen lägesrapport lämnats sedan förra rapporten.",
            number,
        )


def shortened(text: str, most: int) -> str:
    """`text` on one line of at most `most` characters, cut between words where it is too long."""
    line = one_line(text)
    if len(line) <= most:
        return line
    cut = line[: most - 1]
    whole = cut.rsplit(" ", 1)[0]
    return (whole if len(whole) > most // 2 else cut).rstrip(" ,;:–") + _ELLIPSIS


def paragraphs(text: str) -> tuple[str, ...]:
    """What somebody typed, cut at empty lines; single line breaks stay."""
    lines = [line.strip() for line in unbroken(legible(text)).split("\n")]
    return tuple(one for one in "\n".join(lines).strip().split("\n\n") if one.strip())


def sentence(text: str) -> str:
    """`text` with a full stop, unless it ends with a sign of its own."""
    text = text.strip()
    return text if not text or text[-1] in ".!?…”" else f"{text}."


def initial(text: str) -> str:
    """`text` with a capital letter first."""
    return text[:1].upper() + text[1:]
