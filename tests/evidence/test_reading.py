"""A pack is read within bounds, and whatever is no plain file of a sane name is named and not read."""

from __future__ import annotations

import contextlib
import io
import os
import socket
import struct
import warnings
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.errors import UsageError
from limen.evidence import reading
from limen.evidence.layout import collisions, is_known, oddity
from limen.evidence.reading import UnreadableError, open_pack

GOOD = {"core/a.json": b"{}", "core/b.jsonl": b"1\n22\n\n", "envelope/run.json": b"x" * 3_000_000}


def folder(at: Path, files: dict[str, bytes] = GOOD) -> Path:
    for name, content in files.items():
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        (at / name).write_bytes(content)
    return at


def zipped(at: Path, entries: list[tuple[str | zipfile.ZipInfo, bytes]], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns of doubled names, which are what is tested
        with zipfile.ZipFile(at, "w", method) as archive:
            for name, content in entries:
                archive.writestr(name, content)
    return at


def faults(path: Path) -> dict[str, str]:
    with open_pack(path) as files:
        found = {fault.name: fault.what for fault in files.faults}
        assert not found.keys() & set(files.names())
    return found


@pytest.mark.parametrize("zip_it", [False, True])
def test_reads_a_folder_and_a_zip_alike(tmp_path: Path, zip_it: bool) -> None:
    path = zipped(tmp_path / "pack.zip", list(GOOD.items())) if zip_it else folder(tmp_path / "pack")
    with open_pack(path) as files:
        assert files.names() == sorted(GOOD)
        assert files.faults == ()
        assert {name: files.read(name) for name in files.names()} == GOOD
        assert list(files.lines("core/b.jsonl")) == [b"1", b"22", b""]
        assert "core/a.json" in files
        assert "core/c.json" not in files
        with pytest.raises(UnreadableError, match="missing"):
            files.read("core/c.json")
        with pytest.raises(UnreadableError, match="at most"):
            files.read("envelope/run.json", most=10)
        with pytest.raises(UnreadableError, match="no end"):
            list(files.lines("core/a.json"))


def test_lines_are_the_same_wherever_a_chunk_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [b"a" * n for n in range(60)]
    path = folder(tmp_path, {"core/b.jsonl": b"\n".join(lines) + b"\n"})
    for size in (1, 2, 7, 64, 10_000):
        monkeypatch.setattr("limen.evidence.folder_files.CHUNK", size)
        with open_pack(path) as files:
            assert list(files.lines("core/b.jsonl")) == lines


def test_a_line_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_LINE", 100)
    path = folder(tmp_path, {"core/b.jsonl": b"a" * 2_000_000 + b"\n"})
    with open_pack(path) as files, pytest.raises(UnreadableError, match="a line of more"):
        list(files.lines("core/b.jsonl"))


def test_what_is_no_plain_file_is_named_and_not_read(tmp_path: Path) -> None:
    folder(tmp_path)
    (tmp_path / "core/link.json").symlink_to("/etc/passwd")
    (tmp_path / "envelope/outside").symlink_to("/etc")
    os.mkfifo(tmp_path / "core/pipe.json")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "core/s"))
        found = faults(tmp_path)
    assert found == {
        "core/link.json": "it is a link, and a pack holds plain files alone",
        "envelope/outside": "it is a link, and a pack holds plain files alone",
        "core/pipe.json": "it is a pipe, and a pack holds plain files alone",
        "core/s": "it is a socket, and a pack holds plain files alone",
    }


def test_a_file_that_becomes_a_link_is_not_followed(tmp_path: Path) -> None:
    folder(tmp_path)
    with open_pack(tmp_path) as files:
        (tmp_path / "core/a.json").unlink()
        (tmp_path / "core/a.json").symlink_to("/etc/passwd")
        with pytest.raises(UnreadableError, match="can't be read"):
            files.read("core/a.json")


def test_names_that_differ_in_case_alone_are_refused(tmp_path: Path) -> None:
    folder(tmp_path, {"core/a.json": b"1", "core/A.json": b"2"})
    assert list(faults(tmp_path)) == ["core/a.json"]


def test_names_that_are_no_utf_8_are_refused(tmp_path: Path) -> None:
    folder(tmp_path)
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/core/\xff.json")).write_bytes(b"")
    assert list(faults(tmp_path).values()) == ["its name is no UTF-8"]


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("/etc/passwd", "absolute"),
        ("core/../../x", "'..'"),
        ("core//x", "empty part"),
        ("./core/x", "'.'"),
        ("core\\x", "character"),
        ("C:/x", "character"),
        ("core/x\n", "character"),
        ("core/x\u202e", "character"),
        ("core/x.", "dot"),
        ("core/ x", "blank"),
        ("core/" + "x" * 256, "too long"),
        ("x/" * 501, "empty part"),
        ("x/" * 501 + "x", "too long"),
        ("core/e\u0301", "NFC"),
        ("core/\udcff", "UTF-8"),
        ("core/ünïcödé und blank.yaml", ""),
    ],
)
def test_odd_names(name: str, what: str) -> None:
    assert what in oddity(name)
    assert bool(what) == bool(oddity(name))


def test_a_file_within_a_file_collides() -> None:
    assert collisions(["a", "a/b", "A/c", "d", "dd"]) == ["a"]


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("VERIFY.md", True),
        ("core/decisions.jsonl", True),
        ("core/more.jsonl", False),
        ("core/inputs/declaration/parts/a b.yaml", True),
        ("core/inputs/own/3/x/y.rego", True),
        ("core/inputs/own/x/y.rego", False),
        ("core/inputs/observations/raw/" + "a" * 64, True),
        ("core/inputs/observations/raw/x", False),
        ("core/inputs/more.json", False),
        ("reports/limen.html", True),
        ("reports/limen.exe", False),
        ("envelope/signatures/0001.json", True),
        ("envelope/signatures/1.json", False),
        ("envelope/timestamps/0001.tsr", True),
        ("envelope/timestamps/0001.tsr\n", False),
        ("README.md", False),
    ],
)
def test_known_names(path: str, known: bool) -> None:
    assert is_known(path) is known


def mode(name: str, bits: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = bits << 16
    return entry


@pytest.mark.parametrize(
    ("extra", "name", "what"),
    [
        (("core/a.json", b"other"), "core/a.json", "twice"),
        (("../x", b""), "../x", "'..'"),
        (("/x", b""), "/x", "absolute"),
        (("core\\x", b""), "core\\x", "character"),
        (("CORE/a.json", b""), "core/a.json", "case"),
        ((mode("core/l", 0o120777), b"/etc/passwd"), "core/l", "link"),
        ((mode("core/d", 0o060644), b""), "core/d", "device"),
    ],
)
def test_odd_entries_of_a_zip(tmp_path: Path, extra: tuple[str, bytes], name: str, what: str) -> None:
    found = faults(zipped(tmp_path / "p.zip", [*GOOD.items(), extra]))
    assert list(found) == [name]
    assert what in found[name]


def test_a_zip_with_folders_and_stored_entries_is_fine(tmp_path: Path) -> None:
    path = zipped(tmp_path / "p.zip", [("core/", b""), *GOOD.items()], zipfile.ZIP_STORED)
    assert faults(path) == {}


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions_are_refused(tmp_path: Path, method: int) -> None:
    assert set(faults(zipped(tmp_path / "p.zip", [*GOOD.items()], zipfile.ZIP_DEFLATED))) == set()
    with pytest.raises(UsageError, match="no pack"):  # nothing is left that could be read
        open_pack(zipped(tmp_path / "q.zip", [*GOOD.items()], method))


def test_something_before_a_zip_and_a_comment_are_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "p.zip", [*GOOD.items()])
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"hello"
    assert "comment" in faults(path)["p.zip"]
    content = zipped(tmp_path / "q.zip", [*GOOD.items()]).read_bytes()
    (tmp_path / "r.zip").write_bytes(b"#!/bin/sh\n" + content)
    assert "begins with something else" in faults(tmp_path / "r.zip")["r.zip"]


def test_a_bomb_is_refused_before_it_goes_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(tmp_path / "p.zip", [("core/a.json", bytes(30_000_000))])
    assert path.stat().st_size < 40_000
    with open_pack(path) as files, pytest.raises(UnreadableError, match="at most"):
        files.read("core/a.json", most=1_000_000)
    monkeypatch.setattr(reading, "MOST_BYTES", 20_000_000)
    with pytest.raises(UsageError, match="more bytes than any pack"):
        open_pack(path)


def test_a_zip_that_lies_about_a_size_ends_where_it_says(tmp_path: Path) -> None:
    path = zipped(tmp_path / "p.zip", [("core/a.json", bytes(30_000_000))])
    content = path.read_bytes().replace(struct.pack("<I", 30_000_000), struct.pack("<I", 1000))
    path.write_bytes(content)
    with open_pack(path) as files, pytest.raises(UnreadableError, match="damaged"):
        files.read("core/a.json")


def test_lines_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_LINES", 1000)
    path = zipped(tmp_path / "p.zip", [("core/b.jsonl", b"\n" * 9_000_000)])
    with open_pack(path) as files, pytest.raises(UnreadableError, match="more than 1000 lines"):
        list(files.lines("core/b.jsonl"))


@pytest.mark.parametrize("container", ["zip", "folder"])
def test_more_files_than_any_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, container: str) -> None:
    path = zipped(tmp_path / "p.zip", [*GOOD.items()]) if container == "zip" else folder(tmp_path / "p")
    for module in ("zip_files", "folder_files"):
        monkeypatch.setattr(f"limen.evidence.{module}.MOST_FILES", 2)
    with pytest.raises(UsageError, match="more files than any pack"):
        open_pack(path)


def test_folders_too_deep_are_named(tmp_path: Path) -> None:
    folder(tmp_path)
    deep = tmp_path / "/".join(["d"] * 80)
    deep.mkdir(parents=True)
    assert "deeper" in next(iter(faults(tmp_path).values()))


def test_what_is_no_pack(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"hello")
    (tmp_path / "empty").mkdir()
    for name in ("missing", "file", "empty"):
        with pytest.raises(UsageError):
            open_pack(tmp_path / name)


@given(st.binary(max_size=300), st.integers(0, 10_000), st.booleans())
def test_any_bytes_give_a_usage_error_or_files(junk: bytes, at: int, patched: bool) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("core/a.json", b"{}" * 50), ("core/b.jsonl", b"1\n" * 99)):
            archive.writestr(name, content)
    whole = buffer.getvalue()
    at %= len(whole)
    content = whole[:at] + junk + whole[at + len(junk) :] if patched else junk
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "p.zip"
        path.write_bytes(content)
        try:
            with open_pack(path) as files:
                for name in files.names():
                    _read_through(files, name)
        except UsageError:
            return


def _read_through(files: reading.PackFiles, name: str) -> None:
    """Read a file in both ways; where one fails it names the file."""
    for way in (files.read, lambda one: list(files.lines(one))):
        with contextlib.suppress(UnreadableError):
            way(name)
