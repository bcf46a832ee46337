"""Records of tables and ledgers: how far back they reach, what is missing, and whether deletions were lawful."""

from __future__ import annotations

import gzip
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from limen.loading.load import load
from limen.probes.replaying import differences
from limen.probes.running import run
from limen.records.attempts import ProbeRun
from tests.lab.judging import findings_of
from tests.lab.postgres import Cluster, cluster

pytestmark = pytest.mark.xdist_group("storage")

NOW = int(time.time())
DAY = 86_400
YEAR = 365 * DAY
ROWS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "good": ({"gap": 0, "unexplained": 0, "early": 0, "unapproved": 0, "missing": 1, "deletions": 1}, []),
    "cut": ({"unexplained": 1}, ["explained", "reach"]),
    "deleted early": ({"early": 1}, ["early"]),
    "approved by one": ({"unapproved": 1}, ["approved"]),
    "approved twice by one": ({"unapproved": 1}, ["approved"]),
    "deleted without a word": ({"missing": 2, "unexplained": 1}, ["explained"]),
    "young": ({"gap": None}, ["reach"]),
    "young since a day": ({"gap": 0}, []),
    "without a log": ({"deletions": None, "early": None, "unapproved": None, "unexplained": None},
                      ["approved", "early", "explained"]),
}  # fmt: skip
_PATHS = {"explained": "unexplained", "reach": "gap", "approved": "unapproved", "early": "early"}


def _entries(defect: str) -> list[dict[str, Any]]:
    """Return a ledger's entries: one a year for eight years, of which the second was deleted after seven."""
    years = range(8, -1, -1)
    entries = [
        {"_seq": number, "time": NOW - year * YEAR - DAY, "action": "dispense"} for number, year in enumerate(years, 1)
    ]
    approvers = {
        "approved by one": ["records-officer"],
        "approved twice by one": ["Records-Officer ", "records-officer"],
    }
    details = {
        "record_time": NOW - (6 if defect == "deleted early" else 8) * YEAR - DAY,
        "deleted_at": NOW - DAY,
        "approvers": approvers.get(defect, ["records-officer", "legal-counsel"]),
    }
    del entries[1]
    entries.append({"_seq": len(entries) + 2, "time": NOW - DAY, "action": "delete", "details": details})
    if defect == "deleted without a word":
        del entries[3]
    elif defect.startswith("young"):
        entries = [{"_seq": 1, "time": NOW - YEAR, "action": "dispense"}]
    elif defect == "cut":
        del entries[0]
        entries[0]["time"] = NOW - 6 * YEAR
    return entries


def _declaration(endpoint: str, credential: str, options: dict[str, Any]) -> str:
    given = f', credential: "{credential}"' if credential else ""
    return f"""\
version: 1
system: {{id: lab, title: Laboratory}}
labels: {{levels: [public, internal], compartments: []}}
data:
  entry: {{label: {{level: internal}}, fields: [at], retention: P7Y}}
zones:
  inside: {{trust: 2, clearance: {{level: internal}}}}
components:
  writer: {{zone: inside, kind: service, originates: [entry]}}
  trail: {{zone: inside, kind: ledger, stores: [entry]}}
ledgers:
  trail: {{component: trail, tiers: [{{name: hot, until: P7Y}}],
    deletion: {{approvers: [records-officer, legal-counsel]}}}}
flows:
  - {{id: write, from: writer, to: trail, carries: [entry], returns: []}}
probes:
  - {{probe: storage, component: trail, endpoint: {json.dumps(endpoint)}{given}, options: {json.dumps(options)}}}
"""


def _probed(folder: Path, text: str) -> ProbeRun:
    path = folder / "boundaries.yaml"
    path.write_text(text)
    return run(load(path).declaration, folder)


def _held(text: str, recorded: ProbeRun, defect: str) -> None:
    observation, findings = ROWS[defect]
    attempt = recorded.attempts[0]
    assert attempt.status == "completed", attempt.reason
    seen = json.loads(attempt.observations[0].facts)["records"]
    assert {name: seen.get(name) for name in observation} == observation
    ours = [one for one in findings_of(text, recorded) if "storage_retention" in one]
    assert sorted(one.rpartition("records.")[2] for one in ours) == sorted(_PATHS[one] for one in findings)
    assert differences(recorded) == []


def _options(defect: str, **changed: Any) -> dict[str, Any]:
    options: dict[str, Any] = {"sequence": "_seq", "deletions": "delete"} | changed
    if defect == "young since a day":
        options["since"] = time.strftime("%Y-%m-%d", time.gmtime(NOW - YEAR))
    if defect == "without a log":
        del options["deletions"]
    if defect == "cut":
        options["since"] = "2010-01-01"
    return {"records": options}


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("defect", ROWS)
def test_a_ledger(defect: str, packed: bool, tmp_path: Path) -> None:
    content = "".join(json.dumps(one) + "\n" for one in _entries(defect)).encode()
    name = "trail.jsonl.gz" if packed else "trail.jsonl"
    (tmp_path / name).write_bytes(gzip.compress(content) if packed else content)
    text = _declaration(f"file:{name}", "", _options(defect))
    _held(text, _probed(tmp_path, text), defect)


RANGES: dict[str, tuple[list[tuple[int, int, float]], dict[str, Any]]] = {
    "all of it": ([(1, 4, 8)], {"gap": 0, "missing": 4, "unexplained": 0, "early": 0}),
    "in two": ([(1, 2, 8), (3, 4, 8)], {"gap": 0, "missing": 4, "unexplained": 0, "early": 0}),
    "overlapping": ([(1, 3, 8), (2, 4, 8)], {"gap": 0, "unexplained": 0}),
    "the same twice": ([(1, 2, 8), (1, 2, 8)], {"unexplained": 2}),
    "beyond what is gone": ([(1, 900, 8)], {"gap": 0, "unexplained": 0}),
    "less than is gone": ([(1, 3, 8)], {"unexplained": 1}),
    "not the beginning": ([(2, 4, 8)], {"unexplained": 1}),
    "what is there": ([(5, 9, 8)], {"unexplained": 4}),
    "early": ([(1, 4, 6)], {"unexplained": 0, "early": 1}),
    "no range": ([(4, 1, 8)], {"unexplained": 3}),
    "none": ([(0, 0, 8)], {"unexplained": 3}),
}


@pytest.mark.parametrize("case", RANGES)
def test_a_range_that_one_entry_says_was_deleted(case: str, tmp_path: Path) -> None:
    """A ledger in two files, of nine entries, whose first four are gone; the fifth is five years old."""
    deletions, expected = RANGES[case]
    entries = [{"_seq": number, "time": NOW - (10 - number) * YEAR, "action": "dispense"} for number in range(5, 10)]
    for first, last, years in deletions:
        details = {"first": first, "last": last, "record_time": NOW - years * YEAR - DAY, "deleted_at": NOW - DAY}
        details |= {"approvers": ["records-officer", "legal-counsel"]}
        entries.append({"_seq": len(entries) + 5, "time": NOW - DAY, "action": "delete", "details": details})
    for name, part in (("trail-1.jsonl", entries[:2]), ("trail.jsonl", entries[2:])):
        (tmp_path / name).write_text("".join(json.dumps(one) + "\n" for one in part))
    recorded = _probed(tmp_path, _declaration("file:trail*.jsonl", "", _options("")))
    assert recorded.attempts[0].status == "completed", recorded.attempts[0].reason
    seen = json.loads(recorded.attempts[0].observations[0].facts)["records"]
    assert {name: seen.get(name) for name in expected} == expected
    if "gap" not in expected:
        assert seen.get("gap") != 0
    assert differences(recorded) == []


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with cluster() as running:
        yield running


@pytest.mark.parametrize("defect", ROWS)
def test_a_table(server: Cluster, defect: str, tmp_path: Path) -> None:
    with server.database() as database:
        reader = database.role("reader", "login")
        database.run(
            "create table entries (_seq int, time timestamptz, note text); create schema log; "
            "create table log.deletions (record_time timestamptz, deleted_at timestamptz, approvers text[])"
        )
        for one in _entries(defect):
            database.run(f"insert into entries values ({one['_seq']}, to_timestamp({one['time']}), 'x')")
            if "details" in one:
                details = one["details"]
                names = ", ".join(f"'{name}'" for name in details["approvers"])
                database.run(
                    f"insert into log.deletions values (to_timestamp({details['record_time']}), "
                    f"to_timestamp({details['deleted_at']}), array[{names}])"
                )
        database.run(f'grant usage on schema log to "{reader}"; grant select on entries, log.deletions to "{reader}"')
        secret = tmp_path / "credential"
        secret.touch(0o600)
        secret.write_text(f"{reader}:{server.password}")
        options = _options(defect, table="public.entries", deletions="log.deletions")
        text = _declaration(f"postgresql://{database.endpoint}", "file:credential", options)
        recorded = _probed(tmp_path, text)
        assert server.password not in repr(recorded)
        _held(text, recorded, defect)
        database.run(f'revoke select on log.deletions from "{reader}"')
        if "deletions" in options["records"]:
            refused = _probed(tmp_path, text).attempts[0]
            assert (refused.status, "42501" in refused.reason) == ("error", True)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"_seq": 1, "time": 5}\n{"_seq": 2, "ti', "line 2"),
        (b'{"_seq": 1, "time": 5}\n\0\0\0\n', "line 2"),
        (b'{"_seq": 1}\n', "no time"),
        (b"\xff\xfe{\x00}\x00\n", "line 1"),
        (b"[1, 2]\n", "line 1"),
        (b"x" * (2 << 20), "longer than"),
        (b"[" * 100_000 + b"\n", "line 1"),
        (gzip.compress(b'{"_seq": 1, "time": 5}\n')[:-9], "damaged"),
    ],
    ids=["half a line", "NUL bytes", "no time", "UTF-16", "a list", "a long line", "deep", "half a gzip"],
)
def test_a_damaged_ledger_is_an_error(content: bytes, reason: str, tmp_path: Path) -> None:
    name = "trail.jsonl.gz" if content.startswith(b"\x1f\x8b") else "trail.jsonl"
    (tmp_path / name).write_bytes(content)
    attempt = _probed(tmp_path, _declaration(f"file:{name}", "", {"records": {}})).attempts[0]
    assert (attempt.status, reason in attempt.reason) == ("error", True), attempt.reason


def test_what_is_no_file_is_an_error_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name in ("pipe", "loop", ".", "nothing"):
        attempt = _probed(tmp_path, _declaration(f"file:{name}", "", {"records": {}})).attempts[0]
        assert attempt.status == "error"
        assert "bug of limen" not in attempt.reason


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_records_or_an_error_with_its_reason(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "trail.jsonl").write_bytes(content)
    attempt = _probed(tmp_path, _declaration("file:trail.jsonl", "", {"records": {"deletions": "delete"}})).attempts[0]
    assert attempt.status in ("completed", "error")
    assert "bug of limen" not in attempt.reason
