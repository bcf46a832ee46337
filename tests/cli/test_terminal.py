"""What a person sees at a terminal: colour, links, tables, progress and questions; and none of it in a pipe."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import declaration
from tests.cli.hostile import LOOPING, write_rule
from tests.cli.support import VARIABLES, limen, names, program

Capsys = pytest.CaptureFixture[str]

SECONDS = 60


class Terminal:
    """A program at a terminal of its own, 100 columns wide."""

    def __init__(self, *arguments: str | Path, cwd: Path | None = None, **variables: str) -> None:
        self.master, slave = pty.openpty()
        plain = {name: value for name, value in os.environ.items() if name not in VARIABLES}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "limen", *map(str, arguments)],
            stdin=slave, stdout=slave, stderr=slave, cwd=cwd, start_new_session=True,
            env=plain | {"TERM": "xterm-256color", "COLUMNS": "100"} | variables,
        )  # fmt: skip
        os.close(slave)
        self.seen = ""

    def until(self, text: str) -> None:
        """Read until the text was shown."""
        self._read(lambda: text in self.seen)
        assert text in self.seen, self.seen

    def answer(self, text: str) -> None:
        os.write(self.master, text.encode() + b"\n")

    def end(self) -> tuple[int, str]:
        """Return the exit code and everything that was shown."""
        self._read(lambda: False)
        code = self.process.wait(SECONDS)
        os.close(self.master)
        return code, self.seen.replace("\r\n", "\n")

    def _read(self, done: object) -> None:
        assert callable(done)
        until = time.monotonic() + SECONDS
        while not done() and time.monotonic() < until:
            if select.select([self.master], [], [], 0.2)[0]:
                try:
                    part = os.read(self.master, 65536)
                except OSError:  # how Linux says that the other end is closed
                    return
                if not part:
                    return
                self.seen += part.decode(errors="replace")


def test_a_check_is_coloured_and_linked(weak: Path) -> None:
    code, shown = Terminal("check", weak).end()
    assert code == 1
    assert "\x1b[31mhigh" in shown
    assert "\x1b[1mtransit.tls_minimum\x1b[0m" in shown
    assert "\x1b[1;31mdoes not conform: 1 finding" in shown
    assert "\x1b]8;;" in shown


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        (["--no-color"], {}),
        ([], {"NO_COLOR": "1"}),
        ([], {"TERM": "dumb"}),
        ([], {"NO_COLOR": "1", "FORCE_COLOR": "1"}),
    ],
)
def test_colour_can_be_refused(weak: Path, arguments: list[str], variables: dict[str, str]) -> None:
    code, shown = Terminal("check", weak, *arguments, **variables).end()
    assert code == 1
    assert "\x1b" not in shown


def test_a_pipe_is_plain_unless_forced(weak: Path) -> None:
    assert "\x1b" not in program("check", weak, TERM="xterm-256color").out
    assert "\x1b[31mhigh" in program("check", weak, FORCE_COLOR="1").out
    assert "\x1b" not in program("check", weak, "--no-color", FORCE_COLOR="1").out


def test_formats_for_machines_are_never_coloured(weak: Path) -> None:
    for name in ("json", "sarif", "junit", "markdown", "github"):
        assert "\x1b" not in program("check", weak, "-f", name, FORCE_COLOR="1").out


def test_an_error_is_coloured_and_underlined(system: Path) -> None:
    root = system / "boundaries.yaml"
    root.write_text(root.read_text(encoding="utf-8").replace("to: quarantine", "to: quarantin", 1), encoding="utf-8")
    code, shown = Terminal("check", system).end()
    assert code == 2
    line = next(line for line in shown.splitlines() if "^" in line)
    above = shown.splitlines()[shown.splitlines().index(line) - 1]
    assert line.endswith("\x1b[31;1m^^^^^^^^^\x1b[0m")
    assert above.index("quarantin") == line.index("\x1b")
    assert re.search(r"\x1b\[1m/\S*/boundaries.yaml:\d+:9\x1b\[0m: \x1b\[31;1merror:\x1b\[0m", shown)
    assert 'did you mean "quarantine"?' in shown
    plain = program("check", system)
    assert re.sub(r"\x1b\[[\d;]*m", "", shown) == plain.err


def test_a_table_is_drawn(system: Path) -> None:
    code, shown = Terminal("crossings", system).end()
    assert code == 0
    assert "\t" not in shown
    assert "─" in shown
    assert "hand-over" in shown


def test_a_narrow_terminal_folds(weak: Path) -> None:
    _, shown = Terminal("check", weak, COLUMNS="60", NO_COLOR="1").end()
    assert max(map(len, shown.splitlines())) <= 60 + len(str(weak))


def test_progress_is_shown_where_it_takes_long_and_wiped(tmp_path: Path) -> None:
    (tmp_path / "boundaries.yaml").write_text(declaration("hostile"), encoding="utf-8")
    policies = write_rule(tmp_path / "policies", LOOPING)
    terminal = Terminal("check", tmp_path, "--policies", policies)
    terminal.until("deciding …")
    code, shown = terminal.end()
    assert code == 3
    assert shown.index("deciding …") < shown.rindex("\r\x1b[2K") < shown.index("does not conform")


def test_ctrl_c_leaves_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "boundaries.yaml").write_text(declaration("hostile"), encoding="utf-8")
    policies = write_rule(tmp_path / "policies", LOOPING)
    terminal = Terminal("check", tmp_path, "--policies", policies, NO_COLOR="1", FORCE_COLOR="")
    time.sleep(3)
    os.killpg(terminal.process.pid, signal.SIGINT)  # as the terminal does: limen and its engine both get it
    code, shown = terminal.end()
    assert code == 130
    assert shown.strip() == "limen: interrupted: nothing was decided"


def test_questions_are_asked_until_they_are_answered(tmp_path: Path) -> None:
    folder = tmp_path / "Rx Trace"
    folder.mkdir()
    terminal = Terminal("init", cwd=folder)
    terminal.until("Short name of the system [rx-trace]: ")
    terminal.answer("Rx Trace")
    terminal.until("expected 1 to 63 lower-case letters")
    terminal.answer("")
    terminal.until("What it is, in a few words [rx-trace]: ")
    terminal.answer('Serials: "all" of them')
    terminal.until("Who answers for it (team or person): ")
    terminal.answer("")
    terminal.until("expected a name")
    terminal.answer("ops")
    terminal.until("Profiles that bind it [zero-trust]: ")
    terminal.answer("hippa")
    terminal.until('there is no profile "hippa"; did you mean "hipaa"?')
    terminal.answer("hipaa, dscsa")
    code, shown = terminal.end()
    assert code == 0
    assert "next: limen check boundaries.yaml" in shown
    document = yaml.safe_load((folder / "boundaries.yaml").read_text(encoding="utf-8"))
    assert document["system"] == {"id": "rx-trace", "title": 'Serials: "all" of them', "owner": "ops"}
    assert document["profiles"] == ["hipaa", "dscsa"]


def test_only_what_no_option_gives_is_asked(tmp_path: Path) -> None:
    terminal = Terminal("init", tmp_path, "--id", "rx", "--title", "Rx", "--profile", "hipaa")
    terminal.until("Who answers for it")
    terminal.answer("ops")
    code, shown = terminal.end()
    assert code == 0
    assert "Short name" not in shown
    assert "Profiles that bind it" not in shown


@pytest.mark.parametrize("how", ["Ctrl-C", "Ctrl-D"])
def test_questions_can_be_left(tmp_path: Path, how: str) -> None:
    terminal = Terminal("init", tmp_path)
    terminal.until("Short name of the system")
    if how == "Ctrl-C":
        os.killpg(terminal.process.pid, signal.SIGINT)
    else:
        os.write(terminal.master, b"\x04")
    code, shown = terminal.end()
    assert code == (130 if how == "Ctrl-C" else 2)
    assert "Traceback" not in shown
    assert names(tmp_path) == []


def test_hostile_text_cannot_drive_the_terminal(tmp_path: Path, capsys: Capsys) -> None:
    limen(capsys, "init", tmp_path, "--id", "rx", "--owner", "\x1b[2J\x1b]0;owned\x07", "--title",
          "\u202eesrever\r\x1b[31m", "--profile", "zero-trust")  # fmt: skip
    for arguments in (["check"], ["explain", "submit"], ["crossings"], ["graph"]):
        _, shown = Terminal(*arguments, cwd=tmp_path).end()
        codes = set(re.findall(r"\x1b(?:\[[\d;]*[A-Za-z]|\]8;[^\x07\x1b]*(?:\x1b\\|\x07))", shown))
        assert shown.count("\x1b[2J") == 0
        assert "\x1b]0;" not in shown
        assert "\u202e" not in shown
        assert all(code.endswith(("m", "K", "\x1b\\", "\x07")) for code in codes)
