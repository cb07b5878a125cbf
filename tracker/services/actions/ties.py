"""What an action waits for, and what there is to read about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, literal, select

from tracker.domain.dependencies import Edge, find_circle
from tracker.domain.errors import N_, Forbidden, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db, in_turn
from tracker.models import Action, ActionLink, User, action_dependency
from tracker.services import journal, scope
from tracker.services.actions import rules
from tracker.services.actions.search import sort_key

MOST_NEEDED = 20
MOST_LINKS = 50
LARGEST_KEY = 2**31 - 1
_NUMBER = re.compile(r"(?:nr )?(\d{1,10})(?: (.*))?", re.IGNORECASE)


def add_dependency(action_id: int, needs_id: int, *, by: User, now: datetime) -> Action:
    """Let an open action wait for another; the same twice changes nothing. Gives the other.

    Raises:
        Forbidden, NotFound: the action is not this person's to edit.
        RuleBroken: the other cannot be seen or was dropped, the two would wait for each other,
            there are too many, or the action or its plan is finished; at `needs`.
    """
    in_turn("dependencies")
    action = rules.open_action(action_id, Deed.ACTION_EDIT, by=by)
    needed = _visible(needs_id, by=by)
    waits_for = set(db.session.scalars(_needs_of(action.id)))
    if needed.id not in waits_for:
        if len(waits_for) >= MOST_NEEDED:
            raise RuleBroken(
                "En åtgärd kan vänta på högst %(most)s andra.", field="needs", most=MOST_NEEDED
            )
        if needed.status is ActionStatus.DROPPED:
            raise RuleBroken(
                "”%(title)s” är avbruten och blir inte klar. Välj en annan åtgärd.",
                field="needs",
                title=needed.title,
            )
        _check_no_circle(action, needed, by=by)
        db.session.execute(
            action_dependency.insert().values(action_id=action.id, needs_id=needed.id)
        )
        _note("wait", action, by=by, now=now, needs=needed.title, needs_id=needed.id)
    db.session.commit()
    return needed


def remove_dependency(action_id: int, needs_id: int, *, by: User, now: datetime) -> Action:
    """Let an action wait no longer for another, which it gives.

    Raises:
        Forbidden, NotFound: the action is not this person's to edit, or does not wait for it.
        RuleBroken: the action or its plan is finished.
    """
    in_turn("dependencies")
    action = rules.open_action(action_id, Deed.ACTION_EDIT, by=by)
    needed = db.session.get(Action, needs_id)
    if needed is None or needed.id not in db.session.scalars(_needs_of(action.id)).all():
        raise NotFound
    db.session.execute(
        action_dependency.delete().where(
            action_dependency.c.action_id == action.id,
            action_dependency.c.needs_id == needed.id,
        )
    )
    _note("unwait", action, by=by, now=now, needs=needed.title, needs_id=needed.id)
    db.session.commit()
    return needed


def find_needed(text: str, *, by: User) -> int:
    """The key of the action that a number (12, nr 12, 12 Its title) or a title means.

    Raises:
        RuleBroken: nothing, or several, within what this person may see; at `needs`.
    """
    text = rules.one_line(text)
    if not text:
        raise RuleBroken("Skriv en åtgärds nummer eller rubrik.", field="needs")
    rules.check_length(text, "needs", rules.TITLE_MAX + 20)
    within = scope.actions_within(by, Deed.ACTION_VIEW)
    number, title = _read_number(text)
    if number is not None:
        row = db.session.execute(
            select(Action.id, Action.title_key).where(Action.id == number, within)
        ).first()
        if row and title in ("", row.title_key):
            return int(row.id)
    same = select(Action.id).where(Action.title_key == sort_key(text), within).limit(2)
    found = db.session.scalars(same).all()
    if len(found) > 1:
        raise RuleBroken(
            "Flera åtgärder heter ”%(title)s”. Skriv numret i stället.", field="needs", title=text
        )
    if not found:
        raise RuleBroken(
            "Det finns ingen åtgärd ”%(title)s” som du kan se. "
            "Skriv dess nummer eller hela rubrik.",
            field="needs",
            title=text,
        )
    return found[0]


def add_link(action_id: int, title: str, url: str, *, by: User, now: datetime) -> ActionLink:
    """Put something to read beside an open action.

    Raises:
        Forbidden, NotFound: nothing of this person's.
        RuleBroken, Refused: title or address is missing or wrong (at `link_title`, `link_url`),
            or the action or its plan is finished.
    """
    action = rules.open_action(action_id, Deed.ACTION_ATTACH, by=by)
    title, url = rules.one_line(title), rules.one_line(url)
    problems: list[RuleBroken] = []
    with rules.collecting(problems):
        missing = N_("Skriv vad länken leder till.")
        rules.check_written(title, "link_title", missing, rules.TITLE_MAX)
    with rules.collecting(problems):
        rules.check_written(url, "link_url", N_("Skriv länkens adress."), rules.URL_MAX)
        rules.check_address(url, "link_url")
    if problems:
        raise rules.Refused(problems)
    if len(action.links) >= MOST_LINKS:
        raise RuleBroken("En åtgärd kan ha högst %(most)s länkar.", most=MOST_LINKS)
    link = ActionLink(action_id=action.id, title=title, url=url, added_at=now, added_by_id=by.id)
    db.session.add(link)
    _note("link", action, by=by, now=now, link=title, url=url)
    db.session.commit()
    return link


def remove_link(action_id: int, link_id: int, *, by: User, now: datetime) -> tuple[str, str]:
    """Take a link away; gives its title and address, so that it can be put back by add_link.

    Raises:
        Forbidden, NotFound: nothing of this person's, or no such link.
        RuleBroken: the action or its plan is finished.
    """
    action = rules.open_action(action_id, Deed.ACTION_ATTACH, by=by)
    link = next((item for item in action.links if item.id == link_id), None)
    if link is None:
        raise NotFound
    said = link.title, link.url
    db.session.delete(link)
    _note("unlink", action, by=by, now=now, link=link.title, url=link.url)
    db.session.commit()
    return said


def _visible(action_id: int, *, by: User) -> Action:
    if 0 < action_id <= LARGEST_KEY:
        try:
            return scope.load_action(action_id, by=by, deed=Deed.ACTION_VIEW)
        except (NotFound, Forbidden):
            pass
    raise RuleBroken(
        "Det finns ingen åtgärd med nummer %(number)s som du kan se.",
        field="needs",
        number=action_id,
    )


def _read_number(text: str) -> tuple[int | None, str]:
    """The number that a text begins with, and the title behind it as titles are compared."""
    read = _NUMBER.fullmatch(text)
    if read is None or not 0 < int(read[1]) <= LARGEST_KEY:
        return None, ""
    return int(read[1]), sort_key(read[2] or "")


def _needs_of(action_id: int) -> Select[int]:
    return select(action_dependency.c.needs_id).where(action_dependency.c.action_id == action_id)


def _check_no_circle(action: Action, needed: Action, *, by: User) -> None:
    circle = find_circle(_edges_from(needed.id), (action.id, needed.id))
    if circle is None:
        return
    if len(circle) == 2:
        raise RuleBroken("En åtgärd kan inte vänta på sig själv.", field="needs")
    if len(circle) == 3:
        raise RuleBroken(
            "Det blir en cirkel: ”%(first)s” väntar på ”%(second)s”, som redan väntar på "
            "”%(first)s”.",
            field="needs",
            first=action.title,
            second=needed.title,
        )
    raise RuleBroken(
        "Det blir en cirkel: ”%(first)s” väntar på ”%(second)s”, som genom %(between)s redan "
        "väntar på ”%(first)s”.",
        field="needs",
        first=action.title,
        second=needed.title,
        between=_named(circle[2:-1], by=by),
    )


def _edges_from(action_id: int) -> list[Edge]:
    """Who waits for whom, as far as it can be reached from one action."""
    start = select(literal(action_id).label("id")).cte("reached", recursive=True)
    # UNION drops what was seen before, so that it ends even in a circle.
    further = select(action_dependency.c.needs_id).join(
        start, action_dependency.c.action_id == start.c.id
    )
    reached = start.union(further)
    rows = db.session.execute(
        select(action_dependency.c.action_id, action_dependency.c.needs_id).where(
            action_dependency.c.action_id.in_(select(reached.c.id))
        )
    )
    return [(row.action_id, row.needs_id) for row in rows]


def _named(action_ids: Sequence[int], *, by: User) -> str:
    """Actions by title, and by number alone where `by` may not see them."""
    query = select(Action.id, Action.title).where(
        Action.id.in_(action_ids), scope.actions_within(by, Deed.ACTION_VIEW)
    )
    titles = {row.id: f"”{row.title}”" for row in db.session.execute(query)}
    return ", ".join(titles.get(action_id, f"nr {action_id}") for action_id in action_ids)


def _note(deed: str, action: Action, *, by: User, now: datetime, **data: str | int) -> None:
    journal.record(f"action.{deed}", "action", action.id, data, by=by, now=now)
