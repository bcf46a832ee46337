"""Attempts: each way to end, within its time, with a reason and without a secret."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, UnsetType

from limen.probes.attempting import attempt, interpreted, observation
from limen.probes.credentials import Credentials
from limen.probes.interface import AttemptError, Context, Seen, Target
from limen.probes.pace import Pace
from limen.records.attempts import RawResponse
from tests.lab.ports import free_port
from tests.probes import banner
from tests.probes.banner import BannerFacts, Mood, raising, seeing, server, target, variant

CREDENTIAL = "correct horse/battery+staple"


def test_a_completed_attempt_has_facts_raw_responses_and_its_times() -> None:
    with server(b"hello :)\n") as endpoint:
        before = int(time.time())
        made = attempt(banner.PROBE, target(endpoint))
    assert (made.status, made.reason, made.tries) == ("completed", "", 1)
    assert before <= made.started_at <= time.time()
    assert 0 < made.duration < 5
    assert (made.probe, made.version, made.section, made.target, made.endpoint) == (
        "tls", "1", "flow", "hand-over", endpoint,
    )  # fmt: skip
    assert made.raw == (RawResponse(name="line", media_type="text/plain", content=b"hello :)\n"),)
    (seen,) = made.observations
    assert seen.kind == "tls_observation"
    facts = BannerFacts(line="hello :)", at=made.started_at, mood=Mood(kind="good"))
    assert msgspec.json.decode(seen.facts, type=BannerFacts) == facts


def test_what_it_could_have_seen_and_did_not_is_said() -> None:
    with server(b"hello\n") as endpoint:
        made = attempt(banner.PROBE, target(endpoint))
    assert (made.status, made.reason) == ("completed", "not seen: mood.kind")


def test_a_refused_connection_is_an_error_with_its_reason() -> None:
    endpoint = f"127.0.0.1:{free_port()}"
    made = attempt(banner.PROBE, target(endpoint))
    assert (made.status, made.reason) == ("error", f"{endpoint} refused the connection")
    assert (made.raw, made.observations) == ((), ())


def test_a_reset_is_tried_again_and_seen_at_last() -> None:
    with server(b"RESET", b"RESET", b"third :)\n") as endpoint:
        made = attempt(banner.PROBE, target(endpoint))
    assert (made.status, made.tries) == ("completed", 3)


def test_a_reset_each_time_is_an_error_after_three_tries() -> None:
    with server(b"RESET") as endpoint:
        made = attempt(banner.PROBE, target(endpoint))
    assert (made.status, made.tries) == ("error", 3)
    assert "ConnectionResetError" in made.reason


def test_no_try_begins_after_the_deadline() -> None:
    began = time.monotonic()
    made = attempt(raising(AttemptError("throttled", again=True)), target("x:1"), timeout=0.4)
    assert (made.status, made.reason, made.tries) == ("error", "throttled", 2)
    assert time.monotonic() - began < 1


def test_an_answer_that_says_nothing_keeps_what_was_answered() -> None:
    with server(b"\n") as endpoint:
        made = attempt(banner.PROBE, target(endpoint))
    assert (made.status, made.reason) == ("error", "the server said nothing")
    assert [one.content for one in made.raw] == [b"\n"]


def test_no_observations_are_no_completed_attempt() -> None:
    made = attempt(variant(collect=lambda *_: [], interpret=lambda *_: []), target("x:1"))
    assert (made.status, made.reason) == ("error", "nothing was seen in the answers")


@pytest.mark.parametrize(
    "error",
    [
        ValueError("patient Jane Roe"),
        RecursionError("Jane"),
        SystemExit("Jane"),
        KeyboardInterrupt("Jane"),
        MemoryError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_any_exception_is_an_error_that_names_its_type_and_place_alone(error: BaseException) -> None:
    made = attempt(raising(error), target("x:1"))
    assert made.status == "error"
    assert made.reason.startswith(f"{type(error).__name__} in the probe, at ")
    assert "Jane" not in made.reason


def test_a_library_that_is_missing_is_named() -> None:
    made = attempt(raising(ImportError("no", name="boto3")), target("x:1"))
    assert (made.status, made.reason) == ("error", "it needs boto3, which can't be imported here")


@pytest.mark.parametrize("path", ["line", "mood.kind", "list.a", "list.b", "table.x", "nowhere", "line.deeper"])
def test_what_was_not_seen_is_found_at_any_depth(path: str) -> None:
    class Deep(msgspec.Struct, frozen=True, kw_only=True):
        line: str = "a"
        mood: Mood = Mood()
        list: tuple[dict[str, int], ...]
        table: dict[str, int]

    probe = seeing(Deep(list=({"a": 1}, {"a": 2}), table={"x": 1}))
    made = attempt(variant(**{**vars(probe), "CAPABILITY": (path,)}), target("x:1"))
    unseen = path in ("mood.kind", "list.b", "nowhere", "line.deeper")
    assert made.reason == (f"not seen: {path}" if unseen else "")


def test_an_exception_while_reading_is_an_error_too() -> None:
    def broken(raw: object, at: int) -> Sequence[Seen]:
        raise KeyError("MRN 12345678")

    with server(b"hello\n") as endpoint:
        made = attempt(variant(interpret=broken), target(endpoint))
    assert made.status == "error"
    assert made.reason.startswith("KeyError in the probe, at ")
    assert "12345678" not in made.reason


def test_a_probe_that_ignores_its_deadline_is_left_behind() -> None:
    ended = threading.Event()

    def deaf(found: Target, context: Context) -> Sequence[RawResponse]:
        ended.wait(20)
        try:
            context.remaining()
        except AttemptError:
            ended.set()
            raise
        return []

    began = time.monotonic()
    made = attempt(variant(collect=deaf), target("x:1"), timeout=0.2)
    assert time.monotonic() - began < 5
    assert (made.status, made.raw, made.observations) == ("error", (), ())
    assert made.reason == "it did not end within 0.2 s; --timeout gives it more"
    ended.set()


def test_a_server_that_never_answers_ends_by_the_deadline() -> None:
    with server(echo=True) as endpoint:  # it waits for a line that never comes
        began = time.monotonic()
        made = attempt(banner.PROBE, target(endpoint), timeout=0.5, tries=1)
        assert time.monotonic() - began < 4
    assert made.status == "error"


def test_cancelling_ends_an_attempt() -> None:
    cancelled = threading.Event()
    threading.Timer(0.2, cancelled.set).start()
    began = time.monotonic()
    made = attempt(variant(collect=lambda *_: time.sleep(20)), target("x:1"), cancelled=cancelled)
    assert time.monotonic() - began < 5
    assert (made.status, made.reason) == ("error", "it was interrupted")


def test_a_turn_that_comes_too_late_is_said() -> None:
    pace = Pace(0.01)
    with server(b"hi :)\n") as endpoint:
        assert attempt(banner.PROBE, target(endpoint), timeout=2, pace=pace).status == "completed"
        late = attempt(banner.PROBE, target(endpoint), timeout=2, pace=pace)
    assert late.status == "error"
    assert "--rate" in late.reason


def test_a_credential_that_a_server_says_back_is_nowhere(tmp_path: Path) -> None:
    credentials = Credentials(tmp_path, {"TOKEN": CREDENTIAL})
    with server(b"you said ", echo=True) as endpoint:
        made = attempt(banner.PROBE, target(endpoint, credential="env:TOKEN"), credentials=credentials)
    assert made.status == "completed"
    assert CREDENTIAL not in repr(made)
    assert made.raw[0].content == b"you said [redacted]\n"
    assert b"[redacted]" in made.observations[0].facts


def test_a_credential_in_a_reason_is_taken_out(tmp_path: Path) -> None:
    def telling(found: Target, context: Context) -> Sequence[RawResponse]:
        raise AttemptError(f"401 for {context.credential(found).reveal()}")

    credentials = Credentials(tmp_path, {"TOKEN": CREDENTIAL})
    made = attempt(variant(collect=telling), target("x:1", credential="env:TOKEN"), credentials=credentials)
    assert (made.status, made.reason) == ("error", "401 for [redacted]")


def test_a_credential_that_reading_puts_together_again_is_refused(tmp_path: Path) -> None:
    def collect(found: Target, context: Context) -> Sequence[RawResponse]:
        value = context.credential(found).reveal()
        return [RawResponse(name="line", media_type="text/plain", content=value[::-1].encode())]

    def backwards(raw: dict[str, RawResponse], at: int) -> Sequence[Seen]:
        return [Seen(detail="", facts=BannerFacts(line=raw["line"].content.decode()[::-1], at=at))]

    credentials = Credentials(tmp_path, {"TOKEN": CREDENTIAL})
    probe = variant(collect=collect, interpret=backwards)
    made = attempt(probe, target("x:1", credential="env:TOKEN"), credentials=credentials)
    assert (made.status, made.observations) == ("error", ())
    assert CREDENTIAL not in repr(made)


def test_no_credential_is_an_error_that_says_how_to_give_one() -> None:
    def asking(found: Target, context: Context) -> Sequence[RawResponse]:
        context.credential(found)
        return []

    made = attempt(variant(collect=asking), target("x:1"))
    assert made.reason == "no credential is declared; add one to the probe: env:NAME, file:PATH or vault:PATH"


def test_an_endpoint_is_shown_without_its_password() -> None:
    made = attempt(raising(AttemptError("no")), target("https://probe:hunter22@h.example/x", name="https://a:b@h"))
    assert (made.endpoint, made.target) == ("https://h.example/x", "https://h")


@pytest.mark.parametrize("twice", [True, False])
def test_raw_responses_that_can_not_be_recorded(twice: bool) -> None:
    one = RawResponse(name="a", media_type="", content=b"" if twice else bytes(1 << 26) + b"x")
    made = attempt(variant(collect=lambda *_: [one, one] if twice else [one]), target("x:1"))
    assert (made.status, made.raw) == ("error", ())


class Odd(msgspec.Struct, frozen=True):
    number: float | int | UnsetType = UNSET


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 1 << 70])
def test_facts_that_json_can_not_say_are_no_observation(number: float) -> None:
    made = attempt(seeing(Odd(number)), target("x:1"))
    assert (made.status, made.observations) == ("error", ())


def test_facts_are_written_with_their_names_in_order() -> None:
    facts = BannerFacts(line="a", at=1, mood=Mood(kind="b"))
    assert observation("k", Seen(detail="", facts=facts)).facts == b'{"at":1,"line":"a","mood":{"kind":"b"}}'


@given(st.binary(max_size=200))
def test_whatever_was_answered_reading_it_ends_in_facts_or_a_reason(content: bytes) -> None:
    raw = [RawResponse(name="line", media_type="text/plain", content=content)]
    line = content.decode("utf-8", "replace").rstrip("\n")
    if not line:
        with pytest.raises(AttemptError, match="the server said nothing"):
            interpreted(banner.PROBE, raw, 5)
        return
    (seen,) = interpreted(banner.PROBE, raw, 5)
    assert msgspec.json.decode(observation(banner.KIND, seen).facts)["line"] == line
