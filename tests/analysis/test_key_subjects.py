"""Keys as rules see them: uses, users, tenants and custody, worked out by hand."""

from __future__ import annotations

from typing import Any

from tests.analysis.subjects import detail, facts_of, inputs, some

KEYS: dict[str, Any] = {
    "root": {"custody": "hsm", "held_by": "vault", "algorithm": "AES-256", "purpose": "wrap", "grantees": ["vault"]},
    "data": {
        "custody": "kms",
        "provider": "kms-one",
        "id": "k1",
        "held_by": "vault",
        "algorithm": "AES-256",
        "purpose": "encrypt",
        "environment": "production",
        "rotation": "P90D",
        "retains_old_versions": True,
        "wrapped_by": "root",
        "origin": "hsm",
        "grantees": ["portal", "store", "idle"],
        "module": {"standard": "FIPS 140-3", "level": 3, "certificate": "4759"},
        "activated": "2026-11-12",
        "cryptoperiod": "P2Y",
    },
    "twin": {"provider": "kms-one", "id": "k1", "environment": "staging"},
    "sign": {"algorithm": "ECDSA-P-384", "purpose": "sign", "grantees": ["portal"]},
    "mac": {"algorithm": "HMAC-SHA-256", "purpose": "encrypt", "activated": "2027-01-01"},
    "public": {"algorithm": "ML-KEM-1024", "purpose": "encrypt"},
    "disk": {"custody": "application", "tenant": "west", "activated": "2026-02-30"},
    "bind": {"purpose": "derive", "grantees": ["hub", "portal"]},
}
COMPONENTS: dict[str, Any] = {
    "portal": {
        "zone": "outside",
        "tenant": "east",
        "originates": ["record"],
        "seals_with": ["data", "public"],
        "signs_with": ["sign"],
        "produces": [{"data": "token", "from": ["record"], "how": "tokenise", "key": "mac"}],
    },
    "clinic": {"zone": "outside", "tenant": "west", "seals_with": ["public"], "verifies_with": ["sign", "mac"]},
    "hub": {"opens_with": ["public"], "partitions_by": "tenant_id"},
    "store": {"stores": ["record"], "opens_with": ["data"], "at_rest": {"algorithm": "AES-256-GCM", "key": "disk"}},
    "cache": {"at_rest": {"key": "disk"}},
    "vault": {"kind": "secret-store"},
    "idle": {},
}
FLOWS: list[dict[str, Any]] = [
    {
        "from": "portal",
        "to": "store",
        "carries": ["record"],
        "protection": {"record": [{"sealed": "data"}, {"signed": "sign"}]},
    },
    {
        "from": "hub",
        "to": "store",
        "tenant": "west",
        "carries": ["record"],
        "protection": {"record": [{"field_encrypted": {"key": "data", "fields": ["name"]}}]},
    },
]
TENANTS = {
    name: {"kind": "pharmacy", "binding": {"algorithm": "HMAC-SHA-256", "key": "bind", "inputs": ["npi"]}}
    for name in ("east", "west")
}


def test_every_key() -> None:
    found = facts_of(COMPONENTS, FLOWS, keys=KEYS, tenants=TENANTS)
    key = inputs(found.tables["key"])
    assert list(key) == list(KEYS)
    assert key["data"] == {
        "custody": "kms",
        "algorithm": "AES-256",
        "purpose": "encrypt",
        "environment": "production",
        "rotates": True,
        "rotation": 90 * 86_400,
        "retains_old_versions": True,
        "origin": "hsm",
        "module": {"standard": "FIPS 140-3", "level": 3, "certificate": True},
        "wrapped": True,
        "wraps": 0,
        "seals_data": 2,
        "uses": ["encrypt"],
        "foreign_uses": [],
        # The portal of east seals with it, and a flow of west is sealed by it.
        "tenants": 2,
        "tenant_bound": False,
        "environments": 2,
        "same_material": 1,
        "binds": False,
        "products": 0,
        "named": True,
        # No word on providers and holders: most other keys leave theirs undeclared, so that nothing is known.
        "probed": False,
        "held": True,
        "beside_data": 0,
        "users": 2,
        "grantees": 3,
        "users_not_granted": 0,
        "grantees_observable": False,
        "grantees_not_using": 1,
        "age": 10 * 86_400,
        "cryptoperiod": 2 * 31_556_952,
    }
    # A key that nothing is said of.
    assert key["twin"] == {
        "environment": "staging",
        "rotates": False,
        "retains_old_versions": False,
        "wrapped": False,
        "wraps": 0,
        "seals_data": 0,
        "uses": [],
        "foreign_uses": [],
        "tenants": 0,
        "tenant_bound": False,
        "environments": 2,
        "same_material": 1,
        "binds": False,
        "products": 0,
        "named": True,
        "probed": False,
        "held": False,
        "beside_data": 0,
        "users": 0,
        "users_not_granted": 0,
        "grantees_observable": False,
        "grantees_not_using": 0,
    }
    uses = {name: some(values, "uses", "foreign_uses") for name, values in key.items()}
    assert uses["root"] == {"uses": ["wrap"], "foreign_uses": []}
    assert uses["sign"] == {"uses": ["sign"], "foreign_uses": []}
    assert uses["mac"] == {"uses": ["mac", "token"], "foreign_uses": ["mac", "token"]}
    assert uses["disk"] == {"uses": ["encrypt"], "foreign_uses": ["encrypt"]}
    assert uses["bind"] == {"uses": ["derive"], "foreign_uses": []}
    assert {name: values["tenants"] for name, values in key.items()} == {
        "root": 0,
        "data": 2,
        "twin": 0,
        # West verifies with the public half, and seals with one: it holds no secret of either.
        "sign": 1,
        "mac": 2,
        "public": 0,
        "disk": 1,
        "bind": 0,
    }
    assert (key["root"]["wraps"], key["root"]["users"], key["root"]["grantees_not_using"]) == (1, 1, 0)
    assert (key["bind"]["users"], key["bind"]["grantees_not_using"]) == (0, 1)
    assert (key["sign"]["users"], key["sign"]["users_not_granted"]) == (2, 0)
    # Kept by the application that stores what it seals; who stores nothing does not count.
    assert (key["disk"]["beside_data"], key["disk"]["users"], key["disk"]["seals_data"]) == (1, 1, 1)
    assert key["disk"]["users_not_granted"] == 1
    assert key["mac"]["age"] == -40 * 86_400
    assert "age" not in key["disk"], "the 30th of February is no day"


def test_details_name_whom_the_counts_are_about() -> None:
    found = facts_of(COMPONENTS, FLOWS, keys=KEYS, tenants=TENANTS)
    known = detail(found.tables["key"], "data")
    assert (known.path, known.peers) == (("keys", "data"), ())
    assert known.provenance == {
        "grantees_not_using": "idle",
        "grantees": "idle does not use it",
        "same_material": "twin",
        "users": "portal, store",
        "tenants": "east, west",
    }
    assert detail(found.tables["key"], "disk").peers == ("store",)


def test_material_that_lies_with_what_it_seals() -> None:
    components: dict[str, Any] = {
        "db": {"stores": ["record"], "at_rest": {"key": "disk"}},
        "app": {"stores": ["record"], "opens_with": ["data"]},
        "portal": {"originates": ["record"], "seals_with": ["data"]},
    }
    flows = [{"from": "portal", "to": "app", "carries": ["record"], "protection": {"record": [{"sealed": "data"}]}}]
    keys = {"disk": {"held_by": "db"}, "data": {"held_by": "app"}, "other": {"held_by": "db"}}
    key = inputs(facts_of(components, flows, keys=keys).tables["key"])
    assert {name: values["beside_data"] for name, values in key.items()} == {"disk": 1, "data": 1, "other": 0}
    assert {name: values["purpose"] for name, values in key.items() if "purpose" in values} == {}


def test_a_wrapping_key_that_also_opens_data_is_used_for_both() -> None:
    components: dict[str, Any] = {
        "vault": {"opens_with": ["root"]},
        "db": {"opens_with": ["root"], "stores": ["record"]},
    }
    keys = {"root": {"purpose": "wrap"}, "data": {"wrapped_by": "root"}}
    sealed = [{"from": "vault", "to": "db", "carries": ["record"], "protection": {"record": [{"sealed": "root"}]}}]
    plain = [{"from": "vault", "to": "db", "carries": ["record"]}]
    uses = {
        name: inputs(facts_of(components, flows, keys=keys).tables["key"])["root"]["uses"]
        for name, flows in (("sealed", sealed), ("plain", plain))
    }
    assert uses == {"sealed": ["encrypt", "wrap"], "plain": ["wrap"]}
