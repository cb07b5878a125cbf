"""What tables, columns and kinds are called where people read what is kept of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import format_datetime
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.domain.errors import N_
from tracker.models import RetentionKind

TABLES = {
    "absence": N_("Frånvaro"),
    "account_token": N_("Nycklar i brev"),
    "action": N_("Åtgärder"),
    "action_contributor": N_("Åtgärder"),
    "action_link": N_("Länkar"),
    "action_plan": N_("Handlingsplaner"),
    "carried_action": N_("Åtgärder som förts över"),
    "change_batch": N_("Ändringar av flera åtgärder"),
    "comment": N_("Kommentarer"),
    "crosswalk": N_("Delområden som hör ihop"),
    "decision": N_("Beslut"),
    "disposition": N_("Ställningstaganden"),
    "evaluation": N_("Utvärderingar"),
    "evidence": N_("Underlag"),
    "external_identity": N_("Kommunens egen inloggning"),
    "follow_up_round": N_("Uppföljningsomgångar"),
    "import_draft": N_("Inlästa rapporter"),
    "improvement_point": N_("Förbättringspunkter"),
    "journal_entry": N_("Loggen"),
    "known_device": N_("Kända enheter"),
    "letterhead": N_("Brevhuvudet"),
    "login_session": N_("Inloggningar"),
    "mention": N_("Kommentarer"),
    "milestone": N_("Delsteg"),
    "outbox": N_("Brev"),
    "plan_point": N_("Planens egna punkter"),
    "plan_publicity": N_("Planer som allmänheten får läsa"),
    "recovery_code": N_("Återställningskoder"),
    "reference_score": N_("Andra kommuner"),
    "reminder": N_("Påminnelser"),
    "report": N_("Rapporter"),
    "report_question": N_("Frågor om rapporter"),
    "report_text": N_("Texter i rapporter"),
    "retention_rule": N_("Regler för gallring"),
    "role_assignment": N_("Roller"),
    "role_model": N_("Förebilder"),
    "round_nudge": N_("Extra påminnelser"),
    "second_factor": N_("Tvåstegsinloggning"),
    "sheet_draft": N_("Uppladdade kalkylblad"),
    "site_text": N_("Tjänstens egna texter"),
    "status_update": N_("Lägesrapporter"),
    "strength": N_("Styrkor"),
    "sub_area": N_("Delområden"),
    "worker_heartbeat": N_("Bakgrundsarbetaren"),
    "search_word": N_("Sökord"),
}

COLUMNS = {
    "action": N_("Åtgärd"),
    "action_id": N_("Åtgärdens nummer"),
    "added_at": N_("Tillagd"),
    "address": N_("Adress"),
    "answer": N_("Svar"),
    "as_of": N_("Läget den"),
    "asked_at": N_("När"),
    "assigned_at": N_("Tilldelad"),
    "at": N_("När"),
    "changed_at": N_("Ändrad"),
    "closed_on": N_("Avslutad"),
    "comment_id": N_("Kommentarens nummer"),
    "committee": N_("Nämnd"),
    "committee_id": N_("Nämndens nummer"),
    "confirmed_at": N_("Bekräftad"),
    "corrected_at": N_("Ändrad"),
    "created_at": N_("Skapad"),
    "data": N_("Uppgifter"),
    "deactivated_at": N_("Avaktiverad"),
    "deadline": N_("Slutdatum"),
    "decided_at": N_("Bestämd"),
    "deed": N_("Vad som gjordes"),
    "device": N_("Enhet"),
    "digest_weekday": N_("Veckodag för påminnelser"),
    "done_on": N_("Genomförd"),
    "email": N_("E-postadress"),
    "ended_at": N_("Avslutad"),
    "ends_on": N_("Till och med"),
    "expires_at": N_("Gäller till"),
    "file_name": N_("Fil"),
    "finished_at": N_("Klar"),
    "forecast": N_("Prognos"),
    "health": N_("Läge"),
    "issuer": N_("Utfärdare"),
    "kind": N_("Slag"),
    "local_date": N_("Dag"),
    "locale": N_("Språk"),
    "method": N_("Sätt"),
    "month": N_("Månad"),
    "months": N_("Antal månader"),
    "municipality": N_("Kommun"),
    "name": N_("Namn"),
    "on": N_("Dag"),
    "opened_at": N_("Öppnad"),
    "percent": N_("Procent klart"),
    "plan": N_("Plan"),
    "plan_id": N_("Planens nummer"),
    "point": N_("Punkt"),
    "point_id": N_("Punktens nummer"),
    "published_at": N_("Publicerad"),
    "purpose": N_("Till vad"),
    "reason": N_("Skäl"),
    "removed_at": N_("Borttagen"),
    "report": N_("Rapport"),
    "report_id": N_("Rapportens nummer"),
    "reviewed_at": N_("Granskad"),
    "role": N_("Roll"),
    "round": N_("Omgång"),
    "round_id": N_("Omgångens nummer"),
    "section": N_("Avsnitt"),
    "seen_at": N_("Sedd"),
    "sent_at": N_("Skickad"),
    "spent_at": N_("Använd"),
    "starts_on": N_("Från och med"),
    "state": N_("Läge"),
    "status": N_("Status"),
    "step": N_("Steg"),
    "subject": N_("Ämne"),
    "subject_id": N_("Nummer"),
    "text": N_("Text"),
    "title": N_("Titel"),
    "unit": N_("Förvaltning"),
    "unit_id": N_("Förvaltningens nummer"),
    "updated_at": N_("Ändrad"),
    "url": N_("Länk"),
    "used_at": N_("Använd"),
    "accepted_at": N_("Godkänd"),
    "verified_on": N_("Verifierad"),
}

# Per kind: its name, what goes when it is thinned, what stays.
KINDS = {
    RetentionKind.SESSIONS: (
        _l("Inloggningar"),
        _l(
            "Avslutade inloggningar, förbrukade nycklar i brev och enheter som inte har synts till."
        ),
        _l("Att någon loggade in och ut står kvar i loggen."),
    ),
    RetentionKind.LETTERS: (
        _l("Brev"),
        _l(
            "Text, adress och serverns svar i brev som är skickade, inställda eller lagda åt sidan."
        ),
        _l("Att ett brev gick, till vem, när och med vilken ämnesrad står kvar."),
    ),
    RetentionKind.DRAFTS: (
        _l("Utkast och kalkylblad"),
        _l("Inlästa rapporter som kastades, med fil, och kalkylblad som någon laddade upp."),
        _l("Rapporter som blev en utvärdering står kvar, liksom det som ett kalkylblad ändrade."),
    ),
    RetentionKind.FORMER_PEOPLE: (
        _l("Tidigare medarbetare"),
        _l("Namn, adress, roller och inloggningar för den som har slutat. Det görs en i taget."),
        _l("Det som personen har gjort och skrivit står kvar, under ett nummer."),
    ),
}


def table_name(table: str) -> str:
    """What a table is called; its own name where people never meet it."""
    return str(_(TABLES[table])) if table in TABLES else table


def counted(numbers: dict[str, int]) -> list[tuple[str, int]]:
    """Numbers by table as numbers by what it is called; tables of one name are one."""
    found: dict[str, int] = {}
    for table, number in numbers.items():
        name = table_name(table)
        found[name] = found.get(name, 0) + number
    return sorted(found.items())


def heading(table: str, part: str) -> str:
    """What the person has to do with the rows: Åtgärder: ansvarar."""
    return f"{table_name(table)}: {_(part)}"


def column_name(column: str) -> str:
    """What stands above a column."""
    return str(_(COLUMNS[column])) if column in COLUMNS else column


def cell(value: Any) -> str:
    """A value as people read it: instants in the municipality's own time, codes as they are."""
    match value:
        case None:
            shown = ""
        case bool():
            shown = _("ja") if value else _("nej")
        case datetime():
            shown = format_datetime(value, "yyyy-MM-dd HH:mm")
        case dict():
            shown = ", ".join(f"{column_name(name)}: {cell(one)}" for name, one in value.items())
        case list():
            shown = " → ".join(cell(one) for one in value)
        case _:
            shown = value  # a StrEnum, a date and a number say what they are
    return str(shown)
