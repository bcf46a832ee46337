"""The format of a pack, written down a second time and plainly: what limen makes must be what this makes.

Nothing here imports limen: a mistake of limen's must not be its own oracle.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping

PUBLIC = ("core/assessment.json", "core/rules.jsonl", "core/decisions.jsonl")


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def jcs(value: object) -> bytes:
    """RFC 8785 for what a pack holds outside core: texts of the BMP, small integers, no floats."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def salt_of(secret: bytes, path: str, index: int) -> bytes:
    message = b"limen-salt-v1" + b"\0" + path.encode() + b"\0" + index.to_bytes(8, "big")
    return hmac.new(secret, message, "sha256").digest()


def leaf_of(salt: bytes, kind: str, path: str, index: int, content: bytes) -> bytes:
    said = jcs({"content": sha(content), "index": index, "path": path, "type": kind})
    return hashlib.sha256(b"\0" + salt + said).digest()


def order(paths: Iterable[str]) -> list[str]:
    core = {path for path in paths if path.startswith("core/")}
    return [path for path in PUBLIC if path in core] + sorted(core - set(PUBLIC), key=str.encode)


def contents(files: Mapping[str, bytes]) -> list[tuple[str, str, int, bytes]]:
    """Kind, path, index and content of each leaf."""
    found = []
    for path in order(files):
        if path.endswith(".jsonl") and path.count("/") == 1:
            lines = files[path].split(b"\n")
            assert lines.pop() == b""
            found += [("record", path, index, line) for index, line in enumerate(lines)]
        else:
            found.append(("file", path, 0, files[path]))
    return found


def hashes(files: Mapping[str, bytes], secret: bytes) -> list[bytes]:
    return [
        leaf_of(salt_of(secret, path, index), kind, path, index, content)
        for kind, path, index, content in contents(files)
    ]


def root_of(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, by its letter."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\1" + root_of(leaves[:half]) + root_of(leaves[half:])).digest()


def entry_leaf(line: bytes) -> bytes:
    """RFC 6962's leaf of a line of the run log."""
    return hashlib.sha256(b"\0" + line).digest()
