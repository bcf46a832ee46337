"""VERIFY.md: how to verify a pack with openssl and sha256sum, the same text in every pack."""

from __future__ import annotations

import importlib.resources


def verify_page() -> bytes:
    """Return the page, which lies beside this module."""
    return importlib.resources.files("limen.evidence").joinpath("VERIFY.md").read_bytes()
