"""What the search as a whole does at its edges: time, rights, missing programs, and records that are none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import limen
from limen.adapters.secret_values import Secret
from limen.model.probing import ProbeOptions
from limen.probes import secrets
from limen.probes.interface import AttemptError, Context, Target
from limen.probes.secrets.record import SearchRecord
from limen.records.attempts import RawResponse
from tests.lab.secrets import KEY
from tests.needs import need_program


def context(seconds: float = 60.0, key: str = KEY) -> Context:
    return Context(deadline=time.monotonic() + seconds, started_at=1_800_000_000, credential=lambda _: Secret(key))


def target(place: Path, **options: Any) -> Target:
    return Target(
        probe="secrets", section="typed", name="it", endpoint=place.name, options=ProbeOptions(**options),
        folder=place.parent,
    )  # fmt: skip


def test_the_plan_opens_nothing(tmp_path: Path) -> None:
    (contact,) = secrets.contacts(target(tmp_path / "gone", history=True))
    assert (contact.where, contact.what, contact.writes) == (
        "gone", "read its files and every object of its history", False,
    )  # fmt: skip


def test_the_time_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text", encoding="ascii")
    with pytest.raises(AttemptError, match="the time for this attempt is over"):
        secrets.collect(target(tmp_path), context(-1.0))


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    one = target(tmp_path)
    keyed = Target(
        probe="secrets", section="typed", name="it", endpoint=one.endpoint, credential="env:X", folder=one.folder
    )
    with pytest.raises(AttemptError, match="fewer than 16 bytes"):
        secrets.collect(keyed, context(key="short"))


@pytest.mark.parametrize("endpoint", ["https://git.example/x.git", "ssh://git@git.example/x"])
def test_what_is_far_away_is_not_fetched(tmp_path: Path, endpoint: str) -> None:
    far = Target(probe="secrets", section="typed", name="it", endpoint=endpoint, folder=tmp_path)
    with pytest.raises(AttemptError, match="clone a repository first"):
        secrets.collect(far, context())


def test_a_single_file_is_searched(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text", encoding="ascii")
    record = json.loads(secrets.collect(target(tmp_path / "a.txt"), context())[0].content)
    assert (record["sort"], record["files"], record["size"]) == ("file", 1, 4)


def test_what_may_not_be_read_is_told(tmp_path: Path) -> None:
    setpriv = need_program("setpriv")
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents[:3]:
        if parent.stat().st_uid == os.getuid():
            parent.chmod(0o755)
    place = tmp_path / "place"
    (place / "closed").mkdir(parents=True)
    (place / "open.txt").write_text("text", encoding="ascii")
    (place / "closed.txt").write_text("text", encoding="ascii")
    (place / "closed.txt").chmod(0)
    (place / "closed").chmod(0)
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom limen.probes import secrets\n"
        "from limen.probes.interface import Context, Target\n"
        "target = Target(probe='secrets', section='typed', name='it', endpoint=sys.argv[1])\n"
        "context = Context(deadline=time.monotonic() + 60, started_at=0, credential=None)\n"
        "sys.stdout.buffer.write(secrets.collect(target, context)[0].content)\n"
    )
    command = [sys.executable, "-c", script, str(place)]
    if os.getuid() == 0:
        command = [str(setpriv), "--reuid=65534", "--regid=65534", "--clear-groups", *command]
    path = os.pathsep.join([str(Path(limen.__file__).parent.parent), *sys.path])
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": path}, capture_output=True, timeout=60)
    if b"Permission denied" in done.stderr and not done.stdout:
        pytest.skip("nobody may not run this Python")
    assert done.returncode == 0, done.stderr.decode()
    record = json.loads(done.stdout)
    assert record["files"] == 1
    assert record["unscanned"] == [{"reason": "not readable", "count": 2, "examples": ["closed.txt", "closed"]}]


def test_without_git_a_repository_is_an_error_and_a_folder_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("text", encoding="ascii")
    monkeypatch.setenv("PATH", "/nowhere")
    assert secrets.collect(target(tmp_path), context())
    (tmp_path / ".git").mkdir()
    with pytest.raises(AttemptError, match="git is not on PATH"):
        secrets.collect(target(tmp_path), context())


def test_a_folder_that_only_looks_like_a_repository_is_searched_as_a_folder(tmp_path: Path) -> None:
    need_program("git")
    (tmp_path / ".git").mkdir()
    (tmp_path / "a.txt").write_text("text", encoding="ascii")
    record = json.loads(secrets.collect(target(tmp_path), context())[0].content)
    assert (record["sort"], record["files"]) == ("folder", 1)
    with pytest.raises(AttemptError, match="is no repository"):
        secrets.collect(target(tmp_path, history=True), context())


@pytest.mark.parametrize("name", ["allow", "known"])
@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[]", b"{}", b"a: [", b'{"format": "x"}'])
def test_a_file_of_options_that_is_none_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    place = tmp_path / "place"
    place.mkdir()
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(AttemptError, match="file"):
        secrets.collect(target(place, **{name: "file"}), context())


def raw(content: bytes) -> dict[str, RawResponse]:
    return {"secrets.json": RawResponse(name="secrets.json", media_type="application/json", content=content)}


@given(st.binary(max_size=200))
def test_no_bytes_are_a_record(content: bytes) -> None:
    with pytest.raises(AttemptError):
        secrets.interpret(raw(content), 0)


def test_no_record_is_no_observation() -> None:
    with pytest.raises(AttemptError, match=r"no secrets\.json"):
        secrets.interpret({}, 0)


def test_the_number_of_secrets_that_are_told_is_bounded() -> None:
    import msgspec

    record = SearchRecord(
        sort="folder", ignored=True, history=False, patterns=1, patterns_sha256="", key="random", files=1, size=1,
        commits=0, found=(), dropped=3, unscanned=(), excluded=(), unused_allowances=(), pipelines=(), in_ci=None,
    )  # fmt: skip
    (seen,) = secrets.interpret(raw(msgspec.json.encode(record)), 0)
    assert seen.facts.scan.found == 3
    assert seen.facts.scan.complete is msgspec.UNSET
