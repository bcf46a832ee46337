"""Effective posture: own over zones, the weaker of two zones, absent the weakest, what can't be ordered is an error."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from limen.analysis.kinds.common import TlsPart
from limen.analysis.posture import MUTUAL_RANKS, TRANSIT_PATHS, Postures, channel, weaker
from limen.errors import Location
from limen.model.declaration import Declaration
from limen.model.flows import Flow
from limen.model.places import Component, Zone
from limen.model.posture import InTransit, Tls
from limen.model.scalars import TLS_RANKS

PATHS = dict(zip(("protocol", "min", "mutual", "suites", "key_exchange", "pins"), TRANSIT_PATHS, strict=True))


def zone(**posture: Any) -> Zone:
    """A zone with default posture."""
    return msgspec.convert({"trust": 1, "posture": posture} if posture else {"trust": 1}, Zone)


def flow(**in_transit: Any) -> Flow:
    """A flow with its own in_transit, or none."""
    return msgspec.convert(
        {"id": "f", "from": "a", "to": "b"} | ({"in_transit": in_transit} if in_transit else {}), Flow
    )


def merged(own: Flow, first: Zone, second: Zone) -> dict[str, Any]:
    """Effective values by short name, of a flow from zone `a` to zone `b`."""
    return dict(zip(PATHS, Postures({"a": first, "b": second}, {}).transit(own, "a", "b").values, strict=True))


def test_the_flows_own_fields_win_one_by_one() -> None:
    tls12 = zone(in_transit={"tls": {"min": "1.2", "mutual": "required"}})
    values = merged(flow(protocol="https", tls={"min": "1.3"}), tls12, tls12)
    assert values == {
        "protocol": "https",
        "min": "1.3",
        "mutual": "required",
        "suites": UNSET,
        "key_exchange": UNSET,
        "pins": UNSET,
    }


@pytest.mark.parametrize(
    ("name", "first", "second", "expected"),
    [
        ("min", "1.3", "1.2", "1.2"),
        ("min", "ssl3", "1.0", "ssl3"),
        ("min", "1.3", None, UNSET),
        ("mutual", "required", "optional", "optional"),
        ("mutual", "optional", "off", "off"),
        ("mutual", None, "required", UNSET),
        ("suites", ["A", "B"], ["C", "A"], ("A", "B", "C")),
        ("suites", ["B", "A"], ["B", "A"], ("B", "A")),
        ("key_exchange", ["X25519MLKEM768"], ["x25519"], ("X25519MLKEM768", "x25519")),
        ("pins", ["sha256/AAAA", "sha256/BBBB"], ["sha256/BBBB", "sha256/AAAA"], ("sha256/AAAA", "sha256/BBBB")),
        ("pins", ["sha256/AAAA"], [], ()),
        ("pins", ["sha256/AAAA"], None, UNSET),
    ],
)
def test_where_zones_differ_the_weaker_holds(name: str, first: Any, second: Any, expected: Any) -> None:
    one = zone(in_transit={"tls": {} if first is None else {name: first}})
    two = zone(in_transit={"tls": {} if second is None else {name: second}})
    assert merged(flow(), one, two)[name] == expected
    assert merged(flow(), two, one)[name] == expected


def test_one_zone_alone_gives_no_protection_to_a_flow_that_leaves_it() -> None:
    house = zone(in_transit={"protocol": "https", "tls": {"min": "1.3"}})
    transit = Postures({"a": house, "b": zone()}, {}).transit(flow(), "a", "b")
    assert transit.part == type(transit.part)()


SYSTEM = {
    "version": 1,
    "system": {"id": "s"},
    "zones": {
        "a": {"trust": 1, "posture": {"in_transit": {"protocol": "https", "tls": {"pins": ["sha256/AAAA"]}}}},
        "b": {"trust": 2, "posture": {"in_transit": {"protocol": "grpcs", "tls": {"pins": ["sha256/BBBB"]}}}},
    },
    "components": {"one": {"zone": "a", "kind": "service"}, "two": {"zone": "b", "kind": "service"}},
    "flows": [
        {"id": "silent", "from": "one", "to": "two"},
        {"id": "pinned", "from": "one", "to": "two", "in_transit": {"protocol": "grpcs", "tls": {"pins": []}}},
        {"id": "inside", "from": "two", "to": "two"},
    ],
}


def test_defaults_that_cannot_be_ordered_are_errors_that_name_flow_zones_and_path() -> None:
    declaration = msgspec.convert(SYSTEM, Declaration)
    postures = Postures(declaration.zones, declaration.keys)
    for index, ends in enumerate((("a", "b"), ("a", "b"), ("b", "b"))):
        postures.transit(declaration.flows[index], *ends)
    problems = postures.problems(declaration, lambda path: Location(file=f"{path[0]}/{path[1]}"))
    assert [(str(p.location), p.message) for p in problems] == [
        (
            "flows/silent",
            (
                "flow silent gives no in_transit.protocol, and its ends' defaults differ and can't be ordered: "
                "zone a (https) and zone b (grpcs)"
            ),
        ),
        (
            "flows/silent",
            (
                "flow silent gives no in_transit.tls.pins, and its ends' defaults differ and can't be ordered: "
                "zone a (sha256/AAAA) and zone b (sha256/BBBB)"
            ),
        ),
    ]
    assert problems[0].hint == "declare in_transit.protocol on the flow, or make the zones agree"


@pytest.mark.parametrize(
    ("protocol", "own", "inherited", "expected"),
    [
        ("https", False, False, "tls"),
        ("syslog-tls", False, False, "tls"),
        ("sftp", False, True, "ssh"),
        ("ssh", False, False, "ssh"),
        ("unix", False, True, "local"),
        ("pkcs11", False, False, "local"),
        ("postgres", False, True, "tls"),
        ("postgres", True, True, "tls"),
        ("postgres", False, False, "none"),
        ("http", False, True, "none"),
        ("http", True, True, "tls"),
        ("removable-media", True, True, "none"),
        ("udp", False, True, "none"),
        (UNSET, False, True, "tls"),
        (UNSET, False, False, "undeclared"),
    ],
)
def test_the_channel_follows_protocol_and_tls(protocol: Any, own: bool, inherited: bool, expected: Any) -> None:
    assert channel(protocol, own, inherited) == expected


def test_tls_without_any_field_is_not_tls() -> None:
    transit = Postures({}, {}).transit(flow(protocol="postgres", tls={}), "a", "b")
    assert (transit.part.channel, transit.part.tls) == ("none", TlsPart())


def test_provenance_says_in_words_where_each_value_came_from() -> None:
    postures = Postures(
        {
            "ingress": zone(in_transit={"tls": {"min": "1.3", "mutual": "required", "suites": ["A"]}}),
            "untrusted": zone(in_transit={"tls": {"min": "1.2", "mutual": "required"}}),
        },
        {},
    )
    own = flow(protocol="https", tls={"key_exchange": ["X25519"]})
    assert postures.transit_provenance(own, "ingress", "untrusted") == {
        "in_transit.protocol": "declared on flow f",
        "in_transit.tls.min": "weaker of zone ingress (1.3) and zone untrusted (1.2)",
        "in_transit.tls.mutual": "zones ingress and untrusted",
        "in_transit.tls.suites": "weaker of zone ingress (A) and zone untrusted (absent)",
        "in_transit.tls.key_exchange": "declared on flow f",
        "in_transit.tls.pins": "not declared",
        "in_transit.channel": "derived from protocol https, own TLS",
    }
    assert postures.transit_provenance(flow(), "ingress", "ingress")["in_transit.tls.min"] == "zone ingress"


def test_a_components_own_field_wins_over_its_zone_and_the_keys_facts_follow() -> None:
    keys = msgspec.convert(
        {"disk": {"custody": "kms", "held_by": "kms", "algorithm": "AES-256"}, "near": {"held_by": "db"}},
        dict[str, Any],
    )
    from limen.model.keys import Key

    postures = Postures(
        {
            "data": zone(
                at_rest={"algorithm": "AES-256-GCM", "key": "disk"},
                processing={"zeroize": True, "core_dumps": "disabled"},
            )
        },
        msgspec.convert(keys, dict[str, Key]),
    )
    plain = msgspec.convert({"zone": "data", "kind": "datastore"}, Component)
    part = postures.at_rest("db", plain)
    assert (part.algorithm, part.key, part.key_custody, part.key_beside_data, part.key_algorithm) == (
        "AES-256-GCM",
        True,
        "kms",
        False,
        "AES-256",
    )
    own = msgspec.convert(
        {
            "zone": "data",
            "kind": "datastore",
            "at_rest": {"algorithm": "none", "key": "near"},
            "processing": {"zeroize": False},
        },
        Component,
    )
    part = postures.at_rest("db", own)
    assert (part.algorithm, part.key, part.key_custody, part.key_beside_data) == ("none", True, UNSET, True)
    assert (postures.processing(own).zeroize, postures.processing(own).core_dumps) == (False, "disabled")
    provenance = postures.component_provenance("db", own)
    assert (provenance["at_rest.key"], provenance["processing.core_dumps"], provenance["processing.envelope"]) == (
        "declared on component db",
        "zone data",
        "not declared",
    )
    lost = msgspec.convert({"zone": "data", "kind": "datastore", "at_rest": {"key": "nowhere"}}, Component)
    assert (postures.at_rest("db", lost).key, postures.at_rest_key(lost)) == (False, "nowhere")


_tls = st.builds(
    Tls,
    min=st.sampled_from([UNSET, *TLS_RANKS]),
    mutual=st.sampled_from([UNSET, *MUTUAL_RANKS]),
    suites=st.sampled_from([UNSET, (), ("A",), ("B", "A"), ("C",)]),
    key_exchange=st.sampled_from([UNSET, ("X25519",), ("X25519MLKEM768", "X25519")]),
    pins=st.sampled_from([UNSET, (), ("sha256/AAAA",), ("sha256/BBBB", "sha256/AAAA")]),
)
_transit = st.builds(InTransit, protocol=st.sampled_from([UNSET, "https", "http"]), tls=_tls | st.just(UNSET))


def _zone_of(in_transit: InTransit) -> Zone:
    return msgspec.convert({"trust": 1, "posture": {"in_transit": msgspec.to_builtins(in_transit)}}, Zone)


def _no_stronger(name: str, value: Any, than: Any) -> bool:
    """Whether a merged value promises no more than a zone's."""
    if value is UNSET or value == than:
        return True
    if than is UNSET:
        return False
    if name == "min":
        return TLS_RANKS[value] <= TLS_RANKS[than]
    if name == "mutual":
        return MUTUAL_RANKS[value] <= MUTUAL_RANKS[than]
    if name in ("suites", "key_exchange"):
        return set(value) >= set(than)
    return set(value) <= set(than)


@given(_transit)
def test_merging_a_zone_with_itself_changes_nothing(in_transit: InTransit) -> None:
    same = _zone_of(in_transit)
    own = flow()
    postures = Postures({"a": same, "b": same}, {})
    assert postures.transit(own, "a", "b").values == postures.transit(own, "a", "a").values


@given(_transit, _transit)
def test_a_silent_flow_is_never_stronger_than_either_zone(first: InTransit, second: InTransit) -> None:
    one, two = _zone_of(first), _zone_of(second)
    values = merged(flow(), one, two)
    assert values == merged(flow(), two, one)
    for part in (first, second):
        for name, value in values.items():
            source = part if name == "protocol" else part.tls
            assert _no_stronger(name, value, UNSET if source is UNSET else getattr(source, name)), name


@given(_transit, _transit, _transit)
def test_the_flow_wins_over_both_zones(own: InTransit, first: InTransit, second: InTransit) -> None:
    built = msgspec.convert({"id": "f", "from": "a", "to": "b", "in_transit": msgspec.to_builtins(own)}, Flow)
    values = merged(built, _zone_of(first), _zone_of(second))
    for name, value in values.items():
        source = own if name == "protocol" else own.tls
        mine = UNSET if source is UNSET else getattr(source, name)
        if mine is not UNSET:
            assert value == mine


def test_an_unknown_pair_is_refused_not_guessed() -> None:
    with pytest.raises(ValueError, match=r"in_transit\.protocol: 'http' and 'https' can't be ordered"):
        weaker("in_transit.protocol", "http", "https")
