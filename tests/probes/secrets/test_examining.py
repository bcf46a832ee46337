"""Encodings and archives: whatever is wrapped is found again, and no bytes make the search fail or run on."""

from __future__ import annotations

import base64
import gzip
import random
import time
from functools import cache
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.analysis.decoding import decoded
from limen.probes.secrets.archives import Budget, members
from limen.probes.secrets.examining import Examiner
from limen.probes.secrets.patterns import load_patterns
from limen.probes.secrets.record import Found
from limen.probes.secrets.searching import Searcher
from tests.lab.samples import fill
from tests.lab.secrets import tarred, zipped

KEY = b"a key of the tests"


@cache
def searcher() -> Searcher:
    return Searcher(load_patterns())


def examined(data: bytes, path: str = "file") -> tuple[list[Found], list[tuple[str, str]]]:
    missed: list[tuple[str, str]] = []
    examiner = Examiner(searcher(), KEY, lambda reason, where: missed.append((reason, where)), lambda: None)
    return list(examiner.examine(path, data)), missed


WRAPS = {
    "base64": base64.b64encode,
    "url base64": lambda data: base64.urlsafe_b64encode(data).rstrip(b"="),
    "mime": lambda data: base64.encodebytes(data * 3),
    "hex": lambda data: data.hex().encode(),
    "HEX": lambda data: data.hex().upper().encode(),
    "escapes": lambda data: "".join(f"\\x{byte:02x}" for byte in data).encode(),
    "percent": lambda data: quote(data, safe="").replace("_", "%5F").replace("-", "%2D").encode(),
    "gzip in base64": lambda data: base64.b64encode(gzip.compress(data, mtime=0)),
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "zip": lambda data: zipped({"a/b.txt": data}),
    "tar": lambda data: tarred({"b.txt": data}),
}


ARCHIVES = ("gzip", "zip", "tar")
# What is binary within an encoding of text is not undone, but for gzip in Base64.
TWICE = [(inner, outer) for inner in WRAPS for outer in WRAPS if inner not in ARCHIVES or outer in ARCHIVES]


@pytest.mark.parametrize(("inner", "outer"), TWICE)
def test_what_is_wrapped_twice_is_found(inner: str, outer: str) -> None:
    token = fill("github_pat_{alnum:22}_{alnum:59}", random.Random(inner + outer))
    data = b"some: text\n" + WRAPS[inner](f"export TOKEN={token} ; run it now please\n".encode()) + b" and more text\n"
    if inner in ARCHIVES:
        data = WRAPS[inner](f"export TOKEN={token}\n".encode())
    found, missed = examined(WRAPS[outer](data))
    told = [one for one in found if one.pattern == "github-fine-grained-token"]
    assert len({one.digest for one in told}) == 1
    # What stands behind a name in a longer encoding may look like a secret, too.
    assert len({one.pattern for one in found}) == 1 or "mime" in (inner, outer)
    assert missed == []


def test_the_digest_is_keyed_and_equal_secrets_have_equal_digests() -> None:
    token = fill("ghp_{alnum:36}", random.Random(3))
    first, _ = examined(f"a {token}".encode())
    second, _ = examined(base64.b64encode(f"another text {token}".encode()))
    other = Examiner(searcher(), b"another key of the tests", lambda *_: None, lambda: None)
    (third,) = other.examine("file", f"a {token}".encode())
    assert first[0].digest == second[0].digest != third.digest
    assert (first[0].length, first[0].line, first[0].column) == (40, 1, 3)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    examined(data)
    list(decoded(data))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([zipped({"a": b"x" * 50, "b/c": b"y"}), tarred({"a": b"x" * 50}), gzip.compress(b"z" * 99)]),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=6),
    st.integers(0, 700),
)
def test_no_damaged_archive_makes_it_fail(data: bytes, edits: list[tuple[int, int]], cut: int) -> None:
    broken = bytearray(data)
    for at, value in edits:
        broken[at % len(broken)] = value
    examined(bytes(broken[: max(1, len(broken) - cut)]))


def test_a_damaged_archive_is_told() -> None:
    whole = zipped({"a.txt": b"text" * 100})
    assert examined(whole[:-30])[1] == [("a damaged archive", "file")]
    assert examined(gzip.compress(b"text" * 100)[:-12])[1][0][1] == "file"
    # A tar that ends in the middle of a member is short, not empty.
    assert examined(tarred({"a.txt": b"text" * 500})[:1000])[1] != []


def test_an_archive_may_unpack_to_no_more_than_its_budget() -> None:
    data = zipped({str(number): bytes(1 << 20) for number in range(4)})
    found = members(data, Budget((2 << 20) + 5))
    assert found is not None
    reasons = [one.reason for one in found]
    assert reasons == ["", "", "too large when unpacked", "too large when unpacked"]


def test_a_sparse_archive_is_not_opened() -> None:
    data = bytearray(tarred({"a": b"GNU.sparse.map" + bytes(600)}))
    assert examined(bytes(data))[1] == [("a sparse archive, which is not opened", "file")]


def test_a_large_file_without_secrets_takes_little_time() -> None:
    data = (b"the quick brown fox jumps over the lazy dog 0123456789 token key password secret :// eyJ\n" * 12_000)[
        : 1 << 20
    ]
    before = time.process_time()
    found, _ = examined(data)
    assert found == []
    assert time.process_time() - before < 3


@pytest.mark.parametrize(
    "piece", [b"%41", b"eyJ", b"-----BEGIN RSA PRIVATE KEY-----", b"://a:", b"H4sI", b"AKIA", b"\\x41"]
)
def test_no_repetition_makes_it_run_on(piece: bytes) -> None:
    before = time.process_time()
    examined(piece * (200_000 // len(piece)))
    assert time.process_time() - before < 6
