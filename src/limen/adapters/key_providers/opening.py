"""Which key providers there are, and how a declaration calls them."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from limen.adapters.key_providers.interface import Access, KeyProvider, KeyProviderError

PROVIDERS: dict[str, str] = {
    "vault": "vault",
    "openbao": "vault",
    "aws-kms": "aws",
    "pkcs11": "pkcs11",
    "kmip": "kmip",
    "gcp-kms": "google",
    "azure-key-vault": "azure",
    "file": "file",
}
"""The module of each provider, by the names that the field `provider` of a key may have."""

ISOLATED = frozenset({"pkcs11", "kmip"})
"""Modules that run in a child process: a foreign library in ours, and a client that reads without a bound."""


def open_key(access: Access) -> KeyProvider:
    """Return the key that `access` names, opened; its library is imported only now.

    Raises KeyProviderError where there is no such provider, its library is missing, or the custodian does not answer.
    """
    module = PROVIDERS.get(access.provider)
    if module is None:
        known = ", ".join(PROVIDERS)
        raise KeyProviderError(
            "unsupported", f"limen knows no key provider {access.provider!r}", hint=f"one of {known}"
        )
    if module in ISOLATED:
        from limen.adapters.key_providers.child import ChildKey

        return ChildKey(module, access)
    try:
        opened = import_module(f"limen.adapters.key_providers.{module}").open_key(access)
    except ImportError as error:
        raise KeyProviderError(
            "unsupported",
            f"{access.provider} needs limen[kms]: {error.name} is missing",
            hint="pip install 'limen[kms]'",
        ) from None
    return cast(KeyProvider, opened)
