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
    """Yield a problem for each key of the table's layers whose algorithm is not the declared one, or can't sign."""
    declared = declaration.components[component]
    used = {
        (layer.kind, layer.key, row.sends)
        for row in table.rows.values()
        for plan in row.plans
        for layer in plan.layers
        if layer.key in (declared.signs_with if row.sends else declared.verifies_with)
    }
    for kind, name, sends in sorted(used):
        wanted = declaration.keys[name].algorithm if name in declaration.keys else UNSET
        if kind != "signed" or wanted is UNSET:
            continue
        try:
            found = [keyring.signer(name).key] if sends else list(keyring.verifiers(name))
        except RefusedError:
            continue  # missing, which is said already
        for algorithm in sorted({key.algorithm for key in found} - {_SIGNATURES.get(wanted, "")}):
            message = f"the key {name} is of {algorithm}, and declared is {wanted}"
            yield Problem(message=message, hint="make a key of the declared algorithm, or mend the declaration")
