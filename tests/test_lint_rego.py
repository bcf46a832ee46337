"""`.ci/lint-rego`: what is clean passes, each program finds what it is there for, and a missing one is never silent."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.needs import REPOSITORY, need_program

RULE = "rego/limen/rules/transit/tls_minimum"
CLEAN = (RULE, "rego/limen/lib/logic", "rego/schemas", ".regal")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """One shipped rule with what it needs, and the script."""
    for name in CLEAN:
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    shutil.copytree(REPOSITORY / ".ci", tmp_path / ".ci")
    return tmp_path


def lint(tree: Path, *programs: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the script where of all programs only these are found, beside the system's own."""
    found = tree / "bin"
    found.mkdir()
    for program in programs:
        (found / program).symlink_to(need_program(program))
    environment = {name: value for name, value in os.environ.items() if name != "LIMEN_REQUIRE"}
    return subprocess.run(
        ["/bin/sh", ".ci/lint-rego"],
        cwd=tree,
        env=environment | {"PATH": f"{found}:/usr/bin:/bin", "HOME": str(tree)} | variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_what_is_shipped_is_clean(tree: Path) -> None:
    done = lint(tree, "opa", "regal", LIMEN_REQUIRE="all")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "compiles strictly against its schemas" in done.stdout
    assert "No violations found" in done.stdout


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("import data.limen.lib.logic\n", "import  data.limen.lib.logic\n", "not formatted"),
        ("input.moves > 0", "input.move > 0", "undefined ref: input.move"),
        ("import data.limen.lib.logic\n", "import data.limen.lib.logik\n", "import"),
        ("\napplicable :=", f"\n# {'x' * 60} {'y' * 70}\napplicable :=", "line-length"),
        ("\napplicable :=", "\nBad := 1\n\napplicable :=", "prefer-snake-case"),
    ],
)
def test_what_is_not_clean_is_found(tree: Path, old: str, new: str, said: str) -> None:
    module = tree / RULE / "tls_minimum.rego"
    text = module.read_text()
    assert old in text
    module.write_text(text.replace(old, new))
    done = lint(tree, "opa", "regal")
    assert done.returncode != 0
    assert said in done.stdout + done.stderr


@pytest.mark.parametrize(("there", "missing"), [("opa", "regal"), ("regal", "opa")])
def test_a_missing_program_is_said_and_fails_where_all_is_required(tree: Path, there: str, missing: str) -> None:
    done = lint(tree, there)
    assert done.returncode == 0
    assert re.search(rf"^{missing} is not on PATH: .* NOT .*go install", done.stdout, re.MULTILINE)
    shutil.rmtree(tree / "bin")
    done = lint(tree, there, LIMEN_REQUIRE="all")
    assert done.returncode == 1
    assert done.stderr.startswith(f"{missing} is not on PATH and LIMEN_REQUIRE=all: go install")


def test_each_rule_of_regal_that_is_not_applied_says_why() -> None:
    text = (REPOSITORY / ".regal" / "config.yaml").read_text(encoding="utf-8")
    lines = text.splitlines()
    for category in yaml.safe_load(text)["rules"].values():
        for name in category:
            (index,) = [number for number, line in enumerate(lines) if line.strip() == f"{name}:"]
            assert lines[index - 1].strip().startswith("# "), f"{name} has no reason above it"


def test_regal_is_pinned_once_with_the_hashes_of_all_that_it_is_built_from() -> None:
    module = (REPOSITORY / ".ci" / "regal" / "go.mod").read_text(encoding="utf-8")
    sums = (REPOSITORY / ".ci" / "regal" / "go.sum").read_text(encoding="utf-8").splitlines()
    required = re.findall(r"^\t(\S+) (v\S+)(?: // indirect)?$", module, re.MULTILINE)
    assert [version for name, version in required if name == "github.com/open-policy-agent/regal"] == ["v0.38.1"]
    hashed = {tuple(line.split()[:2]) for line in sums}
    assert {pair for pair in required if pair not in hashed and (pair[0], f"{pair[1]}/go.mod") not in hashed} == set()
