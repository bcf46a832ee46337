"""Packs with timestamps that prove nothing, or a run log that hides something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.evidence import sealing
from tests.evidence.makings import (
    BEN,
    CHECKPOINT,
    DAY,
    LOG,
    NOW,
    POLICY,
    STATEMENT,
    STRANGER,
    Case,
    Makings,
    entry,
    log_of,
)
from tests.evidence.sealing import Files, Sealing, e_signed, moment, seal, timestamped
from tests.evidence.small_core import Small


def timestamps_of(made: Makings) -> Iterator[Case]:
    """Yield packs with timestamps that prove nothing, and dates that they disprove."""

    def case(name: str, files: Files, check: str, file: str, **arguments: Any) -> Case:
        return Case(name, made.put(name, files), {"trust": made.trust, **arguments}, check, file)

    plain, stamped = made.plain, timestamped(made.plain, made.authority)
    data, response = "envelope/timestamps/0001.json", "envelope/timestamps/0001.tsr"
    yield case("a timestamp over other data", timestamped(plain, made.authority, over=b"x"), "timestamps", response)
    yield case(
        "a timestamp of an authority that is not trusted", timestamped(plain, made.foreign), "timestamps", response
    )
    other = timestamped(seal(made.core.files(), Sealing(secret=b"\4" * 32)), made.authority)
    moved = {name: other[name] for name in (data, response)}
    yield case("timestamps of another pack", {**plain, **moved}, "timestamps", STATEMENT)
    wrong = timestamped(plain, made.authority, **{STATEMENT: "0" * 64})
    yield case("a timestamp that says another digest", wrong, "timestamps", STATEMENT)
    yield case(
        "a timestamp over a file of core",
        timestamped(plain, made.authority, **{"VERIFY.md": "0" * 64}),
        "timestamps",
        data,
    )
    signed = timestamped(e_signed(stamped, (BEN,), "ben", "Ben Weiß", made.at), made.authority)
    gap = {name: content for name, content in signed.items() if "/0001." not in name or "signatures/" in name}
    yield case("the first of two timestamps removed", gap, "timestamps", data)
    again = timestamped(stamped, made.authority, without="envelope/timestamps/")
    yield case(
        "a timestamp that does not cover the one before it", again, "timestamps", "envelope/timestamps/0002.json"
    )
    unshown = timestamped(made.first, made.authority, **{"envelope/signatures.pdf": "0" * 64})
    yield case("a timestamp over another manifestation", unshown, "timestamps", "envelope/signatures.pdf")
    yield case("a response of none", {**stamped, response: b"0"}, "timestamps", response)
    old = Small(moment(NOW - 2 * DAY), POLICY)
    yield case(
        "an assessment dated back", timestamped(seal(old.files()), made.authority), "time", "core/assessment.json"
    )
    new = Small(moment(NOW + DAY / 24), POLICY)
    later = moment(NOW + DAY)
    yield case(
        "an assessment dated after its timestamp",
        timestamped(seal(new.files()), made.authority),
        "time",
        "core/assessment.json",
        at=later,
    )
    yield case(
        "an assessment in the future",
        seal(Small(moment(NOW + 2 * DAY), POLICY).files()),
        "time",
        "core/assessment.json",
    )
    yield case(
        "no timestamp where the auditor wants one",
        plain,
        "policy",
        STATEMENT,
        trust=made.trusting("stamped", {"timestamp": True}),
    )
    yield case(
        "a signature after the timestamp where one must cover it",
        made.signed_by_three(timestamped(made.approved(), made.authority)),
        "policy",
        "envelope/signatures/0001.json",
    )


def logs_of(made: Makings) -> Iterator[Case]:
    """Yield packs whose run log hides something, was forked or is older than what the auditor holds."""

    def case(name: str, how: Sealing, check: str, file: str = LOG, **arguments: Any) -> Case:
        files = seal(made.core.files(), how)
        return Case(name, made.put(name, files), {"trust": made.trust, **arguments}, check, file)

    at = made.at
    failed = [entry("started", 7, at), entry("failed", 7, at, reason="policy")]
    long = seal(made.core.files(), Sealing(before=failed))
    held = made.folder / "held.txt"
    held.write_bytes(long[CHECKPOINT])
    yield case("an older pack than the head that is held", Sealing(), "since", CHECKPOINT, since=held)
    forked = [entry("started", 9, at), entry("failed", 9, at, reason="policy")]
    yield case("a forked log", Sealing(before=[*forked, *failed], run=3), "since", since=held)
    yield case(
        "a failed run dropped", Sealing(before=[entry("started", 5, at)], run=3), "since", CHECKPOINT, since=held
    )
    dropped = [entry("started", 11, at), entry("started", 12, at), entry("started", 13, at)]
    yield case("a failed run dropped and others put in its place", Sealing(before=dropped, run=3), "since", since=held)
    foreign = made.folder / "foreign.txt"
    foreign.write_bytes(sealing.checkpoint(failed, origin="other.example/log"))
    yield case("a head of another log", Sealing(), "since", CHECKPOINT, since=foreign)
    yield case("a run that never started", Sealing(started=False), "log")
    yield case("a run that never ended", Sealing(ended=False), "log")
    yield case("something after its end", Sealing(after=[entry("started", 9, at)]), "log")
    again = seal(made.core.files())
    yield case("two runs that ended with this pack", Sealing(before=log_of(again), run=2), "log")
    yield case("a log that another key signed", Sealing(log_key=STRANGER), "checkpoint", CHECKPOINT)
    yield case(
        "no witness where one is asked for",
        Sealing(),
        "witnesses",
        CHECKPOINT,
        trust=made.trusting("witnessed", {"witnesses": 1}),
    )
    yield case(
        "a witness that did not sign this",
        Sealing(witnesses={sealing.WITNESS: STRANGER}),
        "witnesses",
        CHECKPOINT,
        trust=made.trusting("witnessed", {"witnesses": 1}),
    )
    yield case(
        "a log that nobody trusts where it must be proven", Sealing(origin="other.example/log"), "policy", CHECKPOINT
    )
    twice = [entry("started", 7, at), entry("started", 7, at)]
    yield case("a run that started twice", Sealing(before=twice), "log")
    seen = [entry("observed", 1, at, recording="b" * 64, nonce="n")]
    yield case("a run that observed and never started", Sealing(before=seen, started=False), "log")
    yield case("a run that ended otherwise", Sealing(told={"exit_code": 0}), "log")
    yield case("a checkpoint over other entries", Sealing(headed=twice), "log")
    yield case("a checkpoint over more entries", Sealing(headed=[*twice, *failed]), "log")
    yield case("an entry that is none", Sealing(before=[b'{"format":"limen-log-2"}']), "log")
    yield case("a run that ends twice", Sealing(before=[*failed, failed[1]]), "log")
    ended = seal(made.core.files(), Sealing(predicate={"log": {"origin": sealing.ORIGIN, "size": 9, "root": "0" * 64}}))
    name = "a Statement with another head of the log"
    yield Case(name, made.put(name, ended), {"trust": made.trust}, "log", CHECKPOINT)
    name = "a pack that does not follow the one that is held"
    before = made.put("the one before it", seal(made.core.files(), Sealing(secret=b"\7" * 32)))
    yield Case(name, made.put(name, made.whole), {"trust": made.trust, "previous": before}, "previous", STATEMENT)
    name = "a pack that follows none"
    yield Case(name, made.put(name, made.plain), {"trust": made.trust, "previous": before}, "previous", STATEMENT)
