"""`--baseline-from REF`: a change gates on what is new since then; the rest is shown as inherited."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import GRPCS, WEAK, mend, worsen
from tests.cli.support import limen, names
from tests.needs import need_program

Capsys = pytest.CaptureFixture[str]

WHO = {
    "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example", "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
}  # fmt: skip


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(
        [need_program("git"), "-C", folder, *arguments], check=True, capture_output=True, env=os.environ | WHO
    )


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "x")


@pytest.fixture
def repository(weak: Path) -> Path:
    """A repository whose only commit has one finding."""
    git(weak, "init", "--quiet", "--initial-branch", "main")
    commit(weak)
    return weak


def dispositions(capsys: Capsys, *arguments: str | Path) -> tuple[int, dict[str, str]]:
    said = limen(capsys, "check", *arguments, "-f", "json")
    found = json.loads(said.out)["findings"]
    return said.code, {finding["subject"]: finding["disposition"] for finding in found}


def weaken(folder: Path, protocol: str) -> None:
    root = folder / "boundaries.yaml"
    text = root.read_text(encoding="utf-8")
    assert f"protocol: {protocol}}}" in text
    root.write_text(text.replace(f"protocol: {protocol}}}", f'protocol: {protocol}, tls: {{min: "1.2"}}}}'))


def test_what_was_there_is_shown_and_does_not_gate(repository: Path, capsys: Capsys) -> None:
    assert dispositions(capsys, repository) == (1, {"flow:hand-over": "open"})
    assert dispositions(capsys, repository, "--baseline-from", "main") == (0, {"flow:hand-over": "inherited"})
    assert "[inherited]" in limen(capsys, "check", repository, "--baseline-from", "HEAD").out


def test_what_is_new_gates(repository: Path, capsys: Capsys) -> None:
    weaken(repository, "kmip")
    assert dispositions(capsys, repository, "--baseline-from", "main") == (
        1, {"flow:hand-over": "inherited", "flow:use-keys": "open"},
    )  # fmt: skip


def test_what_is_worse_gates(repository: Path, capsys: Capsys) -> None:
    worsen(repository)
    assert dispositions(capsys, repository, "--baseline-from", "main") == (1, {"flow:hand-over": "open"})


def test_what_was_mended_in_between_is_new(repository: Path, capsys: Capsys) -> None:
    mend(repository)
    commit(repository)
    root = repository / "boundaries.yaml"
    root.write_text(root.read_text(encoding="utf-8").replace(GRPCS, WEAK), encoding="utf-8")
    assert dispositions(capsys, repository, "--baseline-from", "HEAD")[0] == 1
    assert dispositions(capsys, repository, "--baseline-from", "HEAD~1")[0] == 0


def test_branches_tags_and_commits_are_references(repository: Path, capsys: Capsys) -> None:
    git(repository, "tag", "v1")
    for reference in ("main", "v1", "HEAD", "main~0"):
        assert dispositions(capsys, repository, "--baseline-from", reference)[0] == 0


def test_a_declaration_below_the_top_with_its_includes(tmp_path: Path, weak: Path, capsys: Capsys) -> None:
    folder = tmp_path / "systems" / "rx"
    folder.mkdir(parents=True)
    text = (weak / "boundaries.yaml").read_text(encoding="utf-8")
    head, flows = text.split("\nflows:\n", 1)
    end = flows.index("\n# --- keys")
    (folder / "flows.yaml").write_text("flows:\n" + flows[:end], encoding="utf-8")
    (folder / "boundaries.yaml").write_text(
        head.replace("version: 1", "version: 1\ninclude: [flows.yaml]") + flows[end:], encoding="utf-8"
    )
    (weak / "boundaries.yaml").unlink()
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    commit(tmp_path)
    assert dispositions(capsys, folder, "--baseline-from", "main") == (0, {"flow:hand-over": "inherited"})


def test_a_declaration_that_was_not_there_yet_inherits_nothing(tmp_path: Path, weak: Path, capsys: Capsys) -> None:
    git(weak, "init", "--quiet", "--initial-branch", "main")
    git(weak, "commit", "--quiet", "--allow-empty", "--message", "x")
    assert dispositions(capsys, weak, "--baseline-from", "main") == (1, {"flow:hand-over": "open"})
    below = weak / "new"
    below.mkdir()
    (weak / "boundaries.yaml").rename(below / "boundaries.yaml")
    assert dispositions(capsys, below, "--baseline-from", "main") == (1, {"flow:hand-over": "open"})


def test_the_working_tree_is_left_as_it_is(repository: Path, capsys: Capsys) -> None:
    weaken(repository, "kmip")
    before = names(repository), (repository / "boundaries.yaml").read_bytes()
    limen(capsys, "check", repository, "--baseline-from", "main")
    assert (names(repository), (repository / "boundaries.yaml").read_bytes()) == before


@pytest.mark.parametrize("reference", ["nowhere", "HEAD~5", "", " ", "-x", "--output=x", "main:boundaries.yaml"])
def test_a_reference_that_is_none(repository: Path, reference: str, capsys: Capsys) -> None:
    said = limen(capsys, "check", repository, f"--baseline-from={reference}")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("error: ")
    assert names(repository) == [".git", "boundaries.yaml"]


def test_outside_a_repository(weak: Path, capsys: Capsys) -> None:
    said = limen(capsys, "check", weak, "--baseline-from", "main")
    assert (said.code, said.out) == (2, "")
    assert "not a git repository" in said.err


def test_a_declaration_that_could_not_be_read_then(repository: Path, capsys: Capsys) -> None:
    root = repository / "boundaries.yaml"
    text = root.read_text(encoding="utf-8")
    root.write_text(text.replace("to: service", "to: servise"), encoding="utf-8")
    commit(repository)
    root.write_text(text, encoding="utf-8")
    said = limen(capsys, "check", repository, "--baseline-from", "HEAD")
    assert (said.code, said.out) == (2, "")
    assert "the declaration at HEAD can't be read, so nothing can be called new" in said.err
    assert 'did you mean "service"?' in said.err


def test_without_git(repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> None:
    monkeypatch.setenv("PATH", str(repository))
    said = limen(capsys, "check", repository, "--baseline-from", "main")
    assert (said.code, said.out) == (2, "")
    assert "--baseline-from needs git" in said.err


def test_a_link_out_of_the_repository_is_not_followed(repository: Path, tmp_path: Path, capsys: Capsys) -> None:
    (repository / "elsewhere").symlink_to("/etc")
    commit(repository)
    assert dispositions(capsys, repository, "--baseline-from", "HEAD") == (0, {"flow:hand-over": "inherited"})
