"""What a digest says: the subject, and one sentence after the other."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.mail.digests import TODAY, Reader, item, lines, of_round, render, told, way_on
from tracker.mail.digest import DigestItem


@pytest.mark.parametrize(
    ("items", "subject"),
    [
        ([item(-1)], "1 åtgärd är försenad"),
        ([item(-1), told(-40)], "2 åtgärder är försenade"),
        (
            [item(1), item(-1), item(-2, "silent")],
            "2 åtgärder är försenade, 1 förfaller i morgon",
        ),
        ([item(0, "on")], "1 åtgärd ska vara klar i dag"),
        ([item(0, "on"), item(0, "assigned")], "2 åtgärder ska vara klara i dag"),
        ([item(-1), item(0), item(0)], "1 åtgärd är försenad, 2 ska vara klara i dag"),
        ([item(-1), item(0)], "1 åtgärd är försenad, 1 ska vara klar i dag"),
        ([item(1)], "1 åtgärd förfaller i morgon"),
        ([item(1), item(1)], "2 åtgärder förfaller i morgon"),
        ([item(7)], "1 åtgärd förfaller inom 7 dagar"),
        ([item(7), item(2), item(30)], "3 åtgärder förfaller inom 30 dagar"),
        ([item(1), item(2)], "1 åtgärd förfaller i morgon, 1 förfaller inom 2 dagar"),
        ([item(60, "silent")], "1 åtgärd saknar ny lägesrapport"),
        ([item(60, "silent")] * 2, "2 åtgärder saknar ny lägesrapport"),
        ([item(60, "assigned")], "1 åtgärd är ny för dig"),
        ([item(60, "assigned")] * 2, "2 åtgärder är nya för dig"),
        (
            [item(60, "assigned"), item(60, "silent")],
            "1 åtgärd saknar ny lägesrapport, 1 är ny för dig",
        ),
        (
            [item(60, "assigned"), item(60, "assigned"), item(9)],
            "1 åtgärd förfaller inom 9 dagar, 2 är nya för dig",
        ),
        (
            [item(7), item(60, "silent")],
            "1 åtgärd förfaller inom 7 dagar, 1 saknar ny lägesrapport",
        ),
        ([item(-1), item(0), item(1), item(7)], "1 åtgärd är försenad, 1 ska vara klar i dag"),
        (
            [of_round(90, "round_open", 20)],
            "1 lägesrapport ska lämnas senast måndag 21 december",
        ),
        (
            [of_round(90, "round_open", 20), of_round(90, "round_due", 7)],
            "2 lägesrapporter ska lämnas senast tisdag 8 december",
        ),
        ([of_round(90, "round_late", -1)], "1 lägesrapport är försenad"),
        ([of_round(90, "round_late", -1)] * 3, "3 lägesrapporter är försenade"),
        # The deadline of the action itself presses more than the round that waits for a word.
        ([of_round(-2, "round_late", -1)], "1 åtgärd är försenad"),
        ([of_round(1, "round_due", 2)], "1 åtgärd förfaller i morgon"),
        ([of_round(7, "before", 2)], "1 åtgärd förfaller inom 7 dagar"),
        (
            [of_round(90, "round_due", 2), item(7), of_round(90, "round_late", -1)],
            "1 lägesrapport är försenad, 1 förfaller inom 7 dagar",
        ),
        (
            [of_round(90, "round_due", 2), of_round(90, "round_late", -1)],
            "1 lägesrapport är försenad, 1 lägesrapport ska lämnas senast torsdag 3 december",
        ),
        # A round that was closed while the mail was written.
        ([item(9, "round_open")], "1 åtgärd förfaller inom 9 dagar"),
    ],
)
def test_the_subject_says_the_most_urgent(items: list[DigestItem], subject: str) -> None:
    rendered = render(*items)
    assert rendered.subject == subject
    assert f"{subject}." in rendered.text.splitlines()


@pytest.mark.parametrize(
    ("one", "sentences"),
    [
        (
            item(-1),
            "Skulle ha varit klar måndag 30 november, för 1 dag sedan. "
            "Senaste lägesrapport: torsdag 3 september.",
        ),
        (
            item(-5, "after", last_update=None),
            "Skulle ha varit klar torsdag 26 november, för 5 dagar sedan. "
            "Ingen lägesrapport har lämnats än.",
        ),
        (
            item(0, "on"),
            "Ska vara klar i dag, tisdag 1 december. Senaste lägesrapport: torsdag 3 september.",
        ),
        (
            item(1),
            "Ska vara klar i morgon, onsdag 2 december. Senaste lägesrapport: torsdag 3 september.",
        ),
        (
            item(2),
            "Ska vara klar torsdag 3 december, om 2 dagar. "
            "Senaste lägesrapport: torsdag 3 september.",
        ),
        (
            item(31, "assigned"),
            "Du har fått ansvaret. Ska vara klar fredag 1 januari 2027, om 31 dagar.",
        ),
        (
            item(30, "silent"),
            "Ska vara klar torsdag 31 december, om 30 dagar. "
            "Ingen lägesrapport sedan torsdag 3 september, på 89 dagar.",
        ),
        (
            item(30, "silent", last_update=TODAY - timedelta(days=1)),
            "Ska vara klar torsdag 31 december, om 30 dagar. "
            "Ingen lägesrapport sedan måndag 30 november, på 1 dag.",
        ),
        (
            told(-14, owner_name="Bo Li"),
            "Du får veta det som chef, eftersom åtgärden dröjer. "
            "Skulle ha varit klar tisdag 17 november, för 14 dagar sedan. "
            "Senaste lägesrapport: torsdag 3 september. "
            "Ansvarig: Bo Li (Tekniska förvaltningen).",
        ),
        (
            told(7, "assigned", owner_name=None),
            "Ska vara klar tisdag 8 december, om 7 dagar. "
            "Ingen är ansvarig (Tekniska förvaltningen).",
        ),
        # Two people of one name: who is asked is not whose name it is.
        (
            told(-14, "after", owner_name="Anna Ek"),
            "Skulle ha varit klar tisdag 17 november, för 14 dagar sedan. "
            "Senaste lägesrapport: torsdag 3 september. "
            "Ansvarig: Anna Ek (Tekniska förvaltningen).",
        ),
        # Rounds.
        (
            of_round(90, "round_open", 20),
            "Tertial 3: lämna lägesrapport senast måndag 21 december. "
            "Ska vara klar måndag 1 mars 2027, om 90 dagar. "
            "Senaste lägesrapport: torsdag 3 september.",
        ),
        (
            of_round(-1, "round_due", 0, last_update=None),
            "Tertial 3: lämna lägesrapport senast tisdag 1 december. "
            "Skulle ha varit klar måndag 30 november, för 1 dag sedan. "
            "Ingen lägesrapport har lämnats än.",
        ),
        (
            of_round(90, "round_late", -1),
            "Tertial 3: lägesrapporten skulle ha lämnats senast måndag 30 november. "
            "Ska vara klar måndag 1 mars 2027, om 90 dagar. "
            "Senaste lägesrapport: torsdag 3 september.",
        ),
        (
            of_round(2, "before", 20),
            "Ska vara klar torsdag 3 december, om 2 dagar, och till Tertial 3 behövs en "
            "lägesrapport senast måndag 21 december. Senaste lägesrapport: torsdag 3 september.",
        ),
        (
            of_round(-1, "after", -1),
            "Skulle ha varit klar måndag 30 november, för 1 dag sedan, och till Tertial 3 behövdes "
            "en lägesrapport senast måndag 30 november. Senaste lägesrapport: torsdag 3 september.",
        ),
        (
            of_round(-14, "escalated", 20, answer_url=None, owner_name="Bo Li"),
            "Du får veta det som chef, eftersom åtgärden dröjer. "
            "Skulle ha varit klar tisdag 17 november, för 14 dagar sedan. "
            "Senaste lägesrapport: torsdag 3 september. "
            "Ansvarig: Bo Li (Tekniska förvaltningen).",
        ),
        # In the stead of somebody who is away.
        (
            item(2, owner_name="Karin Hällström", for_name="Karin Hällström"),
            "Ska vara klar torsdag 3 december, om 2 dagar. "
            "Senaste lägesrapport: torsdag 3 september. "
            "Du får det i stället för Karin Hällström, som är borta.",
        ),
        (
            item(31, "assigned", for_name="Karin Hällström"),
            "Karin Hällström har fått ansvaret men är borta. Du får det i stället. "
            "Ska vara klar fredag 1 januari 2027, om 31 dagar.",
        ),
        (
            told(-14, owner_name="Bo Li", for_name="Karin Hällström"),
            "Du får veta det i stället för chefen Karin Hällström, som är borta, eftersom åtgärden "
            "dröjer. Skulle ha varit klar tisdag 17 november, för 14 dagar sedan. "
            "Senaste lägesrapport: torsdag 3 september. "
            "Ansvarig: Bo Li (Tekniska förvaltningen).",
        ),
    ],
)
def test_an_item_says_what_is_due_for_whom_since_when(one: DigestItem, sentences: str) -> None:
    rendered = render(one)
    found = lines(rendered)
    start = found.index("* Ta fram en dialogpolicy")
    assert found[start + 1 : start + 3] == [sentences, way_on(one)]
    assert " ".join(Reader(rendered.html).words).count(sentences) == 1
