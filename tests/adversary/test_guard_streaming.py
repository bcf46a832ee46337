"""A stream whose source had nothing to say for a moment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from limen.controls.envelope import Context, EnvelopeError
from limen.controls.streaming import open_stream, seal_stream
from tests.controls.test_fields import keyring, store  # noqa: F401 fixtures

CONTEXT = Context(zone="z", flow="f", record="r-1", label="l")


def chunks(*parts: Any) -> Iterator[Any]:
    yield from parts


@pytest.mark.parametrize("parts", [(b"a" * 100, None, b"b" * 100), (None,), (b"", None), (b"a", "b"), (b"a", 0)])
def test_a_chunk_that_is_none_is_no_end(keyring: Any, parts: Any) -> None:  # noqa: F811
    """What a file without blocking says where nothing is there yet ended the stream, whole and authentic, too early."""
    envelopes = keyring.seals("patient-key")
    with pytest.raises(EnvelopeError):
        b"".join(seal_stream(envelopes, chunks(*parts), CONTEXT, segment=64))
    whole = b"".join(seal_stream(envelopes, chunks(b"a" * 300), CONTEXT, segment=64))
    with pytest.raises(EnvelopeError):
        b"".join(open_stream(envelopes, chunks(whole[:400], None, whole[400:]), CONTEXT))


def test_empty_chunks_are_nothing(keyring: Any) -> None:  # noqa: F811
    envelopes = keyring.seals("patient-key")
    sealed = b"".join(seal_stream(envelopes, chunks(b"", b"a", b"", b"b", b""), CONTEXT))
    assert b"".join(open_stream(envelopes, chunks(b"", sealed[:3], b"", sealed[3:], b""), CONTEXT)) == b"ab"
