"""The pytest plugin as its users meet it: pytest in a process of its own, in a folder with a declaration."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from limen.assess import Request, assess
from limen.records.assessment import Assessment
from limen.reports._rows import rows
from tests.needs import REPOSITORY
from tests.policy import bundles as signing
from tests.policy.support import MY_PROFILE, write_profile, write_rule

pytest_plugins = ["pytester"]

EXAMPLE = REPOSITORY / "examples" / "trial-platform" / "boundaries.yaml"
VIOLATING = EXAMPLE.parent / "violating" / "boundaries.yaml"
USAGE = pytest.ExitCode.USAGE_ERROR
FAILED = pytest.ExitCode.TESTS_FAILED
SMALL = """\
version: 1
system: {id: small}
zones: {outside: {trust: 0}, inside: {trust: 2}}
data: {packet: {fields: [serial]}}
components: {portal: {zone: outside, kind: partner}, gateway: {zone: inside, kind: gateway}}
flows: [{id: upload, from: portal, to: gateway, carries: [packet], returns: []}]
"""
"""A declaration that no profile judges."""
LIFETIME = "access.credential_lifetime::flow:read-for-deid"
"""A decision that fails on the violating twin."""
OUTCOMES = {
    "pass": "passed",
    "fail": "failure",
    "error": "error",
    "not_assessed": "error",
    "not_applicable": "skipped",
    "out_of_scope": "skipped",
}


@pytest.fixture(autouse=True)
def _plain(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of a known width, without what this run's own environment adds to pytest."""
    for name in ("PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "CI", "BUILD_NUMBER", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "120")


def declared(pytester: pytest.Pytester, source: Path | str) -> Path:
    """Write a declaration into the empty project."""
    path = pytester.path / "boundaries.yaml"
    path.write_text(source if isinstance(source, str) else source.read_text("utf-8"), encoding="utf-8")
    return path


def edited(source: Path, *edits: tuple[str, str]) -> str:
    """Return an example with edits that each fit exactly once."""
    text = source.read_text("utf-8")
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


@cache
def expected(source: Path) -> dict[str, str]:
    """Return how each decision on an example must come out, by rule::subject."""
    return {decision.id: OUTCOMES[decision.status] for decision in rows(_assessed(source))}


@cache
def _assessed(source: Path) -> Assessment:
    return assess(Request(path=source)).assessment


def judged(pytester: pytest.Pytester, *arguments: str) -> tuple[pytest.RunResult, dict[str, str]]:
    """Run pytest; return what it said and each test's outcome by rule::subject, from the JUnit report."""
    result = pytester.runpytest_subprocess("-q", "--junitxml=junit.xml", "-o", "junit_family=xunit1", *arguments)
    outcomes: dict[str, str] = {}
    path = pytester.path / "junit.xml"
    for case in ElementTree.parse(path).iter("testcase") if path.exists() else ():
        name = f"{case.get('classname', '').removeprefix('boundaries.yaml.')}::{case.get('name')}"
        assert name not in outcomes, f"{name} ran twice"
        outcomes[name] = next((child.tag for child in case if child.tag in ("failure", "error", "skipped")), "passed")
    return result, outcomes


def said(result: pytest.RunResult) -> str:
    """Return all that a run printed."""
    return result.stdout.str() + result.stderr.str()


@pytest.mark.parametrize("arguments", [["--limen", "boundaries.yaml"], ["boundaries.yaml"]])
def test_an_empty_project_passes_one_test_a_decision(pytester: pytest.Pytester, arguments: list[str]) -> None:
    declared(pytester, EXAMPLE)
    result, outcomes = judged(pytester, *arguments)
    assert outcomes == expected(EXAMPLE)
    assert set(outcomes.values()) == {"passed", "skipped"}
    assert result.ret == 0


def test_a_violating_twin_fails_exactly_its_findings(pytester: pytest.Pytester) -> None:
    declared(pytester, VIOLATING)
    result, outcomes = judged(pytester, "--limen", ".")
    assert outcomes == expected(VIOLATING)
    named = {
        f"{row['rule']}::{row['subject']}"
        for row in json.loads((VIOLATING.parent / "expected-findings.json").read_text("utf-8"))
    }
    assert {name for name, outcome in outcomes.items() if outcome == "failure"} == named
    assert result.ret == FAILED


def test_workers_judge_the_same_by_one_clock(pytester: pytest.Pytester) -> None:
    declared(pytester, VIOLATING)
    pytester.makepyfile(
        test_clock="""
        import pathlib, pytest
        @pytest.mark.parametrize("number", range(40))
        def test_clock(assessment, worker_id, number):
            pathlib.Path(f"clock-{worker_id}").write_text(assessment.assessed_at)
        """
    )
    result, outcomes = judged(pytester, "--limen", ".", "-n", "2", "--dist", "worksteal")
    clocks = {name: outcomes.pop(name) for name in list(outcomes) if name.startswith("test_clock::")}
    assert outcomes == expected(VIOLATING)
    assert set(clocks.values()) == {"passed"}
    times = [path.read_text() for path in pytester.path.glob("clock-gw*")]
    assert len(set(times)) == 1, times
    assert result.ret == FAILED


@pytest.mark.parametrize("option", ["-k", "-m"])
def test_a_category_selects(pytester: pytest.Pytester, option: str) -> None:
    declared(pytester, EXAMPLE)
    _, outcomes = judged(pytester, "--limen", ".", "--strict-markers", option, "transit")
    # -k looks into whole names, and claims are named after the paths that they are about
    start = ("transit.", "conformance.") if option == "-k" else "transit."
    assert outcomes == {
        name: how for name, how in expected(EXAMPLE).items() if name.startswith(start) and "transit" in name
    }


def test_a_decision_is_run_again_by_its_id(pytester: pytest.Pytester) -> None:
    declared(pytester, EXAMPLE)
    chosen = [
        "transit.tls_minimum::flow:intake",
        "access.separation_of_duties::duty_pair:packet%3Aupload/submission%3Asign",
    ]
    assert {expected(EXAMPLE)[name] for name in chosen} == {"passed"}
    for first in ([], ["--limen", "boundaries.yaml"]):
        result, outcomes = judged(pytester, *first, *(f"boundaries.yaml::{name}" for name in chosen))
        assert outcomes == dict.fromkeys(chosen, "passed")
        assert result.ret == 0
    _, outcomes = judged(pytester, "boundaries.yaml::transit.pinned")
    assert outcomes == {name: how for name, how in expected(EXAMPLE).items() if name.startswith("transit.pinned::")}


def test_ids_are_collected_without_being_run(pytester: pytest.Pytester) -> None:
    declared(pytester, VIOLATING)
    result = pytester.runpytest_subprocess("--limen", ".", "--collect-only", "-q")
    ids = [line for line in result.outlines if line.startswith("boundaries.yaml::")]
    assert ids == [f"boundaries.yaml::{name}" for name in expected(VIOLATING)]
    assert result.ret == 0


def test_a_failure_says_what_a_person_needs_and_shows_no_traceback(pytester: pytest.Pytester) -> None:
    declared(pytester, VIOLATING)
    result = pytester.runpytest_subprocess("boundaries.yaml", "-k", "credential_lifetime or classification.clearance")
    line = next(n for n, text in enumerate(VIOLATING.read_text("utf-8").splitlines(), 1) if "lifetime: P90D" in text)
    result.stdout.fnmatch_lines(
        [
            "limen: boundaries.yaml: zero-trust, part-11, hipaa; law as of *; does not conform: * finding*",
            "*___ access.credential_lifetime flow:read-for-deid ___*",
            "medium: a credential is good for P90D; the profile requires PT12H at most",
            f"boundaries.yaml:{line}:*",
            f"*{line} | *lifetime: P90D*",
            "*^^^^",
            "on    deid → clinical-db",
            "fix   Shorten authn.credential.lifetime *",
            "law   NIST SP 800-53 Rev. 5, *",
            "more  limen explain * boundaries.yaml",
            "way   1. *",
            "FAILED boundaries.yaml::access.credential_lifetime::flow:read-for-deid - a cr*",
        ]
    )
    text = said(result)
    assert "Traceback" not in text
    assert "items.py" not in text
    explained = re.search(r"^more  limen explain (\w+) boundaries\.yaml$", text, flags=re.MULTILINE)
    assert explained
    done = subprocess.run(
        [sys.executable, "-m", "limen", "explain", explained[1]], cwd=pytester.path, capture_output=True, timeout=60
    )
    assert done.stdout.startswith(b"access.credential_lifetime::flow:read-for-deid::")
    short = said(pytester.runpytest_subprocess("boundaries.yaml", "-k", "credential_lifetime", "--tb=line"))
    assert f"boundaries.yaml:{line}: a credential is good for P90D; the profile requires PT12H at most" in short


def test_only_what_failed_runs_again(pytester: pytest.Pytester) -> None:
    path = declared(pytester, VIOLATING)
    assert said(pytester.runpytest_subprocess("boundaries.yaml", "-q", "-x", "--tb=no")).count("\nFAILED ") == 1
    judged(pytester, "boundaries.yaml")
    path.write_text(path.read_text("utf-8").replace("lifetime: P90D", "lifetime: PT1H"), encoding="utf-8")
    _, outcomes = judged(pytester, "boundaries.yaml", "--lf")
    failing = {name for name, how in expected(VIOLATING).items() if how == "failure"}
    assert outcomes.keys() == failing
    assert [name for name, how in outcomes.items() if how == "passed"] == [
        "access.credential_lifetime::flow:read-for-deid"
    ]


def test_what_is_unknown_is_an_error_and_never_skipped(pytester: pytest.Pytester) -> None:
    declared(pytester, edited(VIOLATING, (", credential: {lifetime: P90D}", "")))
    result, outcomes = judged(pytester, "boundaries.yaml", "-k", "credential_lifetime")
    assert [name for name, how in outcomes.items() if how not in ("passed", "skipped")] == [LIFETIME]
    assert outcomes[LIFETIME] == "error"
    result.stdout.fnmatch_lines(["not assessed: *", f"ERROR boundaries.yaml::{LIFETIME} - *"])
    assert result.ret == FAILED


def test_an_accepted_finding_is_expected_to_fail_and_a_void_waiver_fails(pytester: pytest.Pytester) -> None:
    declared(
        pytester, edited(VIOLATING, ("[zero-trust, part-11, hipaa]", "[zero-trust, hipaa]"))
    )  # Part 11 asks for more
    finding = next(f for f in _assessed(VIOLATING).findings if f.rule == "access.credential_lifetime")
    waiver = {
        "fingerprint": finding.fingerprint,
        "owner": "o",
        "requested_by": "a",
        "approved_by": "b",
        "reason": "it is replaced in March",
        "compensating_control": "transit.plaintext",
        "expires": "2999-01-01",
    }
    path = pytester.path / "waivers.yaml"
    path.write_text(json.dumps({"waivers": [waiver]}), encoding="utf-8")
    result = pytester.runpytest_subprocess("boundaries.yaml", "-k", "credential_lifetime or waiver", "-rx")
    result.stdout.fnmatch_lines([f"XFAIL boundaries.yaml::{LIFETIME} - waived: *it is replaced in March*"])
    assert result.ret == 0
    assert result.parseoutcomes()["xfailed"] == 1
    assert pytester.runpytest_subprocess("boundaries.yaml", "-k", "credential_lifetime", "--runxfail").ret == FAILED

    path.write_text(json.dumps({"waivers": [waiver | {"expires": "2001-01-01"}]}), encoding="utf-8")
    result, outcomes = judged(pytester, "boundaries.yaml", "-k", "credential_lifetime or waiver")
    assert {key for key, how in outcomes.items() if how == "failure"} == {
        LIFETIME,
        f"waiver.expired::waiver:{finding.fingerprint}",
    }
    result.stdout.fnmatch_lines(["*the waiver expired on 2001-01-01", "waivers.yaml:1:*"])


def test_an_invalid_declaration_is_an_error_with_its_places(pytester: pytest.Pytester) -> None:
    declared(pytester, SMALL.replace("to: gateway", "to: gatewy").replace("trust: 2", "trusts: 2"))
    result = pytester.runpytest_subprocess("--limen", "boundaries.yaml")
    result.stdout.fnmatch_lines(
        [
            "*ERROR collecting boundaries.yaml*",
            "boundaries.yaml:3:*trusts*",
            "*^^^^^^*",
            "boundaries.yaml:6:*gatewy*",
            "*did you mean*gateway*",
            "3 problems",
            "ERROR boundaries.yaml*",
        ]
    )
    assert "Traceback" not in said(result)
    assert result.ret == pytest.ExitCode.INTERRUPTED


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--limen", "nothing.yaml"], "--limen: no such file or folder: nothing.yaml"),
        (["--limen"], "--limen: expected one argument"),
        (["--limen", ".", "--limen-as-of", "yesterday"], "'yesterday' is no date; expected YYYY-MM-DD"),
        (["--limen-profile", "strict"], "--limen-profile: nothing is judged without --limen PATH"),
        (["--limen-profle", "strict"], "unrecognized arguments: --limen-profle"),
    ],
)
def test_what_pytest_is_told_wrongly_is_refused(pytester: pytest.Pytester, arguments: list[str], message: str) -> None:
    declared(pytester, SMALL)
    result = pytester.runpytest_subprocess(*arguments)
    assert message in said(result)
    assert result.ret == USAGE


def test_options_select_profiles_policies_and_law(pytester: pytest.Pytester) -> None:
    declared(pytester, SMALL)
    write_rule(pytester.path / "own")
    write_profile(pytester.path / "own", MY_PROFILE)
    result, outcomes = judged(
        pytester, "--limen", ".", "--limen-policies", "own", "--limen-profile", "mine", "--limen-as-of", "2026-01-31"
    )
    assert outcomes == {"transit.mine::wire:upload/forward/1/packet": "failure"}
    result.stdout.fnmatch_lines(
        ["more  limen explain * boundaries.yaml --profile mine --policies own --as-of 2026-01-31"]
    )
    result = pytester.runpytest_subprocess("--limen", ".", "--limen-profile", "strickt")
    result.stdout.fnmatch_lines(["there is no profile 'strickt'", '*did you mean "strict"?*'])
    assert result.ret == pytest.ExitCode.INTERRUPTED


def test_a_signed_bundle_takes_its_key(pytester: pytest.Pytester) -> None:
    declared(pytester, SMALL)
    folder = signing.with_data(signing.policies(pytester.path / "own"))
    (folder / "profiles" / "mine.yaml").unlink()
    private, public = signing.key_pair(pytester.path)
    signing.built(folder, pytester.path / "own.tar.gz", "--signing-key", private)
    given = ("--limen", ".", "--limen-policies", "own.tar.gz", "--limen-profile", "mine")
    result, outcomes = judged(pytester, *given, "--limen-bundle-key", public.name)
    assert outcomes == {"transit.mine::wire:upload/forward/1/packet": "failure"}
    result.stdout.fnmatch_lines(["more  limen explain * --policies own.tar.gz --bundle-key", "*key.pub.pem"])
    result = pytester.runpytest_subprocess(*given)
    assert "the bundle is signed, and no key says by whom" in said(result)
    assert result.ret == pytest.ExitCode.INTERRUPTED


def test_no_category_makes_pytest_pass_over_its_decisions(pytester: pytest.Pytester) -> None:
    declared(pytester, SMALL)
    rule = write_rule(pytester.path / "own", category="skip")
    rule.write_text(rule.read_text("utf-8").replace("transit.mine", "skip.mine"), encoding="utf-8")
    write_profile(pytester.path / "own", MY_PROFILE.replace("transit.mine", "skip.mine"))
    _, outcomes = judged(pytester, "--limen", ".", "--limen-policies", "own", "--limen-profile", "mine")
    assert outcomes == {"skip.mine::wire:upload/forward/1/packet": "failure"}


def test_where_nothing_was_judged_nothing_is_green(pytester: pytest.Pytester) -> None:
    declared(pytester, SMALL)
    rule = write_rule(pytester.path / "own")
    rule.write_text(rule.read_text("utf-8").replace("applicable := input.crossing", "applicable := input.depth > 9"))
    write_profile(pytester.path / "own", MY_PROFILE)
    result = pytester.runpytest_subprocess("--limen", ".", "--limen-policies", "own", "--limen-profile", "mine")
    assert "boundaries.yaml: nothing was judged" in said(result)
    assert result.ret == pytest.ExitCode.INTERRUPTED


def test_a_declaration_that_nobody_named_is_left_alone(pytester: pytest.Pytester) -> None:
    declared(pytester, "neither: YAML: nor ours")
    pytester.makepyfile("def test_own(): assert 'limen.assess' not in __import__('sys').modules")
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(passed=1)
    assert result.ret == 0


def test_a_declaration_in_a_folder_that_pytest_leaves_out_is_refused(pytester: pytest.Pytester) -> None:
    (pytester.path / "build").mkdir()
    shutil.copy(EXAMPLE, pytester.path / "build")
    pytester.makepyfile("def test_own(): pass")
    result = pytester.runpytest_subprocess("--limen", "build/boundaries.yaml")
    assert "was not collected" in said(result)
    assert result.ret == USAGE
    assert pytester.runpytest_subprocess("build/boundaries.yaml", "-q").ret == 0


FIXTURES = """
import pytest

def test_of_all(assessment):
    assert assessment.system == "trial-platform"
    assert not assessment.findings

def test_of_one(crossing):
    upload = crossing("site-012-upload")
    assert upload.posture["in_transit.tls.min"] == "1.3"
    assert {decision.status for decision in upload.decisions} <= {"pass", "not_applicable"}
    assert upload.findings == ()

def test_of_none(crossing):
    crossing("site-012-uplaod")

def test_of_each(each_crossing):
    assert each_crossing.source != "automation"
"""


@pytest.mark.parametrize("named", [True, False])
def test_fixtures_show_the_assessment_and_its_crossings(pytester: pytest.Pytester, named: bool) -> None:
    declared(pytester, EXAMPLE)
    pytester.makepyfile(test_boundaries=FIXTURES)
    arguments = ["--limen", ".", "-k", "test_boundaries"] if named else []
    result = pytester.runpytest_subprocess(*arguments, "-v", "-p", "no:cacheprovider")
    crossings = {row.flow: row.source for row in _assessed(EXAMPLE).crossings}
    outcomes = dict(re.findall(r"^test_boundaries\.py::(\S+) ([A-Z]+)", result.stdout.str(), flags=re.MULTILINE))
    assert outcomes == {
        "test_of_all": "PASSED",
        "test_of_one": "PASSED",
        "test_of_none": "FAILED",
        **{
            f"test_of_each[{flow}]": "FAILED" if source == "automation" else "PASSED"
            for flow, source in crossings.items()
        },
    }
    assert """there is no crossing 'site-012-uplaod': did you mean "site-012-upload"?""" in said(result)


def test_fixtures_without_a_declaration_say_so(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_boundaries="def test_one(crossing): pass\ndef test_two(assessment): pass\n")
    result = pytester.runpytest_subprocess()
    assert said(result).count("no boundaries.yaml in ") >= 2
    result.assert_outcomes(errors=2)
    pytester.makepyfile(test_boundaries="def test_each(each_crossing): pass\n")
    result = pytester.runpytest_subprocess()
    assert "no boundaries.yaml in " in said(result)
    assert result.ret == pytest.ExitCode.INTERRUPTED


def test_pytest_starts_with_next_to_nothing_of_limen() -> None:
    """The plugin is loaded in every session, of projects too that never heard of limen."""
    program = (
        "import sys, time, pytest; then = time.perf_counter(); import limen.testing.plugin; "
        "spent = time.perf_counter() - then; print(*sorted(m for m in sys.modules if m.startswith('limen')), spent)"
    )
    best = 1.0
    for _ in range(3):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, env=environment
        )
        *modules, spent = done.stdout.split()
        assert modules == ["limen", "limen.testing", "limen.testing.plugin"], done.stderr
        best = min(best, float(spent))
    assert best < 0.010
