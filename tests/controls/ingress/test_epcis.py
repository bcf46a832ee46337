"""EPCIS 1.2 and 2.0 become one canonical event, or are refused by place and rule."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.controls.identifiers import parse_epc
from limen.controls.ingress.epcis_json import read_json
from limen.controls.ingress.epcis_xml import read_xml
from limen.controls.ingress.events import Event
from limen.controls.ingress.reading import Limits, Reading
from tests.controls.ingress.epcis_samples import CONTEXT, document, event, events, package, xml
from tests.controls.ingress.ingress_bench import NOW

DELETE = object()


def reading(**limits: Any) -> Reading:
    return Reading(now=NOW, limits=Limits(**limits))


def of_json(raw: bytes, **limits: Any) -> tuple[list[Event], list[str]]:
    one = reading(**limits)
    found = read_json(raw, one)
    return found, [problem.message for problem in one.problems()]


def of_xml(raw: bytes, **limits: Any) -> tuple[list[Event], list[str]]:
    one = reading(**limits)
    found = read_xml(raw, one)
    return found, [problem.message for problem in one.problems()]


@pytest.mark.parametrize("kind", list(events()))
def test_json_and_xml_say_the_same(kind: str) -> None:
    value = events()[kind]
    (first,), problems = of_json(document(value))
    assert problems == []
    for version in ("1.2", "2.0"):
        if kind == "association" and version == "1.2":
            continue
        (second,), problems = of_xml(xml(value, version=version))
        assert problems == []
        assert second.content() == first.content()
        assert second.id == first.id == value["eventID"]


def test_words_that_were_admitted() -> None:
    own = "https://example.com/steps/blessing"
    (found,), problems = of_json(document(event(bizStep=own)), vocabulary=frozenset({own}))
    assert (problems, found.step) == ([], own)


def test_persistent_dispositions() -> None:
    value = event(persistentDisposition={"set": ["recalled", "completeness_verified"], "unset": ["active"]})
    text = b"<set>completeness_verified</set><set>recalled</set><unset>active</unset>"
    raw = xml(event()).replace(b"<action>", b"<persistentDisposition>" + text + b"</persistentDisposition><action>")
    (first,), _ = of_json(document(value))
    (second,), _ = of_xml(raw)
    assert first.set_dispositions == ("completeness_verified", "recalled")
    assert first.content() == second.content()


def test_a_bare_event_is_a_message() -> None:
    (found,), problems = of_json(json.dumps({"@context": CONTEXT, **event()}).encode())
    assert problems == []
    assert found.content() == of_json(document(event()))[0][0].content()


def test_what_an_event_becomes() -> None:
    (found,), _ = of_json(document(event()))
    assert found.time.isoformat() == "2026-11-22T10:00:00+00:00"
    assert (found.offset, found.action, found.step, found.disposition) == ("-05:00", "ADD", "commissioning", "active")
    assert (found.lot, found.expiry) == ("LOT7", "2028-05-31")
    assert found.epcs == tuple(sorted((parse_epc(package("A1")), parse_epc(package("A2"))), key=lambda e: e.canonical))
    assert found.epcs[0].original.startswith("urn:epc:id:sgtin:")
    assert found.read_point is not None
    assert found.read_point.canonical == "0614141123452"
    assert found.location is not None
    assert found.location.extension == "line-1"
    assert package("A1").rsplit(".", 1)[0] not in repr(found)


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("bizStep", ["shipping", "urn:epcglobal:cbv:bizstep:shipping", "https://ref.gs1.org/cbv/BizStep-shipping",
                     "cbv:BizStep-shipping"]),
        ("disposition", ["in_transit", "urn:epcglobal:cbv:disp:in_transit", "https://ref.gs1.org/cbv/Disp-in_transit"]),
    ],
)  # fmt: skip
def test_words_by_every_name(name: str, texts: list[str]) -> None:
    found = [of_json(document(event(**{name: text}))) for text in texts]
    assert [problems for _, problems in found] == [[]] * len(texts)
    assert len({json.dumps(one[0].content()) for one, _ in found}) == 1


def test_order_and_spelling_of_lists_do_not_matter() -> None:
    link = parse_epc(package("A1")).canonical
    one, _ = of_json(document(event(epcList=[package("A2"), link])))
    other, _ = of_json(document(event()))
    assert one[0].content() == other[0].content()


def test_a_context_may_give_prefixes() -> None:
    context = [CONTEXT, {"ext": "https://example.com/terms/", "cbvmda": "urn:epcglobal:cbv:mda"}]
    _, problems = of_json(document(event(**{"ext:batch": "1"}), **{"@context": context}))
    assert problems == ["event 1: a member that no rule knows"]
    (found,), problems = of_json(
        document(event(**{"ext:batch": {"a": 1}}), **{"@context": context}), extensions=frozenset({"ext:batch"})
    )
    assert problems == []
    assert found.extensions == (("ext:batch", {"a": 1}),)


CONTEXTS: list[Any] = [
    None,
    [],
    "https://example.com/epcis.jsonld",
    [CONTEXT, "https://example.com/more.jsonld"],
    [CONTEXT, {"action": "https://example.com/"}],
    [CONTEXT, {"cbvmda": "https://example.com/"}],
    [CONTEXT, {"@vocab": "https://example.com/"}],
    [CONTEXT, {"x": {"@id": "https://example.com/"}}],
    [CONTEXT, {"x": "https://example.com/term"}],
    [CONTEXT, 1],
]


@pytest.mark.parametrize("context", CONTEXTS, ids=str)
def test_no_context_changes_a_meaning_or_is_fetched(context: Any) -> None:
    _, problems = of_json(document(event(), **{"@context": context}))
    assert problems
    assert all(problem.startswith("@context") for problem in problems)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"eventTime": DELETE}, "event 1, eventTime: no time with an offset"),
    ({"eventTime": "2026-11-22T05:00:00"}, "event 1, eventTime: no time with an offset"),
    ({"eventTime": "2026-11-31T05:00:00Z"}, "event 1, eventTime: a time that does not exist"),
    ({"eventTime": "2026-11-22T12:06:00Z"}, "event 1, eventTime: a time that lies ahead of our clock"),
    ({"eventTime": 1763800000}, "event 1, eventTime: no time with an offset"),
    ({"eventTimeZoneOffset": "Z"}, "event 1, eventTimeZoneOffset: no offset"),
    ({"eventTimeZoneOffset": "+15:00"}, "event 1, eventTimeZoneOffset: no offset"),
    ({"action": "add"}, "event 1, action: no action"),
    ({"action": DELETE, "ilmd": DELETE}, "event 1, action: no action"),
    ({"bizStep": "selling"}, "event 1, bizStep: no word of the Core Business Vocabulary 2.0"),
    ({"bizStep": "urn:epcglobal:cbv:disp:active"}, "event 1, bizStep: no word of the Core Business Vocabulary 2.0"),
    ({"bizStep": "https://example.com/x"}, "event 1, bizStep: no word of the Core Business Vocabulary 2.0"),
    ({"disposition": "commissioning"}, "event 1, disposition: no word of the Core Business Vocabulary 2.0"),
    ({"eventID": "1"}, "event 1, eventID: no URI"),
    ({"epcList": []}, "event 1, epcList: no packages and no quantities"),
    ({"epcList": "x"}, "event 1, epcList: no JSON array"),
    ({"epcList": [package("A1"), package("A1")]}, "event 1, epcList: the same identifier twice"),
    ({"epcList": ["urn:epc:id:sgln:0614141.12345.0"]},
     "event 1, epcList: something that is neither a package (SGTIN) nor a shipping unit (SSCC)"),
    ({"epcList": ["urn:epc:id:sgtin:0614141.1123450.1"]},
     "event 1, epcList[0]: the first two parts of an EPC URI of id:sgtin have 13 digits together"),
    ({"epcList": ["https://id.gs1.org/01/00365162100755/21/1"]},
     "event 1, epcList[0]: the element (01) has a wrong check digit"),
    ({"epcList": [1]}, "event 1, epcList[0]: an EPC is not a text"),
    ({"quantityList": [{"epcClass": package("1"), "quantity": 1}]},
     "event 1, quantityList[0]: a quantity of what is neither a lot nor a trade item"),
    ({"quantityList": [{"epcClass": "https://id.gs1.org/01/00365162100754/10/L"}]},
     "event 1, quantityList[0]: no quantity"),
    ({"quantityList": [{"epcClass": "https://id.gs1.org/01/00365162100754/10/L", "quantity": -1}]},
     "event 1, quantityList[0]: a quantity below zero"),
    ({"quantityList": [{"epcClass": "https://id.gs1.org/01/00365162100754/10/L", "quantity": True}]},
     "event 1, quantityList[0]: no quantity"),
    ({"quantityList": [{"epcClass": "https://id.gs1.org/01/00365162100754/10/L", "quantity": 1, "uom": "kg"}]},
     "event 1, quantityList[0]: no unit"),
    ({"readPoint": "urn:epc:id:sgln:0614141.12345.0"}, "event 1, readPoint: no JSON object"),
    ({"readPoint": {"id": package("1")}}, "event 1, readPoint: no place or party"),
    ({"readPoint": {"id": "urn:epc:id:sgln:0614141.12345.0", "x": 1}},
     "event 1, readPoint: a member that no rule knows"),
    ({"action": "OBSERVE"}, "event 1, ilmd: a lot's own data stand only where it is made: action ADD"),
    ({"ilmd": {"cbvmda:lotNumber": "a b"}}, "event 1, ilmd: a lot has a blank in it"),
    ({"ilmd": {"lotNumber": "x"}}, "event 1, ilmd: a member that no rule knows"),
    ({"ilmd": {"cbvmda:itemExpirationDate": "2028-02-30"}}, "event 1, ilmd: no day"),
    ({"ilmd": {"cbvmda:itemExpirationDate": "2028-W10-1"}}, "event 1, ilmd: no day"),
    ({"sensorElementList": []}, "event 1: a member that no rule knows"),
    ({"parentID": package("1")}, "event 1: a member that no rule knows"),
    ({"errorDeclaration": {"declarationTime": "2026-11-22T11:00:00Z"}, "eventID": DELETE},
     "event 1, errorDeclaration: an event without eventID can't be taken back"),
    ({"errorDeclaration": {"declarationTime": "2026-11-22T11:00:00Z", "reason": "because"}},
     "event 1, errorDeclaration: no word of the Core Business Vocabulary 2.0"),
    ({"errorDeclaration": {"declarationTime": "2026-11-22T11:00:00Z", "correctiveEventIDs": [1]}},
     "event 1, errorDeclaration: a corrective event's id that is no URI"),
    ({"persistentDisposition": {"set": ["x"]}},
     "event 1, persistentDisposition: no word of the Core Business Vocabulary 2.0"),
    ({"type": "QuantityEvent"}, "event 1: no event of a known kind"),
    ({"type": ["ObjectEvent"]}, "event 1: no event of a known kind"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "problem"), WRONG, ids=[problem for _, problem in WRONG])
def test_one_thing_wrong_is_one_problem(changes: dict[str, Any], problem: str) -> None:
    value = {name: inner for name, inner in event(**changes).items() if inner is not DELETE}
    found, problems = of_json(document(value))
    assert found == []
    assert problems == [problem]


KINDS: list[tuple[str, dict[str, Any], str]] = [
    ("aggregation", {"parentID": DELETE}, "parentID: missing where the action is ADD or DELETE"),
    ("aggregation", {"childEPCs": [], "childQuantityList": []}, "childEPCs: no children"),
    ("association", {"parentID": DELETE}, "parentID: missing where the action is ADD or DELETE"),
    ("transaction", {"bizTransactionList": []}, "bizTransactionList: a transaction without a business document"),
    ("transaction", {"epcList": [], "quantityList": []}, "epcList: no packages and no quantities"),
    ("transaction", {"bizTransactionList": [{"type": "letter", "bizTransaction": "urn:x:1"}]},
     "bizTransactionList[0]: no word of the Core Business Vocabulary 2.0"),
    ("transaction", {"bizTransactionList": [{"type": "po", "bizTransaction": 1}]},
     "bizTransactionList[0]: no URI of a business document"),
    ("transaction", {"sourceList": [{"type": "owning_party", "source": package("1")}]},
     "sourceList[0]: no place or party"),
    ("transformation", {"outputEPCList": [], "outputQuantityList": [], "transformationID": DELETE},
     "inputEPCList: a transformation without inputs and outputs, and without an id"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "changes", "problem"), KINDS, ids=[f"{kind} {text}" for kind, _, text in KINDS])
def test_what_each_kind_must_have(kind: str, changes: dict[str, Any], problem: str) -> None:
    value = {name: inner for name, inner in {**events()[kind], **changes}.items() if inner is not DELETE}
    assert of_json(document(value)) == ([], [f"event 1, {problem}"])


def test_all_problems_at_once() -> None:
    found, problems = of_json(document(event(action="x", bizStep="y"), event(), event(epcList=["z"], eventTime="w")))
    assert len(found) == 1
    assert problems == [
        "event 1, action: no action",
        "event 1, bizStep: no word of the Core Business Vocabulary 2.0",
        "event 3, eventTime: no time with an offset",
        "event 3, epcList[0]: an EPC URI of no scheme that is read here",
    ]


DOCUMENTS: list[tuple[bytes, str]] = [
    (b"", "no strict JSON"),
    (b"\xff", "no strict JSON"),
    (b"[]", "the message: no JSON object"),
    (b"[" * 100_000, "no strict JSON"),
    (b'{"type": "EPCISDocument", "type": "EPCISDocument"}', "no strict JSON"),
    (b'{"type": NaN}', "no strict JSON"),
    (b"{}", "neither an EPCISDocument nor an event"),
    (b'{"type": "EPCISQueryDocument"}', "neither an EPCISDocument nor an event"),
    (document(), "eventList: no events"),
    (document(event(), schemaVersion="1.2"), "the document: another schemaVersion than 2.0"),
    (document(event(), creationDate="x"), "creationDate: no time with an offset"),
    (document(event(), more=1), "the document: a member that no rule knows"),
    (document(event(), epcisBody={"eventList": [event()], "queryResults": 1}),
     "epcisBody: something else than one eventList"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "problem"), DOCUMENTS, ids=[problem for _, problem in DOCUMENTS])
def test_documents(raw: bytes, problem: str) -> None:
    assert of_json(raw)[1] == [problem]


def test_a_name_that_stands_twice_in_an_event() -> None:
    raw = document(event()).replace(b'"action": "ADD"', b'"action": "ADD", "action": "DELETE"')
    assert of_json(raw) == ([], ["no strict JSON"])


def test_bounds() -> None:
    assert of_json(document(*[event()] * 4), events=3)[1] == ["eventList: more than 3 events in one message"]
    many = [package(f"S{number}") for number in range(50)]
    assert of_json(document(event(epcList=many)), identifiers=20)[1] == ["more than 20 identifiers in one message"]
    assert of_xml(xml(*[event()] * 4), events=3)[1] == ["eventList: more than 3 events in one message"]
    assert len(of_json(document(event(epcList=["x"] * 500)))[1]) == 51


def hostile(text: str, subset: str = "") -> bytes:
    doctype = f"<!DOCTYPE d [{subset}]>" if subset else ""
    return xml(event()).replace(b"?>\n", b"?>\n" + doctype.encode(), 1).replace(b"LOT7", text.encode())


XML: list[tuple[bytes, str]] = [
    (hostile("&x;", '<!ENTITY x SYSTEM "file:///etc/hostname">'), "a document type"),
    (hostile("&x;", '<!ENTITY x "y">'), "a document type"),
    (hostile("L", '<!ENTITY % p SYSTEM "http://127.0.0.1:1/x"> %p;'), "a document type"),
    (hostile("&e;", '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY e "&b;&b;&b;&b;&b;&b;">'),
     "a document type"),
    (xml(event()).replace(b"?>\n", b"?>\n<!DOCTYPE d>", 1), "a document type"),
    (hostile("&undefined;"), "no well-formed XML"),
    (b"", "no well-formed XML"),
    (b"<a>" * 20_000, "elements nested deeper than 32"),
    (b"<a>", "no well-formed XML"),
    (b"<EPCISDocument/>", "no EPCISDocument of EPCIS 1.2 or 2.0"),
    (b'<?xml version="1.0" encoding="utf-7"?><a/>', "an encoding that isn't read here"),
    (xml(event(), version="3.0"), "a schemaVersion that its namespace doesn't have"),
    (xml(event()).replace(b"<EPCISBody>", b"<EPCISBody><More/>"), "something else than one EventList"),
    (xml(event()).replace(b"<EPCISBody>", b"<extension><x/></extension><EPCISBody>"),
     "something else than one EPCISBody"),
    (xml(event()).replace(b"ObjectEvent", b"QuantityEvent"), "an event of an unknown kind"),
    (xml(event()).replace(b"<action>", b"<action>ADD</action><action>"), "an element that stands twice"),
    (xml(event()).replace(b"<action>", b"words<action>"), "text between elements"),
    (xml(event()).replace(b"<epcList>", b"<epcList>words"), "text between elements"),
    (xml(event()).replace(b"<action>", b"<persistentDisposition><set>active</set><more>x</more></persistentDisposition>"
                          b"<action>"), "event 1, persistentDisposition: a member that no rule knows"),
    (xml(events()["correction"]).replace(b"<reason>", b"<reason>a</reason><reason>"), "an element that stands twice"),
    (xml(events()["transaction"]).replace(b"<quantity>", b"<quantity>1</quantity><quantity>"),
     "an element that stands twice"),
    (xml(events()["transaction"]).replace(b"quantityElement>", b"element>"), "something else than quantityElement"),
    (xml(event()).replace(b"<cbvmda:lotNumber>", b"<cbvmda:lotNumber>1</cbvmda:lotNumber><cbvmda:lotNumber>"),
     "an element that stands twice"),
    (xml(event()).replace(b"<epc>", b"<epc x='1'>"), "something else than a plain epc"),
    (xml(event()).replace(b"<epc>", b"<epd>").replace(b"</epc>", b"</epd>"), "something else than a plain epc"),
    (xml(event()).replace(b"<action>", b"<more><inner>1</inner></more><action>"),
     "event 1: a member that no rule knows"),
    (xml(event()).replace(b"<action>", b"<n:more xmlns:n='urn:x'>1</n:more><action>"),
     "event 1: a member that no rule knows"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "problem"), XML, ids=range(len(XML)))
def test_hostile_xml(raw: bytes, problem: str) -> None:
    found, problems = of_xml(raw)
    assert found == []
    assert [one.startswith(problem) for one in problems] == [True], problems


def test_too_many_elements() -> None:
    raw = xml(event()).replace(b"<action>", b"<x/>" * 500 + b"<action>")
    assert of_xml(raw, identifiers=20) == ([], ["more elements than a message of this size may have"])


def test_a_header_is_read_over_and_an_extension_kept_by_name() -> None:
    header = "<EPCISHeader><sbdh:StandardBusinessDocumentHeader xmlns:sbdh='urn:x'/></EPCISHeader>"
    assert of_xml(xml(event(), header=header))[1] == []
    raw = xml(event()).replace(b"<action>", b"<n:m xmlns:n='urn:x'><a>1</a></n:m><action>")
    (found,), problems = of_xml(raw, extensions=frozenset({"{urn:x}m"}))
    assert (problems, found.extensions) == ([], (("{urn:x}m", [["a", "1"]]),))


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(sorted({name for value in events().values() for name in value}))


@settings(max_examples=150)
@given(raw=st.binary(max_size=200))
def test_any_bytes(raw: bytes) -> None:
    for read in (of_json, of_xml):
        found, problems = read(raw)
        assert found == []
        assert problems


@settings(max_examples=150)
@given(kind=st.sampled_from(sorted(events())), changes=st.dictionaries(NAMES, JSONS, min_size=1, max_size=3))
def test_any_member_may_be_anything(kind: str, changes: dict[str, Any]) -> None:
    found, problems = of_json(document({**events()[kind], **changes}))
    assert bool(found) != bool(problems)


@settings(max_examples=100)
@given(value=JSONS)
def test_any_value_for_an_event(value: Any) -> None:
    assert of_json(document(value))[1]


@settings(max_examples=150)
@given(data=st.data())
def test_any_damage_to_xml(data: st.DataObject) -> None:
    raw = bytearray(xml(*events().values(), version="2.0"))
    at = data.draw(st.integers(0, len(raw) - 1))
    end = data.draw(st.integers(at, min(len(raw), at + 40)))
    raw[at:end] = data.draw(st.binary(max_size=20))
    found, problems = of_xml(bytes(raw))
    assert len(found) <= len(events())
    assert len(found) == len(events()) or problems or bytes(raw).count(b"Event>") < 2 * len(events())
