"""The process that has imported the product and forks one that runs it for each order.

An order comes over a socket, with the files that are to be standard output and standard error and
one on which the fork's number and in the end its exit code are told. It ends with the socket.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import socket
import sys
import threading
import time
from contextlib import suppress
from typing import Any

LARGEST = 2**17  # bytes of an order: mostly its environment
OUT, ERR = 1, 2
IMPORTED = (
    *("flask.cli", "waitress.runner", "sqlalchemy.dialects.sqlite", "holidays.countries.sweden"),
    *("sqlalchemy.dialects.postgresql.psycopg", "tracker.cli", "tracker.scheduler", "tracker.web"),
    "tests.helpers.kept",  # which reads the routes when somebody first asks for an address
)


def warm_up() -> None:
    """Import what nearly every process of the product imports; nothing is made of it yet."""
    for name in IMPORTED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()


def next_order(control: socket.socket) -> dict[str, Any]:
    """Wait for orders; returns only in a process that is to carry one out."""
    while True:
        said, files, _, _ = socket.recv_fds(control, LARGEST, 3)
        if not said:
            sys.exit()
        if not os.fork() and _is_the_one(*files):
            control.close()
            return _taken_over(json.loads(said), *files)
        for file in files:
            os.close(file)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass  # who told of an end has ended


def _is_the_one(out: int, err: int, status: int) -> bool:
    """Fork once more: True in the process that was asked for; the other tells of its end."""
    pid = os.fork()
    if not pid:
        return True
    os.close(out)
    os.close(err)
    os.write(status, f"{pid}\n".encode())
    _, ended = os.waitpid(pid, 0)
    os.write(status, f"{os.waitstatus_to_exitcode(ended)}\n".encode())
    os._exit(0)


def _taken_over(order: dict[str, Any], out: int, err: int, status: int) -> dict[str, Any]:
    """Be as a new interpreter would be: its environment, its files, nothing of ours."""
    os.close(status)
    for file, wanted in ((out, OUT), (err, ERR)):
        os.dup2(file, wanted)
        os.close(file)
    at_once = 1 if order["env"].get("PYTHONUNBUFFERED") else -1
    sys.stdout = os.fdopen(OUT, "w", encoding="utf-8", buffering=at_once)
    sys.stderr = os.fdopen(ERR, "w", encoding="utf-8", errors="backslashreplace", buffering=1)
    os.environ.clear()
    os.environ.update(order["env"])
    time.tzset()
    return order


def carry_out(module: str, code: str, words: list[str]) -> None:
    """`python -m module words`, or `python -c code words`."""
    sys.argv = [module or "-c", *words]
    if module:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    else:
        exec(code, {"__name__": "__main__"})


if __name__ == "__main__":
    warm_up()
    assert threading.active_count() == 1, "a fork would miss the other threads"
    with socket.socket(fileno=int(sys.argv[1])) as listening:
        asked = next_order(listening)
    # Here and not deeper, so that it ends as an interpreter ends.
    carry_out(asked["module"], asked["code"], asked["words"])
