"""A hub in a process of its own, to be killed: it takes messages from a file and says what it answered.

`python -m tests.controls.killed_transfers ENDPOINT MESSAGES`: a line of MESSAGES is [step, record, message in base64].
It prints a line with its number before each step and one with the state after it.
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path

from limen.controls.transfer import TransferError
from tests.controls.transferring import HUB, Hub


def answer(hub: Hub, step: str, record: str, message: bytes) -> str:
    """Take a step and return what came of it."""
    try:
        if step == "propose":
            return hub.propose(message, record=record).state
        if step == "announce":
            return hub.transfers.announce(record, actor=HUB, now=hub.clock.now).standing.state
        return hub.acknowledge(message, record=record, token=token_of(hub, record)).state
    except TransferError as error:
        return error.reason


def token_of(hub: Hub, record: str) -> str:
    """Return the token that the receiver was given; once it is used, none is given again, and none is needed."""
    try:
        return hub.announce(record)
    except TransferError:
        return ""


def main(endpoint: str, messages: str) -> None:
    """Take every message of a file in order."""
    hub = Hub(endpoint)
    for number, line in enumerate(Path(messages).read_text().splitlines()):
        step, record, message = json.loads(line)
        print(f"asked {number}", flush=True)
        print(f"told {number} {answer(hub, step, record, base64.b64decode(message))}", flush=True)
    hub.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
