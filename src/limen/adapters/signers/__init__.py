"""Keys that sign, one module each kind of store, behind one reference; a private key never leaves its store."""

from limen.adapters.signers.opening import open_signer
from limen.adapters.signers.signer import Ask, OpenedKey

__all__ = ["Ask", "OpenedKey", "open_signer"]
