"""The same inputs give the same core, whatever the folder, time zone, locale, hash seed or umask."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.assess.systems import system
from tests.cli.support import VARIABLES
from tests.evidence.packing import contents

FIRST = {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"}
SECOND = {"TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "LANG": "ja_JP.eucJP", "PYTHONHASHSEED": "4242"}


def packed(folder: Path, target: Path, *options: str, umask: int, cwd: Path, **variables: str) -> dict[str, bytes]:
    """Pack in a process of its own with these variables; return the files of the pack."""
    here = os.path.relpath(folder, cwd) if cwd != folder else "."
    command = [
        sys.executable, "-m", "limen", "pack", here, "-o", str(target), "--profile", "mine", "--policies",
        os.path.relpath(folder / "own", cwd), "--signing-policy", str(folder / "signing.yaml"), *options,
    ]  # fmt: skip
    environment = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    done = subprocess.run(
        command,
        cwd=cwd,
        umask=umask,
        env=environment | {"SOURCE_DATE_EPOCH": "1795336215"} | variables,
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 1, done.stderr.decode()
    return contents(target)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = system(tmp_path_factory.mktemp("one"), broken_rule=True)
    return packed(folder, folder.parent / "pack", umask=0o022, cwd=folder, **FIRST)


def core(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in files.items() if name.startswith("core/")}


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def test_another_folder_zone_locale_seed_and_umask(first: dict[str, bytes], tmp_path: Path) -> None:
    folder = system(tmp_path / "Ünïcode and blanks" / "deep", broken_rule=True)
    again = packed(folder, tmp_path / "out" / "pack.zip", umask=0o077, cwd=tmp_path, **SECOND)
    assert differing(core(first), core(again)) == []
    assert len(core(first)) > 200
    assert first["envelope/secret"] != again["envelope/secret"]


def test_deciding_each_subject_by_itself(first: dict[str, bytes], tmp_path: Path) -> None:
    folder = system(tmp_path / "system", broken_rule=True)
    again = packed(folder, tmp_path / "pack", "--no-memo", umask=0o022, cwd=folder, **FIRST)
    assert differing(core(first), core(again)) == []


def test_no_path_of_this_machine_is_in_core(first: dict[str, bytes]) -> None:
    for name, content in core(first).items():
        for word in (b"/tmp", str(Path.home()).encode() + b"/", str(Path.cwd()).encode(), b".limen-pack"):
            assert word not in content, name


def test_another_input_is_another_core(first: dict[str, bytes], tmp_path: Path) -> None:
    folder = system(tmp_path / "system", broken_rule=True)
    text = (folder / "boundaries.yaml").read_text()
    (folder / "boundaries.yaml").write_text(text + "\n# a remark\n")
    again = packed(folder, tmp_path / "pack", umask=0o022, cwd=folder, **FIRST)
    assert differing(core(first), core(again)) == ["core/inputs/declaration/boundaries.yaml"]
