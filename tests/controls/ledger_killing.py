"""Run as a program: writers of one ledger, each a process of its own, that are killed; prints what was acknowledged.

`points` has one writer after another killed at each of its writes and syncs, by `dying.c`, which is preloaded;
`crowd` has several append at once and kills one after another at no particular time. Children are forked from a process
that has imported everything and opened nothing.
"""

from __future__ import annotations

import ctypes
import json
import os
import random
import select
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

from limen.controls.ledger import Entry, open_ledger

CROWD = 4
KILLS = 24


def writer(setting: dict[str, Any], say: int, groups: int) -> None:
    """Append groups, and say what was acknowledged once it was."""
    options: dict[str, Any] = {"key": (setting["key_id"], bytes.fromhex(setting["key"])), "wait": 60.0}
    if setting["login"]:
        options["credential"] = lambda: setting["login"]
    with open_ledger(setting["endpoint"], name="audit-log", tenant="pharmacy-014", **options) as ledger:
        for group in range(groups):
            records = [f"rx-{os.getpid()}-{group}-{number}" for number in range(1 + group % 3)]
            entries = [
                Entry(tenant="pharmacy-014", actor="svc", action="dispense", record=record, details={"x": "y" * 40})
                for record in records
            ]
            done = ledger.append_all(entries)
            said = [[one.seq, one.hash, record] for one, record in zip(done, records, strict=True)]
            os.write(say, json.dumps(said).encode() + b"\n")


def started(act: Callable[[int], None]) -> tuple[int, int]:
    """Fork a child; return its pid and where it speaks."""
    hear, say = os.pipe()
    child = os.fork()
    if child:
        os.close(say)
        return child, hear
    code = 1
    try:
        os.close(hear)
        act(say)
        code = 0
    finally:
        os._exit(code)


def heard(handle: int) -> list[Any]:
    """Return all that a child said by its end, whole lines alone."""
    text = b""
    while piece := os.read(handle, 1 << 16):
        text += piece
    os.close(handle)
    return [one for line in text.split(b"\n")[:-1] for one in json.loads(line)]


def points(setting: dict[str, Any]) -> dict[str, Any]:
    """Kill a writer at each of its points, in three ways, until it comes to its end."""
    die_at = ctypes.CDLL(None).limen_die_at
    acknowledged: list[Any] = []
    deaths = point = 0
    while True:
        lived = 0
        for how in range(3):

            def act(say: int, at: int = point, part: int = how) -> None:
                die_at(ctypes.c_long(at), ctypes.c_int(part))
                writer(setting, say, setting["groups"])

            child, handle = started(act)
            acknowledged += heard(handle)
            _, status = os.waitpid(child, 0)
            code = os.waitstatus_to_exitcode(status)
            if code not in (0, -signal.SIGKILL):
                raise SystemExit(f"a writer failed at point {point}, {how}: {code}")
            lived += code == 0
        deaths += 3 - lived
        if lived == 3:
            return {"acknowledged": acknowledged, "deaths": deaths, "points": point}
        point += 1


def crowd(setting: dict[str, Any]) -> dict[str, Any]:
    """Have several writers append, and kill one after another."""
    chance = random.Random(setting["seed"])
    writers = dict(started(lambda say: writer(setting, say, 1 << 30)) for _ in range(CROWD))
    texts: dict[int, bytes] = {}

    def listen(seconds: float) -> None:
        until = time.monotonic() + seconds
        while (rest := until - time.monotonic()) > 0:
            for handle in select.select(list(writers.values()), [], [], rest)[0]:
                texts[handle] = texts.get(handle, b"") + os.read(handle, 1 << 16)

    acknowledged: list[Any] = []
    for kill in range(KILLS + CROWD):
        while kill in (0, KILLS // 2) and any(texts.get(handle, b"").count(b"\n") < 5 for handle in writers.values()):
            listen(0.05)  # all take their turns before the first one dies, however busy the machine is
        listen(chance.uniform(0.0, 0.06))
        child = chance.choice(list(writers))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
            raise SystemExit("a writer failed by itself")
        handle = writers.pop(child)
        text = texts.pop(handle, b"")
        while piece := os.read(handle, 1 << 16):
            text += piece
        os.close(handle)
        acknowledged += [one for line in text.split(b"\n")[:-1] for one in json.loads(line)]
        if kill < KILLS:
            child, handle = started(lambda say: writer(setting, say, 1 << 30))
            writers[child] = handle
    return {"acknowledged": acknowledged, "deaths": KILLS + CROWD}


if __name__ == "__main__":
    json.dump({"points": points, "crowd": crowd}[sys.argv[1]](json.loads(sys.argv[2])), sys.stdout)
