"""The dead-letter store: sealed, bounded, only its owner's, and touched by a person with a reason or not at all."""

from __future__ import annotations

import sqlite3
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from limen.controls.envelope import EnvelopeError
from limen.controls.ingress.quarantine import TAKEN_FOR, Quarantine, Way, context_of
from limen.controls.ingress.seen import Seen
from limen.controls.ledger_entries import LedgerError
from limen.controls.refusals import RefusedError
from limen.errors import Problem
from tests.controls.ingress.ingress_bench import MAC, NOW, Bench

WAY = Way(flow="reject-event", zone="ingress", label="confidential {serialization}", key="quarantine-key")
GIVEN: dict[str, Any] = {
    "tenant": "t",
    "source": "cmo",
    "item": "epcis-event",
    "form": "epcis-json",
    "message": "",
    "reasons": ("content_refused",),
    "problems": ("event 1: no",),
    "digest": "tok",
}
STEWARD: dict[str, Any] = {"person": "steward-1", "reason": "asked by the sender"}


def opens(bench: Bench) -> Any:
    return bench.keyring.opens("quarantine-key")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
@given(raw=st.binary(max_size=300))
def test_what_goes_in_comes_out(make: Any, raw: bytes) -> None:
    bench = make()
    name = bench.quarantine.hold(raw, WAY, **GIVEN)
    assert bench.quarantine.release(name, WAY, opens=opens(bench), **STEWARD) == raw


def test_its_file_is_its_owners_and_says_nothing(make: Any) -> None:
    bench = make()
    bench.quarantine.hold(b"SERIAL99" * 20, WAY, **GIVEN)
    kept = list(bench.folder.glob("quarantine.sqlite*"))
    assert [stat.S_IMODE(path.stat().st_mode) for path in kept] == [0o600] * len(kept)
    content = b"".join(path.read_bytes() for path in kept)
    assert b"limen-envelope-v1" in content
    assert b"SERIAL99" not in content


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "q.sqlite"
    path.touch(mode=0o600)
    path.chmod(mode)
    with pytest.raises(RefusedError, match="only its owner reads"):
        Seen(path, mac=MAC)


def test_a_link_or_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "target").touch(mode=0o600)
    (tmp_path / "link").symlink_to(tmp_path / "target")
    (tmp_path / "text").write_text("no database, but long enough to be one" * 100)
    (tmp_path / "text").chmod(0o600)
    for name in ("link", "text", "missing/folder"):
        with pytest.raises(RefusedError):
            Seen(tmp_path / name, mac=MAC)


@pytest.mark.parametrize(
    ("person", "reason"), [("", "a good reason"), ("  ", "a good reason"), ("steward", ""), ("steward", "  short ")]
)
def test_nobody_and_no_reason(make: Any, person: str, reason: str) -> None:
    bench = make()
    name = bench.quarantine.hold(b"x", WAY, **GIVEN)
    before = len(bench.log.entries)
    for act in (
        lambda: bench.quarantine.release(name, WAY, opens=opens(bench), person=person, reason=reason),
        lambda: bench.quarantine.settle(name, "discarded", person=person, reason=reason),
    ):
        with pytest.raises(RefusedError) as found:
            act()
        assert found.value.reason == "unapproved"
    assert len(bench.log.entries) == before


def test_nothing_is_opened_unrecorded(make: Any) -> None:
    bench = make()
    name = bench.quarantine.hold(b"x", WAY, **GIVEN)
    bench.log.fails = LedgerError(Problem(message="gone"))
    for act in (
        lambda: bench.quarantine.release(name, WAY, opens=opens(bench), **STEWARD),
        lambda: bench.quarantine.settle(name, "discarded", **STEWARD),
    ):
        with pytest.raises(RefusedError) as found:
            act()
        assert found.value.reason == "ledger_unavailable"
    assert bench.quarantine.look(name).state == "held"


def test_what_is_discarded_is_gone_and_its_row_is_not(make: Any) -> None:
    bench = make()
    name = bench.quarantine.hold(b"x", WAY, **GIVEN)
    bench.quarantine.settle(name, "discarded", **STEWARD)
    assert [held.id for held in bench.quarantine.held("discarded")] == [name]
    assert bench.quarantine.held() == ()
    assert [held.id for held in bench.quarantine.held(None)] == [name]
    with pytest.raises(RefusedError, match="discarded already"):
        bench.quarantine.release(name, WAY, opens=opens(bench), **STEWARD)
    with sqlite3.connect(bench.folder / "quarantine.sqlite") as connection:
        assert connection.execute("SELECT envelope FROM held").fetchone() == (None,)
    connection.close()


def test_an_unknown_id(make: Any) -> None:
    with pytest.raises(RefusedError, match="no message of that id"):
        make().quarantine.look("q-1")


def test_the_envelope_is_bound_to_its_row_flow_zone_and_label(make: Any) -> None:
    bench = make()
    names = [bench.quarantine.hold(raw, WAY, **GIVEN) for raw in (b"first", b"second")]
    for name in ("flow", "zone", "label"):
        other = msgspec.structs.replace(WAY, **{name: "other"})
        with pytest.raises(EnvelopeError):
            bench.quarantine.release(names[0], other, opens=opens(bench), **STEWARD)
    with sqlite3.connect(bench.folder / "quarantine.sqlite") as connection:
        connection.execute(
            "UPDATE held SET envelope = (SELECT envelope FROM held WHERE id = ?) WHERE id = ?", (names[1], names[0])
        )
    connection.close()
    with pytest.raises(EnvelopeError):
        bench.quarantine.release(names[0], WAY, opens=opens(bench), **STEWARD)
    assert context_of(WAY, "q-1").record == "q-1"


def test_it_is_bounded(make: Any) -> None:
    bench = make()
    small = Quarantine(
        bench.folder / "small.sqlite",
        component="quarantine",
        actor="epcis-gateway",
        seals=bench.keyring.seals,
        ledger=bench.log,
        clock=bench.clock,
        most=2,
    )
    for _ in range(2):
        small.hold(b"x", WAY, **GIVEN)
    with pytest.raises(RefusedError, match="holds 2 messages already") as found:
        small.hold(b"x", WAY, **GIVEN)
    assert found.value.reason == "quarantine_unavailable"
    small.settle(small.held()[0].id, "discarded", **STEWARD)
    small.hold(b"x", WAY, **GIVEN)
    small.close()


def test_who_seals_need_not_open(make: Any) -> None:
    from limen.controls.keyring import Keyring, Uses

    bench = make()
    gateway = Keyring.of_store(bench.store, uses=Uses(seals=frozenset({"quarantine-key"})))
    store = Quarantine(
        bench.folder / "sealed.sqlite",
        component="quarantine",
        actor="epcis-gateway",
        seals=gateway.seals,
        ledger=bench.log,
    )
    name = store.hold(b"x", WAY, **GIVEN)
    with pytest.raises(RefusedError) as found:
        store.release(name, WAY, opens=gateway.seals("quarantine-key"), **STEWARD)
    assert found.value.reason in ("envelope_refused", "key_unavailable")
    assert store.release(name, WAY, opens=opens(bench), **STEWARD) == b"x"
    store.close()


# One decides at a time


def killed(bench: Bench, name: str, state: Any) -> None:
    """Settle, and die once the ledger has it."""
    append = bench.log.append

    def dies(entry: Any) -> None:
        append(entry)
        raise KeyboardInterrupt

    bench.log.append = dies  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        bench.quarantine.settle(name, state, **STEWARD)
    bench.log.append = append  # type: ignore[method-assign]


def settled(bench: Bench) -> list[tuple[str, Any]]:
    entries = [entry for entry in bench.log.entries if entry.action == "quarantine-settled"]
    return [(entry.details["state"], entry.details.get("instead")) for entry in entries]


@pytest.mark.parametrize("state", ["accepted", "discarded"])
def test_what_a_crash_left_is_taken_up_again_after_a_while(make: Any, state: Any) -> None:
    bench = make()
    name = bench.quarantine.hold(b"x", WAY, **GIVEN)
    killed(bench, name, "accepted")
    assert bench.quarantine.held()[0].id == name, "stewards see it among what waits"
    bench.now += TAKEN_FOR - timedelta(seconds=1)
    with pytest.raises(RefusedError, match="somebody else is deciding") as found:
        bench.quarantine.settle(name, state, **STEWARD)
    assert "5 minutes after 2026-11-22T12:00:00Z" in found.value.problems[0].hint
    assert bench.quarantine.release(name, WAY, opens=opens(bench), **STEWARD) == b"x"
    bench.now += timedelta(seconds=1)
    bench.quarantine.settle(name, state, **STEWARD)
    assert bench.quarantine.look(name).state == state
    # The ledger has both, and that the second is instead of the first.
    assert settled(bench) == [("accepted", None), (state, ["accepted"])]


def test_a_clock_that_was_ahead_holds_nothing_for_ever(make: Any) -> None:
    bench = make()
    name = bench.quarantine.hold(b"x", WAY, **GIVEN)
    bench.now += timedelta(days=365)
    killed(bench, name, "accepted")
    bench.now -= timedelta(days=365)
    bench.quarantine.settle(name, "discarded", **STEWARD)
    assert bench.quarantine.look(name).state == "discarded"


def test_who_was_overtaken_does_not_finish(make: Any) -> None:
    bench = make()
    name = bench.quarantine.hold(b"x", WAY, **GIVEN)
    append = bench.log.append

    def slow(entry: Any) -> None:
        append(entry)
        bench.log.append = append  # type: ignore[method-assign]
        bench.now += TAKEN_FOR
        bench.quarantine.settle(name, "held", **STEWARD)

    bench.log.append = slow  # type: ignore[method-assign]
    with pytest.raises(RefusedError, match="somebody else took the message up meanwhile"):
        bench.quarantine.settle(name, "discarded", **STEWARD)
    assert (bench.quarantine.look(name).state, bench.quarantine.look(name).attempts) == ("held", 2)
    assert settled(bench) == [("discarded", None), ("held", ["discarded"])]


def test_what_the_ledger_did_not_acknowledge_is_decided_anew_at_once(make: Any) -> None:
    bench = make()
    name = bench.quarantine.hold(b"x", WAY, **GIVEN)
    killed(bench, name, "accepted")
    bench.now += TAKEN_FOR
    bench.log.fails = LedgerError(Problem(message="gone"))
    for _ in range(2):
        with pytest.raises(RefusedError) as found:
            bench.quarantine.settle(name, "held", **STEWARD)
        assert found.value.reason == "ledger_unavailable"
    bench.log.fails = None
    bench.quarantine.settle(name, "discarded", **STEWARD)
    # It may have any of them: what was not acknowledged is unknown.
    assert settled(bench) == [("accepted", None), ("discarded", ["accepted", "held"])]


def test_what_is_discarded_while_it_is_opened_says_so(make: Any) -> None:
    bench = make()
    name = bench.quarantine.hold(b"x", WAY, **GIVEN)
    append = bench.log.append

    def meanwhile(entry: Any) -> None:
        bench.log.append = append  # type: ignore[method-assign]
        append(entry)
        bench.quarantine.settle(name, "discarded", **STEWARD)

    bench.log.append = meanwhile  # type: ignore[method-assign]
    with pytest.raises(RefusedError, match="discarded already"):
        bench.quarantine.release(name, WAY, opens=opens(bench), **STEWARD)


def test_of_many_stewards_one_decides(make: Any) -> None:
    from concurrent.futures import ThreadPoolExecutor

    bench = make()
    name = bench.quarantine.hold(b"x", WAY, **GIVEN)
    files = [
        Quarantine(
            bench.folder / "quarantine.sqlite",
            component="quarantine",
            actor="epcis-gateway",
            seals=bench.keyring.seals,
            ledger=bench.log,
            clock=bench.clock,
        )
        for _ in range(4)
    ]

    def decide(one: Quarantine) -> str:
        try:
            one.settle(name, "discarded" if files.index(one) % 2 else "accepted", **STEWARD)
        except RefusedError as error:
            return error.reason
        return "done"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(decide, files)) == ["done", *["quarantine_unavailable"] * 3]
    assert settled(bench) == [(bench.quarantine.look(name).state, None)]
    for one in files:
        one.close()


# The list of events that were here


def seen(path: Path, **given: Any) -> Seen:
    return Seen(path / "seen.sqlite", **{"mac": MAC, **given})


def test_states(tmp_path: Path) -> None:
    one = seen(tmp_path)
    assert one.claim("a", [("1", b"x"), ("2", b"y")], NOW) == ["new", "new"]
    assert one.claim("a", [("1", b"x"), ("3", b"z")], NOW) == ["pending", "new"]
    one.done("a", ["1"])
    assert one.claim("a", [("1", b"x"), ("2", b"y")], NOW) == ["done", "pending"]
    assert one.claim("b", [("1", b"other")], NOW) == ["new"]
    one.close()


def test_a_conflict_keeps_nothing(tmp_path: Path) -> None:
    one = seen(tmp_path)
    one.claim("a", [("1", b"x")], NOW)
    assert one.claim("a", [("2", b"y"), ("1", b"other")], NOW) == ["new", "conflict"]
    assert one.claim("a", [("2", b"something else")], NOW) == ["new"]
    one.close()


def test_it_tells_neither_ids_nor_contents(tmp_path: Path) -> None:
    one = seen(tmp_path)
    one.claim("SOURCE", [("SERIAL99", b"CONTENT99")], NOW)
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("seen.sqlite*"))
    one.close()
    assert b"tok:v1:intake-1:" in raw
    assert b"SERIAL99" not in raw
    assert b"CONTENT99" not in raw
    assert b"SOURCE" not in raw


def test_old_keys_still_match(tmp_path: Path) -> None:
    one = seen(tmp_path)
    one.claim("a", [("1", b"x")], NOW)
    one.close()
    both = seen(tmp_path, mac=("k2", b"2" * 32), macs=dict([MAC]))
    assert both.claim("a", [("1", b"x")], NOW) == ["pending"]
    assert both.claim("a", [("1", b"y")], NOW) == ["conflict"]
    both.done("a", ["1"])
    assert both.claim("a", [("1", b"x")], NOW) == ["done"]
    both.close()


def test_only_one_of_many_is_the_first(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    files = [seen(tmp_path) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        for number in range(25):
            states = list(pool.map(lambda one, name=number: one.claim("a", [(f"{name}", b"x")], NOW)[0], files))
            assert sorted(states) == ["new", "pending", "pending", "pending"]
    for one in files:
        one.close()


def test_a_crash_between_claim_and_done_hands_the_event_out_again(tmp_path: Path) -> None:
    import subprocess
    import sys

    program = (
        "import os, sys; from pathlib import Path; from limen.controls.ingress.seen import Seen\n"
        "from datetime import datetime, UTC\n"
        "one = Seen(Path(sys.argv[1]), mac=('intake-1', b'm' * 32))\n"
        "print(one.claim('a', [('1', b'x')], datetime.now(UTC))[0], flush=True); os._exit(9)"
    )
    for expected in ("new", "pending"):
        done = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path / "seen.sqlite")], capture_output=True, text=True
        )
        assert (done.stdout.strip(), done.returncode) == (expected, 9)


def test_a_real_ledger_stays_clean(make: Any) -> None:
    import json

    from limen.controls.ingress.accepted import IntakeRefusedError
    from limen.controls.ingress.intake import Intake
    from limen.controls.ledger import open_ledger
    from tests.controls.ingress.ingress_bench import NAMED, declaration, directory

    bench = make("pharmacy-gateway")
    ledger = open_ledger(bench.folder / "cs.jsonl", name="cs-ledger", key=("k1", b"k" * 32))
    store = Quarantine(
        bench.folder / "real.sqlite",
        component="quarantine",
        actor="pharmacy-gateway",
        seals=bench.keyring.seals,
        ledger=ledger,
    )
    intake = Intake(
        declaration(),
        "pharmacy-gateway",
        mac=MAC,
        seen=bench.folder / "real-seen.sqlite",
        directory=directory(),
        quarantine=store,
        products=NAMED["pharmacy-gateway"],
        clock=bench.clock,
    )
    raw = json.dumps({"ndc": "0406853099", "lot": "LOT99", "quantity": 17, "schedule": "II"}).encode()
    with pytest.raises(IntakeRefusedError) as found:
        intake.accept("record", raw, item="cs-movement", source="cabinet-014", tenant="pharmacy-014", message="m-1")
    assert found.value.reason == "identifier_ambiguous"
    with pytest.raises(IntakeRefusedError):
        intake.retry(found.value.quarantined, opens=opens(bench), **STEWARD)
    store.settle(found.value.quarantined, "discarded", **STEWARD)
    lines = list(ledger.read())
    assert [(line.actor, line.action, line.tenant, line.record) for line in lines] == [
        ("pharmacy-gateway", "quarantined", "pharmacy-014", found.value.quarantined),
        ("steward-1", "quarantine-opened", "pharmacy-014", found.value.quarantined),
        ("steward-1", "quarantine-settled", "pharmacy-014", found.value.quarantined),
        ("steward-1", "quarantine-settled", "pharmacy-014", found.value.quarantined),
    ]
    written = b"".join(line.raw for line in lines)
    for value in (b"0406853099", b"0406-8530-99", b"LOT99", b"m-1"):
        assert value not in written
    intake.close()
    store.close()
    ledger.close()
