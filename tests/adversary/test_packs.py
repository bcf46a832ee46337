"""A dishonest producer has a key that is trusted, and signs packs that contradict themselves: both verifiers refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.adversary.packs import Cheating, sealed
from tests.evidence.makings import entry, log_of
from tests.evidence.oracle import jcs
from tests.evidence.sealing import Sealing, redacted, run_id, seal
from tests.evidence.small_core import FAILED, Small
from tests.needs import need_program

ASSESSMENT, RULES, DECISIONS = "core/assessment.json", "core/rules.jsonl", "core/decisions.jsonl"
DETAILS, SUBJECTS, FINDINGS = "core/details.jsonl", "core/subjects.jsonl", "core/findings.jsonl"
LOST: dict[str, Any] = {"root": "a" * 64, "tree_size": 9, "public_size": 3, "exit_code": 0, "counts": {"pass": 1}}
HEAD: dict[str, Any] = {"origin": "o", "size": 1, "root": "a" * 64}
Change = Callable[[Small], None]


@pytest.fixture(scope="module")
def cheat(tmp_path_factory: pytest.TempPathFactory) -> Cheating:
    need_program("openssl")
    return Cheating(tmp_path_factory.mktemp("cheating"))


def test_what_is_not_changed_is_taken(cheat: Cheating) -> None:
    cheat.taken("honest", sealed(cheat.core(lambda core: None)))


def a_finding(**change: Any) -> Change:
    return lambda core: core.findings[0].update(change)


def downgraded(core: Small) -> None:
    """A high failure is told as a low finding, under the threshold: exit code 0."""
    core.assessment["fail_on"] = "high"
    core.findings[0]["severity"] = "low"
    core.recount()
    core.assessment |= {"exit_code": 0, "verdict": "1 finding below the threshold high; 4 claims, 0 observed"}


def gap(core: Small) -> None:
    """A failure is told as a gap: exit code 3 where it is 1."""
    core.findings[0]["status"] = "not_assessed"
    counted = dict.fromkeys(("critical", "high", "medium", "low"), 0)
    core.assessment |= {
        "findings": {"failed": counted, "gaps": 1, "accepted": 0},
        "exit_code": 3,
        "verdict": "does not conform: 1 not assessed or in error; 4 claims, 0 observed",
    }


def phantom(core: Small) -> None:
    core.findings.append({**core.findings[0], "subject": "crossing:results/order", "disposition": "waived"})


def of_no_rule(core: Small) -> None:
    core.findings.append({**core.findings[0], "rule": "made.up", "severity": "low"})


def rule_twice(core: Small) -> None:
    core.rules.append(dict(core.rules[0]))


def misspelt_kind(core: Small) -> None:
    core.rules.append({**core.rules[0], "rule": "z.z", "subject": "conection"})
    core.recount()
    del core.assessment["population"]["conection"]


def no_zeros(core: Small) -> None:
    core.assessment["counts"] = {name: count for name, count in core.assessment["counts"].items() if count}


def subject_twice(core: Small) -> None:
    core.subjects[1] = dict(core.subjects[0])
    core.details[4]["subject"] = core.subjects[0]["subject"]


def other_controls(core: Small) -> None:
    core.decisions[1]["controls"] = ["pci-dss-4.0.1:8.5"]


def no_text_controls(core: Small) -> None:
    core.decisions[1]["controls"] = core.rules[0]["controls"] = [1]


def hidden_failure(core: Small) -> None:
    """What was found says `fail`, what is public says `pass`."""
    core.decisions[1]["status"] = "pass"
    core.findings.clear()


def made_up_failure(core: Small) -> None:
    core.details[1]["results"] = [{"check": "tls", "status": "pass", "message": ""}]


CONTRADICTIONS: dict[str, tuple[Change, str, str]] = {
    "a finding less severe than its rule": (downgraded, "population", FINDINGS),
    "a failure told as a gap": (gap, "population", FINDINGS),
    "a finding that no waiver waives": (a_finding(disposition="waived"), "population", FINDINGS),
    "a finding that no baseline has": (a_finding(disposition="baseline"), "population", FINDINGS),
    "a finding that was inherited from nowhere": (a_finding(disposition="inherited"), "population", FINDINGS),
    "a finding of a decision that passed": (phantom, "population", FINDINGS),
    "a finding of no rule": (of_no_rule, "population", FINDINGS),
    "a rule that stands twice": (rule_twice, "population", RULES),
    "a rule of a kind that nobody counts": (misspelt_kind, "population", ASSESSMENT),
    "counts without zeros": (no_zeros, "population", ASSESSMENT),
    "a subject that stands twice": (subject_twice, "population", SUBJECTS),
    "controls that are not the rule's": (other_controls, "population", DECISIONS),
    "controls that are no text": (no_text_controls, "population", RULES),
    "a failure hidden behind a pass": (hidden_failure, "population", DETAILS),
    "a failure with no failing check": (made_up_failure, "population", DETAILS),
}
ALREADY_COUNTED = {"a finding less severe than its rule", "a failure told as a gap", "counts without zeros",
                   "a rule of a kind that nobody counts"}  # fmt: skip


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_records_that_contradict_each_other_are_refused(cheat: Cheating, name: str) -> None:
    change, check, file = CONTRADICTIONS[name]
    core = cheat.core(change, recount=name not in ALREADY_COUNTED)
    cheat.refused(name, sealed(core), check, file)


def test_an_accepted_finding_that_something_accepts_is_taken(cheat: Cheating) -> None:
    def waived(core: Small) -> None:
        core.findings[0]["disposition"] = "waived"
        core.waivers[0] |= {"fingerprint": core.findings[0]["fingerprint"], "counted": True}

    def baseline(core: Small) -> None:
        core.findings[0]["disposition"] = "baseline"

    def inherited(core: Small) -> None:
        core.findings[0]["disposition"] = "inherited"

    print_ = "0" * 32
    cheat.taken("waived", sealed(cheat.core(waived)))
    cheat.taken("baseline", sealed({**cheat.core(baseline), "core/inputs/baseline.json": jcs([print_])}))
    cheat.taken(
        "inherited", sealed({**cheat.core(inherited), "core/inputs/request.json": jcs({"inherited": [print_]})})
    )


def test_a_decision_may_have_findings_less_bad_than_itself(cheat: Cheating) -> None:
    """One check of it fails, and another could not be assessed."""

    def change(core: Small) -> None:
        core.details[1]["results"].append({"check": "pin", "status": "not_assessed", "message": ""})
        core.findings.append({**core.findings[0], "status": "not_assessed"})
        core.recount()
        core.assessment["findings"] = {**core.assessment["findings"], "gaps": 1}
        core.assessment["findings"]["failed"]["high"] = 1
        core.assessment["verdict"] = "does not conform: 1 finding, 1 not assessed or in error; 4 claims, 0 observed"

    cheat.taken("two findings of one decision", sealed(cheat.core(change, recount=False)))


SUMMARIES: dict[str, dict[str, Any]] = {
    "as of no day": {"as_of": "whenever"},
    "as of the 31st of February": {"as_of": "2026-02-31"},
    "a scope that there is not": {"scope": "desing"},
    "a severity that there is not": {"findings": {"failed": {"trivial": 0, "high": 1}, "gaps": 0, "accepted": 0}},
}


@pytest.mark.parametrize("name", SUMMARIES)
def test_a_summary_that_says_what_there_is_not_is_refused(cheat: Cheating, name: str) -> None:
    core = cheat.core(lambda core: core.assessment.update(SUMMARIES[name]), recount=False)
    cheat.refused(name, sealed(core), "core-format", ASSESSMENT)


def test_conformance_without_any_observation_is_refused(cheat: Cheating) -> None:
    core = cheat.core(lambda core: core.assessment.update(scope="conformance"), recount=False)
    cheat.refused("conformance", sealed(core), "population", ASSESSMENT)


def test_claims_that_nobody_recorded_are_not_observed(cheat: Cheating) -> None:
    def change(core: Small) -> None:
        core.observed = True
        core.assessment |= {"scope": "conformance", "observed": 4}
        core.assessment["verdict"] = core.assessment["verdict"].replace("0 observed", "4 observed")

    cheat.refused("observed", sealed(cheat.core(change, recount=False)), "population", "core/claims.jsonl")


@pytest.mark.parametrize("root", ["zz", "a" * 64 + "\n", "A" * 64, ""])
def test_a_previous_root_that_is_no_digest_is_refused(cheat: Cheating, root: str) -> None:
    before = {"root": root, "tree_size": 1}
    core = {**cheat.core(lambda core: None), "core/inputs/previous.json": jcs({**before, "rules": [], "subjects": []})}
    cheat.refused(f"previous {root[:2]}{len(root)}", seal(core, Sealing(previous=before)), "statement",
                  "envelope/statement.json")  # fmt: skip


@pytest.mark.parametrize(
    ("content", "check"),
    [
        (b'{"signatures": {"producer":1}}', "core-format"),
        (jcs({"approvals": 5}), "core-format"),
        (jcs({"signatures": {"producer": 0}}), "core-format"),
        (jcs({"signaturs": {"producer": 1}}), "core-format"),
        (jcs([]), "core-format"),
    ],
)
def test_a_signing_policy_that_is_none_is_refused(cheat: Cheating, content: bytes, check: str) -> None:
    core = {**cheat.core(lambda core: None), "core/inputs/signing.json": content}
    cheat.refused(f"policy {content[:24]!r}", sealed(core), check, "core/inputs/signing.json")


def started(cheat: Cheating, **change: Any) -> bytes:
    said = {"format": "limen-log-1", "type": "started", "run": run_id(1), "at": cheat.made.at, "system": "clinic"}
    return jcs({**said, "scope": "design", **change})


def test_a_run_of_something_else_made_no_pack(cheat: Cheating) -> None:
    core = cheat.core(lambda core: None)
    for change in ({"system": "other"}, {"scope": "conformance"}):
        files = seal(core, Sealing(started=False, before=[started(cheat, **change)]))
        cheat.refused(f"run of {change}", files, "log", "envelope/log.jsonl")


def entries(cheat: Cheating) -> dict[str, list[bytes]]:
    at = cheat.made.at
    begun = entry("started", 9, at)
    seen = {"recording": "b" * 64}
    return {
        "ended and only observed": [entry("observed", 5, at, **seen, nonce="n"), entry("ended", 5, at, **LOST)],
        "an empty nonce": [entry("observed", 9, at, **seen, nonce="")],
        "a recording that is no digest": [entry("observed", 9, at, recording="b", nonce="n")],
        "a head that is none": [entry("observed", 9, at, **seen, head={"x": 1})],
        "a head of a negative log": [entry("observed", 9, at, **seen, head={**HEAD, "size": -1})],
        "no reason": [begun, entry("failed", 9, at, reason="")],
        "a root that is no digest": [begun, entry("ended", 9, at, **{**LOST, "root": "zz"})],
        "an exit code that there is not": [begun, entry("ended", 9, at, **{**LOST, "exit_code": 77})],
        "counts in words": [begun, entry("ended", 9, at, **{**LOST, "counts": {"pass": "1"}})],
        "a scope that there is not": [started(cheat, run=run_id(9), scope="x")],
        "no system": [started(cheat, run=run_id(9), system="")],
        "two ends of one run": [begun, entry("ended", 9, at, **LOST), entry("ended", 9, at, **LOST)],
        "an end before the beginning": [entry("ended", 9, at, **LOST), begun],
    }  # fmt: skip


@pytest.mark.parametrize("name", [
    "ended and only observed", "an empty nonce", "a recording that is no digest", "a head that is none",
    "a head of a negative log", "no reason", "a root that is no digest", "an exit code that there is not",
    "counts in words", "a scope that there is not", "no system", "two ends of one run", "an end before the beginning",
])  # fmt: skip
def test_a_log_with_an_entry_that_is_none_is_refused(cheat: Cheating, name: str) -> None:
    files = seal(cheat.core(lambda core: None), Sealing(before=entries(cheat)[name]))
    cheat.refused(name, files, "log", "envelope/log.jsonl")


def test_a_recording_that_the_log_does_not_know_is_not_attested(cheat: Cheating) -> None:
    import hashlib

    core = cheat.core(lambda core: setattr(core, "observed", True))
    recording = hashlib.sha256(core["core/inputs/observations/run.json"]).hexdigest()
    said = {"envelope/run.json": jcs({"format": "limen-run-1", "observations": "attested"})}
    files = cheat.restated(sealed(core), said)
    cheat.refused("attested by nobody", files, "log", "envelope/run.json")
    logged = [entry("observed", 4, cheat.made.at, recording=recording, nonce="n")]
    cheat.taken("attested", cheat.restated(seal(core, Sealing(before=logged)), said))


def test_what_a_run_log_begins_with_can_not_be_another_packs_end(cheat: Cheating) -> None:
    """A log that ends with another pack's root is no log of this one, whatever this pack's Statement says."""
    files = sealed(cheat.core(lambda core: None))
    foreign = seal(cheat.core(a_finding(fingerprint="1" * 32)), Sealing(before=log_of(files)[:1], started=False))
    assert FAILED
    for name in ("envelope/log.jsonl", "envelope/checkpoint.txt"):
        files[name] = foreign[name]
    cheat.refused("the log of another pack", cheat.restated(files, {}), "log", "envelope/log.jsonl")


@pytest.mark.parametrize("change", [hidden_failure, made_up_failure])
def test_what_a_redacted_pack_keeps_contradicts_nothing_that_is_public(cheat: Cheating, change: Change) -> None:
    """Whoever redacts with a program of their own shows a failure under a pass, or nothing under a failure."""
    whole = sealed(cheat.core(change))
    keep = {(DETAILS, 0), (DETAILS, 1), ("core/inputs/signing.json", 0)}
    cheat.refused(f"kept {change.__name__}", redacted(whole, keep), "population", DETAILS)
    shown = redacted(sealed(cheat.core(lambda core: None)), keep)
    cheat.taken("kept", shown)


def test_a_redacted_summary_counts_a_finding_for_each_failure(cheat: Cheating) -> None:
    """Findings are withheld, and the public says that a rule of high severity failed."""
    whole = sealed(cheat.core(downgraded, recount=False))
    cheat.refused("downgraded", redacted(whole, {("core/inputs/signing.json", 0)}), "population", ASSESSMENT)
