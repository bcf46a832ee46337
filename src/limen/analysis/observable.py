"""What no probe of ours could see of a claim, and why: said in every report instead of being waited for in vain.

A claim that is not named here can be seen wherever a probe is asked for it; `reconciliation` has what reads it. The
reasons are words for people. A reason never excuses a claim that a probe could see: it is not asked for, not counted
as observed, and its number stands in the verdict.
"""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from limen.analysis.observations import SEEN_BY
from limen.analysis.reconciliation import RECONCILE
from limen.model.keys import Key
from limen.model.ledgers import Ledger
from limen.model.places import Component

PROTOCOLS: dict[str, str] = {
    "jdbc": "jdbc names no protocol of the wire, so that nobody knows how TLS is begun there",
    "nfs": "no probe speaks NFS",
    "smb": "no probe speaks SMB",
    "ftp": "no probe speaks FTP",
    "unix": "a socket of one machine can't be seen from outside",
    "pkcs11": "a module's own protocol is its maker's secret",
}
"""Protocols below which no probe sees TLS."""

_NO_HISTORY = "it does not say whether an old version was destroyed; only the behaviour of a test key shows that"
PROVIDERS: dict[str, dict[str, str]] = {
    "aws-kms": {},
    "vault": {"origin": "transit does not say whether a key was made in hardware"},
    "pkcs11": {
        "grantees": "a token knows one user and keeps no list of who may use a key",
        "retains_old_versions": f"a token keeps objects: {_NO_HISTORY}",
    },
    "kmip": {
        "origin": "KMIP does not say whether a key was made in hardware",
        "grantees": "a KMIP server tells nobody who else may use a key",
        "retains_old_versions": f"a KMIP server keeps objects: {_NO_HISTORY}",
    },
    "gcp-kms": {
        "grantees": "grants of the project and above it are in no key's policy; one too many in the key's is seen"
    },
    "azure-key-vault": {
        "origin": "Key Vault does not say whether a key was made in it",
        "grantees": "grants are kept by Azure's management interface, which no probe asks",
    },
    "file": {"grantees": "whoever can read the file can use its keys, and no file says which components those are"},
}
PROVIDERS["openbao"] = PROVIDERS["vault"]
"""Providers of keys that the kms probe speaks to, and which claims of their keys they tell nobody."""

_HARDWARE_UNTOLD = frozenset({"vault", "openbao", "kmip"})
"""Providers that do not say whether a key's material lies in hardware."""

PREDICATES: dict[str, str] = {
    "proxy": "a condition that a proxy adds is not in the database's catalogue",
    "application": "a condition that an application adds is not in the database's catalogue",
}
"""Tenant predicates that the tenancy probe, which asks the database, can't see."""


CONTRADICT_ONLY = frozenset({("code", "processing.plaintext_logging")})
"""Probes and claims of which they can see that they are broken, and never that they are kept."""


def seers(probe: str, path: str) -> tuple[str, ...]:
    """Return the probes that could see a claim kept, of a claim that is one of this probe's; empty where none could."""
    return tuple(
        one
        for one in SEEN_BY.get(probe, (probe,))
        if path in RECONCILE.get(one, {}) and (one, path) not in CONTRADICT_ONLY
    )


def unread(probe: str, path: str) -> str:
    """Return why no probe sees a claim anywhere, or an empty text."""
    return "" if seers(probe, path) else f"no probe reads {path}"


def flow_blindness(protocol: Any) -> str:
    """Return why TLS of a flow over this protocol can't be seen, or an empty text."""
    return PROTOCOLS.get(protocol, "") if protocol is not UNSET else ""


def key_blindness(path: str, key: Key) -> str:
    """Return why a claim of a key can't be seen, or an empty text."""
    if key.provider is UNSET:
        return "the key names no provider that could be asked"
    if path == "origin" and key.origin == "imported":
        return ""  # that material was brought from outside every provider tells
    told = PROVIDERS.get(key.provider)
    if told is None:
        return f"no probe speaks to a provider {key.provider}"
    if path == "retains_old_versions" and key.environment == "test":
        return ""  # its behaviour is tried
    if path == "custody" and key.custody == "hsm" and key.provider in _HARDWARE_UNTOLD:
        return f"{key.provider} does not say whether the material lies in hardware"
    return told.get(path, "")


def ledger_blindness(path: str, ledger: Ledger) -> str:
    """Return why a claim of a ledger can't be seen whole, or an empty text; what contradicts it is seen anyhow."""
    if path != "tiers":
        return ""
    if any(tier.proof_of_existence not in (UNSET, "none") for tier in ledger.tiers):
        return "a tier's files do not show when a trusted time was given"
    if any(tier.worm for tier in ledger.tiers):
        return "a tier's files do not show that they are written once; conformance.storage_lock judges their store"
    return ""


def component_blindness(path: str, declared: Any, component: Component) -> str:
    """Return why a claim of a component can't be seen, or an empty text."""
    if component.kind == "partner":
        return "what a partner keeps is not ours to look into"
    if path == "isolation.tenant_keys":
        return "which key sealed a row is not in the database's catalogue"
    if path == "isolation.tenant_predicate":
        return PREDICATES.get(declared, "")
    return ""
