"""What observations of a key at its custodian say of its declared claims."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import UNSET

from limen.analysis.kinds.observed_kms import KmsFacts
from limen.analysis.reconciliation.agreement import Agreement, Reconcile

_CUSTODIES = ("none", "configuration", "application", "secret-store", "kms", "hsm")
"""From the weakest to the strongest; none: there is no such key."""
_ORIGINS = ("imported", "software", "hsm")


def _weakest(one: Callable[[Any, KmsFacts], Agreement | None]) -> Reconcile:
    """Return how all observations of a key are held against a value: the first that contradicts it counts.

    A part that says nothing makes the whole say nothing, unless another contradicts.
    """

    def reconcile(declared: Any, observed: Sequence[KmsFacts]) -> Agreement | None:
        found = [one(declared, facts) for facts in observed]
        for agreement in found:
            if agreement is not None and not agreement.agrees:
                return agreement
        return found[0] if found and None not in found else None

    return reconcile


def _custody(declared: str, facts: KmsFacts) -> Agreement | None:
    """Hold where the material is against what is declared; a key that does not exist is in nobody's custody."""
    if not facts.exists:
        return Agreement(observed="none", agrees=False)
    if facts.hardware is UNSET and declared == "hsm":
        return None
    # What is kept in a file lies where its application can read it: no service stands between.
    observed = "application" if facts.provider == "file" else "hsm" if facts.hardware is True else "kms"
    return Agreement(observed=observed, agrees=_CUSTODIES.index(observed) >= _CUSTODIES.index(declared))


def _algorithm(declared: str, facts: KmsFacts) -> Agreement | None:
    """Hold the algorithm and its size against what is declared; another one may be stronger, but is not this key."""
    if facts.algorithm is UNSET:
        return None
    return Agreement(observed=facts.algorithm, agrees=facts.algorithm == declared)


def _origin(declared: str, facts: KmsFacts) -> Agreement | None:
    """Hold where the key was made against what is declared; a key that is not there was made nowhere."""
    if facts.origin not in _ORIGINS:
        return None
    return Agreement(observed=facts.origin, agrees=_ORIGINS.index(facts.origin) >= _ORIGINS.index(declared))


def _rotation(declared: int, facts: KmsFacts) -> Agreement | None:
    """Hold the age of the newest version, and the period of automatic rotation, against the declared seconds.

    Only dates prove: without the newest version's date there is no agreement, whatever a flag says.
    """
    period = facts.rotation_period
    if facts.newest_age is not UNSET and facts.newest_age > declared:
        return Agreement(observed=facts.newest_age, agrees=False)
    if period is not UNSET and period > declared:
        return Agreement(observed=period, agrees=False)
    return None if facts.newest_age is UNSET else Agreement(observed=facts.newest_age, agrees=True)


def _retains(declared: bool, facts: KmsFacts) -> Agreement | None:
    """Hold what old versions still open against what is declared; to keep more than is declared is no weakness."""
    known = []
    if facts.unreadable_versions is not UNSET:
        known.append(facts.unreadable_versions == 0)
    if facts.old_ciphertext_opens is not UNSET:
        known.append(facts.old_ciphertext_opens)
    return Agreement(observed=all(known), agrees=all(known) or not declared) if known else None


def _grantees(declared: list[str], facts: KmsFacts) -> Agreement | None:
    """Hold who may use the key against who is declared.

    One grantee too many contradicts, even where others may lie out of sight; none too many only agrees where all are
    visible.
    """
    beyond = strangers(declared, [facts])
    if beyond is None or facts.grantees is UNSET:
        return None
    return Agreement(observed=sorted(facts.grantees), agrees=not beyond)


def strangers(declared: Sequence[str], observed: Sequence[KmsFacts]) -> tuple[str, ...] | None:
    """Return the observed grantees that are not declared, sorted; names count without their case.

    None where it is not known whether there are any: nothing was seen, or nobody undeclared while some lie out of
    sight.
    """
    known = {name.lower() for name in declared}
    found = {name for facts in observed if facts.grantees is not UNSET for name in facts.grantees}
    beyond = tuple(sorted(name for name in found if name.lower() not in known))
    complete = bool(observed) and all(facts.grantees is not UNSET and facts.grantees_complete for facts in observed)
    return beyond if beyond or complete else None


CLAIMS: dict[str, Reconcile] = {
    "custody": _weakest(_custody),
    "algorithm": _weakest(_algorithm),
    "origin": _weakest(_origin),
    "rotation": _weakest(_rotation),
    "retains_old_versions": _weakest(_retains),
    "grantees": _weakest(_grantees),
}
"""By claim path, how a declared value is held against the facts."""
