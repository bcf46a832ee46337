"""The built wheel works alone: installed elsewhere, with the source tree out of reach."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

import limen
from tests.needs import REPOSITORY
from tests.reference import copy_reference

pytestmark = pytest.mark.xdist_group("wheel")  # one worker, so that it is built once


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without network from this tree."""
    folder = tmp_path_factory.mktemp("dist")
    _run([sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)], cwd=REPOSITORY)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with nothing of this tree: the wheel, and the libraries that are already installed here.

    The libraries come by a path line. Python reads no .pth file of a folder that came that way, so the
    editable install of this tree stays invisible.
    """
    folder = tmp_path_factory.mktemp("elsewhere") / "venv"
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    site = Path(_run([str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], cwd=folder).strip())
    _run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)], folder
    )
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


def test_the_wheel_holds_exactly_the_rules_and_policies_on_disk(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {
            name.removeprefix("limen/_data/"): archive.read(name)
            for name in archive.namelist()
            if name.startswith("limen/_data/")
        }
    on_disk = {
        path.relative_to(REPOSITORY).as_posix(): path.read_bytes()
        for root in ("rego", "policies")
        for path in sorted((REPOSITORY / root).rglob("*"))
        if path.is_file()
    }
    assert sorted(packed) == sorted(on_disk)
    assert [name for name in on_disk if packed[name] != on_disk[name]] == []
    assert any(name.endswith("_test.rego") for name in packed)
    assert any(name.startswith("policies/profiles/") for name in packed)


def test_the_wheel_holds_every_module_and_data_file_of_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith("limen/") and "/_data/" not in name}
    source = REPOSITORY / "src"
    on_disk = {
        path.relative_to(source).as_posix()
        for path in (source / "limen").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert packed == on_disk


def test_the_source_tree_is_out_of_reach(elsewhere: Path) -> None:
    places = json.loads(
        _python(
            elsewhere,
            "import json, limen, sys; from limen.policy import location as at;"
            "print(json.dumps([sys.path, limen.__file__, str(at.rego_root()), str(at.policies_root())]))",
        )
    )
    path, *modules = places
    assert [entry for entry in path if Path(entry) in (REPOSITORY, REPOSITORY / "src")] == []
    assert [place for place in modules if not Path(place).is_relative_to(elsewhere.resolve())] == []


def test_the_console_script_prints_the_version(elsewhere: Path) -> None:
    assert _run([str(elsewhere / "bin" / "limen"), "--version"], elsewhere).split() == ["limen", limen.__version__]


def test_the_module_runs_as_a_program(elsewhere: Path) -> None:
    printed = _run([str(elsewhere / "bin" / "python"), "-m", "limen", "--version"], elsewhere)
    assert printed.split() == ["limen", limen.__version__]


def test_the_wheel_finds_every_probe_by_its_location(elsewhere: Path) -> None:
    found = _python(
        elsewhere, "import json; from limen.probes.registry import probe_names; print(json.dumps(probe_names()))"
    )
    folders = sorted(path.parent.name for path in (REPOSITORY / "src/limen/probes").glob("*/__init__.py"))
    assert json.loads(found) == folders
    assert folders


def test_the_installed_program_judges_a_copy_of_the_reference_system(elsewhere: Path, tmp_path: Path) -> None:
    copy_reference(tmp_path)
    printed = _run([str(elsewhere / "bin" / "limen"), "check", "--no-color"], tmp_path)
    assert "conforms as declared" in printed


def _python(environment: Path, program: str) -> str:
    return _run([str(environment / "bin" / "python"), "-c", program], environment)


def _run(command: Sequence[str], cwd: Path) -> str:
    """Run to success in a bare environment and return what was printed."""
    bare = {name: os.environ[name] for name in ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR") if name in os.environ}
    done = subprocess.run(
        command, cwd=cwd, env=bare, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, f"{command} exited {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout
