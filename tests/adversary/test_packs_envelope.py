"""Strangers in the envelope, zips that two programs read as two packs, trust files that count a person twice, times
at the ends of the calendar, and command lines that ask for a check and get none."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from limen.integrity.trust import TrustError, read_trust
from tests.adversary.packs import Cheating, both, sealed
from tests.evidence import sealing
from tests.evidence.makings import BEN, Small
from tests.evidence.sealing import Key, Sealing, e_signed, seal
from tests.needs import REPOSITORY, need_program
from tests.verifier.loaded import module

END = b"PK\5\6"


@pytest.fixture(scope="module")
def cheat(tmp_path_factory: pytest.TempPathFactory) -> Cheating:
    need_program("openssl")
    return Cheating(tmp_path_factory.mktemp("envelope"))


@pytest.mark.parametrize(
    "name",
    ["timestamps/0000.json", "timestamps/0000.tsr", "signatures/0000.json", "signatures/10000.json",
     "signatures/\uff11001.json", "timestamps/0001.JSON"],
)  # fmt: skip
def test_a_stranger_beside_signatures_and_timestamps_is_refused(cheat: Cheating, name: str) -> None:
    """SHA256SUMS does not speak of these folders, so that nothing but their names keeps strangers out."""
    for number, files in enumerate((cheat.made.plain, cheat.made.whole)):
        cheat.refused(f"{name}{number}", {**files, f"envelope/{name}": b"hidden"}, "files", f"envelope/{name}")


def test_a_signature_is_not_numbered_0(cheat: Cheating) -> None:
    files = e_signed(cheat.made.plain, (BEN,), "ben", "Ben Weiß", cheat.made.at)
    files["envelope/signatures/0000.json"] = files.pop("envelope/signatures/0001.json")
    cheat.refused("signature 0", files, "files", "envelope/signatures/0000.json")


def test_a_timestamp_is_not_numbered_0(cheat: Cheating) -> None:
    files = dict(cheat.made.whole)
    for ending in ("json", "tsr"):
        files[f"envelope/timestamps/0000.{ending}"] = files[f"envelope/timestamps/0001.{ending}"]
    cheat.refused("timestamp 0", files, "files", "envelope/timestamps/0000.json")


def packed(files: dict[str, bytes], names: Iterable[str] | None = None) -> bytes:
    """A zip of files in an order."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names or sorted(files):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), files.get(name, b""))
    return made.getvalue()


def hidden_entry(files: dict[str, bytes]) -> bytes:
    """A zip with another decisions.jsonl that the directory does not name: who unpacks as it streams gets that one."""
    made = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")
        for name in sorted(files):
            if name == "core/details.jsonl":
                archive.writestr("core/decisions.jsonl", b'{"status":"pass"}\n')
                archive.filelist.pop()
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), files[name])
    return made.getvalue()


def before_the_directory(whole: bytes) -> bytes:
    end = whole.rfind(END)
    (start,) = struct.unpack("<I", whole[end + 16 : end + 20])
    moved = struct.pack("<I", start + 6)
    return whole[:start] + b"HIDDEN" + whole[start : end + 16] + moved + whole[end + 20 :]


@pytest.mark.parametrize("how", ["behind", "before the directory", "an entry"])
def test_bytes_that_the_zips_directory_does_not_name_are_refused(cheat: Cheating, how: str, tmp_path: Path) -> None:
    whole = packed(cheat.made.plain)
    content = {
        "behind": whole + b"behind the end",
        "before the directory": before_the_directory(whole),
        "an entry": hidden_entry(cheat.made.plain),
    }[how]
    place = tmp_path / "pack.zip"
    place.write_bytes(content)
    cheat.refused_at(place, "files", "core/details.jsonl" if how == "an entry" else "pack.zip")


def test_zips_of_other_programs_are_taken(cheat: Cheating, tmp_path: Path) -> None:
    """Python's own, and one that was written to a pipe, so that sizes stand behind each file."""
    place = tmp_path / "pack.zip"
    place.write_bytes(packed(cheat.made.plain))
    assert [one.code for one in both(place, trust=cheat.made.trust)] == [0, 0]

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(cheat.made.plain.items()):
            with archive.open(name, "w") as file:
                file.write(content)
    place.write_bytes(pipe.getvalue())
    assert [one.code for one in both(place, trust=cheat.made.trust)] == [0, 0]


def test_zips_with_what_other_programs_add_are_taken(cheat: Cheating, tmp_path: Path) -> None:
    """Info-ZIP adds times in extra fields, and entries for folders."""
    place = tmp_path / "pack.zip"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("core/", "envelope/"):
            archive.writestr(zipfile.ZipInfo(name), b"")
        for name, content in sorted(cheat.made.plain.items()):
            info = zipfile.ZipInfo(name)
            info.extra = b"UT\x05\x00\x03" + bytes(4)
            archive.writestr(info, content)
    assert [one.code for one in both(place, trust=cheat.made.trust)] == [0, 0]


def test_times_at_the_ends_of_the_calendar_are_judged(cheat: Cheating) -> None:
    def early(core: Small) -> None:
        core.assessment |= {"assessed_at": "0001-01-01T00:00:00Z", "as_of": "0001-01-01"}

    files = e_signed(sealed(cheat.core(early)), (BEN,), "ben", "Ben Weiß", cheat.made.at)
    pack = cheat.made.put("year 1", files)
    assert {one.code for one in both(pack, trust=cheat.made.trust)} <= {0, 3}
    for at in ("9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"):
        assert [one.code for one in both(cheat.made.put("plain", cheat.made.plain), trust=cheat.made.trust, at=at)] == [
            1,
            1,
        ]


@pytest.mark.parametrize("depth", [150, 201, 202, 253, 254, 255, 400])
def test_both_take_the_same_depth(cheat: Cheating, depth: int) -> None:
    core = {**cheat.core(lambda core: None), "core/notes.json": b"[" * depth + b"]" * depth}
    limen, script = both(cheat.made.put(f"deep {depth}", sealed(core)), trust=cheat.made.trust)
    assert limen == script
    assert limen.code == (0 if depth <= 201 else 1)


def trusting(cheat: Cheating, name: str, **other: Any) -> Path:
    return cheat.made.trusting(name, {"witnesses": 1}, **other)


def test_a_witness_that_changed_its_key_counts_once(cheat: Cheating) -> None:
    old = Key("the witness of before")
    witnesses = [{"name": sealing.WITNESS, "public_key": key.pem} for key in (sealing.WITNESS_KEY, old)]
    trust = trusting(cheat, "changed", witnesses=witnesses)
    two = cheat.made.trusting("two", {"witnesses": 2}, witnesses=witnesses)
    files = seal(cheat.core(lambda core: None), Sealing(witnesses={sealing.WITNESS: sealing.WITNESS_KEY}))
    at = int(json.loads(json.dumps(0)))
    text, _, lines = files["envelope/checkpoint.txt"].decode().rpartition("\n\n")
    signed = old.sign(f"cosignature/v1\ntime {at}\n{text}\n".encode())
    both_keys = f"{text}\n\n{lines}" + sealing.note_line(old, sealing.WITNESS, 4, at.to_bytes(8, "big") + signed)
    files = cheat.restated(files, {"envelope/checkpoint.txt": both_keys.encode()})
    cheat.taken("cosigned by both its keys", files, trust=trust)
    cheat.refused("one witness of two keys, and two wanted", files, "witnesses", "envelope/checkpoint.txt", trust=two)


def test_two_users_of_one_name_are_one_person_under_two_keys(cheat: Cheating) -> None:
    """The second user's first letter is Cyrillic."""
    told = json.loads(cheat.made.trust.read_bytes())
    ana = next(one for one in told["keys"] if one["user"] == "ana")
    told["keys"].append({**ana, "user": "\u0430na", "public_key": Key("another").pem})
    with pytest.raises(TrustError, match="Ana Ruiz"):
        read_trust(json.dumps(told).encode())
    verify = module()
    with pytest.raises(verify.Broken, match="Ana Ruiz"):
        verify.Trust(told)


@pytest.mark.parametrize("field", ["user", "holder"])
def test_names_in_a_trust_file_have_no_line_ends(cheat: Cheating, field: str) -> None:
    told = json.loads(cheat.made.trust.read_bytes())
    told["keys"][3][field] += "\n"
    with pytest.raises(TrustError):
        read_trust(json.dumps(told).encode())
    verify = module()
    with pytest.raises(verify.Broken):
        verify.Trust(told)


@pytest.mark.parametrize("option", ["--since", "--trust", "--at", "--previous"])
def test_an_option_with_nothing_in_it_is_no_option_left_out(cheat: Cheating, option: str) -> None:
    """`verify.py PACK --since "$HEAD"` where HEAD is not set asked for a check, and may not go without it."""
    pack = cheat.made.put("plain", cheat.made.plain)
    more = [] if option == "--trust" else ["--trust", str(cheat.made.trust)]
    for command in ([sys.executable, str(REPOSITORY / "verifier" / "verify.py")],
                    [sys.executable, "-m", "limen", "verify"]):  # fmt: skip
        done = subprocess.run([*command, str(pack), *more, option, ""], capture_output=True, timeout=60, text=True)
        assert done.returncode == 2, (command, done.stdout[-300:])
        assert done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("text", [b"0.0", b"1e3", b"-0", b"1.0", b"9007199254740993", b'{"a":1,"a":1}', b'"\\u00e9"'])
def test_a_document_has_one_text_only(cheat: Cheating, text: bytes) -> None:
    core = {**cheat.core(lambda core: None), "core/notes.json": text}
    cheat.refused(f"text {text!r}", sealed(core), "core-format", "core/notes.json")
