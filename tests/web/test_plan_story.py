"""A council's own programme from first draft to the next period, entered and read back by page.

Dates, paragraphs, labels and periods are those of a real one (Nacka's, 2012-2018); the words are
ours.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from html import unescape
from typing import Any

import pytest
import time_machine
from flask import Flask

from tests.helpers.cast import Cast
from tests.helpers.pages import Page
from tests.helpers.visitor import Visits
from tracker.models import User
from tracker.services import journal

POINTS = {
    "I": "Rensa bland de dokument som styr, och gör resten lätta att hitta.",
    "II": "Gör det administrativa stödet enklare, med en tydlig roll för ledningskontoret.",
    "III": "Styr myndighetsrollen mot goda resultat och en ekonomi i balans.",
    "IV": "Styr den egna driften på samma vis, med klara uppdrag.",
    "V": "Ha en gemensam strategi för chefer, från rekrytering till avveckling.",
    "VI": "Håll kulturen levande så att visionen märks i vardagen.",
}
# As it stands in a document: lines broken, a word divided, an empty line in the midst.
PASTED = """I. Rensa bland de dokument som styr, och gör resten lätta
att hitta.
II. Gör det administrativa stödet enklare, med en tydlig roll för led-
ningskontoret.
III. Styr myndighetsrollen mot goda resultat och en ekonomi
i balans.

IV. Styr den egna driften på samma vis, med klara uppdrag.
V. Ha en gemensam strategi för chefer, från rekry-
tering till avveckling.

VI. Håll kulturen levande så att visionen märks i vardagen.
"""
ACTIONS = {
    "Gå igenom alla styrdokument": "I",
    "En väg in till stödet": "II",
    "Mål och uppdrag för myndigheten": "III",
    "Månadsbokslut som går att lita på": "III",
    "Ägardirektiv för driften": "IV",
    "Program för nya chefer": "V",
    "Samtal om värdegrunden": "VI",
}
OPEN_AT_THE_END = ("Gå igenom alla styrdokument", "Samtal om värdegrunden")
FOLLOW_UPS = (
    (date(2013, 9, 2), 190, "Arbetet har kommit i gång på alla punkter."),
    (date(2015, 9, 28), 243, "Driften har fått sina direktiv."),
)
REPORT = "Fyra av sex punkter är helt genomförda.\n\nStyrdokumenten och kulturen går vidare."
AREAS = {
    "1": "Våga förnya och genomföra det svåra.",
    "2": "Mål som styr och uppföljning som används.",
    "3": "En smartare kommun med digitala tjänster.",
}
TITLE, NEXT_TITLE = "Öppenhet och mångfald", "Öppenhet och mångfald 2017–2018"


class Story:
    """The people of the story at their pages, on the day that it is."""

    def __init__(self, app: Flask, cast: Cast, clock: time_machine.Traveller) -> None:
        self.app, self.cast, self.clock = app, cast, clock
        self.visit = Visits(app.test_client)
        self.ids: dict[str, int] = {}

    def on(self, day: date) -> None:
        """The clock stands at a morning; the sessions of last time have ended."""
        self.clock.move_to(datetime(day.year, day.month, day.day, 8, 0, tzinfo=UTC))
        self.visit = Visits(self.app.test_client)

    def get(self, path: str, person: User | None = None, status: int = 200) -> Page:
        return self.visit(person or self.cast.director).get(path, status=status)

    def fill(self, path: str, person: User | None = None, **fields: Any) -> Page:
        """Open a page, fill in its form, send it, and land on the next page."""
        visitor = self.visit(person or self.cast.director)
        return visitor.submit(visitor.get(path).form, **fields)

    def act(self, title: str) -> str:
        return f"/actions/{self.ids[title]}"


@pytest.fixture
def story(the_app: Flask, cast: Cast, clock: time_machine.Traveller) -> Story:
    return Story(the_app, cast, clock)


def test_the_whole_story_is_entered_and_read_back(story: Story, cast: Cast) -> None:
    plan = drafted(story)
    actions_added(story, plan)
    adopted(story, plan)
    followed_up(story, plan)
    finished_what_could_be(story)
    new = carried_on(story, plan)
    closed(story, plan)
    the_old_plan_tells(story.get(plan), story)
    the_new_plan_tells(story.get(new), story)
    the_actions_tell(story)
    what_the_committee_reads(story, plan, new)
    assert journal.verify()


def drafted(story: Story) -> str:
    """The draft with its six points; the plan's address."""
    story.on(date(2012, 12, 3))
    page = story.fill(
        "/plans/new",
        title=TITLE,
        purpose="En kommun som är lättare att styra och att arbeta i.",
        starts_on="2012-01-01",
        ends_on="2016-12-31",
        points_text=PASTED,
    )
    assert page.h1 == TITLE
    for label, text in POINTS.items():
        assert f"Punkt {label} {text}" in page.text
    return page.path


def actions_added(story: Story, plan: str) -> None:
    """One or more actions below each point, from the link that stands there."""
    cast, links = story.cast, story.get(plan).links
    for title, label in ACTIONS.items():
        link = links[f"Ny åtgärd under punkt {label}"]
        page = story.fill(
            unescape(link),
            title=title,
            unit_id=str(cast.unit.id),
            owner_text=cast.owner.name,
            deadline="2016-12-31",
        )
        assert page.h1 == title
        story.ids[title] = int(page.path.split("?")[0].rsplit("/", 1)[1])
    page = story.get(plan)
    assert "0 av 7 åtgärder är genomförda." in page.text
    # The committees know nothing of it yet.
    story.get(plan, cast.member, status=404)


def adopted(story: Story, plan: str) -> None:
    story.on(date(2013, 2, 12))
    page = story.fill(
        f"{plan}/adopt",
        body="Kommunstyrelsen",
        decided_on="2013-02-11",
        section="53",
        record_number="KFKS 2012/632",
    )
    assert page.path == plan
    assert "Kommunstyrelsen 11 februari 2013, § 53, KFKS 2012/632" in page.text


def followed_up(story: Story, plan: str) -> None:
    """Twice the owners report, and the board is told."""
    for day, section, note in FOLLOW_UPS:
        story.on(day.replace(day=day.day + 1))
        for title in OPEN_AT_THE_END:
            visitor = story.visit(story.cast.owner)
            form = visitor.get(f"{story.act(title)}/report").form
            visitor.submit(form, health="on_track", text=f"Läget inför § {section}.", follow=False)
        page = story.fill(
            f"{plan}/decisions/new",
            body="Kommunstyrelsen",
            decided_on=day.isoformat(),
            section=str(section),
            note=note,
        )
        assert note in page.text


def finished_what_could_be(story: Story) -> None:
    story.on(date(2016, 11, 1))
    for title in ACTIONS:
        if title in OPEN_AT_THE_END:
            continue
        visitor = story.visit(story.cast.owner)
        form = visitor.get(f"{story.act(title)}/complete").form
        visitor.submit(form, evidence_title="Beslutad rutin")
        if title != "Program för nya chefer":
            story.visit(story.cast.director).post(f"{story.act(title)}/verify", follow=False)


def carried_on(story: Story, plan: str) -> str:
    """The next period's plan takes over what is open; its address."""
    story.on(date(2016, 12, 20))
    page = story.get(f"{plan}/next")
    assert sorted(page.form.fields["action_ids"]) == sorted(
        str(story.ids[title]) for title in OPEN_AT_THE_END
    )
    page = story.fill(
        f"{plan}/next",
        title=NEXT_TITLE,
        starts_on="2017-01-01",
        ends_on="2018-12-31",
        points_text="\n\n".join(AREAS.values()),
    )
    assert page.h1 == NEXT_TITLE
    return page.path


def closed(story: Story, plan: str) -> None:
    story.on(date(2017, 2, 28))
    page = story.fill(
        f"{plan}/close",
        final_report=REPORT,
        body="Kommunstyrelsen",
        decided_on="2017-02-27",
        section="61",
        note="Noterades till protokollet.",
    )
    assert f"”{TITLE}” är avslutad." in page.text
    # What was done can still be verified.
    story.visit(story.cast.director).post(
        f"{story.act('Program för nya chefer')}/verify", follow=False
    )


def the_old_plan_tells(page: Page, story: Story) -> None:
    """Every label, text, date and paragraph; what was carried as it stood then; who did what."""
    assert "5 av 5 åtgärder är genomförda." in page.text
    assert "Period 2012–2016" in page.text
    for paragraph in REPORT.split("\n\n"):
        assert paragraph in page.text
    for label, text in POINTS.items():
        assert f"Punkt {label} {text}" in page.text
    for title in ACTIONS:
        assert title in page.links
    for line in (
        "Kommunstyrelsen 11 februari 2013, § 53",
        "Kommunstyrelsen 2 september 2013, § 190",
        "Kommunstyrelsen 28 september 2015, § 243",
        "Kommunstyrelsen 27 februari 2017, § 61",
    ):
        assert line in page.text
    for _day, _section, note in FOLLOW_UPS:
        assert note in page.text
    assert "Så stod det 20 december 2016: pågår, slutdatum 2016-12-31." in page.text
    assert f"Finns nu i ”{NEXT_TITLE}”" in page.text
    assert page.links[NEXT_TITLE]
    for words in ("Planen påbörjades", "Planen antogs", "Planen följdes upp", "Planen avslutades"):
        assert words in page.text
    assert f"2 åtgärder till ”{NEXT_TITLE}”" in page.text
    assert story.cast.director.name in page.text


def the_new_plan_tells(page: Page, story: Story) -> None:
    assert "Period 2017–2018" in page.text
    assert page.links[TITLE]
    for label, text in AREAS.items():
        assert f"Punkt {label} {text}" in page.text
    for title in OPEN_AT_THE_END:
        assert page.links[title].startswith(story.act(title))
    assert f"2 åtgärder från ”{TITLE}”" in page.text


def the_actions_tell(story: Story) -> None:
    """An action that went on keeps its reports, its owner and its deadline."""
    for title in OPEN_AT_THE_END:
        page = story.get(story.act(title))
        assert NEXT_TITLE in page.text
        assert story.cast.owner.name in page.text
        for _day, section, _note in FOLLOW_UPS:
            assert f"Läget inför § {section}." in page.text


def what_the_committee_reads(story: Story, plan: str, new: str) -> None:
    """The closed plan with its report, but not yet the draft of the next."""
    member = story.cast.member
    page = story.get(plan, member)
    assert "Fyra av sex punkter är helt genomförda." in page.text
    assert "§ 243" in page.text
    assert "Avsluta planen" not in page.links
    assert NEXT_TITLE not in page.links
    story.get(new, member, status=404)
    assert TITLE in story.get("/plans", member).links
