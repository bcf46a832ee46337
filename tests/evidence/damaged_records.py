"""Packs whose records do not fit one another, or that were changed and made to fit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.evidence import sealing
from tests.evidence.makings import KEPT, STATEMENT, Case, Makings
from tests.evidence.oracle import jcs, sha
from tests.evidence.sealing import Files, Sealing, redacted, seal
from tests.evidence.small_core import FAILED, Small


def resealed(made: Makings) -> Iterator[Case]:
    """Yield packs that somebody changed who has no key: sums, or even the Statement, made to fit."""

    def case(name: str, files: Files, check: str, file: str, **arguments: Any) -> Case:
        return Case(name, made.put(name, files), {"trust": made.trust, **arguments}, check, file)

    plain = made.plain
    changed = {**plain, "core/waivers.jsonl": b'{"counted":true}\n'}
    yield case(
        "a record changed, and SHA256SUMS with it",
        {**changed, "SHA256SUMS": sealing.sums(changed)},
        "statement",
        "SHA256SUMS",
    )
    swapped = {**plain, "core/inputs/waivers.yaml": b"waivers: [{}]\n"}
    yield case("swapped waivers", swapped, "sums", "core/inputs/waivers.yaml")
    yield case(
        "swapped waivers, and SHA256SUMS with them", {**swapped, "SHA256SUMS": sealing.sums(swapped)}, "tree", "core/"
    )
    lines = plain["SHA256SUMS"].split(b"\n")
    unordered = b"\n".join([lines[1], lines[0], *lines[2:]])
    yield case("sums out of order", {**plain, "SHA256SUMS": unordered}, "sums", "SHA256SUMS")
    digest = sha(plain[STATEMENT]).encode()
    more = b"%b  %b\n" % (digest, STATEMENT.encode()) + plain["SHA256SUMS"]
    yield case(
        "sums with a line that is none",
        {**plain, "SHA256SUMS": b"# sums\n" + plain["SHA256SUMS"]},
        "sums",
        "SHA256SUMS",
    )
    yield case("sums of what they can't name", {**plain, "SHA256SUMS": more}, "sums", "SHA256SUMS")
    core = made.core.copy()
    core.waivers[0]["counted"] = True
    forged = seal(core.files())
    forged[STATEMENT] = stolen(forged, plain)
    yield case("resealed with the old signature", forged, "signatures-producer", STATEMENT)
    yield case("another secret", seal_with(plain, secret=b"\1" * 32), "tree", "core/")
    more = {**plain, "reports/limen.md": b"# all is well\n"}
    yield case("a report added", more, "sums", "reports/limen.md")
    yield case(
        "a rule module added", {**plain, "core/inputs/own/1/x.rego": b"package x\n"}, "sums", "core/inputs/own/1/x.rego"
    )
    yield case("a VERIFY.md that says otherwise", {**plain, "VERIFY.md": b"# Trust us\n"}, "sums", "VERIFY.md")


def stolen(files: Files, source: Files) -> bytes:
    """Return a Statement's own payload with the signatures of another one."""
    mine, other = json.loads(files[STATEMENT]), json.loads(source[STATEMENT])
    return jcs({**mine, "signatures": other["signatures"]}) + b"\n"


def seal_with(files: Files, secret: bytes) -> Files:
    """Return a pack with another secret, and sums that fit."""
    changed = {**files, "envelope/secret": secret.hex().encode() + b"\n"}
    return {**changed, "SHA256SUMS": sealing.sums(changed)}


def records_of(made: Makings) -> Iterator[Case]:
    """Yield packs whose records do not fit one another, signed by a key that is good."""

    def case(name: str, core: Small, check: str, file: str, how: Sealing | None = None) -> Case:
        return Case(name, made.put(name, seal(core.files(), how)), {"trust": made.trust}, check, file)

    def small() -> Small:
        return made.core.copy().recount()

    core = small()
    del core.decisions[2]
    yield case("a decision removed", core, "population", "core/details.jsonl")
    core = small()
    del core.details[-1]
    yield case("the details of a decision removed", core, "population", "core/details.jsonl")
    core = small()
    core.details.append({**core.details[0], "decision": 5})
    yield case("details without a decision", core, "population", "core/details.jsonl")
    core = small()
    core.details[3]["decision"] = 9
    yield case("details of another decision", core, "population", "core/details.jsonl")
    core = small()
    del core.assessment["counts"]["fail"]
    yield case("a status that is not counted", core, "population", "core/assessment.json")
    core = small()
    core.findings[0]["disposition"] = "waived"
    yield case("a finding waived and not recounted", core, "population", "core/assessment.json")
    core = small()
    core.findings[0]["status"] = "error"
    yield case("a finding turned into a gap and not recounted", core, "population", "core/assessment.json")
    core = small()
    core.previous = {"root": "1" * 64, "tree_size": 3}
    other = Sealing(previous={"root": "2" * 64, "tree_size": 3})
    yield case("another pack before it than is enclosed", core, "statement", STATEMENT, other)
    core = small()
    del core.decisions[1], core.details[1], core.findings[0]
    for number, detail in enumerate(core.details):
        detail["decision"] = number
    core.recount()
    yield case("a decision removed and all recounted", core, "population", "core/decisions.jsonl")
    core = small()
    core.subjects = [one for one in core.subjects if one["subject"] != FAILED[1]]
    core.recount()
    yield case("the population shrunk", core, "population", "core/decisions.jsonl")
    core = small()
    core.subjects = [one for one in core.subjects if one["subject"] != FAILED[1]]
    population = core.assessment["population"]
    yield case("the population shrunk and not recounted", core, "population", "core/subjects.jsonl")
    assert population["crossing"] == 3
    core = small()
    core.details[1]["subject"] = core.details[0]["subject"]
    yield case("one subject judged twice in place of another", core, "population", "core/details.jsonl")
    core = small()
    core.details[0], core.details[1] = core.details[1], core.details[0]
    yield case("details in another order", core, "population", "core/details.jsonl")
    core = small()
    core.decisions[1]["status"] = "pass"
    yield case("a failure turned into a pass and not recounted", core, "population", "core/assessment.json")
    core = small()
    core.findings.clear()
    core.recount()
    yield case("the finding of a failure removed", core, "population", "core/findings.jsonl")
    core = small()
    core.assessment["exit_code"] = 0
    yield case("another exit code", core, "population", "core/assessment.json")
    core = small()
    core.assessment["verdict"] = "conforms as declared; 4 claims, 0 observed"
    yield case("another verdict", core, "population", "core/assessment.json")
    core = small()
    core.rules.pop()
    yield case("a rule removed", core, "population", "core/decisions.jsonl")
    core = small()
    core.decisions[0]["severity"] = "low"
    yield case("a severity that is not the rule's", core, "population", "core/decisions.jsonl")
    core = small()
    core.decisions[3], core.decisions[0] = core.decisions[0], core.decisions[3]
    yield case("decisions out of the rules' order", core, "population", "core/decisions.jsonl")
    core = small()
    core.assessment["counts"]["pass"] += 1
    yield case("a count too many", core, "population", "core/assessment.json")
    files = small().files()
    files["core/rules.jsonl"] += b'{"rule": "x"}\n'
    name = "a record that is not written as it must be"
    yield Case(name, made.put(name, seal(files)), {"trust": made.trust}, "core-format", "core/rules.jsonl")
    files = small().files()
    line, _, rest = files["core/details.jsonl"].partition(b"\n")
    files["core/details.jsonl"] = line[:-1] + b',"witness":["x"]}\n' + rest
    name = "a record with a name that stands twice"
    yield Case(name, made.put(name, seal(files)), {"trust": made.trust}, "core-format", "core/details.jsonl")
    for name, check, document, content in (
        ("a summary that is not written as it must be", "core-format", "core/assessment.json", None),
        ("a document that is not written as it must be", "core-format", "core/vanished.json", b"{ }"),
        ("a signing policy that is none", "policy", "core/inputs/signing.json", b'{"signature":{"producer":1}}'),
    ):
        files = small().files()
        files[document] = content or files[document].replace(b",", b", ", 1)
        yield Case(name, made.put(name, seal(files)), {"trust": made.trust}, check, document)
    core = small()
    core.previous = {"root": 7, "tree_size": 3}
    yield case("a pack before it that is none", core, "statement", "core/inputs/previous.json")
    undeclared = {name: content for name, content in small().files().items() if "/declaration/" not in name}
    name = "no declaration"
    yield Case(name, made.put(name, seal(undeclared)), {"trust": made.trust}, "files", "core/inputs/declaration/")
    core = small()
    counts = {**core.assessment["counts"], "pass": 5, "fail": 0}
    yield case("a Statement that counts otherwise", core, "statement", STATEMENT, Sealing(predicate={"counts": counts}))
    yield case(
        "a Statement with another verdict", core, "statement", STATEMENT, Sealing(predicate={"verdict": "conforms"})
    )
    yield case("a Statement of another system", core, "statement", STATEMENT, Sealing(predicate={"system": "other"}))
    doubled = Sealing(subjects=[{"name": "core", "digest": {"sha256": "0" * 64}}])
    yield case("a subject of the Statement that stands twice", core, "statement", STATEMENT, doubled)
    yield case("a tree of another size", core, "tree", "core/", Sealing(predicate={"tree_size": 7}))
    yield case("fewer public leaves", core, "tree", "core/", Sealing(predicate={"public_size": 3}))
    yield case(
        "a pack before it that is not enclosed",
        core,
        "statement",
        STATEMENT,
        Sealing(previous={"root": "0" * 64, "tree_size": 3}),
    )


def redactions_of(made: Makings) -> Iterator[Case]:
    """Yield redacted packs that withhold what they must not, or say otherwise than they are."""

    def case(name: str, files: Files, check: str, file: str) -> Case:
        return Case(name, made.put(name, files), {"trust": made.trust}, check, file)

    plain, leaves = made.plain, "envelope/leaves.jsonl"
    for name, place in (
        ("a failure's status withheld", ("core/decisions.jsonl", 1)),
        ("the last decision withheld", ("core/decisions.jsonl", 4)),
        ("a rule withheld", ("core/rules.jsonl", 0)),
    ):
        yield case(name, redacted(plain, KEPT, withhold=(place,)), "redaction", leaves)
    yield case(
        "the summary withheld",
        redacted(plain, KEPT, withhold=(("core/assessment.json", 0),)),
        "files",
        "core/assessment.json",
    )
    small = redacted(plain, KEPT)
    said = json.loads(small["envelope/redaction.json"])
    yield case(
        "fewer withheld than are",
        {**small, "envelope/redaction.json": jcs({**said, "withheld": 1})},
        "redaction",
        "envelope/redaction.json",
    )
    yield case(
        "said to be re-performable",
        {**small, "envelope/redaction.json": jcs({**said, "reperformable": True})},
        "redaction",
        "envelope/redaction.json",
    )
    first, second = small["core/details.jsonl"].split(b"\n")[:2]
    yield case(
        "two kept records swapped", {**small, "core/details.jsonl": second + b"\n" + first + b"\n"}, "tree", "core/"
    )
    yield case(
        "a kept record dropped", {**small, "core/details.jsonl": first + b"\n"}, "redaction", "core/details.jsonl"
    )
    yield case(
        "a record more than leaves",
        {**small, "core/details.jsonl": small["core/details.jsonl"] + first + b"\n"},
        "redaction",
        "core/details.jsonl",
    )
    yield case(
        "a file that no leaf stands for", {**small, "core/vanished.json": b"{}"}, "redaction", "core/vanished.json"
    )
    yield case("with the secret of the whole", {**small, "envelope/secret": plain["envelope/secret"]}, "files", leaves)
    yield case("with a report", {**small, "reports/limen.json": b"{}"}, "files", "reports/limen.json")
    yield case("with sums", {**small, "SHA256SUMS": plain["SHA256SUMS"]}, "files", "SHA256SUMS")
    lines = small[leaves].split(b"\n")
    yield case(
        "two leaves swapped",
        {**small, leaves: b"\n".join([*lines[:8], lines[9], lines[8], *lines[10:]])},
        "tree",
        "core/",
    )
    loose = small[leaves].replace(b'{"index":', b'{"index": ', 1)
    yield case("leaves that are not written as they must be", {**small, leaves: loose}, "redaction", leaves)
    yield case("a leaf twice", {**small, leaves: b"\n".join([lines[0], *lines])}, "redaction", leaves)
