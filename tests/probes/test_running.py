"""Runs: every request ends as an attempt, several at once, within the time of the run, also after Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from limen.errors import UsageError
from limen.probes.interface import Context, Target
from limen.probes.running import InterruptedRun, Limits, run, run_typed
from limen.records.attempts import Attempt, RawResponse
from tests.lab.ports import free_port
from tests.probes import banner
from tests.probes.banner import server, target, variant
from tests.probes.declared import declared


def ends(attempts: tuple[Attempt, ...]) -> list[tuple[str, str, str]]:
    return [(one.target, one.status, one.reason) for one in attempts]


def test_each_request_ends_as_an_attempt_in_its_order(tmp_path: Path) -> None:
    with server(b"hi :)\n") as endpoint:
        closed = f"127.0.0.1:{free_port()}"
        loaded = declared(
            tmp_path,
            f'probe: tls, flow: hand-over, endpoint: "{endpoint}"',
            f'probe: tls, flow: back, endpoint: "{closed}"',
            "probe: tls, component: service",
            'probe: kms, key: data-key, endpoint: "https://kms.example"',
            f'probe: tls, component: gateway, endpoint: "https://a:b@{endpoint}"',
            f'probe: tls, component: gateway, flow: back, endpoint: "{endpoint}"',
        )
        seen: list[str] = []
        made = run(
            loaded.declaration,
            tmp_path,
            declaration_sha256=loaded.digest,
            probes={"tls": banner.PROBE},
            done=lambda one: seen.append(one.target),
        )
    assert ends(made.attempts) == [
        ("hand-over", "completed", ""),
        ("back", "error", f"{closed} refused the connection"),
        ("service", "not_scheduled", "no endpoint is declared"),
        ("data-key", "not_scheduled", "this limen has no probe kms"),
        (
            "gateway",
            "not_scheduled",
            "the endpoint has a credential in it: put it elsewhere, and name it as env:NAME, file:PATH or vault:PATH",
        ),
        ("back+gateway", "not_scheduled", "it names several things, back+gateway: declare one each"),
    ]
    assert sorted(seen) == sorted(one.target for one in made.attempts)
    assert (made.system, made.declaration_sha256) == ("rx", loaded.digest)
    assert made.started_at <= made.ended_at
    assert [one.version for one in made.attempts] == ["1", "1", "", "", "", ""]


def test_only_a_flow_or_a_probe_leaves_the_others_out_and_says_so(tmp_path: Path) -> None:
    with server(b"hi :)\n") as endpoint:
        loaded = declared(
            tmp_path,
            f'probe: tls, flow: hand-over, endpoint: "{endpoint}"',
            f'probe: tls, flow: back, endpoint: "{endpoint}"',
            f'probe: brokers, flow: back, endpoint: "{endpoint}"',
        )
        probes = {"tls": banner.PROBE, "brokers": variant(NAME="brokers")}
        flow = run(loaded.declaration, tmp_path, only_flow=["back"], probes=probes)
        name = run(loaded.declaration, tmp_path, names=["brokers"], probes=probes)
    assert [(one.probe, one.target, one.status) for one in flow.attempts] == [
        ("tls", "hand-over", "not_scheduled"),
        ("tls", "back", "completed"),
        ("brokers", "back", "completed"),
    ]
    assert flow.attempts[0].reason == "left out: only the flow back was asked for"
    assert [one.status for one in name.attempts] == ["not_scheduled", "not_scheduled", "completed"]
    assert name.attempts[0].reason == "left out: only brokers was asked for"


@pytest.mark.parametrize(
    ("names", "flows", "said"),
    [
        (["tsl"], [], ["there is no probe 'tsl'"]),
        ([], ["bak"], ["there is no flow 'bak'"]),
        (["tsl"], ["bak"], ["there is no probe 'tsl'", "there is no flow 'bak'"]),
        ([], ["back"], ["no probe asks the flow back"]),
    ],
)
def test_names_that_there_are_not(names: list[str], flows: list[str], said: list[str], tmp_path: Path) -> None:
    loaded = declared(tmp_path, 'probe: tls, flow: hand-over, endpoint: "h:1"')
    with pytest.raises(UsageError) as refused:
        run(loaded.declaration, tmp_path, names=names, only_flow=flows)
    assert [problem.message for problem in refused.value.problems] == said
    assert all(problem.hint for problem in refused.value.problems)


def slow(seconds: float) -> object:
    def collect(found: Target, context: Context) -> list[RawResponse]:
        time.sleep(seconds)
        return [RawResponse(name="line", media_type="text/plain", content=b":)")]

    return variant(collect=collect)


def typed(count: int) -> list[Target]:
    return [target(f"h:{number}", section="typed", name=f"h:{number}") for number in range(count)]


def test_as_many_at_once_as_are_let() -> None:
    lock, now, most = threading.Lock(), [0], [0]

    def collect(found: Target, context: Context) -> list[RawResponse]:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.05)
        with lock:
            now[0] -= 1
        return [RawResponse(name="line", media_type="text/plain", content=b":)")]

    made = run_typed(typed(12), limits=Limits(concurrency=4), probes={"tls": variant(collect=collect)})
    assert [one.status for one in made.attempts] == ["completed"] * 12
    assert [one.target for one in made.attempts] == [f"h:{number}" for number in range(12)]
    assert most[0] == 4
    assert made.system == ""


def test_what_the_time_of_the_run_does_not_reach_is_not_scheduled() -> None:
    limits = Limits(concurrency=1, total=0.5, timeout=30)
    began = time.monotonic()
    made = run_typed(typed(6), limits=limits, probes={"tls": slow(0.2)})
    assert time.monotonic() - began < 4
    statuses = [one.status for one in made.attempts]
    assert statuses[0] == "completed"
    assert statuses[-1] == "not_scheduled"
    assert made.attempts[-1].reason == "the time for the run was over; --deadline gives it more"
    assert made.attempts[-1].tries == 0


def test_one_that_hangs_does_not_hang_the_run() -> None:
    def collect(found: Target, context: Context) -> list[RawResponse]:
        if found.endpoint == "h:0":
            time.sleep(30)
        return [RawResponse(name="line", media_type="text/plain", content=b":)")]

    began = time.monotonic()
    limits = Limits(timeout=0.3, concurrency=2)
    made = run_typed(typed(4), limits=limits, probes={"tls": variant(collect=collect)})
    assert time.monotonic() - began < 5
    assert [one.status for one in made.attempts] == ["error", "completed", "completed", "completed"]


def test_nothing_to_ask_is_a_run_without_attempts() -> None:
    assert run_typed([], probes={}).attempts == ()


def test_ctrl_c_keeps_what_ended_and_says_what_did_not() -> None:
    def collect(found: Target, context: Context) -> list[RawResponse]:
        if found.endpoint != "h:0":
            time.sleep(30)
        return [RawResponse(name="line", media_type="text/plain", content=b":)")]

    def interrupt(one: Attempt) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    began = time.monotonic()
    with pytest.raises(InterruptedRun) as interrupted:
        run_typed(typed(5), limits=Limits(concurrency=2), probes={"tls": variant(collect=collect)}, done=interrupt)
    assert time.monotonic() - began < 10
    made = interrupted.value.run
    assert [one.status for one in made.attempts] == ["completed", *["error"] * 2, *["not_scheduled"] * 2] or [
        one.status for one in made.attempts
    ] == ["completed", "error", *["not_scheduled"] * 3]
    assert {one.reason for one in made.attempts} <= {"", "it was interrupted", "the run was interrupted"}


def test_the_same_host_is_spared() -> None:
    with server(b"hi :)\n") as endpoint:
        found = [target(endpoint, section="typed", name=str(number)) for number in range(8)]
        began = time.monotonic()
        made = run_typed(found, limits=Limits(rate=4), probes={"tls": banner.PROBE})
        took = time.monotonic() - began
    assert [one.status for one in made.attempts] == ["completed"] * 8
    assert took > 0.9  # four at once, then four a second


def test_a_probe_that_can_not_be_loaded_is_not_scheduled(tmp_path: Path) -> None:
    declared(tmp_path, 'probe: tls, flow: hand-over, endpoint: "h:1"')
    code = (
        "import sys; sys.modules['limen.probes.tls'] = None\n"
        "from limen.loading import load; from limen.probes.running import run; from pathlib import Path\n"
        "(one,) = run(load(Path('boundaries.yaml')).declaration, Path()).attempts\n"
        "print(one.status, one.reason)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.stdout == "not_scheduled the probe tls needs limen.probes.tls, which is missing\n", done.stderr
