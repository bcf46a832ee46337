"""Packs made by `limen pack` from the system that `limen init` writes, with changes."""

from __future__ import annotations

import contextlib
import functools
import io
import subprocess
import sys
from pathlib import Path

from limen.cli import main
from limen.evidence.reading import open_pack


@functools.cache
def starter() -> str:
    """The declaration that `limen init` writes."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        run("init", folder, "--id", "sys", "--title", "t", "--owner", "o", "--profile", "baseline", "--force")
        return (Path(folder) / "boundaries.yaml").read_text()


def run(*arguments: str | Path) -> tuple[int, str]:
    """Run limen in this process; return its code and what it printed, errors behind the rest."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([str(argument) for argument in arguments])
    return code, out.getvalue() + err.getvalue()


def ok(*arguments: str | Path, code: int = 0) -> str:
    """Run limen; return what it printed where it ended as it should."""
    found, said = run(*arguments)
    assert found == code, said
    return said


def declared(folder: Path, *changes: tuple[str, str], **files: str) -> Path:
    """Write the starter with changes, and other files beside it; return its folder."""
    text = starter()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "boundaries.yaml").write_text(text)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(content)
    return folder


def packed(folder: Path, output: Path, *options: str | Path, code: int = 0) -> Path:
    """Pack a declaration; return the pack."""
    ok("pack", folder, "-o", output, *options, code=code)
    return output


def contents(pack: Path) -> dict[str, bytes]:
    """Every file of a pack by its name."""
    with open_pack(pack) as files:
        assert not files.faults
        return {name: files.read(name) for name in files.names()}


def shell(script: str, cwd: Path, program: str = "sh") -> str:
    """What a script prints, in the C locale; it must end well and complain of nothing."""
    done = subprocess.run(
        [program, "-eu", "-c", script],
        cwd=cwd,
        capture_output=True,
        timeout=60,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
    )
    assert (done.returncode, done.stderr) == (0, b""), done.stderr
    return done.stdout.decode()


if __name__ == "__main__":
    sys.stdout.write(starter())
