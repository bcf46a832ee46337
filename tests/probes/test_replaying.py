"""Replaying: raw responses read again say what was recorded, or the difference is said."""

from __future__ import annotations

from pathlib import Path

import msgspec

from limen.probes.recording import read_run, write_run
from limen.probes.replaying import differences
from limen.probes.running import run_typed
from limen.records.attempts import Observation, ProbeRun, RawResponse
from tests.lab.ports import free_port
from tests.probes import banner
from tests.probes.banner import BannerFacts, server, target, variant


def recorded(folder: Path) -> ProbeRun:
    with server(b"hello :)\n") as endpoint:
        found = [target(one, section="typed", name=one) for one in (endpoint, f"127.0.0.1:{free_port()}")]
        write_run(run_typed(found, probes={"tls": banner.PROBE}), folder)
    return read_run(folder)


def changed(run: ProbeRun, **parts: object) -> ProbeRun:
    first = msgspec.structs.replace(run.attempts[0], **parts)
    return msgspec.structs.replace(run, attempts=(first, *run.attempts[1:]))


def whats(run: ProbeRun, probe: object = banner.PROBE) -> list[tuple[str, bool]]:
    return [(one.what, one.explained) for one in differences(run, {"tls": probe})]


def test_the_same_probe_reads_the_same(tmp_path: Path) -> None:
    run = recorded(tmp_path / "run")
    assert [one.status for one in run.attempts] == ["completed", "error"]
    assert whats(run) == []


def test_facts_that_were_not_seen_are_said(tmp_path: Path) -> None:
    run = recorded(tmp_path / "run")
    (seen,) = run.attempts[0].observations
    facts = msgspec.json.decode(seen.facts) | {"line": "better :)"}
    better = msgspec.structs.replace(seen, facts=msgspec.json.encode(facts))
    assert whats(changed(run, observations=(better,))) == [("other facts: line", False)]
    detail = msgspec.structs.replace(seen, detail="elsewhere")
    assert whats(changed(run, observations=(detail,))) == [
        ("1 observations were recorded, and 1 others are read", False)
    ]
    assert whats(changed(run, observations=())) == [("0 observations were recorded, and 1 others are read", False)]
    assert whats(changed(run, started_at=5)) == [("other facts: at", False)]


def test_raw_responses_that_say_nothing_are_said(tmp_path: Path) -> None:
    run = recorded(tmp_path / "run")
    empty = RawResponse(name="line", media_type="text/plain", content=b"\n")
    assert whats(changed(run, raw=(empty,))) == [("they say nothing: the server said nothing", False)]
    assert whats(changed(run, raw=())) == [("they can't be read: KeyError", False)]


def test_another_version_of_the_probe_explains_a_difference(tmp_path: Path) -> None:
    run = recorded(tmp_path / "run")

    def louder(raw: dict[str, RawResponse], at: int) -> list[object]:
        (seen,) = banner.interpret(raw, at)
        facts = BannerFacts(line=seen.facts.line.upper(), at=at, mood=seen.facts.mood)
        return [msgspec.structs.replace(seen, facts=facts)]

    second = variant(VERSION="2", interpret=louder)
    assert whats(run, second) == [("read by version 2, recorded by 1: other facts: line", True)]
    assert whats(run, variant(VERSION="2")) == []


def test_a_probe_that_there_is_no_more_is_said(tmp_path: Path) -> None:
    run = changed(recorded(tmp_path / "run"), probe="telepathy")
    assert [(one.what, one.explained) for one in differences(run)] == [("this limen has no probe telepathy", False)]


def test_an_attempt_that_did_not_complete_is_not_read(tmp_path: Path) -> None:
    run = recorded(tmp_path / "run")
    failed = changed(run, status="error", raw=(), observations=())
    assert whats(failed) == []
    assert isinstance(run.attempts[0].observations[0], Observation)
