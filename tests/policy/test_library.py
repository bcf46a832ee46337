"""limen.policy as a library: what it decides is what an assessment decides, and nothing unknown passes."""

from __future__ import annotations

import datetime
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.assess import Assessed, Request, assess
from limen.errors import PolicyError, UnassessedError, UsageError
from limen.policy import EngineOptions, Policies, PolicyCheck, PolicyDecision
from limen.policy.library import PolicyDecision as Home
from tests.needs import REPOSITORY, need_program
from tests.opa_server import serving
from tests.policy.bundles import built, key_pair, policies, with_data

DAY = datetime.date(2026, 6, 1)


@pytest.fixture(scope="module")
def assessed() -> Assessed:
    return assess(Request(path=REPOSITORY / "boundaries.yaml", as_of=DAY))


@pytest.fixture(scope="module")
def loaded(assessed: Assessed) -> Iterator[Policies]:
    with Policies.load(assessed.assessment.profiles, as_of=DAY) as found:
        yield found


def subjects(assessed: Assessed, kind: str) -> list[dict[str, Any]]:
    """Return the distinct inputs of a kind in the reference system."""
    table = assessed.assessment.tables[kind]
    return [json.loads(table.shape_json(shape)) for shape in range(table.shape_count)]


def statuses(decisions: tuple[PolicyDecision, ...]) -> dict[str, str]:
    return {decision.rule: decision.status for decision in decisions}


def test_it_decides_as_an_assessment_does(assessed: Assessed, loaded: Policies) -> None:
    compared = 0
    for kind in loaded.kinds:
        given_ = subjects(assessed, kind)
        for shape, decisions in enumerate(loaded.decide(kind, given_)):
            expected = {
                rule_id: decided.outcomes[decided.codes[shape]]
                for rule_id, decided in assessed.assessment.decisions.items()
                if decided.selected.rule.subject == kind
            }
            assert statuses(decisions) == {rule_id: outcome.status for rule_id, outcome in expected.items()}
            for decision in decisions:
                results = expected[decision.rule].results
                assert [(one.name, one.path, one.message) for one in decision.checks] == [
                    (one.check, one.path, one.message) for one in results
                ]
                compared += 1
    assert compared > 1000


def test_a_decision_says_all(loaded: Policies, assessed: Assessed) -> None:
    flow = next(one for one in subjects(assessed, "flow") if "min" in one["in_transit"].get("tls", {}) and one["moves"])
    flow["in_transit"]["tls"]["min"] = 10
    ((decision,),) = loaded.decide("flow", [flow], rules=["transit.tls_minimum"])
    assert decision.checks == (
        PolicyCheck(
            name="minimum",
            path="in_transit.tls.min",
            status="fail",
            message="the TLS minimum is 1.0; the profile requires 1.3",
            actual=10,
            required=13,
        ),
    )
    assert (decision.status, decision.severity, decision.confidence) == ("fail", "high", "certain")
    assert "nist-800-52r2:3.1" in {f"{one.framework}:{one.id}" for one in decision.controls}
    assert decision.remediation.startswith("Raise in_transit.tls.min")


def test_only_controls_in_force_are_named(tmp_path: Path) -> None:
    folder = policies(tmp_path)
    (folder / "frameworks").mkdir()
    (folder / "frameworks" / "ours.yaml").write_text(
        "id: ours\ntitle: Ours\npublisher: Us\nstatus: standard\nsource: ours\nvalid_from: 2020-01-01\n"
        "controls:\n  - {id: a, citation: A, title: A, valid_to: 2025-12-31}\n  - {id: b, citation: B, title: B}\n"
        "  - {id: c, citation: C, title: C, status: draft}\n"
    )
    module = folder / "rules" / "transit" / "mine" / "mine.rego"
    text = module.read_text().replace('["nist-800-53r5:SC-8"]', '["ours:a", "ours:b", "ours:c"]')
    module.write_text(text)
    wire = {"crossing": True, "depth": 1}
    for day, expected in (("2025-12-31", ["a", "b"]), ("2026-01-01", ["b"]), ("2019-12-31", [])):
        with Policies.load(["mine"], policies=[folder], as_of=datetime.date.fromisoformat(day)) as found:
            ((decision,),) = found.decide("wire", [wire])
        assert [control.id for control in decision.controls] == expected


def test_what_a_subject_lacks_is_not_assessed(loaded: Policies, assessed: Assessed) -> None:
    """A rule that reads of a field what is not there decides nothing; the others decide as before."""
    for kind in ("flow", "zone", "key", "component"):
        whole = subjects(assessed, kind)[0]
        before = statuses(loaded.decide(kind, [whole])[0])
        for field in loaded._givens._schemas[kind]["required"]:
            lacking = {name: value for name, value in whole.items() if name != field}
            for decision in loaded.decide(kind, [lacking])[0]:
                if field in loaded.selection.entries[decision.rule].projection:
                    assert (decision.status, decision.reason) in {
                        ("not_assessed", f"not given: {field}"),
                        ("out_of_scope", "needs observations, which a design assessment has none of"),
                    }
                else:
                    assert decision.status == before[decision.rule]


def test_nothing_at_all_passes_nothing(loaded: Policies) -> None:
    for kind in loaded.kinds:
        (decisions,) = loaded.decide(kind, [{}])
        assert decisions
        assert {decision.status for decision in decisions} <= {"not_assessed", "out_of_scope"}


def test_an_element_that_lacks_something_is_not_assessed(loaded: Policies, assessed: Assessed) -> None:
    flow = next(one for one in subjects(assessed, "flow") if one["entered"])
    del flow["entered"][0]["trust"]
    lacking = [
        decision
        for decision in loaded.decide("flow", [flow])[0]
        if "entered" in loaded.selection.entries[decision.rule].projection
    ]
    assert lacking
    assert {(one.status, one.reason) for one in lacking} == {("not_assessed", "not given: entered[0].trust")}


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ({"mvoes": 1}, [("there is no input path mvoes", 'did you mean "moves"?')]),
        ({"in_transit": {"tls": {"mni": 12}}}, [("there is no input path in_transit.tls.mni", 'did you mean "min"?')]),
        ({"moves": "1"}, [("moves: '1' is not of type 'integer'", "")]),
        ({"moves": True}, [("moves: True is not of type 'integer'", "")]),
        ({"crossing": 1}, [("crossing: 1 is not of type 'boolean'", "")]),
        ({"moves": 1.0}, [("moves: 1.0 is no integer that every engine keeps exact", "")]),
        ({"moves": 2**53}, [(f"moves: {2**53} is no integer that every engine keeps exact", "")]),
        ({"moves": None}, [("moves: None is not of type 'integer'", "")]),
        ({"moves": float("nan")}, [("moves: None is not of type 'integer'", "")]),
        ({"via": [1]}, None),
        ({"moves": 10**30}, None),
        ({"moves": object()}, None),
        ({"moves": "\ud800"}, None),
        ([], None),
        ({1: 2}, None),
    ],
)
def test_what_no_schema_knows_is_refused(loaded: Policies, subject: Any, said: list[tuple[str, str]] | None) -> None:
    with pytest.raises(UsageError) as caught:
        loaded.decide("flow", [{}, subject])
    if said is not None:
        assert [(one.message, one.hint) for one in caught.value.problems] == [
            (f"subject 1: {message}", hint) for message, hint in said
        ]
    else:
        assert all(one.message.startswith("subject 1") for one in caught.value.problems)


def test_unknown_kinds_and_rules_are_refused(loaded: Policies) -> None:
    for arguments, rules, message in (
        (("flows", [{}]), (), "there is no kind of subject 'flows'"),
        (("flow", [{}]), ("transit.tls_minimun",), "no selected rule 'transit.tls_minimun' judges a flow"),
        (("zone", [{}]), ("transit.tls_minimum",), "no selected rule 'transit.tls_minimum' judges a zone"),
    ):
        with pytest.raises(UsageError) as caught:
            loaded.decide(*arguments, rules=rules)
        assert caught.value.problems[0].message == message
    with Policies.load(["zero-trust"], rules=["transit.tls_minimum"], as_of=DAY) as found:
        assert found.kinds == ("flow",)
        with pytest.raises(UsageError, match="no selected rule judges a zone"):
            found.decide("zone", [{}])
    with pytest.raises(UsageError, match="there is no profile"):
        Policies.load(["zero-trusts"], as_of=DAY)


def test_no_subjects_no_decisions(loaded: Policies) -> None:
    assert loaded.decide("flow", []) == []


def test_own_policies_and_signed_bundles(tmp_path: Path) -> None:
    private, public = key_pair(tmp_path)
    folder = with_data(policies(tmp_path / "own"))
    (folder / "profiles" / "mine.yaml").unlink()
    bundle = built(folder, tmp_path / "mine.tar.gz", "--signing-key", private)
    wires = [{"crossing": True, "depth": depth} for depth in (0, 1)]
    with Policies.load(["mine"], policies=[bundle], bundle_keys=[public], as_of=DAY) as found:
        decided = found.decide("wire", wires)
    assert [statuses(one) for one in decided] == [{"transit.mine": "fail"}, {"transit.mine": "pass"}]
    with pytest.raises(PolicyError, match="the bundle is signed, and no key says by whom"):
        Policies.load(["mine"], policies=[bundle], as_of=DAY)


def test_observations_are_asked_for_in_their_scope(assessed: Assessed) -> None:
    claim = subjects(assessed, "claim")[0]
    with Policies.load(["strict"], rules=["conformance.unobserved"], as_of=DAY) as design:
        ((decision,),) = design.decide("claim", [claim])
        assert decision.status == "out_of_scope"
    with Policies.load(["strict"], rules=["conformance.unobserved"], as_of=DAY, scope="conformance") as observed:
        ((decision,),) = observed.decide("claim", [claim | {"requested": True, "seen": False}])
        assert decision.status != "pass"
        assert decision.status != "out_of_scope"


def test_threads_share_one(loaded: Policies, assessed: Assessed) -> None:
    """Their questions are answered in turn, each with its own answers."""
    work = [(kind, subjects(assessed, kind)[start:][:4]) for kind in ("flow", "zone", "key") for start in range(8)] * 2
    alone = [loaded.decide(*one) for one in work]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda one: loaded.decide(*one), work))
    assert together == alone


def test_thousands_of_decisions_a_second(loaded: Policies, assessed: Assessed) -> None:
    """Of distinct subjects, on a machine that others use too: a tenth of what it does alone."""
    flow = subjects(assessed, "flow")[0]
    many = [flow | {"moves": number} for number in range(400)]
    loaded.decide("flow", [flow])
    start = time.perf_counter()
    decided = loaded.decide("flow", many)
    taken = time.perf_counter() - start
    assert sum(map(len, decided)) / taken > 1500


def test_engines_agree(loaded: Policies, assessed: Assessed) -> None:
    program = EngineOptions(engine="opa-cli", program=str(need_program("opa")))
    with Policies.load(assessed.assessment.profiles, as_of=DAY, engine=program) as other:
        for kind in ("zone", "key"):
            given_ = [*subjects(assessed, kind)[:5], {}]
            assert other.decide(kind, given_) == loaded.decide(kind, given_)


def test_a_lost_engine_is_no_pass_and_is_replaced(assessed: Assessed) -> None:
    zones = subjects(assessed, "zone")
    with Policies.load(assessed.assessment.profiles, as_of=DAY) as found:
        before = found.decide("zone", zones)
        assert any(one.status == "pass" for decisions in before for one in decisions)
        for _ in range(3):
            os.kill(found._engine._child.pid, signal.SIGKILL)  # type: ignore[union-attr]
            try:
                lost = found.decide("zone", zones)
            except UnassessedError:
                pass
            else:
                for now, then in zip(lost, before, strict=True):
                    for one, other in zip(now, then, strict=True):
                        assert one == other or one.status == "error"
            assert found.decide("zone", zones) == before


def test_a_lost_server_is_asked_again(assessed: Assessed, loaded: Policies) -> None:
    """While it is gone nothing is decided; when it is back, everything is as before."""
    zones = subjects(assessed, "zone")[:2]
    expected = loaded.decide("zone", zones)
    opa = need_program("opa")
    with serving(opa) as server:
        port = server.port
        remote = Policies.load(
            assessed.assessment.profiles, as_of=DAY, engine=EngineOptions(engine="opa", url=server.url)
        )
        assert remote.decide("zone", zones) == expected
        server.kill()
        for _ in range(2):
            with pytest.raises(UnassessedError):
                remote.decide("zone", zones)
    with serving(opa, port=port), remote:
        assert remote.decide("zone", zones) == expected


def test_what_is_closed_decides_nothing() -> None:
    found = Policies.load(["zero-trust"], as_of=DAY)
    found.close()
    found.close()
    with pytest.raises(UnassessedError, match="the policies are closed"):
        found.decide("zone", [{}])


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_taking_away_never_makes_a_pass(loaded: Policies, assessed: Assessed, data: st.DataObject) -> None:
    """Whatever required thing is taken out of a subject, no rule that reads its field decides by the rest."""
    kind = data.draw(st.sampled_from([one for one in loaded.kinds if assessed.assessment.tables[one].size]))
    subject = data.draw(st.sampled_from(subjects(assessed, kind)))
    schema: Any = loaded._givens._schemas[kind]
    here, field = subject, ""
    while True:
        name = data.draw(st.sampled_from(sorted(set(schema.get("required", ())) & set(here))))
        field = field or name
        inner, part = here[name], schema["properties"][name]
        if isinstance(inner, dict) and set(part.get("required", ())) & set(inner) and data.draw(st.booleans()):
            here, schema = inner, part
            continue
        del here[name]
        break
    for decision in loaded.decide(kind, [subject])[0]:
        if field in loaded.selection.entries[decision.rule].projection:
            assert decision.status in ("not_assessed", "out_of_scope")


def test_public_names_cost_nothing_until_they_are_used() -> None:
    code = "import sys, limen.policy; print([m for m in sys.modules if m.startswith('limen.policy.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"
    import limen.policy

    assert limen.policy.PolicyDecision is Home
    assert all(getattr(limen.policy, name) for name in limen.policy.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'Police'"):
        _ = limen.policy.Police
