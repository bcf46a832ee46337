"""Files that are there as a whole or not at all, whatever stops their writing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from limen.adapters.ledgers.disk import Disk
from limen.adapters.whole_files import whole_folder, write_whole


class Crash(BaseException):
    """The process is gone."""


class Failing(Disk):
    """A disk that is taken away at one of its steps; it writes a few bytes at once."""

    def __init__(self, step: int) -> None:
        self.left = step

    def count(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Crash

    def append(self, handle: int, data: bytes) -> int:
        self.count()
        return super().append(handle, data[:5])

    def sync(self, handle: int) -> None:
        self.count()
        super().sync(handle)

    def sync_folder(self, folder: Path) -> None:
        self.count()
        super().sync_folder(folder)


@pytest.mark.parametrize("step", range(8))
def test_a_file_is_the_old_one_or_the_new_one(tmp_path: Path, step: int) -> None:
    path = tmp_path / "file"
    write_whole(path, [b"old"], mode=0o600)
    with suppress(Crash):
        write_whole(path, [b"new ", b"and longer"], disk=Failing(step))
    assert path.read_bytes() in (b"old", b"new and longer")
    assert write_whole(path, [b"newest"]) == 6
    assert path.read_bytes() == b"newest"
    assert path.stat().st_mode & 0o777 == 0o400
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_pieces_that_fail_leave_the_old_one(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError

    path = tmp_path / "file"
    write_whole(path, [b"old"])
    with pytest.raises(RuntimeError):
        write_whole(path, pieces())
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_a_folder_appears_whole_and_once(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError

    with pytest.raises(RuntimeError), whole_folder(tmp_path / "one") as new:
        write_whole(new / "a", pieces())
    assert list(tmp_path.iterdir()) == []
    with whole_folder(tmp_path / "one") as new:
        write_whole(new / "a", [b"a"])
        assert not (tmp_path / "one").exists()
    assert (tmp_path / "one" / "a").read_bytes() == b"a"
    with pytest.raises(FileExistsError), whole_folder(tmp_path / "one"):
        pass
