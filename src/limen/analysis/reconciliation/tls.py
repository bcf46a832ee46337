"""What observations of an endpoint's TLS say of the declared claims of the flows that lead there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import UNSET

from limen.analysis.kinds.observed_tls import TlsFacts
from limen.analysis.reconciliation.agreement import Agreement, Reconcile

_PLAINTEXT = 0
"""The version of an endpoint that takes plaintext: below every other."""
_MUTUAL = ("off", "optional", "required")
_AS_DECLARED = {
    "required": "required",
    # The server demands a certificate; that it does so only after the handshake is what conformance.tls_mutual judges.
    "application": "required",
    "optional": "optional",
    "unchecked": "off",
    "ignored": "off",
    "off": "off",
}
"""From an observed state to what it is worth in the words of a declaration: whoever takes a stranger's asks nobody."""


def _weakest(one: Callable[[Any, TlsFacts], Agreement | None]) -> Reconcile:
    """Return how all observations of a target are held against a value: the first that contradicts it counts.

    One that says nothing makes the whole say nothing, unless another contradicts.
    """

    def reconcile(declared: Any, observed: Sequence[TlsFacts]) -> Agreement | None:
        found = [one(declared, facts) for facts in observed]
        for agreement in found:
            if agreement is not None and not agreement.agrees:
                return agreement
        return found[0] if found and None not in found else None

    return reconcile


def _lowest(declared: int, facts: TlsFacts) -> Agreement | None:
    """Hold the lowest version that is taken against the declared rank; plaintext is lower than all of them."""
    if facts.plaintext is True or facts.channel == "none":
        return Agreement(observed=_PLAINTEXT, agrees=False)
    if facts.channel != "tls":
        return None
    seen = facts.versions.offered[0]
    if seen < declared:
        return Agreement(observed=seen, agrees=False)
    if facts.versions.lowest is UNSET or facts.plaintext is UNSET:
        return None
    return Agreement(observed=seen, agrees=True)


def _mutual(declared: str, facts: TlsFacts) -> Agreement | None:
    """Hold how client certificates are treated against what is declared; plaintext asks nobody for one."""
    if facts.channel == "none" or facts.plaintext is True:
        return Agreement(observed="off", agrees=declared == "off")
    known = [_AS_DECLARED[one.state] for one in facts.mutual.versions if one.state in _AS_DECLARED]
    weakest = min(known, key=_MUTUAL.index, default=None)
    if weakest is not None and _MUTUAL.index(weakest) < _MUTUAL.index(declared):
        return Agreement(observed=weakest, agrees=False)
    if weakest is None or facts.mutual.weakest is UNSET:
        return None
    return Agreement(observed=weakest, agrees=True)


def _suites(declared: Sequence[str], facts: TlsFacts) -> Agreement | None:
    """Hold the suites that are taken against those declared: none beyond them."""
    if facts.channel != "tls":
        return None
    agrees = set(facts.suites.names) <= set(declared)
    if agrees and facts.suites.whole is not True:
        return None
    return Agreement(observed=sorted(facts.suites.names), agrees=agrees)


def _groups(declared: Sequence[str], facts: TlsFacts) -> Agreement | None:
    """Hold the groups that are taken against those declared: none beyond them, and one with ML-KEM where one is."""
    if facts.channel != "tls":
        return None
    observed = sorted(facts.groups.names)
    hybrid = any("MLKEM" in name for name in declared)
    if not set(observed) <= set(declared) or (hybrid and facts.post_quantum is False):
        return Agreement(observed=observed, agrees=False)
    if facts.groups.whole is not True or (hybrid and facts.post_quantum is UNSET):
        return None
    return Agreement(observed=observed, agrees=True)


def _pins(declared: Sequence[str], facts: TlsFacts) -> Agreement | None:
    """Hold the keys of each chain against the pins: a client that pins finds one of its pins in every chain."""
    if facts.channel != "tls" or not facts.certificate.pins:
        return None
    wanted = {_plain(pin) for pin in declared}
    agrees = all(any(_plain(pin) in wanted for pin in chain) for chain in facts.certificate.pins)
    if agrees and facts.certificate.readable is not True:
        return None
    return Agreement(observed=sorted({pin for chain in facts.certificate.pins for pin in chain}), agrees=agrees)


def _plain(pin: str) -> str:
    """Return a pin in one spelling: Base64 is written with either alphabet, with and without padding."""
    return pin.rstrip("=").replace("-", "+").replace("_", "/")


CLAIMS: dict[str, Reconcile] = {
    "in_transit.tls.min": _weakest(_lowest),
    "in_transit.tls.mutual": _weakest(_mutual),
    "in_transit.tls.suites": _weakest(_suites),
    "in_transit.tls.key_exchange": _weakest(_groups),
    "in_transit.tls.pins": _weakest(_pins),
}
"""By path of a claim, how it is held against what was observed."""
