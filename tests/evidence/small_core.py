"""A core as small as can be with something in every file: two rules, five subjects, one finding."""

from __future__ import annotations

import copy
import uuid
from typing import Any

from tests.evidence.oracle import jcs

STATUSES = ("error", "fail", "not_assessed", "pass", "not_applicable", "out_of_scope")
RULES = (
    ("transit.encrypted", "crossing", "high", ["hipaa:164.312(e)(1)"]),
    ("access.authenticated", "component", "medium", ["hipaa:164.312(d)"]),
)
SUBJECTS = (
    ("component", "component:ward"),
    ("component", "component:lab"),
    ("crossing", "crossing:results/order"),
    ("crossing", "crossing:results/report"),
    ("crossing", "crossing:results/r\u00e9sum\u00e9"),
)
FAILED = ("transit.encrypted", "crossing:results/report")
DECLARATION = b"""\
system: clinic
data:
  - id: result
    retention: P6Y
  - id: order
    retention: P30D # not P99Y
"""


def ident(text: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, text))


class Small:
    """The parts of a core, to be changed before they are written."""

    def __init__(self, assessed_at: str, policy: dict[str, Any] | None = None) -> None:
        self.rules = [
            {
                "rule": rule,
                "title": rule,
                "subject": kind,
                "severity": severity,
                "scope": "design",
                "controls": controls,
                "profiles": ["hipaa"],
                "parameters": {},
                "module": f"core/inputs/policies/rego/limen/{rule}.rego",
            }
            for rule, kind, severity, controls in RULES
        ]
        self.subjects = [
            {"id": ident(name), "input": {"n": 1}, "kind": kind, "subject": name} for kind, name in SUBJECTS
        ]
        self.decisions: list[dict[str, Any]] = []
        self.details: list[dict[str, Any]] = []
        for rule, kind, severity, controls in RULES:
            for subject in (name for of, name in SUBJECTS if of == kind):
                status = "fail" if (rule, subject) == FAILED else "pass"
                public = {"rule": rule, "status": status, "severity": severity, "controls": controls, "kind": kind}
                self.decisions.append(public)
                self.details.append(
                    {
                        "id": ident(rule + subject),
                        "decision": len(self.details),
                        "rule": rule,
                        "subject": subject,
                        "results": [{"check": "tls", "status": status, "message": f"{subject} is {status}"}],
                        "reason": "",
                        "witness": [],
                    }
                )
        self.findings = [
            {
                "id": ident("finding"),
                "rule": FAILED[0],
                "subject": FAILED[1],
                "status": "fail",
                "severity": "high",
                "disposition": "open",
                "fingerprint": "0" * 32,
            }
        ]
        self.waivers = [{"fingerprint": "f" * 32, "owner": "ward", "counted": False}]
        self.assessment: dict[str, Any] = {
            "format": "limen-pack-1",
            "system": "clinic",
            "title": "Clinic",
            "owner": "ward",
            "scope": "design",
            "partial": "",
            "assessed_at": assessed_at,
            "as_of": assessed_at[:10],
            "fail_on": "low",
            "profiles": ["hipaa"],
            "claims": 4,
            "observed": 0,
            "unseeable": 0,
            "deviations": [],
            "controls": {},
            "withheld": 0,
        }
        self.policy = policy
        self.previous: dict[str, Any] | None = None
        self.observed = False

    def recount(self) -> Small:
        """Make every count and the verdict follow from the records, as somebody who cheats well would."""
        counts = dict.fromkeys(STATUSES, 0)
        for one in self.decisions:
            counts[one["status"]] += 1
        opened = [one for one in self.findings if one["disposition"] == "open"]
        failed = {
            name: sum(one["severity"] == name for one in opened) for name in ("critical", "high", "medium", "low")
        }
        number, accepted = len(opened), len(self.findings) - len(opened)
        if number:
            verdict = f"does not conform: {number} finding{'s' * (number > 1)}"
        elif accepted:
            verdict = f"conforms as declared but for {accepted} accepted finding{'s' * (accepted > 1)}"
        else:
            verdict = "conforms as declared"
        kinds = {one["subject"] for one in self.rules} | {one["kind"] for one in self.subjects}
        self.assessment |= {
            "counts": counts,
            "findings": {"failed": failed, "gaps": 0, "accepted": accepted},
            "verdict": f"{verdict}; 4 claims, 0 observed",
            "exit_code": 1 if number else 0,
            "population": {kind: sum(one["kind"] == kind for one in self.subjects) for kind in sorted(kinds)},
        }
        return self

    def files(self) -> dict[str, bytes]:
        """The files of core."""
        if "counts" not in self.assessment:
            self.recount()
        inputs = {
            "request.json": jcs({"format": "limen-request-1", "fail_on": "low"}),
            "declaration/boundaries.yaml": DECLARATION,
            "declaration/parts/z\u00f6ne.yaml": b"zones: []\n",
            "policies/rego/limen/transit.encrypted.rego": b"package limen.rules.transit.encrypted\n",
            "policies/rego/limen/access.authenticated.rego": b"package limen.rules.access.authenticated\n",
            "policies/policies/profiles/hipaa.yaml": b"profile: hipaa\n",
            "own/0/mine.rego": b"package mine\n",
            "waivers.yaml": b"waivers: []\n",
            "baseline.json": b"{}\n",
            "sensitivity/rules.json": b"{}\n",
        }
        if self.policy is not None:
            inputs["signing.json"] = jcs(self.policy)
        if self.previous is not None:
            inputs["previous.json"] = jcs({**self.previous, "subjects": [], "rules": []})
        if self.observed:
            raw = b"HTTP/1.1 200 OK"
            inputs["observations/run.json"] = b'{"format": "limen-run-1"}\n'
            inputs["observations/SHA256SUMS"] = b"x\n"
            inputs["observations/raw/" + "ab" * 32] = raw
        records = {
            "rules": self.rules,
            "decisions": self.decisions,
            "details": self.details,
            "subjects": self.subjects,
            "findings": self.findings,
            "waivers": self.waivers,
            "crossings": [{"flow": "results", "source": "lab", "target": "ward"}],
            "attempts": [],
            "claims": [],
        }
        documents = {
            "assessment": self.assessment,
            "vanished": {},
            "undeclared": {},
            "approvals": {"profiles": {}, "frameworks": {}},
            "sensitivity": {},
            "notes": ["a note"],
        }
        return {
            **{f"core/{name}.json": jcs(value) for name, value in documents.items()},
            **{f"core/{name}.jsonl": b"".join(jcs(one) + b"\n" for one in lines) for name, lines in records.items()},
            **{f"core/inputs/{name}": content for name, content in inputs.items()},
        }

    def copy(self) -> Small:
        return copy.deepcopy(self)
