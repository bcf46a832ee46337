"""Whether the keys at hand are of the algorithms that the declaration names (NIST SP 800-53 SC-13, SP 800-131A)."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from limen.controls.guard.table import Table
from limen.controls.keyring import Keyring
from limen.controls.refusals import RefusedError
from limen.errors import Problem
from limen.model.declaration import Declaration

_SIGNATURES = {
    "Ed25519": "ed25519",
    "ECDSA-P-256": "ecdsa-p256",
    "ECDSA-P-384": "ecdsa-p384",
    "ML-DSA-65": "ml-dsa-65",
}
"""The declaration's words for the algorithms of limen.integrity.signatures."""


def algorithm_problems(declaration: Declaration, component: str, table: Table, keyring: Keyring) -> Iterator[Problem]:
    """Yield a problem for each key of the table's layers that can't be had, or is not of the declared algorithm."""
    declared = declaration.components[component]
    used = {
        (layer.key, layer.kind == "signed", row.sends)
        for row in table.rows.values()
        for plan in row.plans
        for layer in plan.layers
        if not (plan.relayed and row.sends)
        and layer.key
        in {
            (True, True): declared.signs_with,
            (True, False): declared.verifies_with,
            (False, True): declared.seals_with,
            (False, False): declared.opens_with,
        }[layer.kind == "signed", row.sends]
    }
    for name, signs, sends in sorted(used):
        wanted = declaration.keys[name].algorithm if name in declaration.keys else UNSET
        try:
            found = _found(keyring, name, signs=signs, sends=sends)
        except RefusedError as refused:
            yield from refused.problems
            continue
        if wanted is UNSET:
            continue
        for algorithm in sorted(found - {_SIGNATURES.get(wanted, "") if signs else wanted}):
            message = f"the key {name} is of {algorithm}, and declared is {wanted}"
            yield Problem(message=message, hint="make a key of the declared algorithm, or mend the declaration")


def _found(keyring: Keyring, name: str, *, signs: bool, sends: bool) -> set[str]:
    """Return the algorithms of a key's versions; raises RefusedError (key_unavailable) where it can't be had."""
    if signs:
        return {keyring.signer(name).key.algorithm} if sends else {key.algorithm for key in keyring.verifiers(name)}
    return {keyring.algorithm(name) or "an algorithm that its custodian does not say"}
