"""The worker: APScheduler only ticks; all truth is in the tables (DESIGN §5)."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Event
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from config import Config
from tracker import clock
from tracker.domain.hours import Hours
from tracker.extensions import db
from tracker.mail.url import parse_mail_url
from tracker.services import ladders, operations, outbox, places, reminders
from tracker.services.records.making import Exports

TICK_SECONDS = 60
ENDING = (signal.SIGTERM, signal.SIGINT)
log = logging.getLogger("tracker.worker")


def run_forever(app: Flask) -> None:
    """Tick until SIGTERM or SIGINT; then no other person is planned for and no other mail begun,
    and the mail in hand has a few seconds more."""
    from apscheduler.schedulers.background import BackgroundScheduler
    from apscheduler.triggers.interval import IntervalTrigger

    # Blocked here and in every thread that follows, a signal waits until this one asks for it: a
    # handler could break into the very lock that it needs.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    stop = Event()
    # Interval, UTC, memory only: its cron trigger has skipped and doubled days at clock changes.
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(
        tick,
        IntervalTrigger(seconds=TICK_SECONDS, timezone="UTC"),
        args=[app, stop.is_set],
        next_run_time=clock.now(),
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
    )
    scheduler.start()
    heard = signal.Signals(signal.sigwait(ENDING))
    stop.set()
    log.info(json.dumps({"at": clock.now().isoformat(), "stopping": heard.name}))
    scheduler.shutdown(wait=True)


def tick(app: Flask, stopping: Callable[[], bool] = lambda: False) -> dict[str, Any]:
    """One pass: show life, plan, deliver; a fault is logged and the next tick tries again."""
    with app.app_context():
        try:
            result = one_pass(app.extensions["settings"], now=clock.now(), stopping=stopping)
        except Exception as error:
            log.exception("tick failed")
            result = {"error": type(error).__name__}
            with suppress(SQLAlchemyError):
                db.session.rollback()
                operations.note_pass(worker_name(), error=type(error).__name__)
    log.info(json.dumps({"at": clock.now().isoformat(), **result}, ensure_ascii=False))
    return result


def one_pass(
    settings: Config, *, now: datetime, stopping: Callable[[], bool] = lambda: False
) -> dict[str, Any]:
    """Plan and deliver (on a working day, from the ladder's morning hour; letters about accounts at
    any time), for a tick's time.

    What is not done by then the next tick goes on with; in between the heart beats. When
    `stopping()`, the mail in hand is not waited for as long as otherwise.
    """
    operations.beat(worker_name(), now=now)
    Exports(settings.instance_dir / "exports").forget_old(now)
    end = now + timedelta(seconds=TICK_SECONDS)

    ladder, post = ladders.current(), places.post_of(settings)
    hours, target = Hours(ladder.morning, settings.timezone), parse_mail_url(settings.mail_url)

    def time_is_up() -> bool:
        return stopping() or clock.now() >= end

    if not hours.open_at(now):
        only = outbox.deliver_all(
            target=target,
            post=post,
            clock=clock.now,
            only_accounts=True,
            stopping=time_is_up,
            hurried=stopping,
        )
        return {"planned": 0, "delivered": only}

    def enough() -> bool:
        return time_is_up() or not hours.open_at(clock.now())

    plan = reminders.plan(ladder=ladder, post=post, now=now, stopping=enough)
    delivered = outbox.deliver_all(
        target=target,
        post=post,
        clock=clock.now,
        stopping=enough,
        hurried=stopping,
    )
    operations.note_pass(worker_name(), unwritten=plan.failures)
    return {"planned": len(plan.mails), "failures": list(plan.failures), "delivered": delivered}


def worker_name() -> str:
    """Which process on which machine this is."""
    return f"{socket.gethostname()}:{os.getpid()}"[:100]
