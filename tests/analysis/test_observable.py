"""What no probe could see is said with its reason, and nothing that one could see is excused."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from limen.adapters.key_providers import PROVIDERS as ADAPTERS
from limen.analysis.observable import (
    PROTOCOLS,
    PROVIDERS,
    component_blindness,
    flow_blindness,
    key_blindness,
    ledger_blindness,
    seers,
)
from limen.analysis.reconciliation import RECONCILE
from limen.model.keys import Key
from limen.model.ledgers import Ledger, Tier
from limen.model.places import Component, Isolation
from limen.model.posture import Protocol
from tests.analysis.subjects import facts_of, inputs
from tests.analysis.test_claims import COMPONENTS, FLOWS, SECTIONS

KEY_CLAIMS = {"custody", "origin", "rotation", "retains_old_versions", "grantees"}
SERVER = Component(zone="in", kind="datastore")
PARTNER = Component(zone="out", kind="partner")


@pytest.mark.parametrize("provider", sorted(PROVIDERS))
def test_a_provider_is_silent_about_known_claims_only(provider: str) -> None:
    assert PROVIDERS[provider].keys() <= KEY_CLAIMS
    key = Key(provider=provider, origin="hsm")
    assert {path for path in KEY_CLAIMS if key_blindness(path, key)} == PROVIDERS[provider].keys()
    assert key_blindness("custody", key) == ""


def test_a_key_that_nobody_can_be_asked_about_is_blind_for_every_claim() -> None:
    for key in (Key(), Key(provider="drawer")):
        assert all(key_blindness(path, key) for path in KEY_CLAIMS)
    assert key_blindness("rotation", Key(provider="drawer")) == "no probe speaks to a provider drawer"


def test_an_imported_key_is_told_by_every_provider() -> None:
    assert key_blindness("origin", Key(provider="vault", origin="hsm"))
    assert key_blindness("origin", Key(provider="vault", origin="imported")) == ""


def test_protocols_are_the_models() -> None:
    assert PROTOCOLS.keys() <= set(get_args(Protocol))
    assert flow_blindness("https") == ""
    assert flow_blindness("jdbc")


@pytest.mark.parametrize(
    ("path", "declared", "component", "blind"),
    [
        ("isolation.row_level_security", "forced", SERVER, False),
        ("isolation.row_level_security", "forced", PARTNER, True),
        ("isolation.tenant_predicate", "database", SERVER, False),
        ("isolation.tenant_predicate", "proxy", SERVER, True),
        ("isolation.tenant_predicate", "application", SERVER, True),
        ("isolation.tenant_predicate", "none", SERVER, False),
        ("isolation.tenant_keys", True, SERVER, True),
        ("at_rest.algorithm", "AES-256-GCM", SERVER, False),
        ("processing.plaintext_logging", "forbidden", SERVER, False),
        ("processing.plaintext_logging", "forbidden", PARTNER, True),
    ],
)
def test_a_component(path: str, declared: Any, component: Component, blind: bool) -> None:
    assert bool(component_blindness(path, declared, component)) is blind


def test_what_is_blind_is_neither_asked_for_nor_observable() -> None:
    components: dict[str, Any] = {
        "shop": {"kind": "partner", "processing": {"plaintext_logging": "forbidden"}},
        "db": {"kind": "datastore", "isolation": {"tenant_predicate": "proxy", "row_level_security": "forced"}},
    }
    probes = [
        {"probe": "tenancy", "component": "db"},
        {"probe": "leak", "component": "shop"},
        {"probe": "kms", "key": "card"},
    ]
    flow = {"id": "f", "from": "shop", "to": "db", "carries": []}
    keys = {"card": {"provider": "pkcs11", "custody": "hsm", "grantees": ["db"]}}
    claims = inputs(facts_of(components, [flow], probes=probes, keys=keys).tables["claim"])
    shown = {name: (claim["requested"], claim["observable"], bool(claim["blind"])) for name, claim in claims.items()}
    assert shown == {
        "key/card/custody": (True, True, False),
        "key/card/grantees": (False, False, True),
        "component/shop/processing.plaintext_logging": (False, False, True),
        "component/db/isolation.row_level_security": (True, True, False),
        "component/db/isolation.tenant_predicate": (False, False, True),
    }


def test_who_sees_what() -> None:
    """A probe is asked in vain for what no code reads out of its facts."""
    assert seers("kms", "rotation") == ("kms",)
    assert seers("storage", "at_rest.algorithm") == ("storage",)
    assert seers("storage", "no.such.claim") == ()
    for field in Isolation.__struct_fields__:
        assert seers("tenancy", f"isolation.{field}") == (() if field == "tenant_keys" else ("tenancy",))


@pytest.mark.parametrize(
    ("tier", "blind"),
    [
        ({}, False),
        ({"compressed": True, "encrypted": True, "proof_of_existence": "none"}, False),
        ({"worm": True}, True),
        ({"proof_of_existence": "rfc3161"}, True),
    ],
)
def test_a_tier_whose_files_do_not_show_all_of_it(tier: dict[str, Any], blind: bool) -> None:
    book = Ledger(component="book", tiers=(Tier(name="hot", until="P1D"), Tier(name="cold", until="P9D", **tier)))
    assert bool(ledger_blindness("tiers", book)) is blind
    assert ledger_blindness("chain", book) == ""


def test_what_a_key_must_be_for_its_custodian_to_tell() -> None:
    assert key_blindness("custody", Key(provider="vault", custody="hsm"))
    assert key_blindness("custody", Key(provider="vault", custody="kms")) == ""
    assert key_blindness("custody", Key(provider="pkcs11", custody="hsm")) == ""
    assert key_blindness("retains_old_versions", Key(provider="pkcs11", environment="production"))
    assert key_blindness("retains_old_versions", Key(provider="pkcs11", environment="test")) == ""


def test_the_providers_are_those_that_the_probe_speaks_to() -> None:
    assert PROVIDERS.keys() == ADAPTERS.keys()


def test_every_claim_is_read_by_a_probe_or_named_as_one_that_none_reads() -> None:
    """What `seers` knows of nothing would be waited for in vain, without a reason."""
    unread_ones = {("tenancy", "isolation.tenant_keys")}
    read = {(probe, path) for probe, table in RECONCILE.items() for path in table}
    claimed = set()
    for name, claim in inputs(facts_of(COMPONENTS, FLOWS, **SECTIONS).tables["claim"]).items():
        claimed.add((claim["probe"], claim["claim"]))
        assert bool(seers(claim["probe"], claim["claim"])) != ((claim["probe"], claim["claim"]) in unread_ones), name
    seen_by_others = {("code", "processing.plaintext_logging"), ("tls", "in_transit.tls.suites")}
    never_drawn = {
        ("tls", "in_transit.tls.key_exchange"),
        ("tls", "in_transit.tls.pins"),
        ("brokers", "in_transit.tls.mutual"),
        ("tenancy", "isolation.tenant_predicate"),
    }
    assert read - claimed <= seen_by_others | never_drawn
