"""Packs of a producer whose key is good and who says what is not so; and strangers that no signature covers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.evidence.makings import KEPT, LOG, Case, Makings, entry
from tests.evidence.oracle import jcs
from tests.evidence.sealing import Files, Sealing, redacted, run_id, seal
from tests.evidence.small_core import Small


def signed_by_producers(made: Makings) -> Iterator[Case]:
    """Yield packs of which the parts contradict each other, or that hold what nobody signed."""

    def case(name: str, files: Files, check: str, file: str) -> Case:
        return Case(name, made.put(name, files), {"trust": made.trust}, check, file)

    def core(change: Callable[[Small], Any], **other: Any) -> Files:
        changed = made.core.copy().recount()
        change(changed)
        changed.assessment |= other
        return changed.files()

    def finding(**change: Any) -> Callable[[Small], Any]:
        return lambda core: (core.findings[0].update(change), core.recount())

    low = {"exit_code": 0, "verdict": "1 finding below the threshold high; 4 claims, 0 observed", "fail_on": "high"}
    findings = "core/findings.jsonl"
    downgraded = core(finding(severity="low"), **low)
    yield case("a finding less severe than its rule", seal(downgraded), "population", findings)
    yield case(
        "a redacted pack of a finding less severe than its rule",
        redacted(seal(downgraded), KEPT - {(findings, 0)}),
        "population",
        "core/assessment.json",
    )
    yield case("a finding that no waiver waives", seal(core(finding(disposition="waived"))), "population", findings)
    yield case("a finding that no baseline has", seal(core(finding(disposition="baseline"))), "population", findings)
    yield case(
        "a finding of a decision that passed",
        seal(core(finding(subject="crossing:results/order"))),
        "population",
        findings,
    )
    yield case(
        "a failure behind a pass",
        seal(core(lambda core: (core.decisions[1].update(status="pass"), core.findings.clear(), core.recount()))),
        "population",
        "core/details.jsonl",
    )
    yield case(
        "controls that are not the rule's",
        seal(core(lambda core: core.decisions[0].update(controls=[]))),
        "population",
        "core/decisions.jsonl",
    )
    yield case(
        "a rule that stands twice",
        seal(core(lambda core: core.rules.append(core.rules[0]))),
        "population",
        "core/rules.jsonl",
    )
    yield case("as of no day", seal(core(lambda core: None, as_of="2026-02-31")), "core-format", "core/assessment.json")
    yield case(
        "a scope that there is not", seal(core(lambda core: None, scope="all")), "core-format", "core/assessment.json"
    )
    yield case(
        "conformance and nothing observed",
        seal(core(lambda core: None, scope="conformance")),
        "population",
        "core/assessment.json",
    )
    began = {"format": "limen-log-1", "type": "started", "run": run_id(1), "at": made.at, "scope": "design"}
    before = [jcs({**began, "system": "another"})]
    yield case(
        "a run of another system", seal(core(lambda core: None), Sealing(started=False, before=before)), "log", LOG
    )
    odd = [entry("observed", 9, made.at, recording="b", nonce="n")]
    yield case("a recording that is no digest", seal(core(lambda core: None), Sealing(before=odd)), "log", LOG)
    for name in ("timestamps/0000.json", "signatures/0000.json"):
        file = f"envelope/{name}"
        yield case(f"a stranger called {name}", {**made.whole, file: b"hidden"}, "files", file)
