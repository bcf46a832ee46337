"""The program as a whole: help, misspelt commands, start-up, streams that end, and bugs that are no verdicts."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import limen as package
from limen.cli import main
from limen.cli.program import command_names
from tests.cli.support import VARIABLES, limen, program

Capsys = pytest.CaptureFixture[str]

HEAVY = {"jinja2", "jsonschema", "networkx", "numpy", "rich", "shtab"}
"""What costs a tenth of a second and more to import, and a check does not need."""


def test_no_arguments_print_the_help_and_exit_2(capsys: Capsys) -> None:
    said = limen(capsys)
    assert (said.code, said.out) == (2, "")
    assert "usage: limen" in said.err
    assert all(f"    {name}" in said.err for name in command_names())


def test_help_tells_the_exit_codes(capsys: Capsys) -> None:
    said = limen(capsys, "--help")
    assert said.code == 0
    assert "where several hold: 4, 2, 1, 3, 0" in said.out


@pytest.mark.parametrize("name", command_names())
def test_every_command_explains_itself(name: str, capsys: Capsys) -> None:
    said = limen(capsys, name, "--help")
    assert said.code == 0
    assert said.out.startswith(f"usage: limen {name}")
    assert said.err == ""


@pytest.mark.parametrize("flag", ["--version", "-V"])
def test_the_version(flag: str, capsys: Capsys) -> None:
    assert limen(capsys, flag) == (0, f"limen {package.__version__}\n", "")
    assert limen(capsys, flag, "check").out == f"limen {package.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["chekc"], 'did you mean "check"?'),
        (["explian", "x"], 'did you mean "explain"?'),
        (["xyzzy"], "commands: baseline, check, "),
        (["--versoin"], "did you mean --version?"),
        (["--nope"], "there is no option '--nope' here"),
        (["completion"], "the following arguments are required: shell"),
        (["completion", "bsh"], 'did you mean "bash"?'),
        (["crossings", "-f", "tabel"], 'did you mean "table"?'),
        (["graph", "--format", "mermade"], 'did you mean "mermaid"?'),
        (["rules", "transit.tls_minimun"], "did you mean transit.tls_minimum"),
        (["schema", "--subject", "flows"], 'did you mean "flow"?'),
        (["check", "--fail-on"], "expected one argument"),
    ],
)
def test_a_misspelt_word_is_refused_with_a_suggestion(arguments: list[str], said: str, capsys: Capsys) -> None:
    run = limen(capsys, *arguments)
    assert (run.code, run.out) == (2, "")
    assert said in run.err


def _modules(*arguments: str | Path) -> set[str]:
    script = (
        "import json, sys; from limen.cli import main; code = main(sys.argv[1:]); "
        "print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script, *map(str, arguments)], capture_output=True, timeout=60)
    code, modules = json.loads(done.stderr.splitlines()[-1])
    assert code in (0, 1), done.stderr
    return set(modules)


def test_the_version_imports_next_to_nothing() -> None:
    ours = {name for name in _modules("--version") if name.split(".")[0] == "limen"}
    assert ours == {"limen", "limen.cli"}
    assert not _modules("--version") & (HEAVY | {"msgspec", "argparse", "yaml", "orjson", "subprocess", "regorus"})


@pytest.mark.parametrize("fixture", ["system", "weak"])
def test_a_check_imports_nothing_heavy(fixture: str, request: pytest.FixtureRequest) -> None:
    modules = _modules("check", request.getfixturevalue(fixture))
    assert not modules & HEAVY
    assert "regorus" not in modules  # in a process of its own
    assert not {name for name in modules if name.split(".")[0] in ("http", "ssl", "urllib3", "requests")}


def test_a_reader_that_leaves_gets_no_traceback(weak: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "limen", "check", str(weak), "--format", "json"],
        stdout=write, stderr=subprocess.PIPE, timeout=60,
    )  # fmt: skip
    os.close(write)
    assert done.returncode == 4
    assert done.stderr == b""


@pytest.mark.parametrize("arguments", [["check"], ["check", "-f", "json"], ["rules"], ["schema"]])
def test_a_full_disk_behind_standard_output_is_no_success(system: Path, arguments: list[str]) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this platform has no /dev/full")
    where = [str(system)] if arguments[0] == "check" else []
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "limen", *arguments, *where], stdout=full, stderr=subprocess.PIPE, timeout=60
        )
    assert done.returncode == 4
    assert done.stderr.decode() == "limen: the result can't be written: No space left on device\n"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package and its policies that a test may damage."""
    root = tmp_path_factory.mktemp("installed")
    source = Path(package.__file__).parent
    shutil.copytree(source, root / "src" / "limen", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("rego", "policies"):
        shutil.copytree(source.parent.parent / name, root / name)
    shutil.copy(source.parent.parent / "pyproject.toml", root)
    return root


def _damaged(copy: Path, *arguments: str | Path, **variables: str) -> tuple[int, str, str]:
    # Coverage would count the copy's lines as lines of ours that no test reaches.
    kept = (item for item in os.environ.items() if item[0] not in VARIABLES and not item[0].startswith("COV"))
    environment = dict(kept)
    done = subprocess.run(
        [sys.executable, "-m", "limen", *map(str, arguments)],
        capture_output=True, timeout=60, env=environment | {"PYTHONPATH": str(copy / "src")} | variables,
    )  # fmt: skip
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_a_bug_is_told_in_words_and_exits_4(system: Path, copy: Path) -> None:
    path = copy / "src" / "limen" / "analysis" / "lattice.py"
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole + "\nraise ZeroDivisionError('a bug')\n", encoding="utf-8")
    try:
        code, out, err = _damaged(copy, "check", system)
    finally:
        path.write_text(whole, encoding="utf-8")
    assert (code, out) == (4, "")
    assert err.splitlines() == [
        "limen: internal error: ZeroDivisionError: a bug",
        "limen: this is a bug of limen, not of your declaration; LIMEN_DEBUG=1 shows where",
    ]


def test_a_bug_shows_where_it_is_on_demand(system: Path, copy: Path) -> None:
    path = copy / "src" / "limen" / "analysis" / "lattice.py"
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole + "\nraise ZeroDivisionError('a bug')\n", encoding="utf-8")
    try:
        code, out, err = _damaged(copy, "check", system, LIMEN_DEBUG="1")
    finally:
        path.write_text(whole, encoding="utf-8")
    assert (code, out) == (1, "")
    assert "lattice.py" in err
    assert "ZeroDivisionError: a bug" in err


def test_an_engine_that_dies_is_never_a_pass(system: Path, copy: Path) -> None:
    path = copy / "src" / "limen" / "policy" / "embedded_child.py"
    whole = path.read_text(encoding="utf-8")
    path.write_text("import sys\nsys.exit(7)\n", encoding="utf-8")
    try:
        code, out, err = _damaged(copy, "check", system)
    finally:
        path.write_text(whole, encoding="utf-8")
    assert code in (3, 4)
    assert "conforms" not in out
    assert "Traceback" not in err
    assert "engine" in err


def test_a_missing_rule_folder_is_told(system: Path, copy: Path) -> None:
    (copy / "rego").rename(copy / "gone")
    try:
        code, out, err = _damaged(copy, "check", system)
    finally:
        (copy / "gone").rename(copy / "rego")
    assert (code, out) == (2, "")
    assert "limen is installed incompletely" in err


def test_the_undamaged_copy_works(system: Path, copy: Path) -> None:
    code, out, err = _damaged(copy, "check", system)
    assert (code, err) == (0, "")
    assert "conforms as declared" in out


def test_the_whole_of_it_through_python_m(weak: Path) -> None:
    assert program("check", weak).code == 1
    assert program("check", cwd=weak).code == 1
    assert program("crossings", cwd=weak).code == 0
    assert program("chekc").code == 2


def test_only_a_separator_is_no_command(capsys: Capsys) -> None:
    said = limen(capsys, "--")
    assert (said.code, said.out) == (2, "")
    assert said.err == "error: there is no option '--' here\n  = try: limen --help\n"


def test_output_that_is_no_file(system: Path) -> None:
    for arguments in (["check", str(system)], ["check", str(system), "-f", "json"], ["--version"]):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            assert main(arguments) == 0
        assert out.getvalue()
