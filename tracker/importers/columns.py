"""Where the right column starts when text under "Styrkor Förbättringsmöjligheter" lost its columns.

The items come as all of the left column, then all of the right. Words that praise or that ask
for more weigh for one side; the best place to split is the one with most weight on both sides.
The result is always a judgement.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracker.domain.text import fold

_ASKS_FIRST = re.compile(
    r"^(?:utveckla|fortsätt|förtydliga|tydliggör|säkerställ|stärk|se över|öka|skapa|"
    r"arbeta|prioritera"
    r"|förenkla|förbättra|använd|synliggör|tillgängliggör|ta |ta fram|inför|behov|"
    r"avsaknad|brist|mer |"
    r"mindre |fler |färre |bättre |tydligare|ökad|utmaning|fortsatt|följ|samordna|"
    r"systematisera|låt|gör|"
    r"bredda|fördjupa|inventera|kartlägg|koppla|minska|undvik|våga|pröva|överväg|formulera|besluta|"
    r"implementera|analysera|utvärdera|utvärdering|översyn|det behövs|det saknas|"
    r"möjlighet|potential|"
    r"peka ut|konkretisera|involvera|utbilda|etablera|bygg|sätt |ge |informera|"
    r"redovisa|jämför|saknar)"
)
_ASKS = re.compile(
    r"\b(?:saknas|saknar|behöver|behövs|bör|bättre|tydligare|förtydlig\w*|utöka\w*|kan bli|"
    r"kan utvecklas|kan utnyttjas|kan stärkas|kan förbättras|inte|otydlig\w*|brister|mer)\b"
)
_PRAISES_FIRST = re.compile(
    r"^(?:tydligt?|tydliga|systematiskt?|god[at]?|gott|bra|välfungerande|väl |starkt?|"
    r"stark[a]|många|flera |"
    r"flertalet|ett |en |nytt|nya|det finns|kommunen (?:har|är)|arbetet med|lång|"
    r"långsiktig|genomtänkt|"
    r"regelbund\w+|uppskattad|etablerad|hög|engagerad|politisk enighet|kontinuerlig)"
)
_PRAISES = re.compile(
    r"\b(?:god[at]?|gott|bra|väl|tydlig[at]?|finns|erbjuder|erbjuds|har|fungerar|välutvecklad\w*|"
    r"uppskatta\w*|framgångsrik\w*|förankrad\w*|etablerad\w*|systematiskt?|strategiskt|enkla)\b"
)


def leaning(text: str) -> int:
    """Above 0: reads like an improvement point; below 0: like a strength; 0: cannot be told."""
    key = fold(text)
    asks = 3 * bool(_ASKS_FIRST.match(key)) + bool(_ASKS.search(key))
    praises = 2 * bool(_PRAISES_FIRST.match(key)) + bool(_PRAISES.search(key))
    return asks - praises


def split_at(texts: Sequence[str], *, continued: bool, swapped: bool = False) -> int:
    """How many of `texts` stand in the left column; `swapped` where the improvement points do.

    `continued`: the heading repeats one of the same area, so what follows may well be the rest
    of the right column alone; an even weight then goes to the right, else to the middle.
    """
    sign = -1 if swapped else 1
    weights = [sign * leaning(text) for text in texts]
    middle = 0 if continued else (len(texts) + 1) // 2
    gains = {k: sum(weights[k:]) - sum(weights[:k]) for k in range(len(texts) + 1)}
    return min(gains, key=lambda k: (-gains[k], abs(k - middle)))
