"""How far a plan has come, in words."""

from __future__ import annotations

import pytest
from flask import Flask

from tracker.services.actions.lists import Counts
from tracker.services.plans.listing import Progress
from tracker.web.progress import progress_sentences

PLANS = (
    (Progress(), ""),
    (Progress(total=1), "0 av 1 åtgärd är genomförd."),
    (Progress(total=1, done=1), "1 av 1 åtgärd är genomförd."),
    (Progress(total=2, done=1), "1 av 2 åtgärder är genomförd."),
    (Progress(total=2, ownerless=2), "0 av 2 åtgärder är genomförda. 2 saknar ägare."),
    (Progress(total=1, dropped=1), "Alla åtgärder är avbrutna."),
    (Progress(carried=2), "2 togs över av nästa plan."),
    (
        Progress(total=17, done=14, dropped=3, carried=17),
        "14 av 14 åtgärder är genomförda. 17 togs över av nästa plan, 3 är avbrutna.",
    ),
    (
        Progress(total=31, done=12, late=4, ownerless=2, carried=1, dropped=1),
        "12 av 30 åtgärder är genomförda. "
        "4 är försenade, 2 saknar ägare, 1 togs över av nästa plan, 1 är avbruten.",
    ),
    (Counts(4, 1, 1, 0, 0), "1 av 4 åtgärder är genomförd. 1 är försenad."),
    (Counts(1, 0, 0, 0, 1), "Alla åtgärder är avbrutna."),
)


def test_a_plan_in_a_line(app: Flask, subtests: pytest.Subtests) -> None:
    for numbers, said in PLANS:
        with subtests.test(numbers=numbers, said=said), app.test_request_context():
            assert progress_sentences(numbers) == said
