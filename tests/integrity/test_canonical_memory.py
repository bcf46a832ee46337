"""A canonical text takes the memory that its length says, for packs hold hundreds of thousands of them."""

from __future__ import annotations

import tracemalloc

from limen.integrity.canonical import canonical


def test_a_short_text_keeps_no_large_buffer() -> None:
    tracemalloc.start()
    try:
        made = [canonical({"index": number, "path": "core/details.jsonl"}) for number in range(1000)]
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 4 * sum(map(len, made)) + 100_000
