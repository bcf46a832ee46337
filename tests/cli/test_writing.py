"""Files are written whole or not at all."""

from __future__ import annotations

import os
import resource
import threading
from pathlib import Path

import pytest

from limen.cli.writing import write_file, write_files
from limen.errors import UsageError
from tests.cli.support import names


def test_a_new_file_in_new_folders(tmp_path: Path) -> None:
    write_file(tmp_path / "a" / "b" / "c.txt", b"x")
    assert (tmp_path / "a" / "b" / "c.txt").read_bytes() == b"x"
    assert names(tmp_path / "a" / "b") == ["c.txt"]


def test_it_is_readable_as_the_umask_says(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_file(tmp_path / "x", b"x")
    finally:
        os.umask(before)
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o640


def test_an_old_file_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"old")
    path.chmod(0o600)
    write_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "x").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "real" / "x")
    write_file(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "x").read_bytes() == b"new"


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    write_file(tmp_path / "pipe", b"x")
    reader.join(10)
    assert got == [b"x"]
    assert (tmp_path / "pipe").is_fifo()


def test_none_of_them_where_one_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"old")
    (tmp_path / "folder").mkdir()
    files = [(tmp_path / "old", b"new"), (tmp_path / "a" / "b" / "new", b"new"), (tmp_path / "folder", b"x")]
    with pytest.raises(UsageError) as caught:
        write_files(files)
    assert f"cannot write {tmp_path / 'folder'}" in str(caught.value)
    assert (tmp_path / "old").read_bytes() == b"old"
    assert names(tmp_path) == ["folder", "old"]


@pytest.mark.parametrize("place", ["file/x", "file/x/y", "folder"])
def test_a_place_that_is_none(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError):
        write_file(tmp_path / place, b"x")
    assert names(tmp_path) == ["file", "folder"]
    assert (tmp_path / "file").read_bytes() == b"mine"


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot write"):
        write_file(tmp_path / ("x" * 300), b"x")
    assert names(tmp_path) == []


def test_a_disk_that_fills_up_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(UsageError, match="File too large"):
            write_files([(tmp_path / "y", b"y"), (tmp_path / "x", bytes(10_000))])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert names(tmp_path) == ["x"]
    assert (tmp_path / "x").read_bytes() == b"old"
