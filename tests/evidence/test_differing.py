"""What `limen diff` calls worse is worse, what it calls better is known to be, and what nobody knows is said."""

from __future__ import annotations

import itertools
import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from limen.evidence import differing, layout
from limen.evidence.reading import open_pack
from limen.evidence.worsening import (
    Change,
    claim_turn,
    decision_turn,
    parameter_change,
    signer_changes,
    signing_changes,
)
from limen.policy.parameters import Parameter
from tests.evidence.packing import contents, declared, ok, packed, run

POSTGRES = "    in_transit: {protocol: postgres}\n"
WEAK = (POSTGRES, '    in_transit: {protocol: postgres, tls: {min: "1.1"}}\n')
WEAKER = (POSTGRES, '    in_transit: {protocol: postgres, tls: {min: "1.0"}}\n')
STATUSES = ("error", "fail", "not_assessed", "pass", "not_applicable", "out_of_scope")
PROFILE = """\
id: mine
title: Mine
description: What we hold ourselves to.
extends: [baseline]
parameters: {%s}
"""


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("differing")
    rules = ("--rule", "transit.*", "--rule", "access.*")
    good = declared(folder / "good")
    weak = declared(folder / "weak", WEAK)
    weaker = declared(folder / "weaker", WEAKER)
    return {
        "good": packed(good, folder / "good.zip", *rules, code=3),
        "weak": packed(weak, folder / "weak.zip", *rules, code=1),
        "weaker": packed(weaker, folder / "weaker.zip", *rules, code=1),
        "fewer": packed(good, folder / "fewer.zip", "--rule", "transit.*", code=3),
        "same": packed(good, folder / "same.zip", *rules, code=3),
    }


def compared(before: Path, after: Path, code: int) -> dict[str, Any]:
    found = json.loads(ok("diff", before, after, "--format", "json", code=code))
    assert found["exit_code"] == code
    return found


def changes(found: dict[str, Any], part: str) -> list[tuple[str, str, str, str]]:
    return [(one["what"], one["before"], one["after"], one["turn"]) for one in found[part]]


def test_the_same_system_packed_twice_is_the_same(packs: dict[str, Path]) -> None:
    found = compared(packs["good"], packs["same"], 0)
    assert found["worse"] == 0
    assert found["before"] != found["after"]  # each pack has a secret of its own
    for part in ("head", "rules", "parameters", "decisions", "counts", "claims", "facts", "subjects_gone"):
        assert found[part] == [], part
    said = ok("diff", packs["good"], packs["same"])
    assert said == "nothing is worse; 0 findings are still there\n"
    assert "(the same pack)" in ok("diff", packs["good"], packs["good"])


def test_worse_and_back(packs: dict[str, Path]) -> None:
    found = compared(packs["good"], packs["weak"], 1)
    name = "transit.tls_minimum::flow:keep"
    assert changes(found, "decisions") == [(name, "pass", "fail", "worse")]
    assert found["findings"]["new"] == [f"{name}::in_transit.tls.min"]
    assert [(one["subject"], one["fields"]) for one in found["facts"]] == [("flow:keep", ["in_transit"])]
    assert found["worse"] == 2
    back = compared(packs["weak"], packs["good"], 0)
    assert changes(back, "decisions") == [(name, "fail", "pass", "better")]
    assert back["findings"]["mended"] == [f"{name}::in_transit.tls.min"]
    said = ok("diff", packs["good"], packs["weak"], code=1)
    assert f"worse   {name}: pass → fail" in said
    assert said.endswith("2 worse; 0 findings are still there\n")


def test_a_finding_that_is_still_there_with_another_value(packs: dict[str, Path]) -> None:
    found = compared(packs["weak"], packs["weaker"], 0)
    name = "transit.tls_minimum::flow:keep::in_transit.tls.min"
    assert (found["findings"]["still"], found["findings"]["changed"]) == ([name], [name])
    assert found["findings"]["new"] == []


def test_rules_that_are_gone_are_worse(packs: dict[str, Path]) -> None:
    found = compared(packs["good"], packs["fewer"], 1)
    gone = [one for one in changes(found, "rules") if one[3] == "worse"]
    assert {what.partition(".")[0] for what, *_ in gone} == {"access"}
    assert all((before, after) == ("selected", "") for _, before, after, _ in gone)
    assert {turn for *_, turn in changes(compared(packs["fewer"], packs["good"], 0), "rules")} == {"better"}


def test_subjects_that_are_gone_or_new(packs: dict[str, Path], tmp_path: Path) -> None:
    system = declared(tmp_path / "system", ("  - id: reject\n", "  - id: refuse\n"))
    other = packed(system, tmp_path / "other", "--rule", "transit.*", "--rule", "access.*", code=3)
    found = compared(packs["good"], other, 0)
    assert "flow:reject" in found["subjects_gone"]
    assert "flow:refuse" in found["subjects_new"]
    assert found["decisions"] == []


def test_a_waiver_accepts_and_its_end_opens_again(packs: dict[str, Path], tmp_path: Path) -> None:
    finding = json.loads(contents(packs["weak"])[layout.FINDINGS].splitlines()[0])
    waiver = {
        "fingerprint": finding["fingerprint"], "owner": "a", "requested_by": "b", "approved_by": "c", "reason": "d",
        "compensating_control": "transit.mutual_tls", "expires": "2099-01-01",
    }  # fmt: skip
    system = declared(tmp_path / "system", WEAK)
    (system / "waivers.yaml").write_text(json.dumps({"waivers": [waiver]}))
    waived = packed(system, tmp_path / "waived", "--rule", "transit.*", "--rule", "access.*", code=3)
    name = "transit.tls_minimum::flow:keep::in_transit.tls.min"
    assert compared(packs["weak"], waived, 0)["findings"]["accepted"] == [name]
    assert compared(waived, packs["weak"], 1)["findings"]["reopened"] == [name]


@pytest.mark.parametrize(("before", "after", "turn"), [("P30D", "P1D", "better"), ("P1D", "P30D", "worse")])
def test_parameters_are_weakened_or_tightened(tmp_path: Path, before: str, after: str, turn: str) -> None:
    made = {}
    for name, value in (("a", before), ("b", after)):
        policies = tmp_path / f"own-{name}" / "profiles"
        policies.mkdir(parents=True)
        (policies / "mine.yaml").write_text(PROFILE % f"credential_lifetime: {value}")
        system = declared(tmp_path / name, ("profiles: [baseline]", "profiles: [mine]"))
        options = ("--policies", tmp_path / f"own-{name}", "--rule", "access.credential_lifetime")
        made[name] = packed(system, tmp_path / f"{name}.zip", *options, code=3)
    found = compared(made["a"], made["b"], 1 if turn == "worse" else 0)
    assert ("access.credential_lifetime credential_lifetime", before, after, turn) in changes(found, "parameters")


def test_what_is_withheld_is_not_called_the_same(packs: dict[str, Path], tmp_path: Path) -> None:
    none, some = tmp_path / "none", tmp_path / "some"
    ok("redact", packs["same"], "-o", none)
    found = compared(packs["good"], none, 3)
    assert found["worse"] == 0
    assert (found["subjects_gone"], found["subjects_new"]) == ([], [])
    assert "nothing known is worse" in ok("diff", packs["good"], none, code=3)
    ok("redact", packs["weak"], "-o", some, "--keep", "subject:flow:submit")
    found = compared(packs["good"], some, 1)
    assert ("transit.tls_minimum fail", "0", "1", "worse") in changes(found, "counts")
    assert found["decisions"] == []
    gone = compared(packs["weaker"], some, 3)["findings"]
    assert gone["unknown"] == ["transit.tls_minimum::flow:keep::in_transit.tls.min"]
    assert gone["mended"] == []
    back = compared(some, packs["weaker"], 3)
    assert back["findings"]["new"] == []
    assert compared(packs["good"], redacted_twin(packs["good"], tmp_path), 0)["withheld"][1] > 0  # the very same root


def redacted_twin(pack: Path, folder: Path) -> Path:
    ok("redact", pack, "-o", folder / "twin")
    return folder / "twin"


def test_the_order_is_the_same_whatever_the_machine(packs: dict[str, Path]) -> None:
    texts = {ok("diff", packs["good"], packs["weak"], "--all", code=1) for _ in range(3)}
    assert len(texts) == 1
    found = compared(packs["good"], packs["fewer"], 1)
    for part in ("rules", "decisions"):
        names = [one["what"] for one in found[part]]
        assert names == sorted(names)


def test_a_damaged_pack_is_refused(packs: dict[str, Path], tmp_path: Path) -> None:
    with __import__("zipfile").ZipFile(packs["good"]) as archive:
        archive.extractall(tmp_path / "copy")
    for name in (layout.FINDINGS, layout.DETAILS, layout.ASSESSMENT, layout.CLAIMS):
        shutil.copytree(tmp_path / "copy", tmp_path / "bad")
        (tmp_path / "bad" / name).write_bytes(b"{}\n")
        code, said = run("diff", packs["good"], tmp_path / "bad")
        assert (code, "error:" in said) == (2, True), name
        shutil.rmtree(tmp_path / "bad")
    code, said = run("diff", packs["good"], tmp_path / "nowhere")
    assert (code, "there is no pack" in said) == (2, True)
    assert run("diff", packs["good"])[0] == 2


def test_turns_of_decisions() -> None:
    """Whatever fails now and did not is worse; nothing is better that does not pass; nothing unknown is mended."""
    for before, after in itertools.product((None, *STATUSES), STATUSES):
        turn = decision_turn(before, after)
        if before == after:
            assert turn == "other"
        if turn == "better":
            assert after == "pass"
        if after in ("error", "fail", "not_assessed") and before in (None, "pass", "not_applicable", "out_of_scope"):
            assert turn == "worse"
    assert decision_turn("pass", "out_of_scope") == "worse"
    assert decision_turn("not_assessed", "fail") == "worse"
    assert decision_turn("fail", "not_assessed") == "other"
    assert decision_turn("fail", "not_applicable") == "other"
    assert decision_turn("fail", "pass") == "better"


@pytest.mark.parametrize(("before", "after", "turn"), [
    ("agrees", "contradicted", "worse"), ("agrees", "stale", "worse"), ("agrees", "unobserved", "worse"),
    ("agrees", "error", "worse"), ("unobserved", "agrees", "better"), ("error", "contradicted", "worse"),
    ("contradicted", "agrees", "better"), ("contradicted", "unobserved", "worse"), ("unobserved", "error", "other"),
    ("not_asked", "unobserved", "other"), ("stale", "agrees", "better"), ("not_asked", "stale", "better"),
])  # fmt: skip
def test_turns_of_claims(before: str, after: str, turn: str) -> None:
    assert claim_turn(before, after) == turn


@pytest.mark.parametrize(("type_", "stricter", "before", "after", "turn"), [
    ("duration", "lower", 86400, 3600, "better"), ("duration", "lower", 3600, 86400, "worse"),
    ("tls_version", "higher", 12, 13, "better"), ("strings", "fewer", ["a"], ["a", "b"], "worse"),
    ("strings", "more", ["a"], ["a", "b"], "better"), ("strings", "fewer", ["a"], ["b"], "worse"),
    ("string", "none", "a", "b", "other"), ("integer_table", "higher", {"a": 1, "b": 2}, {"a": 2, "b": 1}, "worse"),
])  # fmt: skip
def test_turns_of_parameters(type_: Any, stricter: Any, before: Any, after: Any, turn: str) -> None:
    known = Parameter(type=type_, stricter=stricter)
    assert parameter_change("r.r", "p", before, after, known).turn == turn
    assert parameter_change("r.r", "p", before, after, None).turn == "other"


def test_turns_of_what_a_pack_demands_of_itself() -> None:
    before = {"signatures": {"producer": 1, "approver": 2}, "timestamp": True, "witnesses": 1}
    after = {"signatures": {"producer": 2}, "timestamp": False, "log": True, "witnesses": 1}
    found = {one.what: one.turn for one in signing_changes(before, after)}
    assert found == {
        "signing policy: signatures: approver": "worse", "signing policy: signatures: producer": "better",
        "signing policy: timestamp": "worse", "signing policy: log": "better",
    }  # fmt: skip
    assert [one.turn for one in signer_changes(("a", "b"), ("a",))] == ["worse"]
    assert [one.turn for one in signer_changes((), ("a",))] == ["better"]
    assert [one.turn for one in signer_changes(("b",), ("a",))] == ["other"]
    assert list(signer_changes(("a",), ("a",))) == []


class Ruled:
    """As much of a pack as rules are compared by."""

    def __init__(self, severity: str, text: str) -> None:
        self.rules = {"own.rule": SimpleNamespace(severity=severity, parameters={}, module="m")}
        self.text = text

    def module(self, rule: str) -> str:
        assert rule == "own.rule"
        return self.text


@pytest.mark.parametrize(
    ("after", "turns"),
    [
        (("high", "one"), {}),
        (("low", "one"), {"own.rule severity": "worse"}),
        (("critical", "one"), {"own.rule severity": "better"}),
        (("high", "other"), {"own.rule text": "other"}),
    ],
)
def test_turns_of_rules(after: tuple[str, str], turns: dict[str, str]) -> None:
    found = differing._rules(Ruled("high", "one"), Ruled(*after))  # type: ignore[arg-type]
    assert {one.what: one.turn for one in found} == turns


@pytest.mark.parametrize("part", ["rules", "parameters"])
def test_another_measure_is_not_known_to_be_no_worse(packs: dict[str, Path], part: str) -> None:
    with open_pack(packs["good"]) as before, open_pack(packs["same"]) as after:
        found = differing.differences(before, after)
    assert not found.unknown
    for turn, unknown in (("other", True), ("better", False)):
        change = Change(what="r.r", before="a", after="b", turn=turn)
        assert msgspec.structs.replace(found, **{part: (change,)}).unknown is unknown
