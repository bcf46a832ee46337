"""Key providers: one module each, behind one interface; what a custodian's library raises never leaves its module."""

from limen.adapters.key_providers.interface import Access, Answer, KeyProvider, KeyProviderError, Sealed
from limen.adapters.key_providers.opening import PROVIDERS, open_key

__all__ = ["PROVIDERS", "Access", "Answer", "KeyProvider", "KeyProviderError", "Sealed", "open_key"]
