"""What holds of the repository as a whole: layers, sizes, pins, permissions, addresses, targets."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.needs import REPOSITORY, need_program

PACKAGE = REPOSITORY / "src" / "limen"

# Layers of the architecture, top first. Rooms on one line are siblings.
LAYERS = (
    {"__main__"},
    {"cli"},
    {"testing"},
    {"assess"},
    {"importers", "probes", "reports", "evidence", "controls"},
    {"policy", "loading", "adapters"},
    {"analysis", "integrity"},
    {"model"},
    {"records"},
    {"errors"},
)

# Written in pieces, or this file would be the first to break the rule.
INDEX_HOSTS = (
    "py" + "pi.org",
    "python" + "hosted.org",
    "proxy." + "golang.org",
    "sum." + "golang.org",
    "registry." + "npmjs.org",
    "crates" + ".io",
    "repo1." + "maven.org",
    "deb." + "debian.org",
)
LOCK_FILES = {
    "Cargo.lock",
    "Pipfile.lock",
    "npm-shrinkwrap.json",
    "package-lock.json",
    "pdm.lock",
    "pnpm-lock.yaml",
    "poetry.lock",
    "pylock.toml",
    "uv.lock",
    "yarn.lock",
}


def committed_files() -> list[Path]:
    """Return every file that is committed or about to be: tracked, or new and not ignored."""
    git = need_program("git")
    command = [str(git), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True, timeout=60).stdout.decode()
    return [path for name in sorted(set(listed.split("\0")) - {""}) if (path := REPOSITORY / name).is_file()]


def relative(path: Path) -> str:
    """Return the path as it is named from the top of the repository."""
    return path.relative_to(REPOSITORY).as_posix()


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    """pyproject.toml."""
    return tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def contracts(project: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The import contracts by their id."""
    return {contract["id"]: contract for contract in project["tool"]["importlinter"]["contracts"]}


def declared_layers(contracts: dict[str, dict[str, Any]]) -> list[dict[str, bool]]:
    """Return each declared layer as room -> whether it is optional."""
    layers = []
    for line in contracts["layers"]["layers"]:
        rooms = [room.strip() for room in line.split("|")]
        layers.append({room.strip("()"): room.startswith("(") for room in rooms})
    return layers


def test_the_declared_layers_are_those_of_the_architecture(contracts: dict[str, dict[str, Any]]) -> None:
    assert tuple(set(layer) for layer in declared_layers(contracts)) == LAYERS
    assert contracts["layers"]["exhaustive"] is True
    assert contracts["layers"]["containers"] == ["limen"]
    assert "ignore_imports" not in contracts["layers"]


def test_a_layer_is_optional_exactly_while_it_has_no_code(contracts: dict[str, dict[str, Any]]) -> None:
    rooms = {room: optional for layer in declared_layers(contracts) for room, optional in layer.items()}
    on_disk = {
        path.stem
        for path in PACKAGE.iterdir()
        if (path.is_dir() and any(path.rglob("*.py"))) or (path.suffix == ".py" and path.stem != "__init__")
    }
    assert {room for room, optional in rooms.items() if not optional} == on_disk


def test_the_pure_rooms_are_barred_from_the_outside(contracts: dict[str, dict[str, Any]]) -> None:
    pure = contracts["pure"]
    assert set(pure["source_modules"]) == {
        f"limen.{room}" for room in ("records", "model", "analysis", "integrity", "reports")
    }
    outside = {"socket", "ssl", "subprocess", "http", "urllib", "os", "pathlib"}
    assert set(pure["forbidden_modules"]) == outside
    assert "ignore_imports" not in pure


def test_every_folder_of_the_package_is_a_package() -> None:
    lacking = {relative(path.parent) for path in PACKAGE.rglob("*.py") if not (path.parent / "__init__.py").is_file()}
    assert lacking == set()


def test_no_module_is_over_400_lines() -> None:
    modules = [
        *PACKAGE.rglob("*.py"),
        *(REPOSITORY / "benchmarks").rglob("*.py"),
        *(REPOSITORY / "rego").rglob("*.rego"),
    ]
    lengths = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules}
    assert {name: length for name, length in lengths.items() if length > 400} == {}


def test_no_file_names_a_package_index() -> None:
    found = [
        f"{relative(path)} names {host}"
        for path in committed_files()
        for host in INDEX_HOSTS
        if host.encode() in path.read_bytes()
    ]
    assert found == []


def test_no_lock_file_with_addresses_is_committed() -> None:
    assert [relative(path) for path in committed_files() if path.name in LOCK_FILES] == []


@pytest.mark.parametrize("name", ["run", "dev", "bench"])
def test_requirements_are_pinned_and_hashed(name: str) -> None:
    text = (REPOSITORY / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())
    assert [entry for entry in entries if not re.match(r"[a-z0-9.-]+(?:\[[a-z0-9, -]+\])?==\S+", entry)] == []
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def pins(name: str) -> dict[str, set[str]]:
    """Return package -> the versions that a requirements file pins; more than one where platforms differ."""
    text = (REPOSITORY / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    found: dict[str, set[str]] = {}
    for package, version in re.findall(r"^([a-z0-9.-]+)(?:\[[a-z0-9, -]+\])?==(\S+)", text, flags=re.MULTILINE):
        found.setdefault(package, set()).add(version)
    return found


def test_every_runtime_dependency_is_pinned(project: dict[str, Any]) -> None:
    wanted = {re.split(r"[=<>]", line)[0] for line in project["project"]["dependencies"]}
    assert wanted - set(pins("run")) == set()


def test_tests_run_with_the_versions_that_users_run() -> None:
    run, dev = pins("run"), pins("dev")
    assert {
        package: dev[package] - run[package] for package in run.keys() & dev.keys() if dev[package] - run[package]
    } == {}


def test_the_engine_is_pinned_exactly(project: dict[str, Any]) -> None:
    assert "gordon-to-regorus==0.13.0" in project["project"]["dependencies"]


def workflows() -> list[Path]:
    """Return the workflow files."""
    return sorted((REPOSITORY / ".github" / "workflows").glob("*.y*ml"))


def test_there_are_a_ci_and_a_release_workflow() -> None:
    assert [path.name for path in workflows()] == ["ci.yml", "release.yml"]


@pytest.mark.parametrize("path", workflows(), ids=lambda path: path.name)
def test_a_workflow_grants_nothing_by_default(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {}
    assert [name for name, job in workflow["jobs"].items() if "permissions" not in job] == []
    assert [name for name, job in workflow["jobs"].items() if "timeout-minutes" not in job] == []


@pytest.mark.parametrize("path", [*workflows(), REPOSITORY / "action.yml"], ids=lambda path: path.name)
def test_actions_are_pinned_by_commit(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    used = re.findall(r"^\s*(?:- )?uses:\s*(.+)$", text, flags=re.MULTILINE)
    assert used
    assert [line for line in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}  # v\d+(\.\d+)*", line)] == []


@pytest.mark.parametrize("path", [*workflows(), REPOSITORY / "action.yml"], ids=lambda path: path.name)
def test_no_script_is_built_from_an_expression(path: Path) -> None:
    scripts: list[str] = []
    gather_scripts(yaml.safe_load(path.read_text(encoding="utf-8")), scripts)
    assert [script for script in scripts if "${{" in script] == []


def gather_scripts(node: object, into: list[str]) -> None:
    """Collect the text of every `run` step."""
    if isinstance(node, dict):
        into.extend(value for key, value in node.items() if key == "run" and isinstance(value, str))
        for value in node.values():
            gather_scripts(value, into)
    elif isinstance(node, list):
        for value in node:
            gather_scripts(value, into)


def test_make_help_lists_every_target() -> None:
    text = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.+)$", text, flags=re.MULTILINE)
    make = need_program("make")
    help_text = subprocess.run(
        [str(make), "help"], cwd=REPOSITORY, check=True, capture_output=True, text=True, timeout=60
    ).stdout
    listed = [line.split()[0] for line in help_text.splitlines()]
    assert sorted(listed) == sorted(phony.split())
    assert set(listed) >= {"check", "test", "bench", "lint", "docs", "requirements", "format", "clean", "wheel", "help"}


@pytest.mark.parametrize("name", ["run", "environment", "lint-rego"])
def test_ci_scripts_are_executable_and_parse(name: str) -> None:
    script = REPOSITORY / ".ci" / name
    assert script.stat().st_mode & 0o111
    shell = script.read_text(encoding="utf-8").splitlines()[0].removeprefix("#!").split()[-1]
    subprocess.run([Path(shell).name, "-n", str(script)], check=True, timeout=60)


@pytest.mark.parametrize(
    "name", ["README.md", "LICENSE", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", ".pre-commit-hooks.yaml"]
)
def test_what_a_newcomer_looks_for_is_there(name: str) -> None:
    assert (REPOSITORY / name).read_text(encoding="utf-8").strip()


def test_the_licence_is_apache_2() -> None:
    text = (REPOSITORY / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License\n" in text
    assert "END OF TERMS AND CONDITIONS" in text
