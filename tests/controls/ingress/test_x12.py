"""X12 852 and 867: envelopes, counts and control numbers held; lines of product, lot, quantity and place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.controls.ingress.accepted import IntakeRefusedError
from limen.controls.ingress.reading import Limits, Reading
from limen.controls.ingress.x12_reports import Report, read_reports
from tests.controls.ingress.ingress_bench import GONE, NOW, Bench, directory

SENDERS = frozenset({"ZZ:CORBEL"})
SET_852 = (
    "ST*852*0001",
    "XQ*H*20261101*20261107",
    "N9*IV*77",
    "N1*RL*Corbel DC 4*11*AP5836727",
    "LIN**N4*50090012310*LT*L7*VN*4711",
    "PID*F****TABLETS",
    "ZA*QA*120*EA",
    "ZA*QS*15*EA",
    "LIN**ND*0406-8530-01",
    "ZA*QS",
    "SDQ*EA*92*STORE1*3*STORE2*4.50",
    "ZA*QT*-2*EA***LT*L8",
    "CTT*2",
    "SE*14*0001",
)
SET_867 = (
    "ST*867*0001",
    "BPT*00*R-1*20261107*SS",
    "DTM*090*20261101",
    "N1*DB*Corbel*11*AP5836727",
    "PTD*SS***IV*1",
    "N1*ST*Lindenhall Pharmacy*11*BB1388568",
    "QTY*39*10*EA",
    "LIN**N1*0406853001*LT*L1",
    "UIT*EA*12.5",
    "QTY*76*-1*EA",
    "LIN**UK*00365162100754",
    "PTD*SS",
    "N1*ST*Other*92*S-2",
    "QTY*32*2.5*EA",
    "LIN**N4*50090012310",
    "CTT*3*11.5",
    "SE*17*0001",
)


def isa(*, version: str = "00401", control: str = "000000101", usage: str = "P", repeats: str = "U") -> str:
    fields = ["00", " " * 10, "00", " " * 10, "ZZ", "CORBEL".ljust(15), "ZZ", "ALDERMOOR".ljust(15), "261107", "1200",
              repeats, version, control, "0", usage, ">"]  # fmt: skip
    return "*".join(["ISA", *fields])


def interchange(*sets: tuple[str, ...], end: str = "~\n", **given: Any) -> bytes:
    kind = sets[0][0].split("*")[1]
    function = {"852": "PD", "867": "PT"}[kind]
    release = "005010" if given.get("version") == "00501" else "004010"
    control = given.get("control", "000000101")
    segments = [
        isa(**given),
        f"GS*{function}*CORBEL*ALDERMOOR*20261107*1200*9*X*{release}",
        *(segment for one in sets for segment in one),
        f"GE*{len(sets)}*9",
        f"IEA*1*{control}",
    ]
    return end.join([*segments, ""]).encode()


def read(raw: bytes, kind: str = "852", **limits: Any) -> tuple[list[Report], list[str]]:
    one = Reading(now=NOW, limits=Limits(**limits), directory=directory(), senders=SENDERS)
    found, _ = read_reports(raw, one, kind)
    return found, [problem.message for problem in one.problems()]


def test_an_852() -> None:
    (report,), problems = read(interchange(SET_852))
    assert problems == []
    assert (report.kind, report.start, report.end) == ("852", "2026-11-01", "2026-11-07")
    assert report.id == "isa:ZZ:CORBEL:ZZ:ALDERMOOR:000000101:9:0001"
    common = {"ndc": "50090-0123-10", "lot": "L7", "location": "AP5836727", "unit": "EA"}
    other = {"ndc": "00406-8530-01", "unit": "EA"}
    assert report.records() == [
        {**common, "quantity": "120", "activity": "QA"},
        {**common, "quantity": "15", "activity": "QS"},
        {**other, "lot": "", "quantity": "3", "location": "STORE1", "activity": "QS"},
        {**other, "lot": "", "quantity": "4.5", "location": "STORE2", "activity": "QS"},
        {**other, "lot": "L8", "quantity": "-2", "location": "AP5836727", "activity": "QT"},
    ]
    assert "0406" not in repr(report)


def test_an_867() -> None:
    (report,), problems = read(interchange(SET_867), "867")
    assert problems == []
    assert [(line["ship_to"], line["quantity"], line["activity"], line["lot"]) for line in report.records()] == [
        ("BB1388568", "10", "39", "L1"),
        ("BB1388568", "-1", "76", ""),
        ("S-2", "2.5", "32", ""),
    ]
    assert [line.get("ndc", line.get("gtin")) for line in report.records()] == [
        "00406-8530-01",
        "00365162100754",
        "50090-0123-10",
    ]


@pytest.mark.parametrize(
    "given",
    [{"end": "~"}, {"end": "~\r\n"}, {"end": "\n"}, {"version": "00501", "repeats": "^"}],
    ids=str,
)
def test_separators_come_from_isa(given: dict[str, Any]) -> None:
    found, problems = read(interchange(SET_852, **given))
    assert (len(found), problems) == (1, [])
    raw = interchange(SET_852, **given).replace(b"*", b"|")
    assert read(raw)[1] == []


def test_several_sets() -> None:
    second = tuple(segment.replace("0001", "0002") for segment in SET_852)
    found, problems = read(interchange(SET_852, second))
    assert problems == []
    assert [one.id[-4:] for one in found] == ["0001", "0002"]


def edited(*changes: tuple[str, str], kind: str = "852", count: bool = True) -> bytes:
    raw = interchange(SET_852 if kind == "852" else SET_867).decode()
    for old, new in changes:
        assert old in raw, old
        raw = raw.replace(old, new, 1)
    if count:
        body = raw.split("~\n")
        start = next(at for at, one in enumerate(body) if one.startswith("ST*"))
        end = next(at for at, one in enumerate(body) if one.startswith("SE*"))
        body[end] = f"SE*{end - start + 1}*0001"
        raw = "~\n".join(body)
    return raw.encode()


ENVELOPES: list[tuple[bytes, str]] = [
    (b"", "ISA: the message does not begin with an ISA"),
    (b"ISA*00", "ISA: the message does not begin with an ISA"),
    (b"UNA" + b"x" * 200, "ISA: the message does not begin with an ISA"),
    ("é".encode() * 100, "characters outside ASCII"),
    (edited(("ZZ*CORBEL", "ZZ*CORBELXXXXXXXXXXXXX")), "ISA: its elements are not of their fixed lengths"),
    (edited(("*P*>", "*P**"), count=False), "ISA: its elements are not of their fixed lengths"),
    (edited(("*P*>", "*P*A"), count=False), "ISA: separators that are the same, or letters"),
    (interchange(SET_852) + b"ISA", "something behind the last segment's end"),
    (edited(("ZZ*CORBEL ", "ZZ*CORBEK ")), "ISA06: a sender that this source isn't known as"),
    (edited(("ZZ*CORBEL ", "01*CORBEL ")), "ISA06: a sender that this source isn't known as"),
    (edited(("00401", "00200")), "ISA12: another version"),
    (edited(("*P*>", "*T*>")), "ISA15: a test interchange"),
    (edited(("000000101", "00000010X")), "ISA13: no control number"),
    (edited(("IEA*1*000000101", "IEA*1*000000102")), "IEA02: another control number"),
    (edited(("IEA*1*", "IEA*2*")), "IEA01: another count"),
    (edited(("IEA*1*000000101~\n", "")), "IEA: the interchange does not end"),
    (edited(("GE*1*9", "GE*2*9")), "GE01: another count"),
    (edited(("GE*1*9", "GE*1*8")), "GE02: another control number"),
    (edited(("GS*PD", "GS*PT")), "GS01: another function"),
    (edited(("*X*004010", "*X*005010")), "GS08: another version"),
    (edited(("GE*1*9~\n", "")), "GS: something else than groups"),
    (edited(("SE*14*0001", "SE*13*0001"), count=False), "SE01: another count"),
    (edited(("PID*F****TABLETS~\n", ""), count=False), "SE01: another count"),
    (edited(("SE*14*0001", "SE*14*0002"), count=False), "SE02: another control number"),
    (edited(("ST*852*0001", "ST*852*001"), count=False), "ST02: no control number"),
    (edited(("ST*852", "ST*867")), "ST01: another transaction set"),
    (edited(("SE*14*0001~\n", ""), count=False), "ST: something else than transaction sets"),
    (edited(("N9*IV*77", "ST*852*0002")), "ST: an envelope within a transaction set"),
    (edited(("N9*IV*77", "n9*IV*77")), "segment 5: no segment"),
    (edited(("N9*IV*77", "N9*IV*\x01")), "segment 5: no segment"),
    (edited(("N9*IV*77", "N9" + "*1" * 50)), "segment 5: no segment"),
    (interchange(SET_852, SET_852), "ST02: no control number, or one that another set"),
]


@pytest.mark.parametrize(("raw", "problem"), ENVELOPES, ids=[problem for _, problem in ENVELOPES])
def test_envelopes_are_held(raw: bytes, problem: str) -> None:
    found, problems = read(raw)
    assert found == []
    assert any(one.startswith(problem) for one in problems), problems


def test_a_control_number_of_two_groups() -> None:
    raw = interchange(SET_852).decode()
    group = raw[raw.index("GS*") : raw.index("IEA*")]
    raw = raw.replace(group, group + group).replace("IEA*1", "IEA*2")
    assert "GS06: no control number, or one that another group has" in read(raw.encode())[1]
    other = group.replace("1200*9*", "1200*10*").replace("GE*1*9", "GE*1*10")
    found, problems = read(
        interchange(SET_852).decode().replace(group, group + other).replace("IEA*1", "IEA*2").encode()
    )
    assert (len(found), problems) == (2, [])


SETS: list[tuple[str, tuple[tuple[str, str], ...], str]] = [
    ("852", (("XQ*H*20261101*20261107~\n", ""),), "set 0001: it does not begin with XQ"),
    ("852", (("20261101", "20261131"),), "set 0001, XQ: no date of CCYYMMDD"),
    ("852", (("XQ*H", "XQ*Z"),), "set 0001, XQ: XQ01 is neither G nor H"),
    ("852", (("PID*F", "QTY*32*1~\nPID*F"),), "set 0001, segment 6: a segment that has no place there"),
    ("852", (("N9*IV*77", "ZZ*1"),), "set 0001, segment 3: a segment that has no place there"),
    ("852", (("ZA*QA*120*EA", "ZA*XX*120*EA"),), "set 0001, segment 7: an activity that isn't one of X12's"),
    ("852", (("ZA*QA*120*EA", "ZA*QA*120"),), "set 0001, segment 7: ZA02 without ZA03"),
    ("852", (("ZA*QA*120*EA", "ZA*QA*120*each"),), "set 0001, segment 7: a quantity without a unit"),
    ("852", (("STORE1", "S" * 81),), "set 0001, segment 11: an SDQ without a place"),
    ("852", (("ZA*QA*120*EA", "ZA*QA*-120*EA"),), "set 0001, segment 7: a quantity below zero"),
    ("852", (("ZA*QA*120*EA", "ZA*QA*1E3*EA"),), "set 0001, segment 7: no quantity"),
    ("852", (("SDQ*EA*92*STORE1*3", "SDQ*EA*92*STORE1"),), "set 0001, segment 11: an SDQ without an activity, or"),
    ("852", (("SDQ*EA*92*STORE1*3", "SDQ*EA*92**3"),), "set 0001, segment 11: an SDQ without a place"),
    ("852", (("ZA*QS~\n", ""),), "set 0001, segment 10: an SDQ without an activity"),
    ("852", (("CTT*2", "CTT*3"),), "set 0001: CTT01 is another count"),
    ("852", (("CTT*2", "CTT*2*144"),), "set 0001: CTT02, which an 852 doesn't have"),
    ("852", (("CTT*2~\n", ""),), "set 0001: CTT is missing"),
    ("852", (("N4*50090012310", "N4*5009012310"),), "set 0001, segment 5: an NDC of another form"),
    ("852", (("N4*50090012310", "N4*50090-123-10"),), "set 0001, segment 5: an NDC of another form"),
    ("852", (("N4*50090012310", "ND*5009012311"),), "set 0001, segment 5: ten digits without hyphens"),
    ("852", (("N4*50090012310", "Q9*50090012310"),), "set 0001, segment 5: a qualifier of a product"),
    ("852", (("N4*50090012310*LT*L7", "LT*L7"),), "set 0001, segment 5: no product by NDC or GTIN"),
    ("852", (("LT*L7", "LT*L7*LT*L8"),), "set 0001, segment 5: no product by NDC or GTIN, or several lots"),
    ("852", (("*VN*4711", "*VN"),), "set 0001, segment 5: qualifiers and numbers that are not pairs"),
    ("852", (("*VN*4711", "*UK*00365162100754"),), "set 0001, segment 5: numbers of different products"),
    ("852", (("*VN*4711", "*UK*00365162100755"),), "set 0001, segment 5: a GTIN has a wrong check digit"),
    ("852", (("ZA*QA*120*EA", "ZA*QA*120*EA***LT*L9"),), "set 0001, segment 7: another lot than the item's"),
    ("852", (("11*AP5836727", "11*P5836727"),), "set 0001, segment 4: a DEA number is two capital letters"),
    ("852", (("11*AP5836727", "XX*1234567890"),), "set 0001, segment 4: an NPI has a wrong check digit"),
    ("852", (("11*AP5836727", "92*" + "1" * 81),), "set 0001, segment 4: a party's number of 1 to 80"),
    ("852", (("*VN*4711", "*ND*0406-8530-01"),), "set 0001, segment 5: numbers of different products"),
    ("867", (("QTY*76*-1*EA", "PTD*SS~\nQTY*76*-1*EA~\nPTD*SS"),), "set 0001, segment 12: a QTY without LIN"),
    ("867", (("QTY*76*-1*EA", "QTY*76*-1*EA~\nQTY*76*-1*EA"),), "set 0001, segment 11: a QTY without LIN"),
    ("852", (("11*AP5836727", "7X*1"),), "set 0001, segment 4: a qualifier of a party"),
    ("867", (("BPT*00", "BPT*01"),), "set 0001, BPT: BPT01 is not 00, an original"),
    ("867", (("BPT*00", "BPT*05"),), "set 0001, BPT: BPT01 is not 00, an original"),
    ("867", (("LIN**N1*0406853001*LT*L1~\n", ""),), "set 0001, segment 9: a QTY without LIN"),
    ("867", (("QTY*39*10*EA~\n", ""),), "set 0001, segment 7: a LIN without QTY"),
    ("867", (("QTY*39", "QTY*ZZ"),), "set 0001, segment 8: a QTY without quantity, or of a qualifier"),
    ("867", (("QTY*39*10", "QTY*39*-10"),), "set 0001, segment 8: a quantity below zero"),
    ("867", (("CTT*3*11.5", "CTT*3*12"),), "set 0001: CTT02 is another sum"),
    ("867", (("CTT*3", "CTT*4"),), "set 0001: CTT01 is another count"),
    ("867", (("DTM*090*20261101", "LIN**N4*50090012310"),), "set 0001, segment 3: a segment that has no place there"),
]


@pytest.mark.parametrize(("kind", "changes", "problem"), SETS, ids=[problem for _, _, problem in SETS])
def test_sets_are_held(kind: str, changes: tuple[tuple[str, str], ...], problem: str) -> None:
    found, problems = read(edited(*changes, kind=kind), kind)
    assert found == []
    assert any(one.startswith(problem) for one in problems), problems


def test_bounds() -> None:
    assert "more than 3 identifiers in one message" in read(interchange(SET_852), identifiers=3)[1]
    second = tuple(segment.replace("0001", "0002") for segment in SET_852)
    assert read(interchange(SET_852, second), events=1)[1] == ["ST: more than 1 transaction sets"]
    assert read(interchange(SET_852, end="~" * 500 + "\n"), identifiers=100)[1] == [
        "more segments than a message may have"
    ]


def accepted(bench: Bench, raw: bytes, kind: str = "852") -> Any:
    return bench.intake.accept(f"x12-{kind}", raw, item=f"edi-{kind}", source="wholesaler")  # type: ignore[arg-type]


def test_through_the_edi_gateway(make: Any) -> None:
    bench = make("edi-gateway", senders={"wholesaler": SENDERS})
    first = accepted(bench, interchange(SET_852))
    assert (first.route, first.label.compartments) == ("order-form", ("inventory",))
    assert first.records()[0] == {"ndc": "50090-0123-10", "lot": "L7", "quantity": "120", "location": "AP5836727"}
    bench.intake.acknowledge(first)
    again = accepted(bench, interchange(SET_852))
    assert (again.events, again.repeated) == ((), 1)
    assert len(accepted(bench, interchange(SET_867, control="000000102"), "867").events) == 1


def test_a_control_number_never_names_another_content(make: Any) -> None:
    bench = make("edi-gateway", senders={"wholesaler": SENDERS})
    bench.intake.acknowledge(accepted(bench, interchange(SET_852)))
    other = tuple(segment.replace("0001", "0002") for segment in SET_852)
    for raw in (interchange(other), edited(("ZA*QA*120", "ZA*QA*121"))):
        with pytest.raises(IntakeRefusedError) as found:
            accepted(bench, raw)
        assert found.value.reason == "duplicate"
        assert "the message: its id was here before with other content" in str(found.value)
    assert len(bench.quarantine.held()) == 2
    assert len(accepted(bench, interchange(SET_852, control="000000102")).events) == 1


def test_another_source_may_not_use_its_name(make: Any) -> None:
    bench = make("edi-gateway", senders={"wholesaler": SENDERS})
    with pytest.raises(IntakeRefusedError) as found:
        bench.intake.accept("x12-852", interchange(SET_852), item="edi-852", source="cmo")
    assert found.value.reason == "wrong_identity"


def test_a_discontinued_product_in_a_report(make: Any) -> None:
    bench = make("edi-gateway", senders={"wholesaler": SENDERS})
    with pytest.raises(IntakeRefusedError) as found:
        accepted(bench, edited(("N4*50090012310", f"ND*{GONE}")))
    assert found.value.reason == "discontinued"
    assert GONE[:5] not in bench.log.text() + str(found.value)


@settings(max_examples=150)
@given(raw=st.binary(max_size=300))
def test_any_bytes(raw: bytes) -> None:
    for kind in ("852", "867"):
        found, problems = read(raw, kind)
        assert found == []
        assert problems


@settings(max_examples=200)
@given(raw=st.sampled_from([(interchange(SET_852), "852"), (interchange(SET_867), "867")]), data=st.data())
def test_any_damage(raw: tuple[bytes, str], data: st.DataObject) -> None:
    text, kind = raw
    at = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(at, min(len(text), at + 30)))
    found, problems = read(text[:at] + data.draw(st.binary(max_size=10)) + text[end:], kind)
    assert bool(found) != bool(problems)


@settings(max_examples=100)
@given(
    segments=st.lists(
        st.sampled_from(sorted({*SET_852[1:-1], *SET_867[1:-1], "ZA", "LIN", "QTY*", "SDQ*1"})), max_size=12
    )
)
def test_any_order_of_segments(segments: list[str]) -> None:
    for kind in ("852", "867"):
        raw = interchange((f"ST*{kind}*0001", *segments, f"SE*{len(segments) + 2}*0001"))
        found, problems = read(raw, kind)
        assert bool(found) != bool(problems)
