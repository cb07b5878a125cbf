"""How a pack is told: the same sentences on the page and in the files, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from gettext import NullTranslations

from babel.dates import format_date

from tracker.domain.errors import N_
from tracker.domain.languages import day_pattern
from tracker.domain.statuses import STATUS_MARKS, is_overdue
from tracker.mail.catalogue import catalogue
from tracker.models.dispositions import Answer
from tracker.services.packs.facts import (
    Apart,
    Audience,
    Only,
    Pack,
    PackAction,
    PackArea,
    PackEvidence,
    PackFilter,
    PackPoint,
    Part,
    State,
    Why,
)

ONLY_LABELS = {
    Only.GAPS: N_("Luckor: varken åtgärd eller underlag"),
    Only.NO_EVIDENCE: N_("På plats men utan underlag"),
}
ONLY_SENTENCES = {
    Only.GAPS: N_("Visar bara det som saknar åtgärd."),
    Only.NO_EVIDENCE: N_("Visar bara åtgärder som är på plats utan underlag."),
}
KINDS = {
    Audience.EVALUATORS: N_("Underlag för utvärderarna"),
    Audience.US: N_("Arbetsversion inför utvärderingen"),
}
STATE_SENTENCES = {
    State.GAP: N_(
        "Här finns varken åtgärd eller underlag, alltså inget nytt att visa utvärderarna."
    ),
    State.UNDER_WAY: N_("Ingenting är på plats än. Bara det som är på plats bedöms."),
    State.SETTLED: N_("Här har vi valt att inte vidta någon egen åtgärd."),
    State.FULL: N_("Alla poäng är tagna och ingen punkt pekar hit."),
    State.UNKNOWN: N_("Rapporten har inga poäng här, och ingen punkt pekar hit."),
}
WHYS = {
    Why.CARRIED: N_("Följer med från en tidigare plan"),
    Why.EARLIER: N_("Svarar på en annan utvärdering"),
    Why.PLAN_POINT: N_("Svarar på planens egna punkter"),
    Why.NO_POINT: N_("Svarar inte på någon punkt"),
}
UNVERIFIED = N_(
    "Genomförd men inte verifierad: säg till någon annan att verifiera före utvärderingen."
)
ALREADY = N_("Genomförd redan före utvärderingen: visa vad som är nytt sedan dess.")
NO_EVIDENCE = N_("Underlag saknas: lägg till en länk eller en fil som visar att den är på plats.")


@dataclass(frozen=True)
class Words:
    """The words of one of the LANGUAGES."""

    locale: str

    @property
    def t(self) -> NullTranslations:
        """The catalogue."""
        return catalogue(self.locale)

    def say(self, text: str) -> str:
        """A sentence of the source."""
        return self.t.gettext(text)

    def day(self, day: date) -> str:
        """20 februari 2026."""
        return str(format_date(day, day_pattern(self.locale), locale=self.locale))

    def month(self, month: date) -> str:
        """februari 2026."""
        return str(format_date(month, "MMMM y", locale=self.locale))

    def title(self, pack: Pack) -> str:
        """What the pack is called."""
        return self.t.gettext("Inför nästa utvärdering: vad som har hänt sedan %(month)s") % {
            "month": self.month(pack.evaluation.month)
        }

    def lead(self, pack: Pack, audience: Audience = Audience.US) -> str:
        """What is in place and, among ourselves, what is missing; of the whole pack."""
        counts, t = pack.tally, self.t
        none = t.gettext("Ingen åtgärd som svarar på utvärderarnas punkter är på plats än.")
        some = t.ngettext(
            "%(num)s åtgärd som svarar på utvärderarnas punkter är på plats.",
            "%(num)s åtgärder som svarar på utvärderarnas punkter är på plats.",
            counts.in_place,
        )
        said = [some % {"num": counts.in_place} if counts.in_place else none]
        if counts.other_rounds:
            said.append(
                t.ngettext(
                    "%(num)s av dem svarar på en punkt från en annan utvärdering.",
                    "%(num)s av dem svarar på punkter från en annan utvärdering.",
                    counts.other_rounds,
                )
                % {"num": counts.other_rounds}
            )
        if audience is Audience.US:
            said += self._to_mend(pack)
        return " ".join(said)

    def _to_mend(self, pack: Pack) -> list[str]:
        counts, t, said = pack.tally, self.t, []
        if counts.unverified:
            said.append(
                t.ngettext(
                    "%(num)s av dem är genomförd men inte verifierad.",
                    "%(num)s av dem är genomförda men inte verifierade.",
                    counts.unverified,
                )
                % {"num": counts.unverified}
            )
        if counts.without_evidence:
            said.append(
                t.ngettext(
                    "%(num)s av dem saknar underlag.",
                    "%(num)s av dem saknar underlag.",
                    counts.without_evidence,
                )
                % {"num": counts.without_evidence}
            )
        if counts.gaps:
            said.append(
                t.ngettext(
                    "%(num)s delområde har varken åtgärd eller underlag.",
                    "%(num)s delområden har varken åtgärd eller underlag.",
                    counts.gaps,
                )
                % {"num": counts.gaps}
            )
        return said

    def counted(self, pack: Pack, audience: Audience = Audience.US) -> tuple[tuple[str, str], ...]:
        """The pack in numbers, the same for every reader: what is counted, and how many."""
        counts, t = pack.tally, self.t
        rows = [(t.gettext("På plats"), counts.in_place)]
        if audience is Audience.EVALUATORS:
            rows.append((t.gettext("Under arbete"), counts.under_way))
            rows.append((t.gettext("Delområden utan något nytt att redovisa"), counts.quiet))
        else:
            rows += [
                (t.gettext("Genomförda men inte verifierade"), counts.unverified),
                (t.gettext("På plats utan underlag"), counts.without_evidence),
                (t.gettext("Under arbete"), counts.under_way),
                (t.gettext("Delområden utan åtgärd och underlag"), counts.gaps),
                (t.gettext("Punkter utan åtgärd"), counts.open_points),
            ]
        if counts.elsewhere:
            rows.append((t.gettext("Av åtgärderna svarar andra för"), counts.elsewhere))
        return tuple((label, str(number)) for label, number in rows)

    def filtered(self, pack: Pack, wanted: PackFilter) -> str:
        """What a filter shows; empty where it shows all."""
        said = []
        if wanted.area is not None:
            said += [
                self.t.gettext("Visar bara: %(area)s.") % {"area": self.area(area)}
                for area in pack.areas
            ]
        if wanted.only is not None:
            said.append(self.say(ONLY_SENTENCES[wanted.only]))
        return " ".join(said)

    def area(self, area: PackArea) -> str:
        """An area's heading."""
        if area.number is None:
            return self.t.gettext("Punkter som gäller hela kommunen")
        return f"{area.number} {area.name}".strip()

    def part(self, part: Part) -> str:
        """A sub-area's heading."""
        if not part.code:
            return self.t.gettext("Punkter utan delområde")
        return f"{part.code} {part.name}".strip()

    def score(self, scored: Part | PackArea) -> str:
        """12 av 30 poäng, 18 saknas; empty where the report has none."""
        if scored.score is None:
            return ""
        if scored.missing is None:
            return self.t.gettext("%(score)s poäng") % {"score": scored.score}
        return self.t.gettext("%(score)s av %(max)s poäng, %(missing)s saknas") % {
            "score": scored.score,
            "max": scored.max,
            "missing": scored.missing,
        }

    def state(self, part: Part) -> str:
        """What there is to show, where it is not plain from what follows; empty otherwise."""
        if part.partial or part.state not in STATE_SENTENCES:
            return ""
        return self.say(STATE_SENTENCES[part.state])

    def place(self, point: PackPoint) -> str:
        """Punkt 3, sidan 5."""
        if point.page is None:
            return self.t.gettext("Punkt %(number)s") % {"number": point.number}
        return self.t.gettext("Punkt %(number)s, sidan %(page)s") % {
            "number": point.number,
            "page": point.page,
        }

    def quiet(self, parts: Sequence[Part]) -> str:
        """Which sub-areas there is nothing new about; empty where there is none."""
        codes = [part.code for part in parts if part.code]
        if not codes:
            return ""
        said = self.t.ngettext(
            "Inget nytt att redovisa i %(num)s delområde: %(codes)s.",
            "Inget nytt att redovisa i %(num)s delområden: %(codes)s.",
            len(codes),
        )
        return said % {"num": len(codes), "codes": ", ".join(codes)}

    def rounds(self, action: PackAction) -> str:
        """Svarar på en punkt från augusti 2023; empty where it answers a point that stands here."""
        if not action.rounds:
            return ""
        months = ", ".join(map(self.month, action.rounds))
        return self.t.gettext("Svarar på en punkt från %(months)s") % {"months": months}

    def answer(self, point: PackPoint, part: Part) -> str:
        """What was decided about a point that no action answers; empty where one does, or where
        the whole of its part was told to be a gap."""
        if point.answer is Answer.NO_ACTION:
            return self.t.gettext("Ingen åtgärd: %(reason)s (%(who)s)") % {
                "reason": point.reason,
                "who": point.decided_by,
            }
        if point.answer is Answer.MERGED and point.merged_into is not None:
            return self.t.gettext("Besvaras tillsammans med punkt %(number)s.") % {
                "number": point.merged_into
            }
        told = part.state is State.GAP and not part.partial
        return "" if told or not point.is_gap else self.t.gettext("Ingen åtgärd svarar på punkten.")

    def elsewhere(self, shown: Part | Pack) -> str:
        """How many actions lie outside the reader's scope, beside those shown in a part or apart;
        empty where none does."""
        if isinstance(shown, Part):
            hidden, alone = shown.elsewhere, not shown.actions
        else:
            hidden, alone = shown.apart_elsewhere, not shown.apart
        if not hidden.total:
            return ""
        first = self.t.ngettext(
            "Här finns %(num)s åtgärd som andra svarar för (på plats: %(standing)s).",
            "Här finns %(num)s åtgärder som andra svarar för (på plats: %(standing)s).",
            hidden.total,
        )
        more = self.t.ngettext(
            "%(num)s åtgärd till, som andra svarar för (på plats: %(standing)s).",
            "%(num)s åtgärder till, som andra svarar för (på plats: %(standing)s).",
            hidden.total,
        )
        said = first if alone else more
        return said % {"num": hidden.total, "standing": hidden.in_place}

    def status(self, action: PackAction) -> str:
        """Verifierad."""
        return self.say(STATUS_MARKS[action.status].label)

    def warnings(self, action: PackAction, pack: Pack) -> tuple[str, ...]:
        """What to mend of an action in place before the evaluators come."""
        found = []
        if action.done_on is not None and action.done_on < pack.evaluation.month:
            found.append(self.say(ALREADY))
        if action.in_place and not action.verified:
            found.append(self.say(UNVERIFIED))
        if action.lacks_evidence:
            found.append(self.say(NO_EVIDENCE))
        return tuple(found)

    def facts(self, action: PackAction) -> tuple[tuple[str, str], ...]:
        """Who answers for an action in place, when it was done and seen, and what was expected."""
        t = self.t
        pairs = [
            (t.gettext("Punkt"), self.rounds(action)),
            (t.gettext("Genomförd"), self._by(action.done_on, action.done_by)),
            (t.gettext("Verifierad"), self._by(action.verified_on, action.verified_by)),
            (t.gettext("Ansvarig"), self.responsible(action)),
            (t.gettext("Förväntad effekt"), action.expected_effect),
            (t.gettext("Så märks den"), action.effect_measure),
        ]
        return tuple((term, text) for term, text in pairs if text.strip())

    def responsible(self, action: PackAction) -> str:
        """The owner and the unit."""
        return ", ".join(filter(None, (action.owner, action.unit)))

    def _by(self, day: date | None, who: str) -> str:
        return ", ".join(filter(None, (self.day(day) if day else "", who)))

    def proof(self, proof: PackEvidence) -> str:
        """What stands after a proof's title: its file or address, and the day it was added."""
        what = proof.file_name or (proof.url if proof.url != proof.title else "")
        return ", ".join(filter(None, (what, self.added(proof))))

    def added(self, proof: PackEvidence) -> str:
        """The day that a proof was added."""
        return self.t.gettext("tillagt %(day)s") % {"day": self.day(proof.added_on)}

    def due(self, action: PackAction, day: date, audience: Audience = Audience.US) -> str:
        """The deadline, with the owner's forecast and, among ourselves, whether it is late."""
        said = [self.day(action.deadline)]
        if action.forecast is not None and action.forecast != action.deadline:
            said.append(self.t.gettext("prognos %(day)s") % {"day": self.day(action.forecast)})
        late = is_overdue(action.status, action.deadline, day)
        if late and audience is Audience.US:
            said.append(self.t.gettext("försenad"))
        return ", ".join(said)

    def why(self, apart: Apart) -> str:
        """Why an action stands apart."""
        said = self.say(WHYS[apart.why])
        return f"{said}: {', '.join(apart.labels)}" if apart.labels else said

    def standing(self, action: PackAction, day: date, audience: Audience = Audience.US) -> str:
        """The status of an action and the day that goes with it."""
        when = self.day(action.done_on) if action.done_on else self.due(action, day, audience)
        return f"{self.status(action)}, {when}"
