"""A user's folder of policies: what looks like one and would not be read is refused, with what to do."""

from __future__ import annotations

import datetime
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from limen.errors import PolicyError
from limen.policy.catalog import load_catalog
from limen.policy.selection import select
from tests.needs import need_program
from tests.policy.bundles import RULE, packed, plain, policies
from tests.policy.support import MY_PROFILE, write_profile

LAYOUT = "expected rules/<category>/<rule>/<rule>.rego, lib/, profiles/<id>.yaml or frameworks/<id>.yaml"
NO_POLICIES = "expected rules/, profiles/ or frameworks/ in it; limen rules new makes them"


def refusal(*folders: Path) -> list[tuple[str, str, str]]:
    """Return the place, message and hint of each problem; places below the parent of the first folder."""
    with pytest.raises(PolicyError) as caught:
        load_catalog(folders)
    lead = f"{folders[0].parent.as_posix()}/"
    return [
        (str(one.location).replace(lead, ""), one.message.replace(lead, ""), one.hint) for one in caught.value.problems
    ]


def move(old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / new).parent.mkdir(parents=True, exist_ok=True)
        (folder / old).rename(folder / new)

    return change


def linked(name: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / name).rename(folder.parent / "elsewhere")
        (folder / name).symlink_to(folder.parent / "elsewhere")

    return change


def written(name: str, text: bytes) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text)

    return change


RULE_HINT = "expected rules/<category>/<rule>/<rule>.rego and its <rule>_test.rego, in lower case"
MISPLACED = ("no policy belongs here", LAYOUT)
NO_RULE = ("no rule belongs here", RULE_HINT)
LINK = ("a link to a folder is not followed", "put the folder itself there")
HIPAA = MY_PROFILE.replace("mine\n", "hipaa\n", 1).encode()
PROFILE = "profiles/mine.yaml"


@pytest.mark.parametrize(
    ("change", "place", "said"),
    [
        (move(RULE, "mine.rego"), "mine.rego", MISPLACED),
        (move("rules", "rule"), f"rule{RULE.removeprefix('rules')}", MISPLACED),
        (move(RULE, "rules/mine.rego"), "rules/mine.rego", NO_RULE),
        (move(RULE, "rules/transit/mine/.mine.rego"), "rules/transit/mine/.mine.rego", NO_RULE),
        (move("rules/transit", "rules/Transit"), "rules/Transit/mine/mine.rego", NO_RULE),
        (
            move("rules/transit", "rules/wire"),
            "rules/wire/mine/mine.rego:6:9",
            ("the id is 'transit.mine'", "the folders say wire.mine"),
        ),
        (move(PROFILE, "profiles/mine.yml"), "profiles/mine.yml", MISPLACED),
        (move(PROFILE, "profiles/old/mine.yaml"), "profiles/old/mine.yaml", MISPLACED),
        (
            move(PROFILE, "profiles/other.yaml"),
            "profiles/other.yaml:1:5",
            ("the profile's id 'mine' is not the file's name", "name the file mine.yaml"),
        ),
        (linked("rules"), "rules", LINK),
        (linked("rules/transit"), "rules/transit", LINK),
        (linked("profiles"), "profiles", LINK),
        (written(RULE, b"# one\n# caf\xe9\n"), f"{RULE}:2", ("not UTF-8", "")),
        (written(PROFILE, b"id: caf\xe9\n"), f"{PROFILE}:1", ("not UTF-8", "")),
        (
            written("profiles/hipaa.yaml", HIPAA),
            "profiles/hipaa.yaml",
            ("there is already a profile hipaa", "give it another name: what is shipped can't be replaced"),
        ),
    ],
)
def test_what_would_be_overlooked_is_refused(
    tmp_path: Path, change: Callable[[Path], None], place: str, said: tuple[str, str]
) -> None:
    folder = policies(tmp_path / "ours")
    (folder / RULE).with_name("mine_test.rego").unlink()
    load_catalog((folder,))
    change(folder)
    assert (f"ours/{place}", *said) in refusal(folder)


def test_a_package_that_is_not_the_folders(tmp_path: Path) -> None:
    folder = policies(tmp_path / "ours")
    text = (folder / RULE).read_text()
    (folder / RULE).write_text(
        text.replace("package limen.rules.transit.mine\n", "package limen.rules.transit.other\n")
    )
    ((place, message, hint),) = refusal(folder)
    assert place == f"ours/{RULE}:19:1"
    assert message == "the package is limen.rules.transit.other"
    assert hint == "the folders say limen.rules.transit.mine"


def test_a_shipped_id_is_taken(tmp_path: Path) -> None:
    folder = policies(tmp_path / "ours")
    taken = "rules/transit/tls_minimum/tls_minimum.rego"
    written(taken, (folder / RULE).read_text().replace("transit.mine", "transit.tls_minimum").encode())(folder)
    assert refusal(folder) == [
        (
            f"ours/{taken}",
            "transit.tls_minimum is already defined by limen/rules/transit/tls_minimum/tls_minimum.rego",
            "give it another name: what is shipped can't be replaced",
        )
    ]


def test_two_folders_with_one_id(tmp_path: Path) -> None:
    folder = policies(tmp_path / "ours")
    other = Path(shutil.copytree(folder, tmp_path / "theirs"))
    hint = "give one of them another name"
    assert refusal(folder, other) == [
        (f"theirs/{RULE}", f"transit.mine is already defined by ours/{RULE}", hint),
        ("theirs/profiles/mine.yaml", "there is already a profile mine", hint),
    ]
    (tmp_path / "again").symlink_to(folder)
    assert refusal(folder, tmp_path / "again") == [("again", "given twice", "name it once")]


def test_folder_and_bundle_side_by_side(tmp_path: Path) -> None:
    folder = policies(tmp_path / "ours")
    bundle = packed(tmp_path / "theirs.tar.gz", plain())
    assert [message for _, message, _ in refusal(folder, bundle)] == [
        f"transit.mine is already defined by ours/{RULE}",
        "there is already a profile mine",
    ]
    shutil.rmtree(folder / "rules")
    (folder / "profiles" / "mine.yaml").unlink()
    write_profile(folder, MY_PROFILE.replace("mine\n", "other\n", 1), "other")
    assert {"mine", "other"} <= set(load_catalog((folder, bundle)).profiles)


@pytest.mark.parametrize("kind", ["empty", "readme", "file", "absent", "rego", "targz", "lib"])
def test_no_policies_at_all(tmp_path: Path, kind: str) -> None:
    place = tmp_path / {"rego": "mine.rego", "targz": "mine.tar.gz"}.get(kind, "ours")
    if kind in ("empty", "readme", "lib"):
        place.mkdir()
    if kind == "readme":
        (place / "README.md").write_text("ours\n")
    if kind == "lib":
        (place / "lib").mkdir()
    if kind in ("file", "rego", "targz"):
        place.write_text("package mine\n")
    ((where, message, hint),) = refusal(place)
    assert where == place.name
    suffixes = "expected a folder, or a bundle: a file whose name ends in .tar.gz or .tgz"
    assert (message, hint) == {
        "empty": ("the folder holds no policies", NO_POLICIES),
        "readme": ("the folder holds no policies", NO_POLICIES),
        "lib": ("the folder holds no policies", NO_POLICIES),
        "absent": ("there is no such folder or bundle", "expected a folder, or a bundle made by opa build"),
        "file": ("neither a folder nor a bundle", suffixes),
        "rego": ("neither a folder nor a bundle", suffixes),
        "targz": ("not gzip: incorrect header check", "make it with opa build or tar -czf"),
    }[kind]


def test_what_is_no_policy_is_let_be(tmp_path: Path) -> None:
    folder = policies(tmp_path / "ours")
    for name in ("rules/README.md", "rules/transit/mine/mine.md", ".git/hooks/x.rego", ".x.rego.swp", "rules/a.txt"):
        written(name, b"whatever \xff")(folder)
    (folder / "docs").mkdir()
    (folder / "docs" / "link").symlink_to(tmp_path)
    assert "transit.mine" in load_catalog((folder,)).rules


def test_a_closed_folder_is_refused(tmp_path: Path) -> None:
    folder = policies(tmp_path / "ours")
    closed = folder / "rules" / "transit"
    closed.chmod(0)
    command = [sys.executable, "-m", "limen", "rules", "--policies", str(folder)]
    if os.access(closed, os.R_OK):  # the superuser reads everything, unless it gives that up
        command = [str(need_program("setpriv")), "--bounding-set=-dac_override,-dac_read_search", *command]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    finally:
        closed.chmod(0o700)
    assert done.returncode == 2
    assert f"{closed}: error: can't read the folder: Permission denied" in done.stderr


def test_a_weaker_parameter_is_a_deviation(tmp_path: Path) -> None:
    folder = policies(tmp_path / "ours")
    text = "id: lax\ntitle: Lax\ndescription: Lax.\nextends: [zero-trust]\nparameters: {tls_minimum: '1.1'}\n"
    write_profile(folder, text, "lax")
    selection = select(load_catalog((folder,)), ["lax"], as_of=datetime.date(2026, 1, 1))
    assert {(one.rule, one.parameter, one.profile, one.expected, one.actual) for one in selection.deviations} == {
        (rule, "tls_minimum", profile, expected, "1.1")
        for rule in ("transit.tls_minimum", "conformance.brokers_tls")
        for profile, expected in (("zero-trust", "1.3"), ("baseline", "1.2"))
    }
