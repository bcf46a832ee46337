"""The composite action's own scripts, run with the real program and the variables that a runner sets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.needs import REPOSITORY
from tests.reference import copy_reference

TIMEOUT = 60  # seconds


def step(name: str) -> dict[str, Any]:
    """Return the action's step of that name."""
    action = yaml.safe_load((REPOSITORY / "action.yml").read_text(encoding="utf-8"))
    (found,) = [step for step in action["runs"]["steps"] if step.get("name") == name]
    return found


def run_step(name: str, folder: Path, **variables: str) -> tuple[int, str]:
    """Run a step's script as a runner does; return its exit code and what it wrote to GITHUB_OUTPUT."""
    outputs = folder / "outputs.txt"
    outputs.touch()
    wanted = set(step(name).get("env", {}))
    assert wanted == set(variables), f"the step reads {sorted(wanted)}"
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step(name)["run"]],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "GITHUB_OUTPUT": str(outputs), **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=TIMEOUT,
    )
    return done.returncode, outputs.read_text(encoding="utf-8")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A folder with the reference system and, where the action installs it, limen."""
    copy_reference(tmp_path)
    (tmp_path / "limen" / "bin").mkdir(parents=True)
    for program in ("limen", "python"):
        (tmp_path / "limen" / "bin" / program).symlink_to(Path(sys.executable).parent / program)
    return tmp_path


def judge(
    workspace: Path, boundaries: str = "boundaries.yaml", profile: str = "", fail_on: str = ""
) -> tuple[int, str]:
    """Run the step that judges."""
    return run_step(
        "Judge",
        workspace,
        HOME_OF_LIMEN=str(workspace / "limen"),
        BOUNDARIES=boundaries,
        PROFILE=profile,
        FAIL_ON=fail_on,
        SARIF="out.sarif",
    )


def test_a_conforming_system_gives_a_sarif_report_and_code_0(workspace: Path) -> None:
    assert judge(workspace) == (0, "exit-code=0\n")
    report = json.loads((workspace / "out.sarif").read_bytes())
    assert report["version"] == "2.1.0"


def test_profiles_and_threshold_reach_the_program(workspace: Path) -> None:
    assert judge(workspace, profile="hipaa part-11", fail_on="high") == (0, "exit-code=0\n")


@pytest.mark.parametrize(
    ("profile", "fail_on"), [("no-such-profile", ""), ("", "no-such-severity")], ids=["profile", "threshold"]
)
def test_a_misspelt_input_is_code_2_and_no_report(workspace: Path, profile: str, fail_on: str) -> None:
    assert judge(workspace, profile=profile, fail_on=fail_on) == (0, "exit-code=2\n")
    assert not (workspace / "out.sarif").exists()


def test_a_path_that_looks_like_an_option_is_a_path(workspace: Path) -> None:
    assert judge(workspace, boundaries="--version") == (0, "exit-code=2\n")


@pytest.mark.parametrize("code", [0, 1, 2, 3, 4])
def test_the_last_step_ends_as_the_program_did(tmp_path: Path, code: int) -> None:
    assert run_step("Result", tmp_path, CODE=str(code)) == (code, "")


def test_a_program_that_never_ran_fails_the_job(tmp_path: Path) -> None:
    assert run_step("Result", tmp_path, CODE="") == (4, "")


def test_only_what_gates_becomes_an_alert(workspace: Path) -> None:
    path = workspace / "boundaries.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count("on_missing: refuse-to-start") == 1
    path.write_text(text.replace("on_missing: refuse-to-start", "on_missing: default"), encoding="utf-8")
    assert judge(workspace) == (0, "exit-code=1\n")
    variables = {"HOME_OF_LIMEN": str(workspace / "limen"), "SARIF": "out.sarif", "ALERTS": "alerts.sarif"}
    assert run_step("Alerts", workspace, **variables)[0] == 0
    (run,) = json.loads((workspace / "alerts.sarif").read_bytes())["runs"]
    assert [result["ruleId"] for result in run["results"]] == ["secrets.on_missing"]
    (whole,) = json.loads((workspace / "out.sarif").read_bytes())["runs"]
    assert len(whole["results"]) > 1000
    assert run["tool"] == whole["tool"]
