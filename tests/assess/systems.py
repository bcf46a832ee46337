"""Systems to pack: the violating serialization pipeline with waivers, a baseline and policies of its own."""

from __future__ import annotations

import datetime
import json
import shutil
from pathlib import Path

from limen.assess import Request
from tests.needs import REPOSITORY
from tests.policy.support import METADATA, MY_PROFILE, write_profile, write_rule

VIOLATING = REPOSITORY / "examples" / "serialization" / "violating" / "boundaries.yaml"
NOW = datetime.datetime(2026, 11, 22, 8, 30, 15, tzinfo=datetime.UTC)
WAIVED, OPEN = "cf80890bb7c0382fc0571fb5707f8da8", "ff7f6019a39d8781af89aa7461ddcfa2"
"""Fingerprints of two of its findings."""
DIFFER = (
    METADATA.replace("transit.mine", "transit.differ")
    + """
import data.limen.parameters

applicable := input.crossing

both := true if input.crossing

both := false if input.depth >= 0

checks["depth"] := {"holds": both, "actual": input.depth, "required": parameters.mine_depth}
"""
)
"""A rule that no engine can evaluate, each saying so in words of its own: two values for one document."""


def waiver(fingerprint: str, **changes: str) -> dict[str, str]:
    """A waiver that counts, but for the changes."""
    return {
        "fingerprint": fingerprint,
        "owner": "ops",
        "requested_by": "Jo Kim",
        "approved_by": "Ana Ruiz",
        "reason": "the partner moves in January",
        "compensating_control": "transit.plaintext",
        "expires": "2999-01-01",
    } | changes


def system(folder: Path, *, broken_rule: bool = False) -> Path:
    """Write the system with all that can lie beside it; return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(VIOLATING, folder / "boundaries.yaml")
    waivers = [waiver(WAIVED), waiver("0" * 32), waiver(OPEN, approved_by="Jo Kim", expires="2026-01-01")]
    (folder / "waivers.yaml").write_text(json.dumps({"waivers": waivers}), encoding="utf-8")
    baseline = {"expires": "2026-02-01", "created": "2026-01-01", "fingerprints": ["1" * 32]}
    (folder / "baseline.json").write_text(json.dumps(baseline), encoding="utf-8")
    write_rule(folder / "own")
    rules = "rules: [transit.mine, transit.differ]" if broken_rule else "rules: [transit.mine]"
    write_profile(folder / "own", MY_PROFILE.replace("rules: [transit.mine]", rules))
    if broken_rule:
        write_rule(folder / "own", DIFFER, rule="differ")
    (folder / "own" / "notes.txt").write_text("not read, not packed", encoding="utf-8")
    (folder / "signing.yaml").write_text(
        "signatures: {producer: 1}\nlog: true\n"
        "approvals:\n  profiles: {mine: {by: [Ana Ruiz], at: 2026-11-01}}\n"
        f"  frameworks: {{21cfr11: {{by: [Jo Kim], at: 2026-11-01, sha256: '{'0' * 64}'}}}}\n",
        encoding="utf-8",
    )
    return folder


def request(folder: Path) -> Request:
    """What assesses the system with its own policies, at one time."""
    return Request(path=folder, profiles=("mine",), policies=(folder / "own",), assessed_at=NOW)
