"""What has vanished since the previous pack, and what was found undeclared."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.assess import Request, assess
from limen.errors import UsageError
from limen.evidence.population import Previous, previous_of, previous_text, read_previous, undeclared, vanished
from limen.evidence.reading import open_pack
from limen.evidence.tree import core_tree
from limen.records.attempts import Attempt, Observation
from tests.evidence import packing


@pytest.fixture(scope="module")
def declared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packing.declared(tmp_path_factory.mktemp("system"))


@pytest.fixture(scope="module")
def pack(declared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packing.packed(declared, tmp_path_factory.mktemp("packs") / "pack")


def copied(pack: Path, folder: Path) -> Path:
    for name, content in packing.contents(pack).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_the_root_of_the_previous_pack_is_computed_from_its_files(pack: Path) -> None:
    with open_pack(pack) as files:
        found = previous_of(files)
        tree = core_tree(files, bytes.fromhex(files.read("envelope/secret").decode()))
    assert (found.root, found.tree_size) == (tree.root.hex(), tree.size)
    assert "system:sys" in found.subjects
    assert read_previous(previous_text(found)) == found


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("core/details.jsonl", lambda text: text.replace(b'"decision":0', b'"decision":1', 1), "its Statement names"),
        ("core/subjects.jsonl", lambda text: text[:-1], "its last line has no end"),
        ("core/rules.jsonl", lambda text: b"{}\n" + text, "its Statement names|no whole pack"),
        ("envelope/secret", lambda text: text[:-2] + b"\n", "64 hex digits"),
        ("envelope/secret", lambda text: b"z" * 64 + b"\n", "64 hex digits"),
        ("envelope/statement.json", lambda text: b"{}", "envelope/statement.json"),
    ],
)
def test_a_damaged_pack_is_no_previous_one(name: str, change: object, words: str, pack: Path, tmp_path: Path) -> None:
    damaged = copied(pack, tmp_path / "pack")
    (damaged / name).write_bytes(change((damaged / name).read_bytes()))  # type: ignore[operator]
    with open_pack(damaged) as files, pytest.raises(UsageError, match=words):
        previous_of(files)


def test_a_redacted_pack_is_no_previous_one(pack: Path, tmp_path: Path) -> None:
    for name in ("envelope/secret", "core/subjects.jsonl"):
        damaged = copied(pack, tmp_path / name.replace("/", "-"))
        (damaged / name).unlink()
        with open_pack(damaged) as files, pytest.raises(UsageError, match="is redacted"):
            previous_of(files)


def test_a_link_in_a_pack_is_not_followed(pack: Path, tmp_path: Path) -> None:
    damaged = copied(pack, tmp_path / "pack")
    (damaged / "core" / "rules.jsonl").unlink()
    (damaged / "core" / "rules.jsonl").symlink_to(pack / "core" / "rules.jsonl")
    with open_pack(damaged) as files, pytest.raises(UsageError, match="no whole pack"):
        previous_of(files)


def test_what_has_gone_is_named_and_what_came_is_counted(declared: Path) -> None:
    found = assess(Request(path=declared)).assessment
    subjects = tuple(name for table in found.tables.values() for name in table.names())
    rules = tuple(found.decisions)
    before = Previous(
        root="0" * 64, tree_size=1, rules=("gone.rule", *rules[2:]), subjects=("flow:gone", *subjects[3:])
    )
    assert vanished(found, before) == {
        "compared": True,
        "rules": ["gone.rule"],
        "subjects": ["flow:gone"],
        "added_rules": 2,
        "added_subjects": 3,
    }
    assert vanished(found, None) == {
        "compared": False,
        "rules": [],
        "subjects": [],
        "added_rules": 0,
        "added_subjects": 0,
    }


@given(st.binary(max_size=200))
def test_whatever_is_no_summary_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="it is no summary"):
        read_previous(content)


def test_attempts_that_nobody_asked_for_are_listed() -> None:
    seen = Observation(kind="tls_observation", detail="localhost:1", facts=b"{}")
    attempt = Attempt(
        probe="tls", version="1", section="flow", target="gone", endpoint="https://a.example", status="completed",
        started_at=1, duration=0.5, observations=(seen, seen),
    )  # fmt: skip
    other = msgspec.structs.replace(attempt, target="also", status="error", observations=())
    found = undeclared([attempt, other], {})
    assert json.loads(json.dumps(found)) == {
        "attempts": [
            {
                "probe": "tls",
                "section": "flow",
                "target": target,
                "endpoint": "https://a.example",
                "status": status,
                "observed": observed,
            }
            for target, status, observed in (
                ("gone", "completed", ["tls_observation:localhost:1"]),
                ("also", "error", []),
            )
        ],
        "beside": [],
    }
