"""Searching: exactly what a slow reading of every action would find."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.helpers.cast import TODAY, make_action
from tests.helpers.found import written
from tracker.domain.text import fold
from tracker.extensions import db
from tracker.models import Action
from tracker.services.actions import search
from tracker.services.actions.filters import ActionFilter, conditions

TITLES = (
    "Utveckla medborgardialogen",
    "Dialog med företagare, 3 möten",
    "En åtgärd för äldre",
    "Öppna data: portal_2 (pilot)",
    "Café och résumé på 50 %",
    "Åäö AAO aao",
    "Se över över­enskommelser",  # with a soft hyphen
    "STRASSE und Straße",
    "🙂 glad panel",
)
LETTERS = st.sampled_from("abdegilmnoprståäö%_ \\/3")


def found_by(q, by):
    wanted = conditions(ActionFilter(q=q), by=by, today=TODAY)
    return set(db.session.scalars(db.select(Action.title).where(*wanted)))


def reference(q, actions):
    pieces = fold(q).split()
    if pieces and not any(ch.isalnum() for ch in fold(q)):
        return set()
    return {
        action.title
        for action in actions
        if all(piece in fold(f"{action.title} {action.description}") for piece in pieces)
        or (len(pieces) == 1 and pieces[0] == str(action.id))
    }


@pytest.fixture
def library(any_app, cast):
    made = [make_action(cast.plan, title, unit=cast.unit) for title in TITLES]
    made[2].description = "Provas i hemtjänsten; se dialogen."
    written(*made)
    return list(db.session.scalars(db.select(Action).order_by(Action.id)))


FOUND = [
    ("dialog", {TITLES[0], TITLES[1], TITLES[2]}),
    ("möten DIALOG", {TITLES[1]}),
    ("portal_2", {TITLES[3]}),
    ("cafe resume", {TITLES[4]}),
    ("50 %", {TITLES[4]}),
    ("överenskommelser", {TITLES[6]}),
    ("strasse", {TITLES[7]}),
    ("straße", {TITLES[7]}),
    ("a\N{COMBINING DIAERESIS}ldre", {TITLES[2]}),
    ("aldre", set()),
    ("%", set()),
    ("\x00dialog\x00 moten", set()),
    ("x" * 10_000, set()),
    ("🙂", set()),
]


def test_what_is_found(library, cast):
    found = [(q, found_by(q, cast.director), titles) for q, titles in FOUND]
    assert [one for one in found if one[1] != one[2]] == []


def test_any_question(library, cast):
    @settings(
        max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(st.text(LETTERS, max_size=8) | st.sampled_from(TITLES).map(lambda title: title[3:12]))
    def ask(q):
        assert found_by(q, cast.director) == reference(q, library)

    ask()


def test_what_is_common_is_found_alike(library, cast, monkeypatch):
    monkeypatch.setattr(search, "MOST_LED", 0)
    assert found_by("dialog", cast.director) == {TITLES[0], TITLES[1], TITLES[2]}
    monkeypatch.setattr(search, "MOST_WORDS", 0)
    assert found_by("möten dialog", cast.director) == {TITLES[1]}


def test_a_rare_word_leads_to_what_has_the_common_one(library, cast, monkeypatch):
    for most in (1, 2, 3, 40):
        monkeypatch.setattr(search, "MOST_LED", most)
        assert found_by("möten dialog", cast.director) == {TITLES[1]}, most
        assert found_by("dialog, möten", cast.director) == set(), most


def test_a_number_finds_the_action(library, cast):
    action = library[-1]
    assert action.title in found_by(str(action.id), cast.director)
    assert found_by(f"#{action.id}", cast.director) == {action.title}
    assert found_by(str(2**40), cast.director) == set()


def test_a_changed_action_is_found_by_its_new_words(library, cast):
    action = library[-1]
    action.title = "Något helt annat"
    written(action)
    assert found_by("panel", cast.director) == set()
    assert found_by("annat", cast.director) == {"Något helt annat"}
    assert action.title_key == search.sort_key("något helt annat")
