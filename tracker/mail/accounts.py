"""The letters about an account: those that hold a key, and those that only tell what happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from gettext import NullTranslations
from typing import Any
from urllib.parse import urlsplit

from tracker.domain.errors import N_
from tracker.mail.letter import NAME_LENGTH, Rendered, render_letter, shortened


@dataclass(frozen=True)
class Wording:
    """What a letter says, as msgids: `said` and `after` are sentences of their own, `label` the
    button above `after`. `invites`: it also says who is behind it and as what. %(name)s places are
    filled from the letter's facts."""

    subject: str
    said: tuple[str, ...]
    after: tuple[str, ...] = ()
    label: str = ""
    invites: bool = False


# What an invitation begins with and ends with: by somebody, and from the command line.
_INVITED_BY = N_("%(by)s har bjudit in dig till Åtgärda. Din roll där: %(role)s.")
_INVITED = N_("Du är inbjuden av den som sköter Åtgärda hos er. Din roll där: %(role)s.")
_ASK_BY = N_(
    "Är du osäker på om mejlet är äkta? Fråga %(by)s, %(by_email)s, innan du öppnar länken."
)
_ASK = N_(
    "Är du osäker på om mejlet är äkta? Fråga den som är administratör för Åtgärda hos er innan du "
    "öppnar länken."
)
_LEADS_TO = N_("Länken leder till %(host)s, där din kommun har Åtgärda.")
_ONCE_HOURS = N_(
    "Länken är personlig, går att använda en gång och gäller i %(hours)s timmar. "
    "Skicka inte mejlet vidare."
)
_NOT_YOU = N_(
    "Var det inte du? Välj genast ett nytt lösenord med ”Glömt lösenordet?” på inloggningssidan, "
    "och berätta det för den som är administratör för Åtgärda hos er."
)
_TELL = N_("Var det inte väntat? Berätta det för den som är administratör för Åtgärda hos er.")

# Those that hold a key, by what the key is for.
INVITATION, RESET, NEW_ADDRESS = "invitation", "reset", "new-address"
# Where people log in elsewhere, an invitation holds no key.
WELCOME = "welcome"
PASSWORD_CHANGED = "password-changed"  # noqa: S105 (a letter, not a secret)
ADDRESS_ASKED, ADDRESS_CHANGED = "address-asked", "address-changed"
FACTOR_ON, FACTOR_OFF, FACTOR_REMOVED = "factor-on", "factor-off", "factor-removed"
RECOVERY_CODE_USED, CODE_GUESSED = "recovery-code-used", "code-guessed"

WORDINGS = {
    INVITATION: Wording(
        N_("Du är inbjuden till Åtgärda"),
        (
            N_(
                "Du har fått ett konto i Åtgärda, där kommunen följer sina åtgärder, från "
                "utvärdering till effekt."
            ),
            N_("Välj ett lösenord så kan du logga in, med adressen %(email)s."),
        ),
        (
            N_(
                "Länken är personlig, går att använda en gång och gäller i %(days)s dagar. "
                "Skicka inte mejlet vidare."
            ),
        ),
        N_("Välj lösenord"),
        invites=True,
    ),
    WELCOME: Wording(
        N_("Du är inbjuden till Åtgärda"),
        (
            N_(
                "Du har fått ett konto i Åtgärda, där kommunen följer sina åtgärder, från "
                "utvärdering till effekt."
            ),
            N_("Du loggar in med kommunens vanliga inloggning."),
        ),
        (),
        N_("Till inloggningen"),
        invites=True,
    ),
    RESET: Wording(
        N_("Välj ett nytt lösenord till Åtgärda"),
        (N_("Någon, förmodligen du, har bett om ett nytt lösenord till ditt konto i Åtgärda."),),
        (
            _ONCE_HOURS,
            N_("Var det inte du? Då behöver du inte göra något. Lösenordet är detsamma som förut."),
            N_(
                "Får du fler sådana mejl som du inte har bett om: berätta det för den som är "
                "administratör för Åtgärda hos er."
            ),
        ),
        N_("Välj ett nytt lösenord"),
    ),
    NEW_ADDRESS: Wording(
        N_("Bekräfta din nya e-postadress"),
        (
            N_(
                "Någon, förmodligen du, vill logga in i Åtgärda och få påminnelser med den här "
                "adressen i stället för %(old)s."
            ),
        ),
        (_ONCE_HOURS, N_("Var det inte du? Då behöver du inte göra något. Inget ändras.")),
        N_("Bekräfta adressen"),
    ),
    PASSWORD_CHANGED: Wording(
        N_("Lösenordet till ditt konto är bytt"),
        (N_("Lösenordet till ditt konto i Åtgärda byttes %(when)s."),),
        (_NOT_YOU,),
    ),
    ADDRESS_ASKED: Wording(
        N_("Någon vill byta e-postadress på ditt konto"),
        (
            N_(
                "Någon, förmodligen du, vill byta e-postadressen på ditt konto i Åtgärda till "
                "%(new)s. Den byts först när någon har öppnat länken som har gått dit."
            ),
        ),
        (_NOT_YOU,),
    ),
    ADDRESS_CHANGED: Wording(
        N_("E-postadressen på ditt konto är bytt"),
        (
            N_(
                "E-postadressen på ditt konto i Åtgärda byttes %(when)s till %(new)s. Dit går "
                "mejlen från och med nu, och med den loggar du in."
            ),
        ),
        (_TELL,),
    ),
    FACTOR_ON: Wording(
        N_("Tvåstegsinloggning är inställd på ditt konto"),
        (
            N_(
                "Tvåstegsinloggning ställdes in på ditt konto i Åtgärda %(when)s. Från och med nu "
                "behövs också en kod från appen när du loggar in."
            ),
        ),
        (_NOT_YOU,),
    ),
    FACTOR_OFF: Wording(
        N_("Tvåstegsinloggning är avstängd på ditt konto"),
        (
            N_(
                "Tvåstegsinloggningen på ditt konto i Åtgärda stängdes av %(when)s. Nu räcker "
                "lösenordet för att logga in."
            ),
        ),
        (_NOT_YOU,),
    ),
    FACTOR_REMOVED: Wording(
        N_("Tvåstegsinloggning är borttagen från ditt konto"),
        (
            N_(
                "En administratör tog bort tvåstegsinloggningen från ditt konto i Åtgärda "
                "%(when)s, och du är utloggad överallt. Logga in med lösenordet och ställ in den "
                "på nytt på Mitt konto."
            ),
        ),
        (_TELL,),
    ),
    RECOVERY_CODE_USED: Wording(
        N_("En av dina återställningskoder är använd"),
        (
            N_(
                "En återställningskod till ditt konto i Åtgärda användes %(when)s. Kvar att "
                "använda: %(left)s. Nya hämtar du på Mitt konto."
            ),
        ),
        (_NOT_YOU,),
    ),
    CODE_GUESSED: Wording(
        N_("Någon försöker komma in på ditt konto"),
        (
            N_(
                "Någon som verkar ha ditt lösenord till Åtgärda har svarat fel flera gånger när "
                "tjänsten frågade efter mer, senast %(when)s. Den som gissar får vänta allt längre."
            ),
        ),
        (_NOT_YOU,),
    ),
}


@dataclass(frozen=True)
class AccountLetter:
    """A letter to one person: `kind` is a key of WORDINGS (KeyError otherwise); `url` is where
    its button leads, empty where it has none; `facts` fill the places of its sentences."""

    kind: str
    name: str
    municipality: str
    url: str = ""
    facts: dict[str, Any] = field(default_factory=dict, repr=False)


def render_account_letter(
    letter: AccountLetter, translations: NullTranslations, locale: str
) -> Rendered:
    """Subject, text and HTML in the language of `translations` (NullTranslations: Swedish)."""
    wording = WORDINGS[letter.kind]
    facts = {key: shortened(str(value), 254) for key, value in letter.facts.items()}
    facts["host"] = urlsplit(letter.url).netloc
    first, last = _behind(wording, facts)
    leads = (_LEADS_TO,) if letter.url else ()
    municipality = shortened(letter.municipality, NAME_LENGTH)

    def said(sentences: tuple[str, ...]) -> list[str]:
        return [translations.gettext(sentence) % facts for sentence in sentences]

    context = {
        "headline": translations.gettext(wording.subject),
        "name": shortened(letter.name, NAME_LENGTH),
        "municipality": municipality,
        "said": said((*first, *wording.said)),
        "after": said((*leads, *wording.after, *last)),
        "label": translations.gettext(wording.label) if wording.label else "",
        "url": letter.url,
    }
    subject = str(context["headline"])
    named = f"{subject} – {municipality}" if municipality else subject
    return render_letter("account", named, context, translations, locale)


def _behind(wording: Wording, facts: dict[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The first and the last sentence of an invitation: who is behind it, and whom to ask."""
    if not wording.invites:
        return (), ()
    return ((_INVITED_BY,), (_ASK_BY,)) if "by" in facts else ((_INVITED,), (_ASK,))
