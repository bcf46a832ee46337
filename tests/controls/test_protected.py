"""A protected value is shown by nothing that shows values by itself, and leaves the process by no accident."""

from __future__ import annotations

import copy
import dataclasses
import gc
import json
import logging
import os
import pickle
import pprint
import threading
import traceback
from typing import Any

import msgspec
import orjson
import pytest
import rich.pretty

from limen.controls.protected import SHOWN, Protected
from limen.controls.redaction import MARK, Redactor

NAME = "Wilhelmina Quackenbush"
HELD = Protected(NAME)


@dataclasses.dataclass
class Data:
    who: Protected[str]


class Struct(msgspec.Struct):
    who: Protected[str]


def shown_in_a_traceback() -> str:
    who = HELD
    try:
        raise ValueError(f"failed for {who}", who)
    except ValueError as error:
        return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())


WAYS: dict[str, Any] = {
    "repr": lambda: repr(HELD),
    "str": lambda: str(HELD),
    "format": lambda: f"{HELD} {HELD!r} {HELD!s} {HELD:>40}",
    "percent": lambda: "%s %r" % (HELD, HELD),  # noqa: UP031
    "dataclass": lambda: repr(Data(HELD)),
    "struct": lambda: repr(Struct(HELD)),
    "list": lambda: repr([HELD, (HELD,), {"who": HELD}]),
    "asdict": lambda: repr(dataclasses.asdict(Data(HELD))),
    "pprint": lambda: pprint.pformat({"who": HELD}),
    "rich": lambda: rich.pretty.pretty_repr({"who": HELD}, expand_all=True),
    "traceback with locals": shown_in_a_traceback,
    "dir": lambda: repr(dir(HELD)),
    "copy": lambda: repr([copy.copy(HELD), copy.deepcopy(HELD), copy.deepcopy(Data(HELD))]),
    "log": lambda: logging.LogRecord("x", 20, "", 0, "%s", (HELD,), None).getMessage(),
}


@pytest.mark.parametrize("way", WAYS)
def test_nothing_shows_it(way: str) -> None:
    shown = WAYS[way]()
    assert "Wilhelmina" not in shown
    assert "Quackenbush" not in shown
    assert SHOWN in shown or way == "dir"


@pytest.mark.parametrize(
    "leave",
    [
        lambda: pickle.dumps(HELD),
        lambda: pickle.dumps(Data(HELD)),
        lambda: pickle.dumps(HELD, protocol=0),
        lambda: json.dumps({"who": HELD}),
        lambda: orjson.dumps({"who": HELD}),
        lambda: orjson.dumps(Data(HELD)),
        lambda: msgspec.json.encode(Struct(HELD)),
        lambda: vars(HELD),
        lambda: hash(HELD),
        lambda: list(HELD),  # type: ignore[call-overload]
        lambda: HELD + "x",  # type: ignore[operator]
        HELD.__getstate__,
    ],
)
def test_it_leaves_by_no_accident(leave: Any) -> None:
    with pytest.raises((TypeError, AttributeError, orjson.JSONEncodeError)) as caught:
        leave()
    assert "Wilhelmina" not in str(caught.value)


def test_it_is_given_to_whoever_asks_and_compares_by_value() -> None:
    assert HELD.reveal() == NAME
    assert Protected(NAME) == HELD
    assert Protected("other") != HELD
    assert Protected(b"x") == Protected(b"x")
    assert Protected(b"x") != Protected("x")
    assert Protected(3) == Protected(3)
    assert HELD != NAME
    assert bool(HELD)


def test_a_redactor_knows_it_for_as_long_as_it_lives() -> None:
    redactor = Redactor()
    held = redactor.protect(NAME)
    assert redactor.text(f"for {NAME}") == f"for {MARK}"
    assert redactor.value({"who": held}) == {"who": SHOWN}
    del held
    gc.collect()
    assert redactor.text(f"for {NAME}") == f"for {NAME}"


def test_values_that_die_while_others_are_looked_for_hold_nobody_up() -> None:
    redactor = Redactor()
    gc.set_threshold(1, 1, 1)
    try:
        for number in range(60):
            around: list[Any] = [redactor.protect(f"Zz{number:03}canary Quux")]
            around.append(around)  # so that only the collector finds it, in the middle of something
            redactor.text(f"for Zz{number:03}canary Quux")
            del around
    finally:
        gc.set_threshold(700, 10, 10)
    gc.collect()
    assert redactor.text("for Zz000canary Quux") == "for Zz000canary Quux"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_still_redacts() -> None:
    redactor = Redactor()
    redactor.remember(NAME)
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            redactor.text(f"for {NAME}")

    thread = threading.Thread(target=work)
    thread.start()
    try:
        for _ in range(40):
            child = os.fork()
            if not child:
                os._exit(0 if redactor.text(NAME) == MARK else 1)
            assert os.waitpid(child, 0)[1] == 0
    finally:
        stop.set()
        thread.join()
