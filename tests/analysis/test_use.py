"""What of a component's declaration the flows bear out: keys, roles, items, clearances, pins, quarantines, tenants."""

from __future__ import annotations

from typing import Any

from tests.analysis.subjects import facts_of, inputs, some

SEALED = {"record": [{"sealed": "outer"}]}
KEYS: dict[str, Any] = {"outer": {}, "inner": {}, "signer": {}}
ITEMS = {
    "record": {"label": {"level": "secret", "compartments": ["phi"]}},
    "report": {"label": {"level": "internal"}},
}


def use(components: dict[str, Any], flows: list[dict[str, Any]], **sections: Any) -> dict[str, dict[str, Any]]:
    """The use of every component of a small system."""
    sections = {"keys": KEYS, "data": ITEMS, **sections}
    table = inputs(facts_of(components, flows, **sections).tables["component"])
    return {name: values["use"] for name, values in table.items()}


def put(**more: Any) -> dict[str, Any]:
    """A flow that puts the record from portal to store."""
    return {"from": "portal", "to": "store", "carries": ["record"], **more}


def test_what_serves_a_flow_is_not_idle() -> None:
    found = use(
        {
            "portal": {"originates": ["record"], "seals_with": ["outer"], "signs_with": ["signer"], "roles": ["clerk"]},
            "store": {"opens_with": ["outer"], "verifies_with": ["signer"], "stores": ["record"]},
        },
        [put(protection={"record": [{"sealed": "outer"}, {"signed": "signer"}]}, authz={"roles": ["clerk"]})],
        roles={"clerk": {"permissions": [], "subjects": "any"}},
    )
    for values in found.values():
        assert some(values, "idle_opening", "idle_sealing", "idle_signing", "idle_verifying", "idle_roles") == {
            "idle_opening": 0,
            "idle_sealing": 0,
            "idle_signing": 0,
            "idle_verifying": 0,
            "idle_roles": 0,
        }
        assert some(values, "unopened", "idle_origins", "unkept", "unbrought") == {
            "unopened": 0,
            "idle_origins": 0,
            "unkept": 0,
            "unbrought": 0,
        }


def test_keys_and_roles_without_use_are_counted_at_the_end_that_has_them() -> None:
    """The flow is unsealed and unsigned: what both ends hold for it is idle, each by its own verb."""
    keys = ["outer", "inner"]
    found = use(
        {
            "portal": {"originates": ["record"], "seals_with": keys, "signs_with": ["signer"], "roles": ["clerk"]},
            "store": {"opens_with": keys, "verifies_with": ["signer"], "stores": ["record"], "roles": ["clerk"]},
        },
        [put()],
        roles={"clerk": {"permissions": [], "subjects": "any"}},
    )
    names = ("idle_opening", "idle_sealing", "idle_signing", "idle_verifying", "idle_roles")
    assert [found["portal"][name] for name in names] == [0, 2, 1, 0, 1]
    assert [found["store"][name] for name in names] == [2, 0, 0, 1, 1]


def test_an_answer_is_sealed_by_the_one_and_opened_by_the_other() -> None:
    found = use(
        {
            "portal": {"opens_with": ["outer"]},
            "store": {"originates": ["record"], "seals_with": ["outer"]},
        },
        [{"from": "portal", "to": "store", "carries": [], "returns": ["record"], "protection": SEALED}],
    )
    assert (found["portal"]["idle_opening"], found["store"]["idle_sealing"]) == (0, 0)
    assert found["portal"]["unopened"] == 0


def test_the_layer_of_an_item_that_does_not_move_serves_nothing() -> None:
    found = use(
        {"portal": {"originates": ["report"], "seals_with": ["outer"]}, "store": {"opens_with": ["outer"]}},
        [put(carries=["report"], protection=SEALED)],
    )
    assert (found["portal"]["idle_sealing"], found["store"]["idle_opening"]) == (1, 1)


def test_field_encryption_is_use_too() -> None:
    fields = {"record": [{"field_encrypted": {"key": "outer", "fields": ["name"]}}]}
    found = use(
        {"portal": {"originates": ["record"], "seals_with": ["outer"]}, "store": {"opens_with": ["outer"]}},
        [put(protection=fields)],
    )
    assert (found["portal"]["idle_sealing"], found["store"]["idle_opening"]) == (0, 0)


def test_a_key_that_makes_something_is_not_idle() -> None:
    found = use(
        {"portal": {"signs_with": ["signer"], "produces": [{"data": "report", "from": ["record"], "key": "signer"}]}},
        [],
    )
    assert found["portal"]["idle_signing"] == 0


def test_a_signature_passes_through_whoever_passes_the_item_on() -> None:
    components = {
        "portal": {"originates": ["record"], "signs_with": ["signer"]},
        "worker": {},
        "store": {"verifies_with": ["signer"]},
        "vault": {"verifies_with": ["signer"]},
    }
    flows = [
        {"from": "portal", "to": "worker", "carries": ["record"], "protection": {"record": [{"signed": "signer"}]}},
        {"from": "store", "to": "worker", "carries": [], "returns": ["record"]},
        {"from": "worker", "to": "vault", "carries": ["report"]},
    ]
    found = use(components, flows)
    assert (found["store"]["idle_verifying"], found["vault"]["idle_verifying"]) == (0, 1)


def test_what_stays_sealed_where_it_is_needed_is_counted() -> None:
    """By item and key: the store has neither key, the worker is given its key, and the partner works on nothing."""
    both = {"record": [{"sealed": "outer"}], "report": [{"sealed": "inner"}]}
    found = use(
        {"portal": {"originates": ["record", "report"], "seals_with": ["outer", "inner"]}, "store": {}},
        [put(carries=["record", "report"], protection=both)],
    )
    assert found["store"]["unopened"] == 2


def test_whoever_only_passes_on_need_not_open() -> None:
    components: dict[str, Any] = {
        "portal": {"originates": ["record"], "seals_with": ["outer"]},
        "worker": {},
        "store": {},
    }
    flows = [
        {"from": "portal", "to": "worker", "carries": ["record"], "protection": SEALED},
        {"from": "worker", "to": "store", "carries": ["record"], "protection": SEALED},
    ]
    assert [use(components, flows)[name]["unopened"] for name in ("worker", "store")] == [0, 1]
    for work in (
        {"ingress": {"validates": ["record"]}},
        {"ingress": {"classifies": ["record"]}},
        {"produces": [{"data": "report", "from": ["record"]}]},
        {"stores": ["record"]},
    ):
        assert use({**components, "worker": work}, flows)["worker"]["unopened"] == 1, work


def test_whoever_seals_anew_must_have_opened() -> None:
    flows = [
        {"from": "portal", "to": "worker", "carries": ["record"], "protection": SEALED},
        {"from": "worker", "to": "store", "carries": ["record"], "protection": {"record": [{"sealed": "inner"}]}},
    ]
    components = {
        "portal": {"originates": ["record"], "seals_with": ["outer"]},
        "worker": {"seals_with": ["inner"]},
        "store": {"opens_with": ["inner"]},
    }
    assert use(components, flows)["worker"]["unopened"] == 1
    components["worker"]["opens_with"] = ["outer"]
    assert use(components, flows)["worker"]["unopened"] == 0


def test_items_that_come_from_nowhere_or_go_nowhere() -> None:
    found = use(
        {
            "portal": {"originates": ["record", "report"]},
            "worker": {"produces": [{"data": "report", "from": ["record"]}]},
            "store": {"stores": ["report"]},
        },
        [put(), {"from": "portal", "to": "worker", "carries": ["record"]}],
    )
    assert found["portal"]["idle_origins"] == 1  # the report never leaves
    assert found["worker"]["idle_origins"] == 1  # nor does the one that is made
    assert some(found["store"], "unkept", "unbrought") == {"unkept": 1, "unbrought": 1}
    assert some(found["worker"], "unkept", "unbrought") == {"unkept": 0, "unbrought": 0}


def test_a_clearance_beyond_what_is_read() -> None:
    def beyond(**clearance: Any) -> bool:
        store = {"stores": ["report"], "clearance": {"basis": "An agreement", **clearance}}
        return bool(use({"store": store}, [])["store"]["clearance_beyond"])

    assert not beyond(level="internal")
    assert not beyond(level="public")
    assert beyond(level="secret")
    assert beyond(level="internal", compartments=["phi"])
    assert not use({"store": {"stores": ["report"]}}, [])["store"]["clearance_beyond"]


def pinned(*pins: str) -> dict[str, Any]:
    """The transport of a flow that pins."""
    return {"in_transit": {"protocol": "https", "tls": {"pins": [f"sha256/{pin}" for pin in pins]}}}


def test_pins_by_which_a_component_is_known() -> None:
    components: dict[str, Any] = {"portal": {"originates": ["record"]}, "worker": {}, "store": {}, "vault": {}}
    found = use(
        components,
        [
            put(**pinned("AAAA", "BBBB")),
            {"from": "worker", "to": "store", "carries": ["record"], **pinned("BBBB", "AAAA")},
            {"from": "portal", "to": "vault", "carries": ["record"], **pinned("CCCC")},
            {"from": "worker", "to": "vault", "carries": ["record"], **pinned("CCCC", "AAAA")},
            {"from": "portal", "to": "worker", "carries": ["record"]},
        ],
    )
    assert {name: (values["pin_sets"], values["shared_pins"]) for name, values in found.items()} == {
        "portal": (0, 0),
        "worker": (0, 0),
        "store": (1, 1),
        "vault": (2, 1),
    }


def test_what_is_checked_in_half() -> None:
    def apart(**ingress: Any) -> int:
        return int(use({"store": {"ingress": ingress}}, [])["store"]["checked_apart"])

    assert apart() == 0
    assert apart(validates=["record", "report"], classifies=["report", "record"]) == 0
    assert apart(validates=["record"]) == 1
    assert apart(validates=["record"], classifies=["report"]) == 2


def test_a_quarantine_is_reached_and_shut() -> None:
    components = {
        "portal": {"originates": ["record"], "seals_with": ["outer"], "ingress": {"quarantine": "vault"}},
        "vault": {},
    }
    reject = {"from": "portal", "to": "vault", "carries": ["record"]}
    nothing = use(components, [])
    assert (nothing["portal"]["quarantine_reached"], nothing["vault"]["quarantine_open"]) == (False, 0)
    empty = use(components, [{**reject, "carries": []}])
    assert empty["portal"]["quarantine_reached"] is False
    bare = use(components, [reject])
    assert (bare["portal"]["quarantine_reached"], bare["vault"]["quarantine_open"]) == (True, 1)
    shut = use(components, [{**reject, "protection": SEALED}])
    assert shut["vault"]["quarantine_open"] == 0
    assert shut["vault"]["unopened"] == 0
    for reader in ("portal", "vault"):
        opened = {**components, reader: {**components[reader], "opens_with": ["outer"]}}
        assert use(opened, [{**reject, "protection": SEALED}])["vault"]["quarantine_open"] == 1, reader
    assert shut["vault"]["quarantine_reached"] is True


def test_components_of_tenants_and_of_none_in_one_zone() -> None:
    tenants = {"east": {"kind": "site"}}
    found = use(
        {"portal": {"zone": "outside", "tenant": "east"}, "worker": {"zone": "outside"}, "store": {}},
        [],
        tenants=tenants,
    )
    assert {name: values["mixed_zone"] for name, values in found.items()} == {
        "portal": False,
        "worker": True,
        "store": False,
    }


def test_the_field_that_partitions() -> None:
    found = use({"portal": {"partitions_by": "tenant_id"}, "store": {}}, [])
    assert (found["portal"]["partition"], found["store"]["partition"]) == ("tenant_id", "")
