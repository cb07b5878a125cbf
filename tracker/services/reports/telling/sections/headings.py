"""What the sections of a report are called, on its pages and where people write in them."""

from __future__ import annotations

from collections.abc import Mapping

from tracker.domain.errors import N_
from tracker.domain.reporting import Section
from tracker.reports.content import Heading
from tracker.services.reports.telling.sections.deviations import in_table
from tracker.services.reports.telling.sections.telling import Telling

SECTION_NAMES: Mapping[Section, str] = {
    Section.PROPOSAL: N_("Förslag till beslut"),
    Section.SUMMARY: N_("Sammanfattning"),
    Section.BACKGROUND: N_("Bakgrund"),
    Section.STATE: N_("Läget per område"),
    Section.RESULTS: N_("Det som har gjorts"),
    Section.DEVIATIONS: N_("Avvikelser och vad som görs åt dem"),
    Section.QUESTIONS: N_("Frågor från tidigare möten"),
    Section.EFFECTS: N_("Vad den nya utvärderingen visar"),
    Section.AHEAD: N_("Det som kommer"),
    Section.ECONOMY: N_("Ekonomiska konsekvenser"),
    Section.CHILDREN: N_("Konsekvenser för barn"),
    Section.SIGNATURE: N_("Underskrift"),
    Section.CHANGES: N_("Sedan förra rapporten"),
    Section.HISTORY: N_("Beslut om planen"),
    Section.ACTIONS: N_("Alla åtgärder"),
}
_MAIN = {
    Section.PROPOSAL,
    Section.SUMMARY,
    Section.ECONOMY,
    Section.CHILDREN,
    Section.SIGNATURE,
}


def headings(telling: Telling, section: Section, *, first_appendix: bool) -> tuple[Heading, ...]:
    """The headings above a section; `first_appendix`: no other of the first appendix was told."""
    w = telling.words
    if section in _MAIN:
        return (Heading(1, w.gettext(SECTION_NAMES[section])),)
    if section is Section.BACKGROUND:
        return (Heading(1, w.gettext("Ärendet")), Heading(2, _name(telling, section)))
    if section in (Section.CHANGES, Section.HISTORY, Section.ACTIONS):
        return _appendix(telling, section, first_appendix)
    return (Heading(2, _name(telling, section)),)


def _name(telling: Telling, section: Section) -> str:
    w, facts = telling.words, telling.facts
    if section is Section.RESULTS and telling.final:
        return w.gettext("Resultat per område")
    if section is Section.RESULTS and facts.changes is not None:
        whole = w.gettext("Det som har gjorts sedan rapporten om hela planen")
        last = w.gettext("Det som har gjorts sedan förra rapporten")
        return whole if facts.changes.of_whole else last
    if section is Section.DEVIATIONS and telling.final:
        return w.gettext("Avvikelser som återstår")
    if section is Section.AHEAD and telling.final:
        return w.gettext("Utblick")
    if section is Section.STATE and all(area.number is None for area in facts.areas):
        return w.gettext("Läget")
    return w.gettext(SECTION_NAMES[section])


def _appendix(telling: Telling, section: Section, first: bool) -> tuple[Heading, ...]:
    w = telling.words
    name = w.gettext(SECTION_NAMES[section])
    if section is Section.CHANGES and telling.facts.changes and telling.facts.changes.of_whole:
        name = w.gettext("Sedan rapporten om hela planen")
    if section is Section.ACTIONS and in_table(telling):
        name = w.gettext("Övriga avvikelser")
    told: tuple[Heading, ...] = (Heading(2, name),)
    if not telling.final:
        return (Heading(1, w.gettext("Bilaga 1. Åtgärderna")), *told) if first else told
    if section is Section.ACTIONS:
        return (Heading(1, w.gettext("Bilaga 2. Åtgärderna")), *told)
    return (Heading(1, w.gettext("Bilaga 1. Uppföljningar och beslut")), *told) if first else told
