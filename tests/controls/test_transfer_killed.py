"""A hub that is killed: what it answered holds, and whoever sends everything again ends where it would have ended."""

from __future__ import annotations

import base64
import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.controls.transferring import ENDPOINTS, START, Hub, count, order
from tests.needs import REPOSITORY, unmeasured

TRANSFERS = 12
KILLS = 4
STEPS = ("propose", "announce", "acknowledge")
RANKS = {"proposed": 1, "announced": 2, "reconciled": 3, "mismatched": 3, "mismatch": 3, "replayed": 3}
"""How far a transfer is, by its state or by what was answered; nothing goes back."""


def messages(folder: Path) -> Path:
    """Write everything that a sender and a receiver say of some transfers; every third count differs."""
    lines = []
    for number in range(TRANSFERS):
        record = f"t-014-022/{number}"
        sent = {
            "propose": order(record),
            "announce": b"",
            "acknowledge": count(START, record, quantity=12 - (number % 3 == 2)),
        }
        lines += [json.dumps([step, record, base64.b64encode(sent[step]).decode()]) for step in STEPS]
    path = folder / "messages.jsonl"
    path.write_text("\n".join(lines))
    return path


def told(endpoint: str | Path, path: Path, lines: int) -> list[tuple[str, str]]:
    """Run a hub, kill it when it has said so many lines, and return record and state of each answer it gave."""
    command = [sys.executable, "-m", "tests.controls.killed_transfers", str(endpoint), str(path)]
    found = []
    with subprocess.Popen(command, cwd=REPOSITORY, env=unmeasured(), stdout=subprocess.PIPE, text=True) as hub:
        assert hub.stdout is not None
        for number, line in enumerate(hub.stdout, 1):
            if number == lines:
                os.kill(hub.pid, signal.SIGKILL)  # what it says until it dies is read all the same
            if line.startswith("told"):
                found.append((f"t-014-022/{int(line.split()[1]) // len(STEPS)}", line.split()[2]))
    return found


@pytest.mark.parametrize("store", sorted(ENDPOINTS))
def test_killed_at_any_moment(tmp_path: Path, store: str) -> None:
    endpoint, path = ENDPOINTS[store](tmp_path), messages(tmp_path)
    chance = random.Random(6)
    answers: list[tuple[str, str]] = []
    for part in range(1, KILLS + 1):
        answers += told(endpoint, path, chance.randrange(2 * len(STEPS) * TRANSFERS * part // KILLS) + 1)
    assert answers
    hub = Hub(endpoint)
    for record, state in answers:
        found = hub.transfers.standing(record)
        assert found is not None
        assert RANKS[found.state] >= RANKS[state]
        if state in ("reconciled", "mismatch"):
            assert (found.state == "reconciled") is (state == "reconciled")
    hub.close()
    assert len(told(endpoint, path, 0)) == len(STEPS) * TRANSFERS
    hub = Hub(endpoint)
    for number in range(TRANSFERS):
        found = hub.transfers.standing(f"t-014-022/{number}")
        assert found is not None
        assert found.state == ("mismatched" if number % 3 == 2 else "reconciled")
    posted = [(line.action, line.record) for line in hub.lines()]
    kept = [one for one in posted if one[0] in ("transfer:proposed", "transfer:announced", "transfer:acknowledged")]
    assert len(kept) == len(set(kept)) == len(STEPS) * TRANSFERS
    assert {action for action, _ in posted} <= {*(one for one, _ in kept), "transfer:refused", "ledger-repaired"}
    hub.close()
