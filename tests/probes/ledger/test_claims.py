"""What a ledger's records, anchors and files say of what is declared of it; what they don't show is no agreement."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import UNSET

from limen.analysis.kinds.observed_ledger import AnchorsPart, FaultsPart, LedgerFacts, TenantPart, TierPart
from limen.analysis.reconciliation.ledger import CLAIMS
from tests.lab.judging import findings_of, judged
from tests.lab.ledger import declaration, probed, write
from tests.lab.tampering import DEFECTS

pytestmark = pytest.mark.xdist_group("ledger")

FACTS = LedgerFacts(
    store="jsonl",
    format="limen-v1",
    algorithm="HMAC-SHA-256",
    linked=True,
    unambiguous=True,
    records=3,
    bytes=900,
    strict=False,
    chain=FaultsPart(faults=0),
    sequence=FaultsPart(faults=0),
    clock=FaultsPart(faults=0),
    tenant=TenantPart(required=False),
    key=FaultsPart(faults=0),
    anchors=AnchorsPart(count=2, missing=0, differing=0, longest_gap=3600, witnessed=True),
    append_only=True,
)
CHAIN = {"algorithm": "HMAC-SHA-256", "key": "k", "format": "limen-v1"}
BROKEN = FaultsPart(faults=2, record=7, kind="edited")
OLD = TierPart(name="hot", oldest=100, compressed=True, encrypted=True)
HOT = {"name": "hot", "until": 100, "worm": False, "compressed": False, "encrypted": False}


def with_anchors(**changes: Any) -> dict[str, Any]:
    return {"anchors": msgspec.structs.replace(FACTS.anchors, **changes)}


TABLE: list[tuple[str, Any, dict[str, Any], bool | None]] = [
    ("chain", CHAIN, {}, True),
    ("chain", {"algorithm": "SHA-256"}, {}, True),
    ("chain", {"algorithm": "none"}, {"algorithm": "SHA-256"}, True),
    ("chain", CHAIN, {"algorithm": "SHA-256"}, False),
    ("chain", CHAIN, {"algorithm": UNSET}, None),
    ("chain", CHAIN, {"format": "foreign"}, False),
    ("chain", CHAIN, {"linked": False}, False),
    ("chain", CHAIN, {"chain": BROKEN}, False),
    ("chain", CHAIN, {"chain": FaultsPart()}, None),
    ("chain", CHAIN, {"chain": FaultsPart(), "algorithm": "SHA-256"}, False),
    ("append_only", True, {}, True),
    ("append_only", False, {}, True),
    ("append_only", True, {"append_only": False}, False),
    ("append_only", False, {"append_only": False}, True),
    ("append_only", True, {"append_only": UNSET}, None),
    ("anchors", {"every": 3600, "to": "w"}, {}, True),
    ("anchors", {"every": 3500, "to": "w"}, {}, True),
    ("anchors", {"every": 3400, "to": "w"}, {}, False),
    ("anchors", {"every": 3600, "to": "w"}, with_anchors(witnessed=UNSET), None),
    ("anchors", {"every": 3400, "to": "w"}, with_anchors(witnessed=UNSET), False),
    ("anchors", {"every": 3600, "to": "w"}, with_anchors(witnessed=False), False),
    ("anchors", {"every": 3600, "to": "w"}, {"anchors": AnchorsPart()}, None),
    ("anchors", {"every": 3600, "to": "w"}, {"anchors": AnchorsPart(count=0)}, False),
    ("tiers", [HOT], {}, None),
    ("tiers", [HOT], {"tiers": (OLD,)}, True),
    ("tiers", [HOT], {"tiers": (msgspec.structs.replace(OLD, oldest=106),)}, False),
    ("tiers", [HOT], {"tiers": (msgspec.structs.replace(OLD, oldest=UNSET),)}, None),
    ("tiers", [{**HOT, "compressed": True}], {"tiers": (OLD,)}, True),
    ("tiers", [{**HOT, "compressed": True}], {"tiers": (msgspec.structs.replace(OLD, compressed=False),)}, False),
    ("tiers", [{**HOT, "compressed": True}], {"tiers": (msgspec.structs.replace(OLD, compressed=UNSET),)}, None),
    ("tiers", [{**HOT, "encrypted": True}], {"tiers": (msgspec.structs.replace(OLD, encrypted=False),)}, False),
    ("tiers", [{**HOT, "encrypted": True}], {"tiers": (msgspec.structs.replace(OLD, encrypted=UNSET),)}, None),
    ("tiers", [{**HOT, "worm": True}], {"tiers": (OLD,)}, None),
    ("tiers", [{**HOT, "proof_of_existence": "rfc3161"}], {"tiers": (OLD,)}, None),
    ("tiers", [{**HOT, "proof_of_existence": "none"}], {"tiers": (OLD,)}, True),
    ("tiers", [HOT, {**HOT, "name": "cold"}], {"tiers": (OLD,)}, None),
]


@pytest.mark.parametrize(("claim", "declared", "changes", "agrees"), TABLE)
def test_a_claim(claim: str, declared: Any, changes: dict[str, Any], agrees: bool | None) -> None:
    found = CLAIMS[claim](declared, [msgspec.structs.replace(FACTS, **changes)])
    assert (None if found is None else found.agrees) is agrees
    assert CLAIMS[claim](declared, []) is None


def test_the_weakest_of_several_counts() -> None:
    weak = msgspec.structs.replace(FACTS, algorithm="SHA-256", append_only=False)
    for claim, declared in (("chain", CHAIN), ("append_only", True)):
        found = CLAIMS[claim](declared, [FACTS, weak])
        assert found is not None
        assert not found.agrees


def tiered(folder: Path, *tiers: dict[str, Any], files: dict[str, str]) -> str:
    """Return the declaration of the good ledger with tiers and where their files are."""
    made = DEFECTS["good"]()
    options = {"tier_files": [{"tier": name, "files": place} for name, place in files.items()]}
    text = declaration(write(folder, made, "jsonl"), made._replace(options=options))
    return text.replace('"append_only"', f'"tiers": {msgspec.json.encode(tiers).decode()}, "append_only"')


def contradictions(text: str, folder: Path) -> set[str]:
    found = findings_of(text, probed(text, folder))
    return {one for one in found if one.startswith("conformance.")}


def test_tiers_of_files(tmp_path: Path) -> None:
    data = b"".join(DEFECTS["good"]().lines)
    (tmp_path / "cold-1.gz").write_bytes(gzip.compress(data))
    (tmp_path / "cold-2.jsonl").write_bytes(data)
    (tmp_path / "sealed.age").write_bytes(b"age-encryption.org/v1\n" + b"\xff" * 100)
    hot = {"name": "hot", "until": "P1D"}
    cold = {"name": "cold", "until": "P7Y", "compressed": True}
    sealed = {**cold, "encrypted": True}
    files = {"hot": "ledger.jsonl", "cold": "cold-1.gz"}
    assert contradictions(tiered(tmp_path, hot, cold, files=files), tmp_path) == set()

    def told_of(text: str) -> list[str]:
        found = judged(text, probed(text, tmp_path)).assessment
        return [one.id for one in found.findings if one.rule.startswith("conformance.")]

    for tiers, places, told in (
        ((hot, cold), {"hot": "ledger.jsonl", "cold": "cold-*"}, "contradicted"),
        ((hot, sealed), {"hot": "ledger.jsonl", "cold": "cold-1.gz"}, "contradicted"),
        (({**hot, "until": "PT1M"}, cold), files, "contradicted"),
        ((hot, sealed), {"hot": "ledger.jsonl", "cold": "sealed.age"}, "unobserved"),
        ((hot, cold), {"hot": "ledger.jsonl"}, "unobserved"),
    ):
        (one,) = told_of(tiered(tmp_path, *tiers, files=places))
        assert told in one, (tiers, places, one)
        assert "tiers" in one
    # What no file shows is not waited for: limen.analysis.observable says why, in every report.
    assert told_of(tiered(tmp_path, hot, {**cold, "worm": True}, files=files)) == []
