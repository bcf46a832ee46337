"""A user's own rule, written from docs/own-rules.md alone: linted, tested, mutated, run, and shown in SARIF."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.cli.support import Said, program
from tests.docs.console import run
from tests.needs import REPOSITORY, need_data, need_program

PAGE = REPOSITORY / "docs" / "own-rules.md"
RULE = "ours/rules/acme/key_sharing/key_sharing.rego"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which everything was done that the page shows, in order, through the real program."""
    for name in ("opa", "openssl"):
        need_program(name)
    folder = tmp_path_factory.mktemp("own")
    differences = run(PAGE, folder)
    assert not differences, "docs/own-rules.md is not true:\n" + "\n".join(map(str, differences))
    return folder


def test_the_finding_is_in_valid_sarif(written: Path) -> None:
    document = json.loads((written / "limen.sarif").read_text(encoding="utf-8"))
    schema = json.loads(need_data("sarif/sarif-schema-2.1.0.json").read_bytes())
    jsonschema.Draft7Validator(schema).validate(document)
    (sarif,) = document["runs"]
    rules = {rule["id"]: rule for rule in sarif["tool"]["driver"]["rules"]}
    found = [one for one in sarif["results"] if one["ruleId"] == "acme.key_sharing" and one["kind"] == "fail"]
    assert sorted(one["message"]["text"].splitlines()[0] for one in found) == [
        "3 components are granted the key; the policy allows 2",
        "3 components use the key; the policy allows 2",
    ]
    lines = (written / "boundaries.yaml").read_text(encoding="utf-8").splitlines()
    for one in found:
        place = one["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "boundaries.yaml"
        assert "record-key" in lines[place["region"]["startLine"] - 1]
        assert one["partialFingerprints"]
    assert rules["acme.key_sharing"]["shortDescription"]["text"] == "A key that protects data is shared by few"


def test_the_other_rules_judge_as_before(written: Path) -> None:
    """One rule more changes no other's decisions."""
    documents = []
    for more in ((), ("--policies", "ours", "--profile", "acme")):
        said = program("check", "--format", "json", *more, cwd=written)
        assert said.code == (1 if more else 0)
        documents.append(json.loads(said.out))
    alone, together = ({one["rule"] for one in document["findings"]} for document in documents)
    assert (alone, together) == (set(), {"acme.key_sharing"})


def test_the_mutation_score_is_whole(written: Path) -> None:
    arguments = (
        "mutate",
        "policy",
        "--policies",
        "ours",
        "--rule",
        "acme.key_sharing",
        "--partial",
        "--format",
        "json",
    )
    said = program(*arguments, cwd=written)
    assert said.code == 0
    score: Any = json.loads(said.out)
    assert score["survived"] == 0
    assert score["killed"] > 10


def test_mutants_survive_the_tests_that_were_scaffolded(written: Path, tmp_path: Path) -> None:
    """So that the score above says something: the first tests never reach the second check."""
    folder = Path(shutil.copytree(written / "ours", tmp_path / "ours"))
    name = "key_sharing_test.rego"
    fresh = tmp_path / "fresh"
    new = ("rules", "new", "acme.key_sharing", "--subject", "key", "--policies", fresh)
    assert program(*new).code == 0
    place = Path("rules") / "acme" / "key_sharing" / name
    shutil.copy(fresh / place, folder / place)
    said = program("mutate", "policy", "--policies", folder, "--rule", "acme.key_sharing", "--partial")
    assert said.code == 1


def misspelt(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert text.count(old) == 1
        return text.replace(old, new)

    return change


@pytest.mark.parametrize(
    ("change", "line", "message", "hint"),
    [
        (misspelt("input.grantees <=", "input.grantee <="), 42, "there is no input path grantee", '"grantees"'),
        (
            misspelt('"actual": input.users', '"actual": count(input.user)'),
            37,
            "there is no input path user",
            '"users"',
        ),
        (
            misspelt(
                "input.grantees <= parameters.acme_key_sharing_most", "input.grantees <= parameters.acme_key_most"
            ),
            42,
            "there is no parameters path acme_key_most",
            '"acme_key_sharing_most"',
        ),
        (
            misspelt('"actual": input.grantees', '"actual": cuont(input.grantees)'),
            43,
            "there is no function cuont that a rule may call",
            '"count"',
        ),
        (misspelt('checks["grantees"]', 'checks["grantee"]'), 41, "the check 'grantee' is not declared", '"grantees"'),
        (misspelt("needs: [grantees]", "needs: [grantee]"), None, "there is no input path 'grantee'", '"grantees"'),
    ],
)
@pytest.mark.parametrize("command", ["check", "test", "rules"])
def test_what_is_misspelt_is_told_with_its_place(
    written: Path,
    tmp_path: Path,
    command: str,
    change: Callable[[str], str],
    line: int | None,
    message: str,
    hint: str,
) -> None:
    folder = Path(shutil.copytree(written, tmp_path / "own"))
    text = change((folder / RULE).read_text(encoding="utf-8"))
    (folder / RULE).write_text(text, encoding="utf-8")
    more = ("--profile", "acme") if command == "check" else ()
    said: Said = program(command, "--policies", "ours", *more, cwd=folder)
    assert (said.code, said.out) == (2, "")
    told = next(one for one in said.err.split(RULE)[1:] if message in one)
    if line is not None:
        assert told.startswith(f":{line}:")
    assert f"did you mean {hint}?" in told


def test_the_bundle_judges_like_the_folder(written: Path) -> None:
    """What is given away finds what the folder finds, word by word but for the rule's file."""
    folder = ("--policies", "ours")
    bundle = ("--policies", "acme.tar.gz", "--bundle-key", "acme.pem")
    epoch = str(int(time.time()))  # one day for both, whatever the clock does meanwhile
    said = [
        program("check", *policies, "--profile", "acme", cwd=written, SOURCE_DATE_EPOCH=epoch)
        for policies in (folder, bundle)
    ]
    assert said[0] == said[1]
    assert said[0].code == 1
    for command in (("test", "--rule", "acme"), ("explain", "acme.key_sharing::key:record-key", "--profile", "acme")):
        answers = [program(*command, *policies, cwd=written) for policies in (folder, bundle)]
        assert answers[0].code == answers[1].code == 0
        assert answers[0].out.replace("ours/", "acme.tar.gz/") == answers[1].out
