"""A stream opens whole and in order, or it is refused; neither its length nor its chunks matter."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import rfc8785
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from limen.adapters.key_providers.file import KeyStore
from limen.controls.envelope import Context, EnvelopeError, Envelopes, Limits
from limen.controls.streaming import LARGEST, SEGMENT, SMALLEST, _nonce, open_stream, seal_stream
from tests.controls.foreign_envelopes import of_a_file

CONTEXT = Context(zone="core", flow="backup", record="dump-1", label="phi")
NAMES = ("zone", "flow", "record", "label")
SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
SMALL = SMALLEST
WHOLE = SMALL + 16
"""Bytes of a whole segment, sealed."""


class Place:
    """A store with the key phi, its envelopes, and the way to its data keys that limen has no part in."""

    def __init__(self, path: Path) -> None:
        self.store = KeyStore.create(path)
        self.store.new("phi", "AES-256")
        self.store.new("other", "AES-256")
        self.envelopes = Envelopes("phi", self.store.key("phi"))
        self.unwrap = of_a_file(str(path), "phi")

    def sealed(self, plaintext: bytes, segment: int = SMALL, context: Context = CONTEXT) -> bytes:
        return b"".join(seal_stream(self.envelopes, [plaintext], context, segment=segment))

    def opened(self, stream: bytes, context: Context = CONTEXT) -> bytes:
        return b"".join(open_stream(self.envelopes, [stream], context))

    def refused(self, stream: bytes, context: Context = CONTEXT) -> EnvelopeError:
        with pytest.raises(EnvelopeError) as found:
            self.opened(stream, context)
        assert found.value.reason == "envelope_refused"
        return found.value


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("streams") / "keys.json")


def parts(stream: bytes) -> tuple[bytes, list[bytes]]:
    """Return the first line with its newline, and the segments."""
    line, _, rest = stream.partition(b"\n")
    return line + b"\n", [rest[at : at + WHOLE] for at in range(0, len(rest), WHOLE)]


def chunked(content: bytes, cuts: list[int]) -> Iterator[bytes]:
    at = 0
    for cut in cuts:
        yield content[at : at + cut]
        at += cut
    yield content[at:]


def foreign(stream: bytes, unwrap: Any) -> bytes:
    """Return the plaintext of a stream by another hand."""
    line, _, rest = stream.partition(b"\n")
    head = json.loads(line)
    assert rfc8785.dumps(head) == line
    assert head["format"] == "limen-stream-v1"
    size, key, made, number = head["segment"] + 16, unwrap(head["wrapped"]), b"", 0
    while True:
        part, rest = rest[:size], rest[size:]
        nonce = number.to_bytes(11, "big") + (b"\0" if rest else b"\1")
        cipher = Cipher(algorithms.AES(key), modes.GCM(nonce, part[-16:])).decryptor()
        cipher.authenticate_additional_data(line)
        made += cipher.update(part[:-16]) + cipher.finalize()
        number += 1
        if not rest:
            return made


def written(line: bytes, segments: list[bytes], key: bytes) -> bytes:
    """Return a stream by another hand, which may write what limen never would."""
    made = line + b"\n"
    for number, part in enumerate(segments):
        nonce = number.to_bytes(11, "big") + (b"\1" if number == len(segments) - 1 else b"\0")
        cipher = Cipher(algorithms.AES(key), modes.GCM(nonce)).encryptor()
        cipher.authenticate_additional_data(line)
        made += cipher.update(part) + cipher.finalize() + cipher.tag
    return made


def test_a_stream_of_another_hand_is_written_in_one_way(place: Place) -> None:
    """Whoever has the data key still writes each stream in one way only, or it is refused."""
    head = json.loads(parts(place.sealed(b""))[0])
    key, line = place.unwrap(head["wrapped"]), rfc8785.dumps(head)
    whole = bytes(SMALL)
    assert place.opened(written(line, [whole, b"end"], key)) == whole + b"end"
    assert place.opened(written(line, [b""], key)) == b""
    for segments in ([whole, b""], [b"", b""], [b"short", whole], [bytes(SMALL + 1)]):
        place.refused(written(line, segments, key))
    for other in (
        json.dumps(head).encode(),
        json.dumps(head, sort_keys=True).encode(),
        line.replace(b'"segment":64', b'"segment":64.0'),
        line[:-1] + b',"more":1}',
        line[:-1] + b',"zone":"core"}',
        line + b" ",
    ):
        place.refused(written(other, [b"end"], key))


def test_a_stream_has_no_more_segments_than_the_standard_allows() -> None:
    assert len({_nonce(number, last=last) for number in (0, 1, 2**32 - 1) for last in (True, False)}) == 6
    with pytest.raises(EnvelopeError, match="longer than any"):
        _nonce(2**32, last=False)


@SHARED
@given(
    plaintext=st.binary(max_size=SMALL * 4) | st.integers(0, 6).map(lambda n: bytes(SMALL * n)),
    cuts=st.lists(st.integers(0, 200), max_size=8),
    more=st.lists(st.integers(0, 200), max_size=8),
)
def test_any_length_in_any_chunks_opens(place: Place, plaintext: bytes, cuts: list[int], more: list[int]) -> None:
    stream = b"".join(seal_stream(place.envelopes, chunked(plaintext, cuts), CONTEXT, segment=SMALL))
    assert b"".join(open_stream(place.envelopes, chunked(stream, more), CONTEXT)) == plaintext
    assert foreign(stream, place.unwrap) == plaintext
    line, segments = parts(stream)
    assert len(segments) == max(1, -(-len(plaintext) // SMALL))
    assert len(stream) == len(line) + len(plaintext) + 16 * len(segments)


def test_every_byte_counts(place: Place) -> None:
    stream = place.sealed(bytes(range(150)))
    for at in range(len(stream)):
        for one in (
            stream[:at] + bytes([stream[at] ^ 1]) + stream[at + 1 :],
            stream[:at] + bytes([stream[at] ^ 128]) + stream[at + 1 :],
            stream[:at] + stream[at + 1 :],
            stream[:at] + b"\0" + stream[at:],
            stream[:at],
            stream[at + 1 :],
        ):
            place.refused(one)
            with pytest.raises((InvalidTag, ValueError, LookupError, TypeError, AssertionError)):
                foreign(one, place.unwrap)


@SHARED
@given(data=st.data(), count=st.integers(2, 6), rest=st.integers(0, SMALL))
def test_segments_are_not_moved_left_out_repeated_or_added(
    place: Place, data: st.DataObject, count: int, rest: int
) -> None:
    line, segments = parts(place.sealed(bytes(SMALL * (count - 1) + rest)))
    order = data.draw(st.lists(st.integers(0, len(segments) - 1), max_size=8))
    if order == list(range(len(segments))):
        return
    place.refused(line + b"".join(segments[one] for one in order))


def test_segments_of_another_stream_are_refused(place: Place) -> None:
    plaintext = bytes(SMALL * 3)
    (line, mine), (other_line, theirs) = parts(place.sealed(plaintext)), parts(place.sealed(plaintext))
    assert line != other_line
    for at in range(3):
        place.refused(line + b"".join([*mine[:at], theirs[at], *mine[at + 1 :]]))
    place.refused(other_line + b"".join(mine))


def test_no_two_streams_have_a_key_and_no_stream_has_a_message_s(place: Place) -> None:
    streams = [json.loads(parts(place.sealed(b"x"))[0])["wrapped"] for _ in range(5)]
    envelope = json.loads(place.envelopes.seal(b"x", CONTEXT))["wrapped"]
    assert len({*streams, envelope}) == 6


@pytest.mark.parametrize("extra", [b"\0", bytes(16), bytes(WHOLE)])
def test_nothing_follows_the_end(place: Place, extra: bytes) -> None:
    for length in (0, 5, SMALL, SMALL * 2):
        place.refused(place.sealed(bytes(length)) + extra)


def test_a_stream_cut_at_a_segment_is_refused_after_what_came_before(place: Place) -> None:
    line, segments = parts(place.sealed(bytes(SMALL * 4)))
    got: list[bytes] = []
    with pytest.raises(EnvelopeError, match="the end is none"):
        got.extend(open_stream(place.envelopes, [line, *segments[:3]], CONTEXT))
    assert len(got) == 2


@SHARED
@given(data=st.data())
def test_another_context_is_refused(place: Place, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(NAMES))
    other = data.draw(st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda text: text != vars_of(name)))
    stream = place.sealed(b"secret")
    context = msgspec.structs.replace(CONTEXT, **{name: other})
    assert f"another {name}" in str(place.refused(stream, context))
    line, segments = parts(stream)
    changed = rfc8785.dumps(json.loads(line) | {name: other}) + b"\n" + b"".join(segments)
    place.refused(changed)
    place.refused(changed, context)


def vars_of(name: str) -> str:
    return str(getattr(CONTEXT, name))


def test_a_stream_is_for_one_key(place: Place) -> None:
    other = Envelopes("other", place.store.key("other"))
    with pytest.raises(EnvelopeError, match="another key"):
        open_stream(other, [place.sealed(b"secret")], CONTEXT)


@pytest.mark.parametrize("segment", [0, 1, SMALLEST - 1, LARGEST + 1, -1])
def test_no_odd_segments(place: Place, segment: int) -> None:
    with pytest.raises(EnvelopeError):
        seal_stream(place.envelopes, [b"x"], CONTEXT, segment=segment)
    line, segments = parts(place.sealed(b"x"))
    place.refused(rfc8785.dumps(json.loads(line) | {"segment": segment}) + b"\n" + b"".join(segments))


@SHARED
@given(st.binary(max_size=300) | st.binary(max_size=100).map(lambda rest: b'{"flow":"x"}\n' + rest))
def test_anything_else_is_refused(place: Place, content: bytes) -> None:
    place.refused(content)


@pytest.mark.parametrize("odd", [b"", b"x" * (1 << 17), b"{" * (1 << 16) + b"\n", b"\n", b"{}\n", b"[]\n" + bytes(99)])
def test_what_has_no_first_line_is_refused(place: Place, odd: bytes) -> None:
    place.refused(odd)


def test_a_chunk_is_of_bytes(place: Place) -> None:
    chunks: list[Any] = [b"a", bytearray(b"b"), memoryview(b"c")]
    stream = b"".join(seal_stream(place.envelopes, chunks, CONTEXT))
    assert b"".join(open_stream(place.envelopes, [memoryview(stream)], CONTEXT)) == b"abc"  # type: ignore[list-item]
    with pytest.raises(EnvelopeError, match="no bytes"):
        list(seal_stream(place.envelopes, ["text"], CONTEXT))  # type: ignore[list-item]


def test_a_failing_source_is_not_an_end(place: Place) -> None:
    def broken() -> Iterator[bytes]:
        yield bytes(SMALL)
        raise OSError("the disk is gone")

    made: list[bytes] = []
    with pytest.raises(OSError, match="gone"):
        made.extend(seal_stream(place.envelopes, broken(), CONTEXT, segment=SMALL))
    place.refused(b"".join(made))


def test_rotated_and_retired_and_destroyed(tmp_path: Path) -> None:
    place = Place(tmp_path / "keys.json")
    stream = place.sealed(b"secret")
    place.store.rotate("phi")
    assert place.opened(stream) == b"secret"
    place.store.retire("phi")
    assert place.opened(stream) == b"secret"
    with pytest.raises(EnvelopeError, match="retired") as found:
        seal_stream(place.envelopes, [b"x"], CONTEXT)
    assert found.value.reason == "key_unavailable"
    place.store.destroy("phi", 1)
    place.refused(stream)


def test_memory_does_not_grow_with_length(place: Place) -> None:
    def source(count: int) -> Iterator[bytes]:
        for _ in range(count):
            yield bytes(SEGMENT)

    def most(count: int) -> int:
        tracemalloc.start()
        total = 0
        for part in open_stream(place.envelopes, seal_stream(place.envelopes, source(count), CONTEXT), CONTEXT):
            total += len(part)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert total == count * SEGMENT
        return peak

    most(4)
    assert most(160) < most(20) + 4 * SEGMENT


def test_what_may_not_be_done_is_refused(place: Place) -> None:
    stream = place.sealed(b"x")
    provider = place.store.key("phi")
    opening = Envelopes("phi", provider, may=frozenset({"open"}), limits=Limits())
    sealing = Envelopes("phi", provider, may=frozenset({"seal"}), limits=Limits())
    assert b"".join(open_stream(opening, [stream], CONTEXT)) == b"x"
    for do in (lambda: seal_stream(opening, [b"x"], CONTEXT), lambda: open_stream(sealing, [stream], CONTEXT)):
        with pytest.raises(EnvelopeError) as found:
            do()
        assert found.value.reason == "key_unavailable"
