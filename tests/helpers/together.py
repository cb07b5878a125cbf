"""Several people at the same moment, each in a thread with a database session of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from threading import Barrier
from typing import Any

from flask import Flask

from tracker.domain.errors import RuleBroken
from tracker.extensions import db
from tracker.models import User


def together(app: Flask, *tasks: Callable[[], Any]) -> list[Any]:
    """Run the tasks in threads that start together; each gives its result or the rule it broke."""
    db.session.commit()
    gate = Barrier(len(tasks))

    def run(task: Callable[[], Any]) -> Any:
        with app.app_context():
            gate.wait(10)
            try:
                return task()
            except RuleBroken as error:
                return error
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(tasks)) as pool:
        waiting = [pool.submit(Context().run, run, task) for task in tasks]
        results = [future.result(60) for future in waiting]
    db.session.expire_all()
    return results


def person(user_id: int) -> User:
    """The person, in the session of whoever asks."""
    return db.session.get_one(User, user_id)
