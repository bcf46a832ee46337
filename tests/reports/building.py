"""Assessments made by hand: all six statuses, every disposition, and free text that a test may choose."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence

import msgspec

from limen.errors import Location
from limen.records.assessment import (
    Assessment,
    BoundaryMap,
    CheckResult,
    CrossingRow,
    Finding,
    InputFile,
    MapEdge,
    MapNode,
    MapZone,
    Outcome,
    RuleDecisions,
    tally_of,
)
from limen.records.rules import Check, Control, Deviation, Rule, SelectedRule
from limen.records.statuses import STATUSES, Severity, Status
from limen.records.subjects import Column, Detail, Part, Step, SubjectTable

Words = Callable[[str], str]
"""Makes free text of a free text: a test lets it add what is hostile."""

HOSTILE = (
    "line\nbreak\r\nand\ttab",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>' onmouseover='x",
    "</style></title></textarea>--><!--",
    "\x1b[31mred\x1b[0m \x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\ \x9b2J",
    "\u202egnirts\u202c \u2066isolate\u2069 \u200bzero \ufeff",
    "nul\x00 and bell\x07 and vertical\x0b",
    "lone \ud800 surrogate \udfff",
    "cdata ]]> end <![CDATA[ &amp; &lt; &#x3c;",
    "pipe | cell \\| `code` ``two`` **bold** ~~gone~~ # head",
    "%0A::error::injected %25 ::warning file=x::",
    "\n::error file=a,line=1::injected",
    "[link](http://evil.example) ![image](http://evil.example/x.png) <http://evil.example>",
    "http://evil.example www.evil.example mailto:user@evil.example ftp://evil.example",
    "@octocat #1 GH-1 user@evil.example octo/repo#7",
    "=cmd|' /C calc'!A0",
    '" -> evil; ] } \\',
    'click c0 href "javascript:alert(1)" %% end --> subgraph',
    "{{ 7*7 }} {% raw %} ${x} $x$ $$y$$ \\[z\\]",
    "a" * 5_000,
    "",
)
"""What free text may hold (CONTRIBUTING: it is escaped in every format)."""


def located(path: Sequence[str | int]) -> Location:
    """Return a place that follows from the path, as a loader would."""
    line = 10 + sum(map(ord, "/".join(map(str, path)))) % 190
    return Location(file="boundaries.yaml", line=line, column=5, length=6, excerpt="    min: '1.2'  # as typed")


def table(kind: str, names: Sequence[str], details: Callable[[int], Detail]) -> SubjectTable:
    """Return subjects of one kind, each with a shape of its own."""
    count = len(names)
    return SubjectTable(
        kind=kind,
        shapes=array("I", range(count)),
        columns={"number": Column(array("i", range(count)), [str(n).encode() for n in range(count)])},
        shape_count=count,
        identity=(Part(array("i", range(count)), list(names)),),
        details=details,
    )


def rule(
    rule_id: str, subject: str, severity: Severity = "high", controls: tuple[str, ...] = (), words: Words = str
) -> SelectedRule:
    """Return a selected rule."""
    return SelectedRule(
        rule=Rule(
            id=rule_id,
            title=words(f"Title of {rule_id}"),
            description=words(f"Description of {rule_id}."),
            subject=subject,
            severity=severity,
            confidence="certain",
            controls=controls,
            remediation=words(f"Mend {rule_id}"),
            checks={"minimum": Check(path="in_transit.tls.min", message="{actual}")},
            not_applicable="it carries nothing",
            rationale=words(f"Rationale of {rule_id}."),
        ),
        parameters={"tls_minimum": 13},
        profiles=("zero-trust",),
    )


def required(words: Words) -> bytes:
    """Return what a profile requires, with free text in it where a test adds some."""
    said = words("").encode(errors="replace").decode()
    return msgspec.json.encode({"least": 13} | ({"because": said} if said else {}))


def outcome(status: Status, words: Words = str) -> Outcome:
    """Return what a rule says with this status."""
    if status in ("not_applicable", "out_of_scope"):
        return Outcome(status=status, reason=words(f"reason of {status}"))
    result = CheckResult(
        check="minimum",
        path="in_transit.tls.min",
        status=status,
        message="" if status == "pass" else words(f"TLS minimum is 12: {status}"),
        actual=b"12",
        required=required(words),
    )
    return Outcome(status=status, results=(result,), reason=words("undefined") if status == "error" else "")


def decided(selected: SelectedRule, statuses: Sequence[Status], words: Words = str) -> RuleDecisions:
    """Return a rule's decisions, one status for each subject of its kind."""
    known = sorted(set(statuses) or {"not_applicable"})
    outcomes = tuple(outcome(status, words) for status in known)  # type: ignore[arg-type]  # sorted widens
    if not statuses:
        outcomes = (Outcome(status="not_applicable", reason=f"there is no {selected.rule.subject} to judge"),)
    return RuleDecisions(selected=selected, outcomes=outcomes, codes=array("I", [known.index(s) for s in statuses]))


def finding(
    rule_id: str, subject: str, *, number: int, words: Words = str, status: str = "fail", severity: Severity = "high",
    crossing: str = "", disposition: str = "open", witness: tuple[Step, ...] = (), refs: tuple[str, ...] = (),
    controls: tuple[str, ...] = (), file: str = "boundaries.yaml",
) -> Finding:  # fmt: skip
    """Return a finding; its number makes fingerprint and line."""
    return Finding(
        rule=rule_id,
        title=words(f"Title of {rule_id}"),
        subject=subject,
        path="in_transit.tls.min",
        status=status,  # type: ignore[arg-type]
        severity=severity,
        confidence="certain",
        message=words(f"TLS minimum is 1.2; the profile requires 1.3 ({rule_id})"),
        remediation=words(f"Mend {rule_id}"),
        controls=controls,
        actual=b"12",
        required=required(words),
        fingerprint=f"{number:032x}",
        location=Location(
            file=file, line=10 + number % 200, column=5, length=6, excerpt=words("    min: '1.2'  # as typed")
        ),
        provenance=words("from zone data"),
        crossing=crossing,
        subject_title=words(f"title of {subject}"),
        witness=witness,
        refs=refs,
        disposition=disposition,  # type: ignore[arg-type]
        waiver=words("approved by ciso until 2027-01-01: legacy") if disposition == "waived" else "",
    )


FLOWS = (  # id, source, target, crossing
    ("site-upload", "site-portal", "gateway", True),
    ("intake", "gateway", "automation", True),
    ("store", "automation", "clinical-db", True),
    ("audit", "automation", "crossing-log", False),
    ("submit", "packager", "sponsor", True),
)
NODES = (  # id, kind, zone
    ("site-portal", "partner", "untrusted"),
    ("sponsor", "partner", "untrusted"),
    ("gateway", "gateway", "ingress"),
    ("automation", "service", "processing"),
    ("crossing-log", "ledger", "processing"),
    ("clinical-db", "datastore", "data"),
    ("packager", "service", "egress"),
)
ZONES = (("untrusted", 0, ""), ("ingress", 1, ""), ("processing", 2, ""), ("data", 3, "processing"), ("egress", 2, ""))


def boundary_map(words: Words = str, names: Words = str) -> BoundaryMap:
    """Return the map of the sample; `names` makes every id."""
    return BoundaryMap(
        zones=tuple(
            MapZone(id=names(z), title=words(f"Zone {z}"), trust=t, within=w and names(w)) for z, t, w in ZONES
        ),
        nodes=tuple(
            MapNode(
                id=names(n),
                title=words(f"The {n}"),
                kind=k,
                zone=names(z),
                tenant=names("site-12") if k == "partner" else "",
                label=names("restricted {phi}"),
            )
            for n, k, z in NODES
        ),
        edges=tuple(
            MapEdge(
                id=names(f),
                source=names(s),
                target=names(t),
                crossing=c,
                protocol=names("https"),
                protected=f != "submit",
                items=(names("submission"),),
            )
            for f, s, t, c in FLOWS
        ),
    )


def crossing(flow: str, source: str, target: str, words: Words = str, names: Words = str) -> CrossingRow:
    """Return a crossing's row."""
    zones = {n: z for n, _, z in NODES}
    here, there = zones.get(source, "untrusted"), zones.get(target, "ingress")
    return CrossingRow(
        flow=names(flow),
        source=names(source),
        target=names(target),
        source_zone=names(here),
        target_zone=names(there),
        crosses=(names(f"{here} → {there}"),),
        trust_change=1,
        carries=(names("submission"),),
        returns=(names("receipt"),),
        assumed=flow == "submit",
        label=names("restricted {phi}"),
        posture={"in_transit.protocol": names("https"), "in_transit.tls.min": "1.2", "authn.method": "mtls"},
        provenance={"in_transit.tls.min": words("from zone data")},
        location=located(("flows", flow)),
    )


WITNESS = (
    Step(component="site-portal", item="submission", state=(), action="originates"),
    Step(component="gateway", item="submission", state=("phi-data-key", "root"), flow="site-upload", action="flows"),
    Step(component="automation", state=(), action="opens"),
    Step(component="clinical-db", flow="store", action="flows", assumed=True),
)
CONTROL = "nist-800-53r5:SC-8(1)"
LAW = "21-cfr-11:11.10(e)"


def sample(words: Words = str, **changes: object) -> Assessment:
    """Return an assessment with all statuses, dispositions and kinds of text; `changes` replace its fields."""
    flows = [flow for flow, *_ in FLOWS]

    def detail(section: str, names: Sequence[str]) -> Callable[[int], Detail]:
        return lambda index: Detail(
            path=(section, names[index]),
            title=words(f"title of {names[index]}"),
            crossing=names[index] if section == "flows" else "",
            provenance={"in_transit.tls.min": words("from zone data")},
        )

    exposures = ["gateway/submission", "clinical-db/submission"]
    tables = {
        "flow": table("flow", flows, detail("flows", flows)),
        "component": table("component", [n for n, *_ in NODES], detail("components", [n for n, *_ in NODES])),
        "exposure": table("exposure", exposures, detail("components", ["gateway", "clinical-db"])),
        "claim": table("claim", ["site-upload"], detail("flows", ["site-upload"])),
        "key": table("key", ["phi-data-key"], detail("keys", ["phi-data-key"])),
        "ledger": table("ledger", [], detail("ledgers", [])),
    }
    rules = {
        "transit.tls_minimum": (rule("transit.tls_minimum", "flow", "high", (CONTROL, LAW), words),
                                ["fail", "pass", "fail", "not_applicable", "pass"]),
        "access.role": (rule("access.role", "component", "low", ("nist-800-53r5:AC-3",), words),
                        ["pass", "fail", "fail", "pass", "pass", "pass", "pass"]),
        "classification.clearance": (rule("classification.clearance", "exposure", "critical", (LAW,), words),
                                     ["not_assessed", "fail"]),
        "keys.rotation": (rule("keys.rotation", "key", "medium", ("iso-27001:A.8.24",), words), ["error"]),
        "conformance.observed": (rule("conformance.observed", "claim", "high", (), words), ["out_of_scope"]),
        "audit.chained": (rule("audit.chained", "ledger", "high", (LAW,), words), []),
        "tenancy.bound": (rule("tenancy.bound", "tenant", "high", (LAW,), words), []),
    }  # fmt: skip
    counts: dict[str, int] = dict.fromkeys(STATUSES, 0)
    for _, statuses in rules.values():
        for status in statuses or ["not_applicable"]:
            counts[status] += 1
    findings = (
        finding("keys.rotation", "key:phi-data-key", number=4, status="error", severity="medium", words=words),
        finding("classification.clearance", "exposure:clinical-db%2Fsubmission", number=3, severity="critical",
                words=words, crossing="store", witness=WITNESS, refs=(words("site-12"), "gateway"), controls=(LAW,)),
        finding("transit.tls_minimum", "flow:site-upload", number=1, words=words, crossing="site-upload",
                controls=(CONTROL, LAW)),
        finding("transit.tls_minimum", "flow:store", number=2, words=words, crossing="store", disposition="waived",
                controls=(CONTROL, LAW)),
        finding("access.role", "component:sponsor", number=5, severity="low", words=words, disposition="baseline"),
        finding("access.role", "component:gateway", number=6, severity="low", words=words, disposition="inherited"),
        finding("waiver.expired", f"waiver:{7:032x}", number=7, words=words, file="waivers.yaml"),
        finding("classification.clearance", "exposure:gateway%2Fsubmission", number=8, status="not_assessed",
                severity="critical", words=words, crossing="site-upload", controls=(LAW,)),
    )  # fmt: skip
    values: dict[str, object] = {
        "tool_version": "0.1.0",
        "engine": "regorus 0.13.0",
        "verified_by": words("OPA 1.22.2: 9 of 9 answers are the same"),
        "system": "rx-trace",
        "system_title": words("Serialization and trials"),
        "owner": words("platform-security"),
        "declaration": "boundaries.yaml",
        "files": (InputFile(path="boundaries.yaml", sha256="ab" * 32, size=1234),),
        "profiles": ("zero-trust", "part-11"),
        "scope": "design",
        "partial": "",
        "assessed_at": "2026-11-22T05:00:00Z",
        "as_of": "2026-11-22",
        "fail_on": "low",
        "tables": tables,
        "decisions": {rule_id: decided(selected, statuses, words) for rule_id, (selected, statuses) in rules.items()},  # type: ignore[arg-type]
        "findings": findings,
        "counts": counts,
        "claims": 74,
        "observed": 0,
        "controls": {
            CONTROL: Control(
                framework="nist-800-53r5", id="SC-8(1)", citation="NIST SP 800-53 Rev. 5, SC-8(1)",
                title=words("Cryptographic protection"), status="standard", valid_from="2020-09-23", covered="wholly",
            ),
            LAW: Control(
                framework="21-cfr-11", id="11.10(e)", citation="21 CFR 11.10(e)", title=words("Audit trails"),
                status="law", valid_from="1997-08-20", covered="partly", gap=words("What applications record inside."),
            ),
        },
        "deviations": (
            Deviation(rule="transit.tls_minimum", parameter="tls_minimum", profile="zero-trust",
                      expected=words("1.3"), actual=words("1.2")),
        ),
        "notes": (words("1 unattested waiver"),),
        "crossings": tuple(crossing(f, s, t, words) for f, s, t, c in FLOWS if c),
        "map": boundary_map(words),
        "locate": located,
    }  # fmt: skip
    values |= changes
    return Assessment(**({"tally": tally_of(values["findings"])} | values))  # type: ignore[arg-type]


def conforming(words: Words = str, **changes: object) -> Assessment:
    """Return an assessment in which nothing is wrong: every subject of the sample's first rule passes."""
    base = sample(words)
    selected = rule("transit.tls_minimum", "flow", "high", (CONTROL,), words)
    kept = {"transit.tls_minimum": decided(selected, ["pass"] * 5)}
    counts = dict.fromkeys(STATUSES, 0) | {"pass": 5}
    values = {"decisions": kept, "findings": (), "counts": counts, "deviations": (), "notes": ()} | changes
    return sample(words, **{"tables": {"flow": base.tables["flow"]}, **values})


def many(count: int) -> Assessment:
    """Return an assessment with many open findings, on as many flows."""
    names = [f"flow-{number}" for number in range(count)]
    rows = [finding("transit.tls_minimum", f"flow:{n}", number=i, crossing=n) for i, n in enumerate(names)]
    tables = {"flow": table("flow", names, lambda n: Detail(path=("flows", names[n]), crossing=names[n]))}
    selected = rule("transit.tls_minimum", "flow", "high", (CONTROL,))
    decisions = {"transit.tls_minimum": decided(selected, ["fail"] * count)}
    counts = dict.fromkeys(STATUSES, 0) | {"fail": count}
    return sample(tables=tables, decisions=decisions, findings=tuple(rows), counts=counts)
