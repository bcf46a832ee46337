"""Every function that holds facts against a claim, on whatever facts a recording may hold: it never breaks."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.analysis.kinds import OBSERVED
from limen.analysis.reconciliation import RECONCILE, Agreement
from limen.analysis.schemas import _inlined
from limen.model.operations import ProbeName
from limen.testing.strategies.subjects import values

CASES = [(probe, path) for probe, claims in RECONCILE.items() for path in claims]
DECLARED: dict[str, st.SearchStrategy[Any]] = {
    "in_transit.tls.min": st.sampled_from([9, 10, 11, 12, 13]),
    "in_transit.tls.mutual": st.sampled_from(["required", "optional", "off"]),
    "in_transit.tls.suites": st.lists(st.sampled_from(["TLS_AES_256_GCM_SHA384", "A"]), unique=True),
    "in_transit.tls.key_exchange": st.lists(st.sampled_from(["X25519MLKEM768", "X25519", "A"]), unique=True),
    "in_transit.tls.pins": st.lists(st.sampled_from(["sha256/AAAA", "sha256/BBBB"]), unique=True),
    "custody": st.sampled_from(["hsm", "kms", "application", "configuration"]),
    "algorithm": st.sampled_from(["AES-256", "RSA-2048"]),
    "origin": st.sampled_from(["hsm", "software", "imported"]),
    "rotation": st.integers(1, 10**9),
    "retains_old_versions": st.booleans(),
    "grantees": st.lists(st.sampled_from(["automation", "db"]), unique=True),
    "append_only": st.booleans(),
    "anchors": st.fixed_dictionaries({"every": st.integers(1, 10**7), "to": st.just("witness")}),
    "chain": st.fixed_dictionaries(
        {"algorithm": st.sampled_from(["SHA-256", "HMAC-SHA-256"])},
        optional={"key": st.just("k"), "format": st.sampled_from(["limen-v1", "ours"])},
    ),
    "tiers": st.lists(
        st.fixed_dictionaries(
            {"name": st.sampled_from(["hot", "warm", "cold"]), "until": st.integers(1, 10**9)},
            optional={
                "worm": st.booleans(),
                "compressed": st.booleans(),
                "encrypted": st.booleans(),
                "proof_of_existence": st.just("rfc3161"),
            },
        ),
        min_size=1,
        max_size=3,
    ),
    "partitions_by": st.sampled_from(["tenant_id", "x"]),
    "isolation.row_level_security": st.sampled_from(["forced", "enabled", "off"]),
    "isolation.tenant_predicate": st.sampled_from(["proxy", "application", "database", "none"]),
    "isolation.tenant_keys": st.booleans(),
    "at_rest.algorithm": st.sampled_from(["AES-256-GCM", "AES-128", "none"]),
    "at_rest.key": st.sampled_from(["alias/phi", "encrypt/clinical-store"]),
    "processing.plaintext_logging": st.sampled_from(["forbidden", "allowed"]),
    "secrets.scanning.in_ci": st.booleans(),
}
"""For each claim the values that a declaration may have, as `claims.py` writes them."""


def facts_of(probe: str) -> st.SearchStrategy[list[Any]]:
    """Facts of a probe, as a recording may hold them, whatever the probe itself would record."""
    kind = OBSERVED[f"{probe}_observation"]
    (whole,), parts = msgspec.json.schema_components([kind], ref_template="{name}")
    drawn = values(_inlined(whole, parts))
    return st.lists(drawn.map(lambda plain: msgspec.convert(plain, kind)), min_size=1, max_size=3)


def test_each_probe_of_the_model_has_a_kind() -> None:
    assert sorted(OBSERVED) == sorted(f"{probe}_observation" for probe in ProbeName.__args__)


@pytest.mark.parametrize(("probe", "path"), CASES, ids=[f"{probe}-{path}" for probe, path in CASES])
@settings(max_examples=20)  # what is drawn is large, and there are many claims
@given(data=st.data())
def test_any_facts_agree_contradict_or_say_nothing(probe: str, path: str, data: st.DataObject) -> None:
    facts, declared = data.draw(facts_of(probe)), data.draw(DECLARED[path])
    found = RECONCILE[probe][path](declared, facts)
    assert found is None or isinstance(found, Agreement)
    if found is not None:
        msgspec.json.encode(found.observed)


@pytest.mark.parametrize(("probe", "path"), CASES, ids=[f"{probe}-{path}" for probe, path in CASES])
@settings(max_examples=20)  # what is drawn is large, and there are many claims
@given(data=st.data())
def test_more_observations_never_turn_a_contradiction_into_agreement(
    probe: str, path: str, data: st.DataObject
) -> None:
    facts, more, declared = data.draw(facts_of(probe)), data.draw(facts_of(probe)), data.draw(DECLARED[path])
    reconcile = RECONCILE[probe][path]
    before = reconcile(declared, facts)
    if before is not None and not before.agrees:
        after = reconcile(declared, [*facts, *more])
        assert after is None or not after.agrees
