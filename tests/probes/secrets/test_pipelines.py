"""What pipelines say of scanning: seen, seen and not counting, or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.probes.secrets.pipelines import pipelines


def said(**files: str) -> bool | None:
    named = {name.replace("__", "/").replace("_yml", ".yml").replace("DOT", "."): text for name, text in files.items()}
    return pipelines(named, lambda path: named[path].encode()).searched


WORKFLOW = "DOTgithub__workflows__ci_yml"


def workflow(step: str, *, on: str = "push", job: str = "{}") -> bool | None:
    text = f"on: {on}\njobs:\n  a:\n    <<: {job}\n    steps:\n      - {step}\n"
    return said(**{WORKFLOW: text})


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("run: gitleaks detect", True),
        ("run: trufflehog git file://.", True),
        ("uses: gitleaks/gitleaks-action@v2", True),
        ("run: limen probe secrets", True),
        ("run: limen probe secrets --rule conformance.secrets_found --partial", True),
        ("run: limen probe secrets deploy/boundaries.yaml --quiet", True),
        ("run: limen probe secrets .", False),
        ("{run: gitleaks detect, if: 'false'}", False),
        ("{run: gitleaks detect, if: '${{ false }}'}", False),
        ("{run: gitleaks detect, continue-on-error: true}", False),
        ("run: gitleaks detect || true", False),
        ("run: gitleaks detect --exit-code 0", False),
        ("{run: 'echo hello # gitleaks'}", None),
        ("{name: gitleaks, run: echo hello}", None),
        ("run: pytest", None),
    ],
)
def test_a_step(step: str, expected: bool | None) -> None:
    assert workflow(step) is expected


def test_one_that_counts_is_enough() -> None:
    assert workflow("run: 'gitleaks detect || true'\n      - run: gitleaks detect") is True


@pytest.mark.parametrize("on", ["workflow_dispatch", "schedule", "{schedule: [{cron: '0 0 * * *'}]}"])
def test_a_pipeline_that_does_not_run_on_changes_does_not_count(on: str) -> None:
    assert workflow("run: gitleaks detect", on=on) is False


@pytest.mark.parametrize("on", ["[push]", "{pull_request: {branches: [main]}}", "merge_group"])
def test_a_pipeline_that_runs_on_changes_counts(on: str) -> None:
    assert workflow("run: gitleaks detect", on=on) is True


def test_a_job_that_may_fail_does_not_count() -> None:
    assert workflow("run: gitleaks detect", job="{continue-on-error: true}") is False


def test_files_of_the_repository_are_followed() -> None:
    text = "on: push\njobs: {a: {steps: [{run: make lint}]}}\n"
    assert (
        said(**{WORKFLOW: text, "Makefile": "lint:\n\t./scripts/lint\n", "scripts__lint": "gitleaks detect\n"}) is True
    )
    assert said(**{WORKFLOW: text, "Makefile": "lint:\n\t# gitleaks\n\tpytest\n"}) is None


def test_other_systems() -> None:
    assert said(DOTgitlabhyphenci_yml="x") is None
    assert said(**{"DOTgitlab-ci_yml": "scan:\n  script: [gitleaks detect]\n"}) is True
    assert said(**{"DOTgitlab-ci_yml": "scan:\n  script: [gitleaks detect]\n  allow_failure: true\n"}) is False
    assert said(**{"DOTgitlab-ci_yml": "include:\n  - template: Jobs/Secret-Detection.gitlab-ci.yml\n"}) is True
    assert said(Jenkinsfile="stage { sh 'gitleaks detect' }\n") is True
    assert said(Jenkinsfile="// gitleaks\n") is None


def test_a_hook_on_a_desk_is_no_pipeline() -> None:
    assert said(**{"DOTpre-commit-config.yaml": "repos: [{repo: https://github.com/gitleaks/gitleaks}]"}) is None


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail(content: bytes) -> None:
    files = (".github/workflows/ci.yml", ".gitlab-ci.yml", "Jenkinsfile")
    assert pipelines(files, lambda _: content).searched in (None, True, False)
