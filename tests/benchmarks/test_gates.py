"""The benchmark's gates: met, not met, and not measured, which is not met either."""

from __future__ import annotations

import pytest

from benchmarks.gates import Gate, Measurement, as_data, judge, table

MEGABYTE = 1_000_000


def _measured(case: str, wall: float, peak: int = 100 * MEGABYTE, flows: int = 0) -> Measurement:
    return Measurement(case, case.rpartition("-")[2], case, wall, peak, 5, 3, flows)


def _all_met() -> dict[str, Measurement]:
    found = [
        _measured("version", 0.119),
        _measured("reference-text", 0.59),
        _measured("reference-all", 1.49),
        _measured("1000-limen-yaml", 0.5),
        _measured("1000-pytm", 2.5),
        _measured("1000-flowstrider", 1.0),
        _measured("10000-limen-yaml", 2.0, 169 * MEGABYTE, 10_000),
        _measured("10000-limen-jsonl", 0.8, 169 * MEGABYTE, 10_000),
        _measured("10000-pytm", 20.0),
        _measured("100000-limen-jsonl", 8.8, 349 * MEGABYTE, 100_000),
        _measured("dense", 9.9),
    ]
    return {one.case: one for one in found}


def _unmet(cases: dict[str, Measurement]) -> list[str]:
    return [gate.name for gate in judge(cases) if not gate.met]


def test_every_number_at_its_limit_is_met() -> None:
    assert _unmet(_all_met()) == []
    assert len(judge(_all_met())) == 12


@pytest.mark.parametrize(
    ("changed", "unmet"),
    [
        (_measured("version", 0.12), ["`limen --version`"]),
        (_measured("reference-text", 0.6), ["cold `limen check` of the reference system, text"]),
        (_measured("reference-all", 1.5), ["cold `limen check` of the reference system, every format"]),
        (
            _measured("1000-limen-yaml", 0.51),
            ["1,000 flows (YAML) against pytm", "1,000 flows (YAML) against FlowStrider"],
        ),
        (_measured("10000-limen-yaml", 2.01, 0, 10_000), ["10,000 flows (YAML) against pytm"]),
        (_measured("10000-limen-jsonl", 0.81, 0, 10_000), ["10,000 flows (JSON Lines) against pytm"]),
        (_measured("100000-limen-jsonl", 8.81, 0, 100_000), ["time from 10,000 to 100,000 flows"]),
        (_measured("10000-limen-yaml", 2, 170 * MEGABYTE, 10_000), ["memory, 10,000 flows (YAML)"]),
        (_measured("10000-limen-jsonl", 0.8, 170 * MEGABYTE, 10_000), ["memory, 10,000 flows (JSON Lines)"]),
        (_measured("100000-limen-jsonl", 8, 350 * MEGABYTE, 100_000), ["memory, 100,000 flows (JSON Lines)"]),
        (_measured("dense", 10), ["dense model: 200 components, 50 items, 39,800 flows without `carries`"]),
    ],
    ids=lambda value: value.case if isinstance(value, Measurement) else "",
)
def test_a_worse_number_fails_its_own_gate_only(changed: Measurement, unmet: list[str]) -> None:
    assert _unmet(_all_met() | {changed.case: changed}) == unmet


@pytest.mark.parametrize("missing", sorted(_all_met()))
def test_a_missing_run_is_never_met(missing: str) -> None:
    cases = _all_met()
    del cases[missing]
    gates = [gate for gate in judge(cases) if missing in gate.measured]
    assert gates
    assert {gate.verdict for gate in gates} == {"NOT MEASURED"}


def test_table_shows_findings_beside_times_and_each_verdict() -> None:
    cases = {"1000-pytm": _measured("1000-pytm", 2.5)}
    text = table(cases, [Gate("a", "< 1 s", "2 s", met=False), Gate("b", "< 1 s", "0 s", met=True)])
    assert "| pytm | 1000-pytm | 2.500 | 100 MB | 5 | 3 |" in text
    assert "| a | < 1 s | 2 s | NOT MET |" in text
    assert "| b | < 1 s | 0 s | ok |" in text


def test_data_holds_both_tables() -> None:
    data = as_data(_all_met(), judge(_all_met()))
    assert [sorted(part) for part in data] == [sorted("cases"), sorted("gates")]
