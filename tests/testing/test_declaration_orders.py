"""The table of orders: complete, and each order makes the mutants that its words promise."""

from __future__ import annotations

from typing import Any

import pytest

from limen.errors import InternalError
from limen.testing.declaration_mutants import Mutant, mutants, mutated
from limen.testing.declaration_names import Names
from limen.testing.declaration_orders import ORDERS, check
from limen.testing.declaration_places import leaves, places

DECLARED: dict[str, Any] = {
    "version": 1,
    "system": {"id": "small", "title": "Small"},
    "labels": {"levels": ["public", "secret"], "compartments": ["phi", "trial"]},
    "data": {
        "record": {
            "label": {"level": "secret", "compartments": ["phi"]},
            "fields": ["name", "dose"],
            "identifiers": ["name"],
        },
        "note": {"label": {"level": "public"}, "token": True},
    },
    "zones": {
        "outside": {"trust": 0, "callers": ["anyone"], "segment": "net"},
        "inside": {
            "trust": 3,
            "within": "outside",
            "clearance": {"level": "public", "compartments": ["phi"]},
            "callers": ["zone:outside", "role:clerk"],
            "segment": "db",
            "posture": {"in_transit": {"tls": {"min": "1.2", "suites": ["TLS_AES_256_GCM_SHA384"]}}},
        },
    },
    "components": {
        "portal": {"zone": "outside", "kind": "service", "identity": "spiffe://x/portal", "opens_with": ["one"]},
        "store": {"zone": "inside", "kind": "datastore", "identity": "spiffe://x/store", "stores": ["record"]},
    },
    "flows": [
        {
            "id": "put",
            "from": "portal",
            "to": "store",
            "carries": ["record"],
            "protection": {"record": [{"sealed": "one"}, {"field_encrypted": {"key": "two", "fields": ["name"]}}]},
            "authn": {"method": "mtls", "credential": {"lifetime": "PT1H"}},
            "authz": {"roles": ["clerk"], "permission": "record:put"},
            "in_transit": {"tls": {"pins": ["sha256/AAAA"]}},
            "via": [{"component": "portal", "tls": "passthrough"}],
        },
        {"id": "get", "from": "store", "to": "portal", "in_transit": {"tls": {"pins": ["sha256/BBBB"]}}},
    ],
    "keys": {
        "one": {"purpose": "encrypt", "provider": "vault", "id": "a", "grantees": ["portal"], "wrapped_by": "two"},
        "two": {"purpose": "wrap", "provider": "vault", "id": "b"},
        "three": {"purpose": "encrypt", "provider": "hsm", "id": "c", "custody": "application"},
    },
    "roles": {
        "clerk": {"permissions": ["record:put"], "subjects": "human", "needs": {"record": ["dose"]}},
        "admin": {"permissions": ["record:put", "user:add"], "subjects": "any"},
    },
    "separation_of_duties": [["record:put", "user:add"]],
    "assertions": [{"id": "apart", "never": {"from": "outside", "to": "inside"}}],
}
PLACES = places(DECLARED)


def made(path: str) -> list[str]:
    """Return the mutants of one place in words; paths have slashes."""
    names = Names(DECLARED)
    (place,) = [one for one in PLACES if "/".join(map(str, one.path)) == path]
    return [f"{'/'.join(map(str, one.path))} {one.words}" for one in mutants(place, names)]


def test_every_field_of_the_model_has_an_order() -> None:
    assert leaves() == ORDERS.keys()
    check(leaves())


@pytest.mark.parametrize("odd", [{"Tls.new"}, set()])
def test_a_field_without_an_order_is_an_error(odd: set[str]) -> None:
    known = (leaves() | odd) - ({"Tls.min"} if not odd else set())
    with pytest.raises(InternalError) as caught:
        check(known)
    assert ("Tls.new" if odd else "Tls.min") in str(caught.value)


def test_places_are_scalars_and_list_entries() -> None:
    shown = {"/".join(map(str, place.path)) for place in PLACES}
    assert {
        "version",
        "system/id",
        "flows/0",
        "flows/0/via/0",
        "flows/0/via/0/tls",
        "separation_of_duties/0/1",
    } <= shown
    assert not shown & {"system", "zones/inside", "flows", "flows/0/authn", "keys/one"}
    assert len(shown) == len(PLACES)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("version", []),
        ("system/id", ['system/id becomes "small-renamed"']),
        ("system/title", ["system/title dropped"]),
        ("data/record/label/level", ['data/record/label/level becomes "public"', "data/record/label dropped"]),
        (
            "data/record/identifiers/0",
            ['data/record/identifiers/0 becomes "dose"', "data/record/identifiers/0 dropped"],
        ),
        ("data/note/token", ["data/note/token dropped"]),
        ("zones/outside/trust", ["zones/outside/trust becomes 3"]),
        ("zones/inside/trust", []),
        (
            "zones/inside/clearance/level",
            ['zones/inside/clearance/level becomes "secret"', "zones/inside/clearance dropped"],
        ),
        (
            "zones/inside/clearance/compartments/0",
            [
                'zones/inside/clearance/compartments/0 becomes "trial"',
                'zones/inside/clearance/compartments also "trial"',
                "zones/inside/clearance/compartments dropped",
            ],
        ),
        ("zones/outside/callers/0", ["zones/outside/callers dropped"]),
        ("zones/inside/callers/0", ['zones/inside/callers/0 becomes "anyone"']),
        ("zones/inside/callers/1", ['zones/inside/callers/1 becomes "anyone"', 'zones/inside/callers also "anyone"']),
        ("zones/inside/segment", ['zones/inside/segment becomes "net"', "zones/inside/segment dropped"]),
        (
            "zones/inside/posture/in_transit/tls/min",
            [
                'zones/inside/posture/in_transit/tls/min becomes "ssl3"',
                "zones/inside/posture/in_transit/tls/min dropped",
            ],
        ),
        ("components/portal/zone", ['components/portal/zone becomes "inside"']),
        (
            "components/store/identity",
            ['components/store/identity becomes "spiffe://x/portal"', "components/store/identity dropped"],
        ),
        (
            "components/portal/opens_with/0",
            [
                'components/portal/opens_with/0 becomes "three"',
                'components/portal/opens_with also "three"',
                "components/portal/opens_with/0 dropped",
            ],
        ),
        (
            "components/store/stores/0",
            ['components/store/stores/0 becomes "note"', "components/store/stores/0 dropped"],
        ),
        ("flows/0", ["flows/0 dropped"]),
        ("flows/0/from", ['flows/0/from becomes "store"']),
        (
            "flows/0/protection/record/0/sealed",
            ['flows/0/protection/record/0/sealed becomes "three"', "flows/0/protection/record/0 dropped"],
        ),
        (
            "flows/0/protection/record/1/field_encrypted/fields/0",
            [
                'flows/0/protection/record/1/field_encrypted/fields/0 becomes "dose"',
                "flows/0/protection/record/1 dropped",
            ],
        ),
        ("flows/0/authn/method", ['flows/0/authn/method becomes "none"', "flows/0/authn dropped"]),
        (
            "flows/0/authn/credential/lifetime",
            ['flows/0/authn/credential/lifetime becomes "P99Y"', "flows/0/authn/credential/lifetime dropped"],
        ),
        (
            "flows/0/authz/permission",
            ['flows/0/authz/permission becomes "user:add"', "flows/0/authz/permission dropped"],
        ),
        (
            "flows/0/in_transit/tls/pins/0",
            [
                'flows/0/in_transit/tls/pins/0 becomes "sha256/BBBB"',
                'flows/0/in_transit/tls/pins also "sha256/BBBB"',
                "flows/0/in_transit/tls/pins/0 dropped",
            ],
        ),
        ("keys/one/id", ['keys/one/id becomes "b"', "keys/one/id dropped"]),
        ("keys/three/id", ["keys/three/id dropped"]),
        ("keys/one/wrapped_by", ['keys/one/wrapped_by becomes "three"', "keys/one/wrapped_by dropped"]),
        (
            "roles/admin/permissions/1",
            ["roles/admin/permissions/1 dropped"],
        ),
        ("roles/clerk/needs/record/0", [
            'roles/clerk/needs/record/0 becomes "name"',
            'roles/clerk/needs/record also "name"',
            "roles/clerk/needs/record/0 dropped",
        ]),
        ("separation_of_duties/0", ["separation_of_duties/0 dropped"]),
        ("separation_of_duties/0/0", ["separation_of_duties/0 dropped"]),
        ("assertions/0/never/from", ['assertions/0/never/from becomes "inside"']),
    ],
)  # fmt: skip
def test_a_place_has_the_mutants_of_its_order(path: str, words: list[str]) -> None:
    assert made(path) == words


def test_a_mutant_changes_its_place_and_nothing_else() -> None:
    import copy

    before = copy.deepcopy(DECLARED)
    changed = mutated(DECLARED, Mutant(change="weakened", path=("flows", 0, "authn", "method"), value="none"))
    assert changed["flows"][0]["authn"] == {"method": "none", "credential": {"lifetime": "PT1H"}}
    assert changed["flows"][1] is DECLARED["flows"][1]
    assert changed["keys"] is DECLARED["keys"]
    assert before == DECLARED
    widened = mutated(DECLARED, Mutant(change="widened", path=("flows", 0, "carries"), value="note"))
    assert widened["flows"][0]["carries"] == ["record", "note"]
    dropped = mutated(DECLARED, Mutant(change="dropped", path=("flows", 0)))
    assert [flow["id"] for flow in dropped["flows"]] == ["get"]
