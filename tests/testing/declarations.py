"""A small system with a policy of its own, whose blind spots are known."""

from __future__ import annotations

import datetime
from pathlib import Path

from limen.testing.declaration_trial import Setting, Trial
from tests.policy.support import write_profile

DAY = datetime.date(2026, 11, 22)
TEXT = """\
version: 1
system: {id: small, title: A small system}
profiles: [small]
include: [more.jsonl]
data:
  record: {fields: [name, dose], identifiers: [name]}
zones:
  outside: {trust: 0, posture: &house {in_transit: {tls: {mutual: required}}}}
  inside: {trust: 1, posture: *house}
components:
  portal: {zone: outside, kind: service, originates: [record]}
  gateway: {zone: inside, kind: service}
flows:
  - {id: upload, from: portal, to: gateway, carries: [record], returns: [],
     in_transit: {protocol: https, tls: {min: "1.3"}}}
"""
LINE = (
    '{"id": "again", "from": "portal", "to": "gateway", "carries": ["record"], "returns": [], '
    '"in_transit": {"protocol": "https", "tls": {"min": "1.3"}}}\n'
)
PROFILE = """\
id: small
title: Small
description: TLS only.
rules: [transit.tls_minimum]
parameters: {tls_minimum: "1.3"}
"""


def write(folder: Path, text: str = TEXT, line: str = LINE, profile: str = PROFILE) -> Path:
    """Write the system and its policy; return the declaration."""
    (folder / "more.jsonl").write_text(line, encoding="utf-8")
    (folder / "boundaries.yaml").write_text(text, encoding="utf-8")
    write_profile(folder / "policy", profile, "small")
    return folder / "boundaries.yaml"


def trial(folder: Path, equivalents: str | None = None, text: str = TEXT, profile: str = PROFILE) -> Trial:
    """Return a trial of the small system, with a list of equivalents of its own where one is given."""
    path = write(folder, text, profile=profile)
    listed = None
    if equivalents is not None:
        listed = folder / "equivalents.yaml"
        listed.write_text(equivalents, encoding="utf-8")
    return Trial(Setting(path=path, policies=(folder / "policy",), as_of=DAY, equivalents=listed))
