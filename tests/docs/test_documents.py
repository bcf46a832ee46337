"""README and docs are true: their commands run, and print what the documents show."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from docs.generate import WHOLE_FOLDERS
from limen.cli.program import command_names, parser
from limen.records.statuses import EXIT_CONFORMING, EXIT_FINDINGS, EXIT_INTERNAL, EXIT_UNASSESSED, EXIT_USAGE
from tests.docs.console import commands, run
from tests.docs.markdown import blocks, codes
from tests.docs.test_links import markdown_files
from tests.needs import REPOSITORY, need_program

DOCUMENTS = [
    path
    for path in (REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md")))
    if not any(path.is_relative_to(REPOSITORY / folder) for folder in WHOLE_FOLDERS)
]
WITH_COMMANDS = [path for path in DOCUMENTS if any(block.language == "console" for block in blocks(path))]


def name(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def test_the_documents_that_promise_commands_have_some() -> None:
    assert {"README.md", "docs/commands.md", "docs/tutorial.md"} <= {name(path) for path in WITH_COMMANDS}


@pytest.mark.parametrize("path", WITH_COMMANDS, ids=name)
def test_commands_print_what_the_document_shows(path: Path, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for program in ("opa", "openssl"):
        if re.search(rf"^\$ .*\b{program} ", text, flags=re.MULTILINE):
            need_program(program)
    differences = run(path, tmp_path)
    assert not differences, f"{name(path)} is not true:\n" + "\n".join(map(str, differences))


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_commands_are_marked_as_such(path: Path) -> None:
    """A shell block that nothing runs would be a promise that nothing keeps."""
    unrun = [block.line for block in blocks(path) if block.language in ("bash", "shell", "shell-session")]
    assert unrun == []


def known_options() -> dict[str, set[str]]:
    """Return the options of each command."""
    whole = parser()
    (subparsers,) = (action for action in whole._actions if isinstance(action, argparse._SubParsersAction))
    known = {name: set(sub._option_string_actions) for name, sub in subparsers.choices.items()}
    for name, sub in subparsers.choices.items():
        for nested in (action for action in sub._actions if isinstance(action, argparse._SubParsersAction)):
            known[name].update(option for part in nested.choices.values() for option in part._option_string_actions)
    return known


def test_commands_in_the_text_exist() -> None:
    """`limen check --format sarif` in a sentence, `make docs` in another: each names what is there."""
    options = known_options()
    targets = set(re.findall(r"^([a-z]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    unknown, checked = [], 0
    for path in markdown_files():
        for code in codes(path):
            program, _, rest = code.partition(" ")
            words = rest.split()
            if program == "limen" and words:
                checked += 1
                named = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
                if words[0].startswith("-"):
                    wrong = named - {"--version", "--help", "-V", "-h"}
                else:
                    wrong = named - options[words[0]] if words[0] in options else {words[0]}
            elif program == "make" and words:
                checked += 1
                wrong = set(words[:1]) - targets
            else:
                continue
            if wrong:
                unknown.append(f"{name(path)}: `{code}`: {', '.join(sorted(wrong))}")
    assert unknown == []
    assert checked > 300


def test_no_document_lives_from_skipped_commands() -> None:
    every = [
        one
        for path in WITH_COMMANDS
        for block in blocks(path)
        if block.language == "console"
        for one in commands(block)
    ]
    assert [one.text for one in every if one.skipped and one.shown] == []
    assert sum(not one.skipped for one in every) > 10


def test_the_readme_names_every_command() -> None:
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    table = text.partition("## Commands")[2].partition("\n## ")[0]
    assert sorted(set(re.findall(r"`limen ([a-z]+)[` ]", table))) == list(command_names())


def test_the_readme_tells_the_exit_codes() -> None:
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    table = text.partition("## Exit codes")[2].partition("\n## ")[0]
    told = {int(code): meaning for code, meaning in re.findall(r"\| (\d) \| (.+) \|", table)}
    assert told == {
        EXIT_CONFORMING: "conforming",
        EXIT_FINDINGS: "findings at or above `--fail-on`",
        EXIT_USAGE: "bad declaration or usage",
        EXIT_UNASSESSED: "something required was not assessed",
        EXIT_INTERNAL: "internal error",
    }
