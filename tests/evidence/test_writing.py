"""A pack is whole or is not there: free places, one rename, and zips that are the same every time."""

from __future__ import annotations

import os
import stat
import zipfile
from pathlib import Path

import pytest

from limen.errors import UsageError
from limen.evidence.writing import UNFINISHED, check_free, place, settle, staging, write_zip


def filled(folder: Path) -> Path:
    for name in ("core/a.jsonl", "core/inputs/declaration/é.yaml", "VERIFY.md"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


@pytest.mark.parametrize("what", ["file", "full folder", "dangling link", "zip", "folder.zip"])
def test_what_is_there_is_never_written_over(what: str, tmp_path: Path) -> None:
    target = tmp_path / ("pack.zip" if "zip" in what else "pack")
    match what:
        case "file" | "zip":
            target.write_text("mine")
        case "full folder":
            target.mkdir()
            (target / "mine").write_text("")
        case "dangling link":
            target.symlink_to(tmp_path / "nowhere")
        case "folder.zip":
            target.mkdir()
    with pytest.raises(UsageError, match="is there already"):
        check_free(target)
    with pytest.raises(UsageError, match="is there already"), staging(target):
        pytest.fail("nothing may be staged")


def test_an_empty_folder_may_become_the_pack(tmp_path: Path) -> None:
    target = tmp_path / "pack"
    target.mkdir()
    with staging(target) as folder:
        place(filled(folder), target)
    assert sorted(path.name for path in target.iterdir()) == ["VERIFY.md", "core"]
    assert [path.name for path in tmp_path.iterdir()] == ["pack"]


def test_whoever_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    target = tmp_path / "new" / "deep" / "pack"
    with pytest.raises(ZeroDivisionError), staging(target) as folder:
        filled(folder).joinpath(str(1 / 0))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["pack", "pack.zip"])
def test_a_place_that_was_taken_meanwhile_is_left_alone(name: str, tmp_path: Path) -> None:
    target = tmp_path / name
    with staging(target) as folder:
        filled(folder)
        if name.endswith(".zip"):
            target.write_text("mine")
        else:
            target.mkdir()
            (target / "mine").write_text("mine")
        with pytest.raises(UsageError, match="cannot write"):
            place(folder, target)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (target if name.endswith(".zip") else target / "mine").read_text() == "mine"


def test_a_place_that_can_t_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot write"), staging(tmp_path / "file" / "pack"):
        pytest.fail("nothing may be staged")


def test_a_pack_can_be_read_by_others_as_the_umask_says(tmp_path: Path) -> None:
    target = tmp_path / "pack"
    before = os.umask(0o027)
    try:
        with staging(target) as folder:
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700  # nobody reads what is not finished
            settle(filled(folder))
            place(folder, target)
    finally:
        os.umask(before)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in target.rglob("*") if path.is_file()}
    assert modes == {0o640}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (target, target / "core")} == {0o750}


def test_zips_of_the_same_files_are_the_same(tmp_path: Path) -> None:
    for number in (1, 2):
        folder = filled(tmp_path / str(number))
        for path in folder.rglob("*"):
            os.utime(path, (number * 1e8, number * 1e8))
        (folder / "VERIFY.md").chmod(0o600 if number == 1 else 0o755)
        write_zip(folder, tmp_path / f"{number}.zip")
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "1.zip") as archive:
        infos = archive.infolist()
    assert [info.filename for info in infos] == ["VERIFY.md", "core/a.jsonl", "core/inputs/declaration/é.yaml"]
    assert {(info.date_time, info.external_attr >> 16, info.extra) for info in infos} == {
        ((1980, 1, 1, 0, 0, 0), 0o100644, b"")
    }


def test_what_was_never_finished_is_no_pack_and_is_said_to_be_none(tmp_path: Path) -> None:
    with staging(tmp_path / "pack") as folder:
        assert (folder / UNFINISHED).is_file()
        (folder / UNFINISHED).rename(tmp_path / "kept")
        (tmp_path / "left").mkdir()
        (tmp_path / "kept").rename(tmp_path / "left" / UNFINISHED)
    with pytest.raises(UsageError) as refused:
        check_free(tmp_path / "left")
    assert "remove it" in refused.value.problems[0].hint
