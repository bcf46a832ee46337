"""What observed TLS says of declared claims: at least as strong agrees, weaker contradicts, unknown says nothing."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import UNSET

from limen.analysis.kinds.observed_tls import (
    CertificatePart,
    ListPart,
    MutualPart,
    MutualVersionPart,
    TlsFacts,
    VersionsPart,
)
from limen.analysis.reconciliation import RECONCILE, Agreement

CLAIMS = RECONCILE["tls"]


def facts(**more: Any) -> TlsFacts:
    given: dict[str, Any] = {"channel": "tls", "plaintext": False, **more}
    return TlsFacts(**given)


def versions(*offered: int, unknown: tuple[int, ...] = ()) -> VersionsPart:
    lowest = UNSET if unknown and unknown[0] < offered[0] else offered[0]
    return VersionsPart(offered=offered, unknown=unknown, lowest=lowest, highest=offered[-1])


def mutual(*states: str) -> MutualPart:
    parts = tuple(MutualVersionPart(version=12 + index, state=state) for index, state in enumerate(states))
    return MutualPart(asked=True, weakest=UNSET if "unknown" in states else states[0], versions=parts)


def held(path: str, declared: Any, *observed: TlsFacts) -> Agreement | None:
    return CLAIMS[f"in_transit.tls.{path}"](declared, observed)


@pytest.mark.parametrize(
    ("declared", "observed", "said"),
    [
        (12, [facts(versions=versions(12, 13))], (12, True)),
        (12, [facts(versions=versions(13))], (13, True)),
        (12, [facts(versions=versions(10, 12))], (10, False)),
        (12, [facts(versions=versions(12, unknown=(10,)))], None),
        (13, [facts(versions=versions(12, unknown=(10,)))], (12, False)),
        (12, [facts(versions=versions(12, 13), plaintext=True)], (0, False)),
        (12, [facts(versions=versions(12, 13), plaintext=UNSET)], None),
        (9, [facts(channel="none", plaintext=True)], (0, False)),
        (12, [facts(channel="ssh")], None),
        (12, [], None),
        (12, [facts(versions=versions(12)), facts(versions=versions(11))], (11, False)),
        (12, [facts(versions=versions(12, unknown=(9,))), facts(versions=versions(12))], None),
    ],
)
def test_the_lowest_version(declared: int, observed: list[TlsFacts], said: tuple[int, bool] | None) -> None:
    found = held("min", declared, *observed)
    assert (None if found is None else (found.observed, found.agrees)) == said


@pytest.mark.parametrize(
    ("declared", "states", "said"),
    [
        ("required", ["required", "required"], ("required", True)),
        ("required", ["application"], ("required", True)),
        ("required", ["optional"], ("optional", False)),
        ("required", ["unchecked"], ("off", False)),
        ("required", ["ignored"], ("off", False)),
        ("required", ["off"], ("off", False)),
        ("required", ["off", "unknown"], ("off", False)),
        ("required", ["required", "unknown"], None),
        ("required", ["unknown"], None),
        ("optional", ["optional"], ("optional", True)),
        ("optional", ["required"], ("required", True)),
        ("optional", ["ignored"], ("off", False)),
        ("off", ["off"], ("off", True)),
        ("off", ["required"], ("required", True)),
        ("required", [], None),
    ],
)
def test_client_certificates(declared: str, states: list[str], said: tuple[str, bool] | None) -> None:
    found = held("mutual", declared, facts(mutual=mutual(*states) if states else MutualPart()))
    assert (None if found is None else (found.observed, found.agrees)) == said


def test_plaintext_asks_nobody_for_a_certificate() -> None:
    served = facts(mutual=mutual("required"), plaintext=True)
    assert held("mutual", "required", served) == Agreement(observed="off", agrees=False)


def taken(*names: str, whole: bool = True) -> ListPart:
    return ListPart(names=names, whole=True if whole else UNSET)


def test_suites() -> None:
    assert held("suites", ["A", "B"], facts(suites=taken("A"))) == Agreement(observed=["A"], agrees=True)
    assert held("suites", ["A"], facts(suites=taken("B", "A"))) == Agreement(observed=["A", "B"], agrees=False)
    assert held("suites", ["A"], facts(suites=taken("A", "B", whole=False))) == Agreement(
        observed=["A", "B"], agrees=False
    )
    assert held("suites", ["A"], facts(suites=taken("A", whole=False))) is None
    assert held("suites", ["A"], facts(channel="none", plaintext=True)) is None


@pytest.mark.parametrize(
    ("declared", "names", "whole", "hybrid", "said"),
    [
        (["X25519MLKEM768", "X25519"], ["X25519", "X25519MLKEM768"], True, True, True),
        (["X25519MLKEM768", "X25519"], ["X25519"], True, False, False),
        (["X25519MLKEM768", "SecP256r1MLKEM768"], ["X25519MLKEM768"], True, True, True),
        (["X25519"], ["X25519", "secp256r1"], True, False, False),
        (["X25519"], ["X25519"], True, False, True),
        (["X25519"], ["X25519"], False, UNSET, None),
        (["X25519MLKEM768"], ["X25519MLKEM768"], False, True, None),
        (["X25519MLKEM768"], [], True, UNSET, None),
    ],
)
def test_groups(declared: list[str], names: list[str], whole: bool, hybrid: Any, said: bool | None) -> None:
    found = held("key_exchange", declared, facts(groups=taken(*names, whole=whole), post_quantum=hybrid))
    assert (None if found is None else found.agrees) == said


def chains(*pins: tuple[str, ...], readable: bool = True) -> TlsFacts:
    return facts(certificate=CertificatePart(count=len(pins), readable=readable, pins=pins))


def test_pins() -> None:
    leaf, root = "sha256/AptJi9AhLQfutgOIVqMF9PWDbRlZLTvGuQgrx9R3+/s=", "sha256/root"
    assert held("pins", [leaf], chains((leaf, root))) == Agreement(observed=sorted([leaf, root]), agrees=True)
    assert held("pins", [root], chains((leaf, root))).agrees
    url_safe = leaf.replace("+", "-").replace("/s", "_s").rstrip("=")
    assert held("pins", [url_safe], chains((leaf,))).agrees
    assert not held("pins", ["sha256/other"], chains((leaf, root))).agrees
    # A second certificate, whose chain has no pin of those that clients know.
    assert not held("pins", [leaf], chains((leaf,), ("sha256/other",))).agrees
    assert held("pins", [leaf], chains((leaf,), readable=False)) is None
    assert held("pins", [leaf], facts()) is None
