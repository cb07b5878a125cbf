"""The command line: every command parses, calls one service and answers."""

from __future__ import annotations

from flask import Flask

from tracker.cli.committee_report import committee_report
from tracker.cli.demo import demo
from tracker.cli.evaluation import evaluation
from tracker.cli.factor import reset_factor
from tracker.cli.journal import journal_group
from tracker.cli.records import records
from tracker.cli.reminders import reminders
from tracker.cli.report import report
from tracker.cli.report_import import import_command
from tracker.cli.run import doctor, serve, worker
from tracker.cli.user import user


def register(app: Flask) -> None:
    """Bind the commands to the app's command line."""
    report.add_command(import_command)
    user.add_command(reset_factor)
    for command in (
        report,
        evaluation,
        committee_report,
        reminders,
        records,
        user,
        demo,
        journal_group,
        worker,
        serve,
        doctor,
    ):
        app.cli.add_command(command)
