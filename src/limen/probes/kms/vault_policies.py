"""What a policy of Vault or OpenBao grants on a key of the transit engine. Pure.

Of the paths in a policy the most specific one that matches counts alone, as the server has it; `deny` beats the rest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

USES = (
    "encrypt/{key}", "decrypt/{key}", "rewrap/{key}", "datakey/plaintext/{key}", "datakey/wrapped/{key}",
    "sign/{key}", "sign/{key}/sha2-256", "verify/{key}", "hmac/{key}", "hmac/{key}/sha2-256", "derive-key/{key}",
    "export/encryption-key/{key}", "export/signing-key/{key}", "export/hmac-key/{key}", "backup/{key}",
)  # fmt: skip
"""Paths within the engine at which a key is used, or its material taken."""
MOST = 1 << 18
"""Characters beyond which a text is no policy."""
_REMEMBERED = 4096
"""Characters of a policy that is remembered once it was parsed."""
_USING = frozenset({"create", "update", "read", "patch"})
_OLD = {"deny": ("deny",), "read": ("read",), "write": ("create", "read", "update", "delete", "list"),
        "sudo": ("create", "read", "update", "delete", "list", "sudo")}  # fmt: skip
_TEMPLATE = re.compile(r"\{\{.*?\}\}")


class PolicyError(Exception):
    """A text that is no policy."""


class Grant(NamedTuple):
    """What one policy grants on one key."""

    uses: tuple[str, ...]
    """The paths at which it may be used, sorted."""
    wildcard: bool
    """Whether a wildcard or a template gives one of them."""


def grant(text: str, mount: str, key: str) -> Grant:
    """Return what a policy's text, HCL or JSON, grants on a key of the engine at a mount.

    Raises PolicyError where it can't be read.
    """
    rules = _known_rules(text) if len(text) <= _REMEMBERED else tuple(_rules(text))
    uses, wildcard = [], False
    for use in USES:
        path = f"{mount}/{use.format(key=key)}"
        matching = [(pattern, capabilities) for pattern, capabilities in rules if _matches(pattern, path)]
        if not matching:
            continue
        chosen = max((pattern for pattern, _ in matching), key=_rank)
        capabilities = frozenset().union(*(found for pattern, found in matching if pattern == chosen))
        if capabilities & _USING and "deny" not in capabilities:
            uses.append(path)
            wildcard = wildcard or _is_wild(chosen)
    return Grant(tuple(sorted(uses)), wildcard)


@lru_cache(4096)
def _known_rules(text: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return the rules of a short policy: a server's are read anew for each of its keys, and parsing takes long."""
    return tuple(_rules(text))


def _rules(text: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield each path of a policy with its capabilities."""
    if len(text) > MOST:
        raise PolicyError
    parsed = _parsed(text)
    blocks = parsed.get("path", [])
    for block in blocks if isinstance(blocks, list) else [blocks]:
        if not isinstance(block, dict):
            raise PolicyError
        for pattern, body in block.items():
            if pattern.startswith("__"):
                continue
            for one in body if isinstance(body, list) else [body]:
                if not isinstance(one, dict):
                    raise PolicyError
                yield _bare(pattern).removeprefix("/"), _capabilities(one)


def _parsed(text: str) -> dict[str, Any]:
    if text.lstrip().startswith("{"):
        try:
            parsed = json.loads(text)
        except (ValueError, RecursionError):
            raise PolicyError from None
    else:
        import hcl2

        try:
            parsed = hcl2.loads(text + "\n")
        except Exception:  # noqa: BLE001 - lark raises what it likes on what is no HCL
            raise PolicyError from None
    if not isinstance(parsed, dict):
        raise PolicyError
    return parsed


def _capabilities(body: dict[str, Any]) -> frozenset[str]:
    given = body.get("capabilities", [])
    old = body.get("policy", '"deny"' if not given else None)
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise PolicyError
    capabilities = {_bare(one) for one in given}
    if not given:
        if not isinstance(old, str) or _bare(old) not in _OLD:
            raise PolicyError
        capabilities.update(_OLD[_bare(old)])
    return frozenset(capabilities)


def _bare(text: str) -> str:
    """Return a string of HCL without the quotes that the parser leaves on it."""
    return text[1:-1] if len(text) >= 2 and text[0] == text[-1] == '"' else text


def _matches(pattern: str, path: str) -> bool:
    """Return whether a pattern matches: + is any one segment, a * at the end any rest, a template any text."""
    rest = pattern.endswith("*")
    pieces = []
    for segment in (pattern[:-1] if rest else pattern).split("/"):
        texts = [re.escape(part) for part in _TEMPLATE.split(segment)]
        pieces.append("[^/]+" if segment == "+" else "[^/]*".join(texts))
    return re.fullmatch("/".join(pieces) + (".*" if rest else ""), path, re.DOTALL) is not None


def _is_wild(pattern: str) -> bool:
    return pattern.endswith("*") or "+" in pattern.split("/") or _TEMPLATE.search(pattern) is not None


def _rank(pattern: str) -> tuple[int, bool, int, int, str]:
    """Return how specific a pattern is, by the server's own order; the greatest counts."""
    wild = [place for place, segment in enumerate(pattern.split("/")) if segment == "+" or "*" in segment]
    first = len("/".join(pattern.split("/")[: wild[0]])) if wild else len(pattern) + 1
    return first, not pattern.endswith("*"), -pattern.split("/").count("+"), len(pattern), pattern
