"""Recordings: what is read is what was written, and whatever was changed, missing or added is refused by name."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.errors import UsageError
from limen.probes.recorded import RUN, SUMS
from limen.probes.recording import read_run, write_run
from limen.records.attempts import Attempt, Observation, ProbeRun, RawResponse
from tests.cli.support import names


def some_run(**more: object) -> ProbeRun:
    seen = Observation(kind="tls_observation", detail="a", facts=b'{"at":1,"line":"caf\xc3\xa9"}')
    raw = RawResponse(name="line", media_type="text/plain", content=b"hello\n")
    empty = RawResponse(name="more", media_type="text/plain", content=b"")
    done = Attempt(
        probe="tls", version="1", section="flow", target="hand-over", endpoint="h:1", status="completed", reason="",
        capability=("line",), started_at=10, duration=0.25, raw=(raw, empty), observations=(seen,),
    )  # fmt: skip
    failed = Attempt(
        probe="kms", version="3", section="key", target="k", endpoint="https://k", status="error", reason="denied",
        started_at=11, duration=1.0, tries=3, raw=(raw,),
    )  # fmt: skip
    run = ProbeRun(
        tool_version="1", system="rx", declaration_sha256="0" * 64, started_at=9, ended_at=12, attempts=(done, failed)
    )
    return ProbeRun(**{**{name: getattr(run, name) for name in run.__struct_fields__}, **more})


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    write_run(some_run(), tmp_path / "run")
    return tmp_path / "run"


def refused(folder: Path) -> tuple[str, str]:
    """Return the name of the file that is refused, within the folder, and why."""
    with pytest.raises(UsageError) as error:
        read_run(folder)
    (problem,) = error.value.problems
    assert problem.hint
    assert problem.location is not None, problem.message
    return Path(problem.location.file).relative_to(folder).as_posix(), problem.message


def resum(folder: Path) -> None:
    """Write SHA256SUMS anew, as somebody who changes a recording with care would."""
    files = sorted(
        (path.relative_to(folder).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest())
        for path in folder.rglob("*")
        if path.is_file() and path.name != SUMS
    )
    (folder / SUMS).write_text("".join(f"{digest}  {name}\n" for name, digest in files))


def test_what_is_read_is_what_was_written(recording: Path) -> None:
    assert read_run(recording) == some_run()
    digests = sorted(hashlib.sha256(content).hexdigest() for content in (b"hello\n", b""))
    assert names(recording) == [SUMS, "raw", RUN]
    assert names(recording / "raw") == digests


def test_coreutils_verify_it_without_limen(recording: Path) -> None:
    done = subprocess.run(["sha256sum", "--strict", "-c", SUMS], cwd=recording, capture_output=True, text=True)
    assert (done.returncode, done.stdout.count(": OK")) == (0, 3)


def test_the_same_run_is_the_same_bytes(recording: Path, tmp_path: Path) -> None:
    write_run(read_run(recording), tmp_path / "again")
    for path in recording.rglob("*"):
        if path.is_file():
            assert (tmp_path / "again" / path.relative_to(recording)).read_bytes() == path.read_bytes()


def test_a_salt_is_kept_and_none_is_made_up(tmp_path: Path) -> None:
    write_run(some_run(salt="5" * 64), tmp_path / "salted")
    assert read_run(tmp_path / "salted").salt == "5" * 64
    write_run(some_run(), tmp_path / "plain")  # as an older limen wrote it
    assert b"salt" not in (tmp_path / "plain" / RUN).read_bytes()
    for number, wrong in enumerate(("", "5" * 63, "x" * 64)):
        folder = tmp_path / f"{number}"
        write_run(some_run(salt="5" * 64), folder)
        (folder / RUN).write_text((folder / RUN).read_text().replace("5" * 64, wrong))
        resum(folder)
        assert refused(folder)[0] == RUN


def test_a_recording_can_be_moved(recording: Path, tmp_path: Path) -> None:
    recording.rename(tmp_path / "elsewhere")
    assert read_run(tmp_path / "elsewhere") == some_run()


def test_every_single_byte_counts(recording: Path) -> None:
    for path in sorted(path for path in recording.rglob("*") if path.is_file()):
        content = path.read_bytes()
        for place in range(len(content)):
            path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
            with pytest.raises(UsageError) as error:
                read_run(recording)
            assert str(recording) in str(error.value.problems[0].location)
        for other in (content + b"\n", content + b" ", content[:-1] if content else b"x"):
            path.write_bytes(other)
            with pytest.raises(UsageError):
                read_run(recording)
        path.write_bytes(content)
    assert read_run(recording) == some_run()


def digest_of(content: bytes) -> str:
    return f"raw/{hashlib.sha256(content).hexdigest()}"


def _pipe(folder: Path) -> None:
    (folder / RUN).unlink()
    os.mkfifo(folder / RUN)


def _link(folder: Path) -> None:
    (folder / RUN).rename(folder.parent / "elsewhere.json")
    (folder / RUN).symlink_to(folder.parent / "elsewhere.json")


def _linked_folder(folder: Path) -> None:
    (folder / "raw").rename(folder.parent / "elsewhere")
    (folder / "raw").symlink_to(folder.parent / "elsewhere")


@pytest.mark.parametrize(
    ("change", "name", "why"),
    [
        (lambda at: (at / "raw/x").write_bytes(b""), "raw/x", "SHA256SUMS says nothing of it"),
        (lambda at: (at / "notes.txt").write_bytes(b""), "notes.txt", "SHA256SUMS says nothing of it"),
        (lambda at: (at / "raw/sub").mkdir(), "raw/sub", "SHA256SUMS says nothing of it"),
        (lambda at: (at / digest_of(b"hello\n")).unlink(), digest_of(b"hello\n"), "it is missing"),
        (lambda at: (at / RUN).unlink(), RUN, "it is missing"),
        (lambda at: (at / SUMS).unlink(), SUMS, "it is missing"),
        (lambda at: (at / digest_of(b"")).write_bytes(b"x"), digest_of(b""), "it is not what SHA256SUMS says"),
        (_pipe, RUN, "it is no file"),
        (_link, RUN, "it can't be read: Too many levels of symbolic links"),
        (_linked_folder, "raw", "it is no folder"),
        (lambda at: (at / SUMS).write_bytes(b""), SUMS, "it is not written as limen writes it"),
        (
            lambda at: (at / SUMS).write_bytes((at / SUMS).read_bytes() * 2),
            SUMS,
            "it is not written as limen writes it",
        ),
        (
            lambda at: (at / SUMS).write_text("0" * 64 + "  ../../etc/passwd\n"),
            SUMS,
            "no line of a recording: expected 64 hex digits, two spaces and run.json or raw/DIGEST",
        ),
    ],
)
def test_what_was_done_to_its_files(change: Callable[[Path], object], name: str, why: str, recording: Path) -> None:
    change(recording)
    assert refused(recording) == (name, why)


def edited(folder: Path, change: Callable[[dict], object]) -> None:
    """Change run.json, write it as limen does and sum anew."""
    document = json.loads((folder / RUN).read_bytes())
    change(document)
    (folder / RUN).write_text(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n")
    resum(folder)


def _without_raw(run: dict) -> None:
    for attempt in run["attempts"]:
        attempt["raw"] = [one for one in attempt["raw"] if one["name"] != "line"]


def _format(value: str) -> str:
    return f"its format is {value}, and this limen reads 'limen-run-1'"


@pytest.mark.parametrize(
    ("change", "name", "why"),
    [
        (lambda run: run.update(format="limen-run-2"), RUN, _format("'limen-run-2'")),
        (lambda run: run.update(format="other"), RUN, _format("'other'")),
        (lambda run: run.pop("format"), RUN, _format("None")),
        (lambda run: run.update(note="x"), RUN, "it is no recorded run: Object contains unknown field `note`"),
        (lambda run: run.pop("system"), RUN, "it is no recorded run: Object missing required field `system`"),
        (
            lambda run: run["attempts"][0].update(status="fine"),
            RUN,
            "it is no recorded run: Invalid enum value 'fine' - at `$.attempts[0].status`",
        ),
        (
            lambda run: run["attempts"][0].update(status="error"),
            RUN,
            "tls of hand-over did not complete, and has observations",
        ),
        (
            _without_raw,
            digest_of(b"hello\n"),
            "nothing in run.json speaks of it",
        ),
        (
            lambda run: run["attempts"][0]["raw"][0].update(sha256="1" * 64),
            f"raw/{'1' * 64}",
            "it is missing",
        ),
    ],
)  # fmt: skip
def test_what_was_done_to_the_run_with_care(
    change: Callable[[dict], object], name: str, why: str, recording: Path
) -> None:
    edited(recording, change)
    assert refused(recording) == (name, why)


def test_a_raw_response_under_another_name(recording: Path) -> None:
    (recording / digest_of(b"hello\n")).write_bytes(b"other\n")
    resum(recording)
    assert refused(recording) == (digest_of(b"hello\n"), "its content has another digest than its name")


def test_a_run_that_is_written_in_another_way(recording: Path) -> None:
    document = json.loads((recording / RUN).read_bytes())
    (recording / RUN).write_text(json.dumps(document))
    resum(recording)
    assert refused(recording) == (RUN, "it is not written as limen writes it")


def test_no_recording_at_all(tmp_path: Path) -> None:
    for where in (tmp_path / "nowhere", tmp_path / "file"):
        (tmp_path / "file").write_bytes(b"")
        with pytest.raises(UsageError, match="there is no recording at"):
            read_run(where)
    assert refused(tmp_path) == (SUMS, "it is missing")


def test_it_is_never_written_over_another(recording: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is there already"):
        write_run(some_run(system="other"), recording)
    assert read_run(recording) == some_run()
    (tmp_path / "empty").mkdir()
    write_run(some_run(), tmp_path / "empty")
    write_run(some_run(), tmp_path / "new/and/deep")
    assert read_run(tmp_path / "empty") == read_run(tmp_path / "new/and/deep") == some_run()
    (tmp_path / "dangling").symlink_to(tmp_path / "gone")
    with pytest.raises(UsageError, match="is there already"):
        write_run(some_run(), tmp_path / "dangling")


def test_what_can_not_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for where in (tmp_path / "file/run", tmp_path / "a\0b", tmp_path / ("x" * 300)):
        with pytest.raises(UsageError, match="cannot write"):
            write_run(some_run(), where)
    assert names(tmp_path) == ["file"]


def test_nothing_is_read_through_a_link_out_of_the_recording(recording: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"hello\n")
    (recording / digest_of(b"hello\n")).unlink()
    (recording / digest_of(b"hello\n")).symlink_to(secret)
    assert refused(recording)[0] == digest_of(b"hello\n")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text() | st.sampled_from(["format", "attempts"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=150)
@given(content=st.binary(max_size=400) | VALUES.map(lambda value: json.dumps(value).encode()))
def test_whatever_lies_there_as_run_is_refused_by_name(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("run")
    (folder / "raw").mkdir()
    (folder / RUN).write_bytes(content)
    resum(folder)
    assert refused(folder)[0] == RUN


def test_deep_and_huge_json_is_refused(tmp_path: Path) -> None:
    for content in (b"[" * 100_000, b'{"format":' * 50_000, b"1" * 100_000):
        folder = tmp_path / hashlib.sha256(content).hexdigest()
        (folder / "raw").mkdir(parents=True)
        (folder / RUN).write_bytes(content)
        resum(folder)
        assert refused(folder)[0] == RUN
