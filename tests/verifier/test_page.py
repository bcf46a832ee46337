"""VERIFY.md is true: each of its commands, as it is written, prints what it must on a sound pack and not on another."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from limen.evidence.verify_page import verify_page
from tests.docs.console import matches
from tests.docs.markdown import blocks
from tests.needs import REPOSITORY
from tests.verifier.auditor import auditor_folder
from tests.verifier.authority import openssl

PAGE = REPOSITORY / "src" / "limen" / "evidence" / "VERIFY.md"
BREAK = "----- next block -----"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return auditor_folder(tmp_path_factory.mktemp("auditor"))


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "auditor"
    shutil.copytree(sound, copy)
    return copy


def steps() -> list[tuple[str, list[str]]]:
    """Each block of commands with the lines that it must print; blocks without have none that are compared."""
    found: list[tuple[str, list[str]]] = []
    for block in blocks(PAGE):
        if block.language == "sh":
            found.append((block.text, []))
        else:
            assert block.language == "text"
            assert not found[-1][1]
            found[-1] = (found[-1][0], block.text.splitlines())
    return found


def outputs(folder: Path, blocks: list[tuple[str, list[str]]]) -> list[list[str]]:
    """Run blocks in one shell and return what each of them prints."""
    script = f"\necho '{BREAK}'\n".join(commands for commands, _ in blocks)
    tools = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
    done = subprocess.run(
        ["sh", "-c", script],
        cwd=folder,
        env={"PATH": tools, "HOME": str(folder), "TZ": "Asia/Kathmandu"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
        check=False,
    )
    return [part.strip("\n").splitlines() for part in done.stdout.decode().split(BREAK)]


def false_steps(folder: Path) -> set[str]:
    """Return the first line of each block that prints something else than it must."""
    judged = steps()[:-1]  # the last one is of limen, which has tests of its own
    return {
        commands.splitlines()[0]
        for (commands, shown), printed in zip(judged, outputs(folder, judged), strict=True)
        if shown and not matches(shown, printed)
    }


SIGNED = 'sed \'s/^{"payload":"\\([^"]*\\)".*/\\1/\' "$pack/envelope/statement.json" | base64 -d > work/statement'
NAMED = "for file in SHA256SUMS VERIFY.md envelope/run.json envelope/log.jsonl envelope/checkpoint.txt; do"
LISTED = '(cd "$pack" && sha256sum -c --quiet SHA256SUMS) && echo "every file is the one in the list"'
E_SIGNED = "file=$pack/envelope/signatures/0001.json"
SHOWN = 'digest=$(sha256sum < "$pack/envelope/signatures.pdf" | cut -c 1-64)'
STAMPED = (
    'openssl ts -verify -data "$pack/envelope/timestamps/0001.json" -in "$pack/envelope/timestamps/0001.tsr" '
    "-CAfile tsa.pem"
)
LOGGED = "sed '/^$/,$d' \"$pack/envelope/checkpoint.txt\" > work/checkpoint"
ALL = "sha256sum -c verify.py.sha256"


def test_the_page_in_a_pack_is_this_one(sound: Path) -> None:
    assert (sound / "pack" / "VERIFY.md").read_bytes() == PAGE.read_bytes() == verify_page()


def test_the_page_has_the_steps_that_are_tested() -> None:
    compared = [commands.splitlines()[0] for commands, shown in steps() if shown]
    assert compared == [SIGNED, NAMED, LISTED, E_SIGNED, SHOWN, STAMPED, LOGGED, ALL]


def test_every_command_prints_what_it_must(sound: Path) -> None:
    printed = outputs(sound, steps())
    wrong = [
        f"{commands}must print:\n" + "\n".join(shown) + "\nprinted:\n" + "\n".join(lines)
        for (commands, shown), lines in zip(steps(), printed, strict=True)
        if shown and not matches(shown, lines)
    ]
    assert not wrong, "\n\n".join(wrong)
    assert printed[-3][:2] == ["1", "1"]  # runs that started and ended
    last = "\n".join(printed[-1])
    assert "\nverified\n" in last
    assert "follow from the enclosed inputs, byte for byte" in last  # limen reperform


def flipped(name: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        path = folder / "pack" / name
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)

    return damage


def truncated(name: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        path = folder / "pack" / name
        path.write_bytes(path.read_bytes()[:-1])

    return damage


def removed(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / "pack" / name).unlink()


def added(folder: Path) -> None:
    (folder / "pack" / "core" / "more.json").write_text("{}")


def linked(folder: Path) -> None:
    (folder / "pack" / "core" / "more.json").symlink_to("rules.jsonl")


def another_key(name: str, *algorithm: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        openssl("genpkey", *algorithm, "-out", folder / "other.key")
        openssl("pkey", "-in", folder / "other.key", "-pubout", "-out", folder / name)

    return damage


def listed_anew(folder: Path) -> None:
    """A file is changed, and the list of digests with it: what the Statement names is the list before."""
    flipped("core/findings.jsonl" if (folder / "pack/core/findings.jsonl").stat().st_size else "core/claims.jsonl")
    path = folder / "pack" / "core" / "subjects.jsonl"
    path.write_bytes(path.read_bytes().replace(b"a-team", b"b-team").replace(b"internal", b"external"))
    sums = folder / "pack" / "SHA256SUMS"
    names = [line[66:] for line in sums.read_text().splitlines()]
    command = ["sha256sum", *names]
    sums.write_bytes(subprocess.run(command, cwd=folder / "pack", capture_output=True, check=True).stdout)


ED25519 = ("-algorithm", "ed25519")
P256 = ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")


@pytest.mark.parametrize(
    ("damage", "seen_by"),
    [
        (flipped("core/decisions.jsonl"), {LISTED}),
        (truncated("core/subjects.jsonl"), {LISTED}),
        (removed("core/waivers.jsonl"), {LISTED}),
        (added, {LISTED}),
        (linked, {LISTED}),
        (listed_anew, {NAMED}),
        (flipped("envelope/statement.json"), {SIGNED}),
        (truncated("envelope/log.jsonl"), {NAMED, LOGGED}),
        (flipped("envelope/run.json"), {NAMED}),
        (flipped("envelope/signatures/0001.json"), {E_SIGNED}),
        (flipped("envelope/signatures.pdf"), {SHOWN, STAMPED}),
        (flipped("envelope/timestamps/0001.json"), {STAMPED}),
        (flipped("envelope/timestamps/0001.tsr"), {STAMPED}),
        (flipped("envelope/checkpoint.txt"), {LOGGED, NAMED}),
        (another_key("producer.pem", *ED25519), {SIGNED}),
        (another_key("log.pem", *ED25519), {LOGGED}),
        (another_key("approver.pem", *P256), {E_SIGNED}),
    ],
    ids=lambda value: "",
)
def test_a_damaged_pack_fails_where_the_page_says(
    folder: Path, damage: Callable[[Path], None], seen_by: set[str]
) -> None:
    damage(folder)
    false = false_steps(folder)
    assert seen_by <= false
    if not (folder / "other.key").exists():  # verify.py takes keys from the trust file, which is as it was
        assert ALL in false


def test_a_verifier_that_was_changed_is_not_run_unseen(folder: Path) -> None:
    with (folder / "verify.py").open("a") as file:
        file.write("# more\n")
    assert ALL in false_steps(folder)
