"""How a comparison's sentences, verdicts and odd scores are said on pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from tracker.domain.effect import Finding
from tracker.domain.errors import N_
from tracker.domain.scores import AreaScore, SubAreaScore, Verdict
from tracker.domain.verdicts import Level, Outcome
from tracker.models import Action, User
from tracker.services.comparisons.sentences import Sentence
from tracker.web.local import long_date

MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Mark:
    """The icon and the tone that go with a word."""

    icon: str
    tone: str


VERDICT_MARKS = {
    Verdict.ACTION_AND_IMPROVEMENT: Mark("success", "good"),
    Verdict.ACTION_NO_IMPROVEMENT: Mark("warning", "warn"),
    Verdict.NO_ACTION_IMPROVEMENT: Mark("up", "info"),
    Verdict.NO_ACTION_NO_IMPROVEMENT: Mark("same", "muted"),
    Verdict.NOT_COMPARABLE: Mark("paused", "muted"),
}

FINDING_MARKS = {
    Finding.ROSE_MORE: Mark("up", "good"),
    Finding.ROSE_LESS: Mark("down", "warn"),
    Finding.CANNOT_TELL: Mark("same", "info"),
    Finding.TOO_LITTLE: Mark("info", "muted"),
}


def register(bp: Blueprint) -> None:
    """Make the words known to every template."""
    bp.add_app_template_filter(sentence)
    bp.add_app_template_filter(sentences)
    bp.add_app_template_filter(verdict_mark)
    bp.add_app_template_filter(finding_mark)
    bp.add_app_template_filter(oddity)
    bp.add_app_template_filter(signed_number)
    bp.add_app_template_filter(outcome_sentence)
    bp.add_app_template_filter(way)


def sentence(said: Sentence) -> str:
    """One sentence in the reader's language, its numbers as that language writes them."""
    words = str(_(said.message))
    return str(words % {name: _written(value) for name, value in said.params.items()})


def sentences(said: Iterable[Sentence]) -> str:
    """Several, one after the other."""
    return " ".join(map(sentence, said))


def _written(value: Any) -> Any:
    if not isinstance(value, float):
        return value
    shown = round(value, 1) + 0.0
    return (MINUS if shown < 0 else "") + str(format_decimal(abs(shown)))


def signed_number(value: float) -> str:
    """A change with its sign: +6,7 or −3; nothing before 0."""
    shown = round(value, 1) + 0.0
    return ("+" if shown > 0 else MINUS if shown < 0 else "") + str(format_decimal(abs(shown)))


def verdict_mark(verdict: Verdict) -> Mark:
    """How a verdict looks."""
    return VERDICT_MARKS[verdict]


def finding_mark(finding: Finding) -> Mark:
    """How a finding looks."""
    return FINDING_MARKS[finding]


def way(change: float | None, threshold: float) -> str:
    """Where a change goes, as an icon names it: up or down by more than the threshold, else
    same; nothing where nothing is known."""
    if change is None:
        return ""
    return "up" if change > threshold else "down" if change < -threshold else "same"


def outcome_sentence(outcome: Outcome, threshold: float) -> str:
    """How the share moved where an action or a point belongs, and whether that counts as a rise;
    nothing where that is not known."""
    change = outcome.change
    if change is None:
        return ""
    whole = outcome.level is Level.AREA
    if not change:
        return str(_("Områdets andel var oförändrad.") if whole else _("Andelen var oförändrad."))
    words = _WHOLE_AREA if whole else _SUBAREAS
    several = len(outcome.areas if whole else outcome.groups) > 1
    said = str(_(words[change > 0, several])) % {"share": format_decimal(abs(change))}
    if 0 < change <= threshold:
        limit = format_decimal(threshold)
        said += " " + str(_("Det är inte mer än %(limit)s, så det räknas inte.", limit=limit))
    return said


# (risen, several)
_WHOLE_AREA = {
    (True, True): N_("Områdenas andel steg i snitt %(share)s procentenheter."),
    (True, False): N_("Områdets andel steg %(share)s procentenheter."),
    (False, True): N_("Områdenas andel sjönk i snitt %(share)s procentenheter."),
    (False, False): N_("Områdets andel sjönk %(share)s procentenheter."),
}
_SUBAREAS = {
    (True, True): N_("Andelen steg i snitt %(share)s procentenheter i delområdena."),
    (True, False): N_("Andelen steg %(share)s procentenheter i delområdet."),
    (False, True): N_("Andelen sjönk i snitt %(share)s procentenheter i delområdena."),
    (False, False): N_("Andelen sjönk %(share)s procentenheter i delområdet."),
}


def what_happened(action: Action, slipped: int) -> list[dict[str, str]]:
    """The days of an action as ui.description_list draws them."""
    found = [
        (_("Ägare"), action.owner.name if action.owner else _("Ingen ägare än")),
        (_("Slutdatum"), "\n".join(filter(None, [long_date(action.deadline), _moved(slipped)]))),
        (_("Genomförd"), _by(action.done_on, action.done_by)),
        (_("Verifierad"), _by(action.verified_on, action.verified_by)),
    ]
    return [{"term": term, "value": value} for term, value in found]


def _moved(slipped: int) -> str:
    if slipped > 0:
        return str(
            ngettext(
                "%(num)s dag senare än det första slutdatumet",
                "%(num)s dagar senare än det första slutdatumet",
                slipped,
            )
        )
    if slipped < 0:
        return str(
            ngettext(
                "%(num)s dag tidigare än det första slutdatumet",
                "%(num)s dagar tidigare än det första slutdatumet",
                -slipped,
            )
        )
    return ""


def _by(day: date | None, who: User | None) -> str:
    if day is None or who is None:
        return str(_("Inte än"))
    return f"{long_date(day)}, {who.name}"


def oddity(scored: AreaScore | SubAreaScore | None) -> str:
    """Why a score cannot be compared, where the fault lies in the score itself; else nothing."""
    if scored is None:
        return ""
    score, most = scored.score, scored.max
    if score is None:
        said = _("poängen saknas i rapporten")
    elif most is None:
        said = _("rapporten säger inte vad högsta poängen är")
    elif most <= 0:
        said = _("högsta poängen är %(max)s, så någon andel går inte att räkna", max=most)
    elif score > most:
        said = _(
            "poängen %(score)s är högre än max %(max)s och jämförs inte", score=score, max=most
        )
    elif score < 0:
        said = _("poängen %(score)s är lägre än noll och jämförs inte", score=score)
    else:
        said = ""
    return str(said)
