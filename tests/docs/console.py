r"""Runs what a document shows: its files are written, its edits applied, its commands run and their output compared.

- ```` ```console ```` holds commands after ``$ ``, continued after ``\``, and what they print, standard output and
  error together. A line ``…`` stands for any lines, ``…`` within a line for any text.
- ```` ```yaml title=FILE ```` is a whole file.
- ```` ```diff title=FILE ```` is an edit: what is marked ``-`` or not at all must stand in the file exactly once.

A document's commands run in one folder, in order; folder and exit code (``$?``) are kept between them.
``python -m tests.docs.console FILE`` puts what is printed now in place of what differs.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from tests.docs.markdown import Block, blocks

PROMPT = "$ "
ANY = "…"
DEADLINE = 60
"""Seconds for one command."""

SKIPPED = (
    r"pip install limen",
    r'pip install "limen\[testing\]"',
    r"git .*",
)
"""Commands that are not run: they need what a test has not, a published package and a repository on a server."""


class Command(NamedTuple):
    """A command with the output that the document shows."""

    text: str
    shown: list[str]
    line: int

    @property
    def skipped(self) -> bool:
        """Whether it is one that is not run."""
        return any(re.fullmatch(pattern, self.text) for pattern in SKIPPED)


class Difference(NamedTuple):
    """A command that prints something else than is shown."""

    command: Command
    printed: list[str]

    def __str__(self) -> str:
        """Return what is shown and what is printed, with the document's line."""
        command = self.command
        parts = [f"line {command.line}: $ {command.text}", "shown:", *command.shown, "printed:", *self.printed, ""]
        return "\n".join(parts)


def commands(block: Block) -> list[Command]:
    """Return the commands of a console block; raises AssertionError where output comes before any."""
    found: list[Command] = []
    continued = False
    for number, line in enumerate(block.text.splitlines(), block.line + 1):
        if continued:
            found[-1] = found[-1]._replace(text=f"{found[-1].text}\n{line}")
        elif line.startswith(PROMPT):
            found.append(Command(line.removeprefix(PROMPT), [], number))
        else:
            assert found, f"line {number}: output before a command"
            found[-1].shown.append(line)
            continue
        continued = line.endswith("\\")
    return found


def matches(shown: list[str], printed: list[str]) -> bool:
    """Return whether what was printed is what is shown; showing nothing claims that nothing is printed."""
    parts = []
    for line in shown:
        if line.strip() == ANY:
            parts.append(r"(?:[^\n]*\n)*")
        else:
            parts.append("[^\n]*".join(re.escape(part) for part in line.rstrip().split(ANY)) + "\n")
    text = "".join(line.rstrip() + "\n" for line in printed)
    return re.fullmatch("".join(parts), text) is not None


def edited(text: str, diff: str) -> str:
    """Return a text with an edit applied; raises AssertionError where the old lines are not there exactly once."""
    lines = diff.splitlines()
    assert all(line[:1] in ("-", "+", " ", "") for line in lines), f"not an edit:\n{diff}"
    old = "".join(line[1:] + "\n" for line in lines if line[:1] != "+")
    new = "".join(line[1:] + "\n" for line in lines if line[:1] != "-")
    assert old != new, f"an edit that changes nothing:\n{diff}"
    assert text.count(old) == 1, f"these lines stand {text.count(old)} times in the file:\n{old}"
    return text.replace(old, new)


def run(path: Path, folder: Path) -> list[Difference]:
    """Do what a document shows in an empty folder and return every difference."""
    session = _Session(folder)
    differences: list[Difference] = []
    for block in blocks(path):
        if block.language == "console":
            for command in commands(block):
                printed = command.shown if command.skipped else session.printed(command)
                if not matches(command.shown, printed):
                    differences.append(Difference(command, printed))
        elif block.title and block.language == "diff":
            target = session.folder / block.title
            target.write_text(edited(target.read_text(encoding="utf-8"), block.text), encoding="utf-8")
        elif block.title:
            (session.folder / block.title).write_text(block.text, encoding="utf-8")
    return differences


def rewritten(text: str, differences: list[Difference]) -> str:
    """Return a document with what its commands print now in place of what differs."""
    lines = text.splitlines()
    for command, printed in reversed(differences):
        start = command.line + command.text.count("\n")
        lines[start : start + len(command.shown)] = [line.rstrip() for line in printed]
    return "\n".join(lines) + "\n"


class _Session:
    """A shell's folder and last exit code, kept between commands."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder
        self.code = 0
        tools = [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
        kept = {
            name: os.environ[name]
            for name in ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")
            if name in os.environ
        }
        self.environment = kept | {
            "PATH": os.pathsep.join(tools),
            "HOME": str(folder),
            "COLUMNS": "100",
            "LC_ALL": "C.UTF-8",
            "TERM": "dumb",
        }

    def printed(self, command: Command) -> list[str]:
        """Run a command and return what it prints."""
        script = f'(exit {self.code})\n{command.text}\ncode=$?\npwd >"$FOLDER_FILE"\nexit $code\n'
        folder_file = self.home / ".folder"
        done = subprocess.run(
            ["sh", "-c", script],
            cwd=self.folder,
            env=self.environment | {"FOLDER_FILE": str(folder_file)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=DEADLINE,
            check=False,
        )
        self.code = done.returncode
        self.folder = Path(folder_file.read_text(encoding="utf-8").strip())
        folder_file.unlink()
        return done.stdout.decode("utf-8").splitlines()


def main() -> None:
    """Rewrite the documents that are named, for review: what is to be elided must be elided again."""
    for name in sys.argv[1:]:
        path = Path(name)
        with tempfile.TemporaryDirectory() as folder:
            differences = run(path, Path(folder))
        path.write_text(rewritten(path.read_text(encoding="utf-8"), differences), encoding="utf-8")
        print(f"{name}: {len(differences)} commands print something else now")


if __name__ == "__main__":
    main()
