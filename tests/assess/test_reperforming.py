"""Re-performing: from the pack alone, wherever it lies, and every byte that does not follow is named."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from limen.assess import Request
from limen.assess.packing import Packing, pack
from limen.assess.reperforming import Reperformed, reperform
from limen.errors import UnassessedError, UsageError
from limen.policy.engines import EngineOptions
from tests.assess.systems import request, system
from tests.cli.support import VARIABLES
from tests.evidence.packing import declared
from tests.needs import REPOSITORY, need_program

EMBEDDED = (EngineOptions(),)
OUTSIDE = """
import os, sys
allowed = tuple(map(os.path.realpath, sys.argv[2].split(os.pathsep)))
seen = []
def watch(event, arguments):
    if event in ("open", "os.listdir", "os.scandir") and isinstance(arguments[0], (str, bytes)):
        path = os.fsdecode(arguments[0])  # what is relative lies in an empty folder, or below one that is open
        if os.path.isabs(path) and not os.path.realpath(path).startswith(allowed):
            seen.append(path)
    elif event.startswith("socket.connect") or event == "socket.getaddrinfo":
        seen.append(event)
from pathlib import Path
from limen.assess.reperforming import reperform
from limen.policy.engines import EngineOptions
sys.addaudithook(watch)
(found,) = reperform(Path(sys.argv[1]), (EngineOptions(),))
print(*seen, sep="\\n", file=sys.stderr)
sys.exit(bool(found.differences))
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = system(tmp_path_factory.mktemp("system"), broken_rule=True)
    output = tmp_path_factory.mktemp("packs") / "pack"
    pack(Packing(request=request(folder), output=output, signing_policy=folder / "signing.yaml"))
    shutil.rmtree(folder)  # whatever reads it again fails
    return output


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "moved" / "pack"))


def once(path: Path) -> Reperformed:
    (found,) = reperform(path, EMBEDDED)
    return found


def test_a_pack_follows_from_its_inputs(made: Path) -> None:
    found = once(made)
    assert found.differences == ()
    assert found.engine.startswith("regorus ")
    assert found.files == 15
    lines = sum(path.read_bytes().count(b"\n") for path in (made / "core").glob("*.jsonl"))
    assert found.records == lines > 5000


def test_a_zip_follows_from_its_inputs(copy: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "pack.zip", "w") as archive:
        for path in sorted(copy.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(copy))
    assert once(tmp_path / "pack.zip").differences == ()


def test_opa_says_the_same(made: Path) -> None:
    need_program("opa")
    found = list(reperform(made, (EngineOptions(), EngineOptions(engine="opa-cli"))))
    assert [one.engine.split()[0] for one in found] == ["regorus", "OPA"]
    assert [one.differences for one in found] == [(), ()]


def test_nothing_is_read_but_the_pack(copy: Path, tmp_path: Path) -> None:
    """Rules, policies and schemas of this installation are not looked at, nor anything else, nor any server."""
    scratch, empty = tmp_path / "scratch", tmp_path / "empty"
    scratch.mkdir()
    empty.mkdir()
    allowed = (
        copy,
        scratch,
        sys.prefix,
        sys.base_prefix,
        REPOSITORY / "src",
        "/proc",
        "/dev",
        "/sys",
        "/etc/mime.types",
    )
    done = subprocess.run(
        [sys.executable, "-c", OUTSIDE, str(copy), os.pathsep.join(map(str, allowed))],
        cwd=empty,
        env={name: value for name, value in os.environ.items() if name not in VARIABLES} | {"TMPDIR": str(scratch)},
        capture_output=True,
        timeout=120,
    )
    assert done.stderr.decode().split() == []
    assert done.returncode == 0
    assert list(scratch.iterdir()) == []


def first(text: bytes, old: bytes, new: bytes) -> bytes:
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("name", "change", "record", "what"),
    [
        ("core/decisions.jsonl", lambda t: first(t, b'"status":"fail"', b'"status":"pass"'), "some", "it differs"),
        (
            "core/details.jsonl",
            lambda t: t[: t.rindex(b"\n", 0, -1) + 1],
            "last",
            "the pack lacks it and all that follow",
        ),
        ("core/findings.jsonl", lambda t: t + b"{}\n", "after", "it does not follow from the inputs"),
        ("core/subjects.jsonl", lambda t: b"\n".join(t.split(b"\n")[::-1]), 0, "it differs"),
        ("core/waivers.jsonl", lambda t: t.rstrip(b"\n"), "end", "it differs"),
        ("core/assessment.json", lambda t: first(t, b'"exit_code":1', b'"exit_code":0'), None, "it differs"),
        ("core/notes.json", lambda t: b"[]", None, "it differs"),
        ("core/approvals.json", lambda t: first(t, b"nobody is named", b"everybody agreed"), None, "it differs"),
    ],
)
def test_what_does_not_follow_is_named(
    name: str, change: Callable[[bytes], bytes], record: object, what: str, copy: Path
) -> None:
    before = (copy / name).read_bytes()
    (copy / name).write_bytes(change(before))
    (found,) = once(copy).differences
    assert (found.file, found.what[: len(what)]) == (name, what)
    numbers = {"last": before.count(b"\n") - 1, "after": before.count(b"\n"), "end": before.count(b"\n") - 1}
    if record == "some":
        lines = before.splitlines()
        assert lines[found.record or 0].count(b'"status":"fail"') == 1
        assert all(b'"status":"fail"' not in line for line in lines[: found.record])
    else:
        assert found.record == (numbers[record] if isinstance(record, str) else record)


def test_a_file_too_few_and_one_too_many_are_named(copy: Path) -> None:
    (copy / "core" / "crossings.jsonl").unlink()
    (copy / "core" / "more.jsonl").write_bytes(b"{}\n")
    assert [(one.file, one.what) for one in once(copy).differences] == [
        ("core/crossings.jsonl", "the pack lacks it"),
        ("core/more.jsonl", "it does not follow from the inputs"),
    ]


def test_another_declaration_or_rule_shows(copy: Path) -> None:
    declaration = copy / "core" / "inputs" / "declaration" / "boundaries.yaml"
    declaration.write_text(declaration.read_text().replace("owner: supply-chain-systems", "owner: somebody-else"))
    assert "core/assessment.json" in {one.file for one in once(copy).differences}
    rule = next((copy / "core/inputs/policies/rego/limen/rules").rglob("tls_minimum.rego"))
    rule.write_text(rule.read_text().replace("severity: high", "severity: low"))
    assert "core/rules.jsonl" in {one.file for one in once(copy).differences}


def test_what_is_shipped_here_by_now_plays_no_part(copy: Path) -> None:
    """Years later: rules that the pack does not hold are not missed, and one that changed since counts as it was."""
    held = {path.parent.name for path in (copy / "core/inputs/policies/rego/limen/rules").rglob("*.rego")}
    shipped = {path.parent.name for path in (REPOSITORY / "rego/limen/rules").rglob("*.rego")}
    assert held < shipped
    assert not list((copy / "core" / "inputs").rglob("*_test.rego"))


@pytest.mark.parametrize("missing", ["envelope/secret", "core/inputs/request.json"])
def test_a_redacted_or_broken_pack_is_refused(missing: str, copy: Path) -> None:
    (copy / missing).unlink()
    with pytest.raises(UnassessedError):
        once(copy)


def test_a_pack_with_leaves_is_refused(copy: Path) -> None:
    (copy / "envelope" / "leaves.jsonl").write_text("")
    with pytest.raises(UnassessedError, match="is redacted and can't be re-performed"):
        once(copy)


def test_inputs_that_can_t_be_judged_are_said_without_a_place_of_this_machine(copy: Path) -> None:
    (copy / "core/inputs/declaration/boundaries.yaml").write_text("version: 1\nsystem: {}\n")
    with pytest.raises(UnassessedError) as raised:
        once(copy)
    assert raised.value.problems[0].message == "the enclosed inputs can't be judged again"
    assert len(raised.value.problems) > 1
    assert "/tmp" not in str([(one.message, str(one.location), one.hint) for one in raised.value.problems])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"own":["folder"]', b'"own":["folder","folder"]'),
        (b'"boundaries.yaml"', b'"../../x"'),
    ],
)
def test_a_request_for_what_is_not_there_is_refused(old: bytes, new: bytes, copy: Path) -> None:
    path = copy / "core/inputs/request.json"
    path.write_bytes(first(path.read_bytes(), old, new))
    with pytest.raises((UnassessedError, UsageError)):
        once(copy)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"as_of":"2026-11-22"', b'"as_of":"2026-13-22"'),
        (b'"assessed_at":"2026-11-22T08:30:15Z"', b'"assessed_at":"yesterday"'),
        (b'"boundaries.yaml"', b'"../../../../../etc/passwd"'),
        (b'"boundaries.yaml"', b'"/etc/passwd"'),
        (b'"sensitivity":[]', b'"sensitivity":["../request.json"]'),
        (b'"previous":false', b'"previous":true'),
    ],
)
def test_a_request_that_leads_out_or_nowhere_is_refused(old: bytes, new: bytes, copy: Path) -> None:
    path = copy / "core/inputs/request.json"
    path.write_bytes(first(path.read_bytes(), old, new))
    with pytest.raises(UnassessedError) as raised:
        once(copy)
    assert "passwd:" not in str(raised.value)  # nothing of it is shown


@pytest.mark.parametrize("content", [b"[1]", b"\xff\x00"])
def test_whatever_an_input_is_changed_to_is_said(content: bytes, tmp_path: Path) -> None:
    folder = declared(tmp_path / "system", waivers__yaml="waivers: []\n", signing__yaml="log: true\n")
    packing = Packing(request=Request(path=folder), output=tmp_path / "pack", signing_policy=folder / "signing.yaml")
    pack(packing)
    inputs = tmp_path / "pack" / "core" / "inputs"
    rules = "policies/rego/limen/rules/transit"
    for name in (
        *("request.json", "signing.json", "waivers.yaml", "declaration/boundaries.yaml"),
        *("policies/policies/profiles/baseline.yaml", "policies/policies/frameworks/nist-800-53r5.yaml"),
        *("policies/rego/schemas/flow.json", f"{rules}/plaintext/plaintext.rego"),
    ):
        before = (inputs / name).read_bytes()
        (inputs / name).write_bytes(content)
        with pytest.raises(UnassessedError) as raised:
            once(tmp_path / "pack")
        assert raised.value.problems[0].message == "the enclosed inputs can't be judged again"
        (inputs / name).write_bytes(before)
    assert once(tmp_path / "pack").differences == ()


def test_where_there_is_no_pack_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no pack"):
        once(tmp_path / "none")


def test_parameters_and_approvals_are_in_the_core(made: Path) -> None:
    rules = [json.loads(line) for line in (made / "core/rules.jsonl").read_bytes().splitlines()]
    mine = next(one for one in rules if one["rule"] == "transit.mine")
    assert mine["parameters"] == {"mine_depth": 1}
    assert mine["module"] == "core/inputs/own/0/rules/transit/mine/mine.rego"
    for one in rules:
        assert (made / one["module"]).is_file(), one["module"]
    said = json.loads((made / "core/approvals.json").read_bytes())
    assert {one["id"]: one["approved_by"] for one in said["profiles"]}["mine"] == ["Ana Ruiz"]
    assert not (made / "core/inputs/own/0/notes.txt").exists()
