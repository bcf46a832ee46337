"""`limen check` on each kind of bad input: exit 2, what and where on standard error, nothing on standard output.

What exactly each message says is the business of the tests of loading and policy; here it is that a user's whole run
ends so: in words, in bounded time and memory.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.loading.support import SOUND
from tests.needs import need_program

SECONDS = 5
"""What refusing may take; an idle machine needs a tenth of it."""
SLACK = int(os.environ.get("LIMEN_SLOWNESS", "4"))
"""How many times slower than that a busy machine may be."""
ADDRESS_SPACE = 2**30
"""Bytes of address space of limen and of its policy engine, each."""

RTL = "\u202e"
WRITE = Callable[[Path], None]


def check(path: Path, *arguments: str) -> tuple[int, str, str]:
    """Run ``limen check`` bounded, in a process of its own."""

    def bounded() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))

    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "limen", "check", str(path), *arguments],
        capture_output=True, timeout=120, preexec_fn=bounded, stdin=subprocess.DEVNULL,
        env=os.environ | {"NO_COLOR": "1"},
    )  # fmt: skip
    assert time.monotonic() - started < SECONDS * SLACK
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def text(content: str | bytes, name: str = "boundaries.yaml") -> WRITE:
    def write(folder: Path) -> None:
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    return write


def big(folder: Path) -> None:
    with (folder / "boundaries.yaml").open("wb") as file:
        file.write(SOUND.encode())
        file.truncate(200 * 2**20)


def bomb(folder: Path) -> None:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    (folder / "boundaries.yaml").write_text(SOUND + "\n".join(lines) + "\n", encoding="utf-8")


def include_cycle(folder: Path) -> None:
    (folder / "boundaries.yaml").write_text("include: [a.yaml]\n" + SOUND, encoding="utf-8")
    (folder / "a.yaml").write_text("include: [b.yaml]\n", encoding="utf-8")
    (folder / "b.yaml").write_text("include: [a.yaml]\n", encoding="utf-8")


def symlink_out(folder: Path) -> None:
    (folder.parent / "outside.yaml").write_text("flows: []\n", encoding="utf-8")
    (folder / "in.yaml").symlink_to(folder.parent / "outside.yaml")
    (folder / "boundaries.yaml").write_text("include: [in.yaml]\n" + SOUND, encoding="utf-8")


def dangling_symlink(folder: Path) -> None:
    (folder / "boundaries.yaml").symlink_to(folder / "nowhere.yaml")


def pipe(folder: Path) -> None:
    os.mkfifo(folder / "boundaries.yaml")


def with_id(identifier: str) -> str:
    escaped = "".join(f"\\u{ord(c):04x}" if ord(c) < 32 or ord(c) > 126 else c for c in identifier)
    return SOUND.replace("id: upload", f'id: "{escaped}"')


BAD: dict[str, tuple[WRITE, str]] = {
    "empty file": (text(""), "boundaries.yaml:1:1: error: the file is empty"),
    "only a comment": (text("# nothing\n"), "boundaries.yaml:1:1: error: the file is empty"),
    "200 MB": (big, "boundaries.yaml: error: the file has 200 MB"),
    "bomb of aliases": (bomb, "aliases stand for more than"),
    "tabs": (text(SOUND.replace("  outside", "\toutside")), "boundaries.yaml:4:1: error: a tab can't indent YAML"),
    "duplicate key": (text(SOUND.replace("trust: 2", "trust: 2, trust: 3")), "boundaries.yaml:5:22: error: "),
    "wrong types everywhere": (
        text("version: [1]\nsystem: 5\nzones: [a]\ncomponents: text\ndata: 1.5\nflows: {a: b}\nkeys: true\n"),
        "boundaries.yaml:7:7: error: ",
    ),
    "unknown version": (text(SOUND.replace("version: 1", "version: 2")), "boundaries.yaml:1:10: error: "),
    "include cycle": (include_cycle, "b.yaml:1:11: error: "),
    "symlink out of the tree": (symlink_out, "boundaries.yaml:1:11: error: "),
    "dangling symlink": (dangling_symlink, "error: "),
    "a pipe": (pipe, "boundaries.yaml: error: "),
    "binary": (text(bytes(range(256)) * 40), "boundaries.yaml:1:1: error: "),
    "ELF": (
        text(Path(sys.executable).resolve().read_bytes()[:100_000]),
        "boundaries.yaml:1:8: error: the file is binary",
    ),
    "not UTF-8": (text(SOUND.replace("rx", "r\u00e9x").encode("latin-1")), "boundaries.yaml:2:15: error: "),
    "UTF-16": (text(SOUND.encode("utf-16")), "boundaries.yaml"),
    "10,000 nested levels, flow style": (text(SOUND + "keys: " + "[" * 10_000 + "\n"), "boundaries.yaml:13:"),
    "10,000 nested levels, closed": (
        text(SOUND + "keys: " + "{a: " * 10_000 + "1" + "}" * 10_000 + "\n"),
        "boundaries.yaml:13:",
    ),
    "10,000 nested levels, block style": (
        text(SOUND + "keys:\n" + "".join(" " * n + "a:\n" for n in range(1, 1500))),
        "boundaries.yaml:",
    ),
    "null": (text(SOUND.replace("carries: [packet]", "carries: ~")), "boundaries.yaml:12:"),
    "unknown field": (text(SOUND.replace("carries:", "caries:")), 'did you mean "carries"?'),
    "dangling reference": (text(SOUND.replace("to: gateway", "to: gatewy")), 'did you mean "gateway"?'),
    "no flows": (text(SOUND.split("flows:")[0]), "error: "),
    "id with a newline": (text(with_id("up\nload: pass")), "boundaries.yaml:12:"),
    "id with HTML": (text(with_id("<script>alert(1)</script>")), "boundaries.yaml:12:"),
    "id with ANSI codes": (text(with_id("\x1b[32mconforms")), "boundaries.yaml:12:"),
    "id with right-to-left marks": (text(with_id(f"up{RTL}load")), "boundaries.yaml:12:"),
    "raw control character": (text(SOUND.replace("rx", "r\x1b[2Jx")), "boundaries.yaml:2:"),
    "unclosed quote": (text(SOUND.replace("rx", '"rx')), "boundaries.yaml:"),
    "two documents": (text(SOUND + "---\n" + SOUND), "boundaries.yaml:13:"),
    "unknown profile": (text("profiles: [hipa]\n" + SOUND), 'did you mean "hipaa"?'),
    "no profile": (text(SOUND), "error: no profile is named"),
}


@pytest.mark.parametrize("name", BAD)
def test_is_refused(tmp_path: Path, name: str) -> None:
    write, said = BAD[name]
    folder = tmp_path / "tree"
    folder.mkdir()
    write(folder)
    code, out, err = check(folder / "boundaries.yaml")
    assert said in err
    assert_refused(code, out, err)


def assert_refused(code: int, out: str, err: str) -> None:
    assert code == 2
    assert out == ""
    assert "Traceback" not in err
    assert "internal error" not in err
    assert all(line.isprintable() for line in err.split("\n"))
    assert len(err) < 500_000


def test_an_unreadable_file(tmp_path: Path) -> None:
    root = tmp_path / "boundaries.yaml"
    root.write_text(SOUND, encoding="utf-8")
    root.chmod(0)
    command = [sys.executable, "-m", "limen", "check", str(root)]
    if os.access(root, os.R_OK):  # the superuser reads everything, unless it gives that up
        setpriv = need_program("setpriv")
        command = [str(setpriv), "--bounding-set=-dac_override,-dac_read_search", *command]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert_refused(done.returncode, done.stdout, done.stderr)
    assert "boundaries.yaml: error: the file can't be read: Permission denied" in done.stderr


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    BAD["wrong types everywhere"][0](tmp_path)
    code, out, err = check(tmp_path / "boundaries.yaml")
    assert_refused(code, out, err)
    assert [n for n in range(1, 8) if f"boundaries.yaml:{n}:" in err] == [1, 2, 3, 4, 5, 6, 7]


def test_no_report_is_written(tmp_path: Path) -> None:
    (tmp_path / "boundaries.yaml").write_text(SOUND.replace("to: gateway", "to: gatewy"), encoding="utf-8")
    code, out, err = check(tmp_path / "boundaries.yaml", "--format", "all", "--output", str(tmp_path / "reports"))
    assert_refused(code, out, err)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["boundaries.yaml"]
