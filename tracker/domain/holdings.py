"""The register of what is kept of persons (GDPR article 30): what, why, on what ground, how long.

Which columns these are stands in domain.personal_data. The grounds are what a municipality usually
has; it is the controller, and its own text (the privacy notice) goes before these words.
"""

from __future__ import annotations

from dataclasses import dataclass

from tracker.domain.errors import N_

# The parts of the law, as people cite it.
PUBLIC_TASK = N_("Uppgift av allmänt intresse (artikel 6.1 e i dataskyddsförordningen).")
SECURITY = N_("Rättslig förpliktelse att skydda uppgifterna (artikel 6.1 c och artikel 32).")
ARCHIVE = N_("Rättslig förpliktelse enligt arkivlagen och kommunallagen (artikel 6.1 c).")

IN_DATABASE = N_("I databasen.")
WHILE_RECORD = N_(
    "Så länge handlingen finns. Om den får gallras avgör kommunens dokumenthanteringsplan."
)


@dataclass(frozen=True)
class Holding:
    """One kind of data about persons. `tables` are those of the schema, none where the data is
    kept elsewhere; `rule` names the retention rule that proposes when it has had its time, if one
    does. All sentences are msgids."""

    key: str
    name: str
    what: str
    whom: str
    why: str
    ground: str
    where: str
    kept: str
    tables: tuple[str, ...] = ()
    rule: str = ""


_STAFF = N_("Anställda och förtroendevalda med konto.")

HOLDINGS = (
    Holding(
        key="accounts",
        name=N_("Konton och roller"),
        what=N_(
            "Namn, e-postadress, språk, roller, vald påminnelsedag, frånvaro och ersättare, och "
            "vem personen är i kommunens egen inloggning."
        ),
        whom=_STAFF,
        why=N_("Rätt person ska kunna logga in, nås och bara se det som rollen kräver."),
        ground=PUBLIC_TASK,
        where=IN_DATABASE,
        kept=N_(
            "Så länge kontot är öppet. När någon har slutat föreslås pseudonymisering; den gör en "
            "administratör. Då är en nyckelad kontrollsumma kvar av vem personen var i kommunens "
            "egen inloggning, så att den inte öppnar ett nytt konto."
        ),
        tables=(
            "user_account",
            "role_assignment",
            "external_identity",
            "closed_identity",
            "absence",
        ),
        rule="former_people",
    ),
    Holding(
        key="security",
        name=N_("Inloggningar"),
        what=N_(
            "När och med vilken webbläsare någon har loggat in, kända enheter, nycklar i brev, "
            "tvåstegsinloggning och misslyckade försök. Lösenord, nycklar och koder finns bara "
            "som kontrollsummor eller krypterade."
        ),
        whom=N_("Alla som loggar in eller försöker."),
        why=N_("Kontona ska vara skyddade mot den som gissar eller har stulit ett lösenord."),
        ground=SECURITY,
        where=IN_DATABASE,
        kept=N_("En session gäller i högst 12 timmar. Vad som är kvar efter den går att gallra."),
        tables=(
            "login_session",
            "account_token",
            "second_factor",
            "recovery_code",
            "known_device",
            "login_failure",
        ),
        rule="sessions",
    ),
    Holding(
        key="work",
        name=N_("Åtgärder, planer och uppföljning"),
        what=N_(
            "Vem som ansvarar för en åtgärd, medverkar, har lämnat en lägesrapport, lagt till "
            "underlag, verifierat eller beslutat, och det som de har skrivit."
        ),
        whom=_STAFF,
        why=N_("Det ska gå att se vem som gör vad, till när, och att det är gjort."),
        ground=PUBLIC_TASK,
        where=N_("I databasen. Filer som är underlag ligger i katalogen evidence."),
        kept=WHILE_RECORD,
        tables=(
            *("action", "action_contributor", "action_link", "action_plan", "carried_action"),
            *("change_batch", "decision", "disposition", "evidence", "follow_up_round"),
            *("milestone", "plan_point", "round_nudge", "search_word", "status_update"),
        ),
    ),
    Holding(
        key="talk",
        name=N_("Kommentarer"),
        what=N_("Vad kollegor skriver till varandra om en åtgärd, och vem de nämner."),
        whom=_STAFF,
        why=N_("De som arbetar med en åtgärd ska kunna fråga och svara där den finns."),
        ground=PUBLIC_TASK,
        where=IN_DATABASE,
        kept=N_("Så länge åtgärden finns. Den som har skrivit kan ta bort sin kommentar."),
        tables=("comment", "mention"),
    ),
    Holding(
        key="reports",
        name=N_("Rapporter till nämnderna"),
        what=N_(
            "Vem som har skrivit, granskat och publicerat en rapport, och de namn som rapporten "
            "nämner. På sidorna för allmänheten står inga namn."
        ),
        whom=_STAFF,
        why=N_("Nämnden ska veta hur det går, och det som den fick läsa ska finnas kvar."),
        ground=ARCHIVE,
        where=IN_DATABASE,
        kept=N_("En publicerad rapport är en allmän handling och ändras inte."),
        tables=(
            *("letterhead", "plan_publicity", "report", "report_file", "report_question"),
            "report_text",
        ),
    ),
    Holding(
        key="journal",
        name=N_("Loggen"),
        what=N_("Vem som gjorde vad och när, med namnet som det var då."),
        whom=_STAFF,
        why=N_("Det ska gå att visa vem som har beslutat och ändrat, och att ingen har dolt det."),
        ground=SECURITY,
        where=IN_DATABASE,
        kept=N_("Loggen går inte att ändra och gallras inte. Kommunen avgör när hela tas bort."),
        tables=("journal_entry",),
    ),
    Holding(
        key="letters",
        name=N_("Brev och påminnelser"),
        what=N_("Vilka brev som har gått till vem, när, till vilken adress och vad de sa."),
        whom=_STAFF,
        why=N_("Ingen påminnelse ska gå förlorad eller komma två gånger."),
        ground=PUBLIC_TASK,
        where=IN_DATABASE,
        kept=N_("Brevens text och adress går att gallra; att brevet gick finns kvar."),
        tables=("outbox", "reminder", "worker_heartbeat"),
        rule="letters",
    ),
    Holding(
        key="evaluations",
        name=N_("Utvärderingar"),
        what=N_(
            "Rapporternas text som den lästes in, och vem som läste in, svarade på och godkände "
            "dem. Rapporterna är offentliga och nämner sällan någon vid namn."
        ),
        whom=N_("De som har läst in en rapport, och de som den nämner."),
        why=N_("Varje förbättringspunkt ska gå att följa tillbaka till vad utvärderarna skrev."),
        ground=PUBLIC_TASK,
        where=N_("I databasen. De inlästa filerna ligger i katalogen sources."),
        kept=WHILE_RECORD,
        tables=(
            *("crosswalk", "evaluation", "improvement_point", "reference_score", "role_model"),
            *("strength", "sub_area"),
        ),
    ),
    Holding(
        key="drafts",
        name=N_("Utkast och uppladdade kalkylblad"),
        what=N_("Inlästa rapporter som kastades, och kalkylblad som någon har laddat upp."),
        whom=N_("De som har laddat upp en fil, och de som filen nämner."),
        why=N_("Den som har laddat upp något ska kunna granska det innan det gäller."),
        ground=PUBLIC_TASK,
        where=N_("I databasen. De inlästa filerna ligger i katalogen sources."),
        kept=N_("Det som inte blev något går att gallra."),
        tables=("import_draft", "sheet_draft"),
        rule="drafts",
    ),
    Holding(
        key="settings",
        name=N_("Inställningar"),
        what=N_("Vem som senast ändrade tjänstens egna texter och reglerna för gallring."),
        whom=N_("Administratörer."),
        why=N_("Det ska gå att fråga den som bestämde."),
        ground=PUBLIC_TASK,
        where=IN_DATABASE,
        kept=N_("Tills någon annan ändrar."),
        tables=("retention_rule", "site_text"),
    ),
    Holding(
        key="server",
        name=N_("Säkerhetskopior och serverns loggar"),
        what=N_(
            "Kopior av allt ovan, och i serverns logg nätadresser och tidpunkter. Lösenord och "
            "nycklar skrivs aldrig i en logg."
        ),
        whom=N_("Alla som använder tjänsten."),
        why=N_("Tjänsten ska gå att återställa, och fel gå att finna."),
        ground=SECURITY,
        where=N_("Där den som driver tjänsten har lagt dem."),
        kept=N_("Så länge som den som driver tjänsten har bestämt."),
    ),
)
