"""Envelopes of 1 KB a second, sealed and opened with a cached data key, and streams, on one core.

The ratios are to the work that any such envelope needs at least, done in the same run by the same machine and in turns
with it: AES-256-GCM over the same kilobyte by a cipher object that is kept. What a second holds is told beside them.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from benchmarks.gates import Gate, exit_code
from limen.adapters.key_providers.file import KeyStore
from limen.controls.envelope import Context, Envelopes
from limen.controls.streaming import open_stream, seal_stream

SIZE = 1024
"""Bytes of a plaintext."""
MESSAGES = 20_000
"""Messages of one turn."""
ROUNDS = 7
SEAL_TIMES, OPEN_TIMES = 16.0, 20.0
"""How many times as long as the bare cipher a complete envelope may take, to be sealed and to be opened."""
STREAM_TIMES = 4.0
"""How many times as long as the bare cipher over segments a stream may take, sealed and opened."""
SECOND = 60_000
"""Envelopes that a second of one core holds on the machine of the project; other machines are told, not judged."""
CHUNKS, CHUNK = 256, 1 << 16
CONTEXT = Context(zone="trial-core", flow="store-record", record="visit-000017", label="restricted+phi")


@dataclass(frozen=True)
class Measured:
    """Seconds that one message took, the best of some rounds; of a stream, that one segment of 64 KiB took."""

    bare: float
    sealed: float
    opened: float
    bare_segment: float
    streamed: float


def measure(rounds: int = ROUNDS) -> Measured:
    """Seal and open some rounds, in turns with the bare cipher; return the best of each.

    Raises:
        ValueError: an envelope did not open to what was sealed.
    """
    cipher, plaintext, nonce, chunk = AESGCM(os.urandom(32)), os.urandom(SIZE), os.urandom(12), os.urandom(CHUNK)
    with tempfile.TemporaryDirectory(prefix="limen-bench-envelope-") as folder:
        store = KeyStore.create(Path(folder) / "keys.json")
        store.new("phi", "AES-256")
        envelopes = Envelopes("phi", store.key("phi"))
        envelope = envelopes.seal(plaintext, CONTEXT)
        if envelopes.open(envelope, CONTEXT) != plaintext:
            raise ValueError("an envelope did not open to what was sealed")
        bound = envelopes.inspect(envelope).bound
        best = [float("inf")] * 5
        for _ in range(rounds):
            turn = (
                _each(MESSAGES, lambda: cipher.encrypt(nonce, plaintext, bound)),
                _each(MESSAGES, lambda: envelopes.seal(plaintext, CONTEXT)),
                _each(MESSAGES, lambda: envelopes.open(envelope, CONTEXT)),
                _each(CHUNKS, lambda: cipher.decrypt(nonce, cipher.encrypt(nonce, chunk, bound), bound)),
                _streamed(envelopes, chunk),
            )
            best = [min(old, new) for old, new in zip(best, turn, strict=True)]
    return Measured(*best)


def _each(count: int, do: Callable[[], object]) -> float:
    begin = time.perf_counter()
    for _ in range(count):
        do()
    return (time.perf_counter() - begin) / count


def _streamed(envelopes: Envelopes, chunk: bytes) -> float:
    begin = time.perf_counter()
    stream = seal_stream(envelopes, (chunk for _ in range(CHUNKS)), CONTEXT)
    total = sum(len(part) for part in open_stream(envelopes, stream, CONTEXT))
    if total != CHUNKS * CHUNK:
        raise ValueError("a stream did not open to what was sealed")
    return (time.perf_counter() - begin) / CHUNKS


def gates(found: Measured) -> list[Gate]:
    """Return the required numbers, judged."""
    sealed, opened = found.sealed / found.bare, found.opened / found.bare
    streamed = found.streamed / found.bare_segment
    of = "1 KB, cached data key, against the bare AES-256-GCM"
    return [
        Gate(f"seal an envelope, {of}", f"at most {SEAL_TIMES:g} times", f"{sealed:.1f} times", sealed <= SEAL_TIMES),
        Gate(f"open an envelope, {of}", f"at most {OPEN_TIMES:g} times", f"{opened:.1f} times", opened <= OPEN_TIMES),
        Gate(
            "seal and open a stream, segments of 64 KiB, against the bare AES-256-GCM",
            f"at most {STREAM_TIMES:g} times",
            f"{streamed:.1f} times",
            streamed <= STREAM_TIMES,
        ),
    ]


def told(found: Measured) -> list[str]:
    """Return the figures of this machine, for people."""
    return [
        (
            f"for information: {1 / found.sealed:,.0f} envelopes of 1 KB sealed a second, "
            f"{1 / found.opened:,.0f} opened; >= {SECOND:,} on the project's machine, one core"
        ),
        f"for information: {CHUNK / found.streamed / 1e6:,.0f} MB a second sealed and opened as a stream",
    ]


if __name__ == "__main__":
    sys.exit(exit_code(measure, gates, told))
