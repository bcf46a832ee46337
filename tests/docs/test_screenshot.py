"""The README's picture is a picture of something."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import pytest

from docs.screenshot import HEIGHT, PICTURE, WIDTH

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks of a PNG; each must have its check sum."""
    at = len(SIGNATURE)
    while at < len(content):
        (length,) = struct.unpack_from(">I", content, at)
        kind, data = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        (checksum,) = struct.unpack_from(">I", content, at + 8 + length)
        assert zlib.crc32(kind + data) == checksum
        yield kind, data
        at += 12 + length


def rows(content: bytes) -> list[bytes]:
    """Return a PNG's rows, filtered as they are stored."""
    assert content.startswith(SIGNATURE)
    parts = list(chunks(content))
    assert [parts[0][0], parts[-1][0]] == [b"IHDR", b"IEND"]
    width, height, depth, colour = struct.unpack_from(">IIBB", parts[0][1])
    assert (width, height, depth) == (WIDTH, HEIGHT, 8)
    size = 1 + width * {0: 1, 2: 3, 3: 1, 6: 4}[colour]
    pixels = zlib.decompress(b"".join(data for kind, data in parts if kind == b"IDAT"))
    assert len(pixels) == height * size
    return [pixels[start : start + size] for start in range(0, len(pixels), size)]


def blank() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    pixels = zlib.compress((b"\0" + b"\xff" * 3 * WIDTH) * HEIGHT)
    return SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def varied(content: bytes) -> int:
    """Return how many different rows a PNG has."""
    return len(set(rows(content)))


def test_the_screenshot_shows_something() -> None:
    assert varied(PICTURE.read_bytes()) > HEIGHT // 2


def test_a_blank_or_broken_picture_would_be_seen() -> None:
    assert varied(blank()) == 1
    for broken in (b"", b"GIF89a", blank()[:-20]):
        with pytest.raises((AssertionError, struct.error, IndexError)):
            rows(broken)
