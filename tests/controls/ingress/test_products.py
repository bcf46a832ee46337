"""Where products are refused, each record names one by a field that is known, or nothing of its item comes in."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from limen.controls.identifiers import gtin_of_ndc, parse_ndc
from limen.controls.ingress.accepted import Accepted, IntakeRefusedError
from limen.controls.ingress.directory import Directory
from limen.controls.ingress.directory_files import read_packages
from limen.controls.ingress.intake import Intake
from limen.controls.ingress.places import entry_of
from limen.controls.ingress.products import products_of
from limen.errors import UsageError
from limen.model.declaration import Declaration
from tests.controls.ingress.ingress_bench import (
    FREE,
    GONE,
    MAC,
    NAMED,
    NOW,
    SCHEDULE_II,
    SCHEDULE_IV,
    Bench,
    declaration,
    directory,
    files,
)

PHARMACY = "pharmacy-gateway"
NUMBERS = itertools.count()
DISPENSED = {"patient_name": "Ada Byron", "dob": "1815-12-10", "rx_number": "7", "quantity": 30}


def changed(item: str = "cs-movement", **changes: Any) -> Declaration:
    """Return the reference with an item that is declared otherwise."""
    data = {**declaration().data, item: msgspec.structs.replace(declaration().data[item], **changes)}
    return msgspec.structs.replace(declaration(), data=data)


def opened(bench: Bench, declared: Declaration, products: Any) -> None:
    """Open the bench's intake anew, for another declaration."""
    bench.intake.close()
    bench.intake = Intake(
        declared,
        bench.component,
        mac=MAC,
        seen=bench.folder / "seen.sqlite",
        quarantine=bench.quarantine,
        directory=directory(),
        clock=bench.clock,
        products=products,
    )


def accept(bench: Bench, value: Any, item: str = "dispense-record", form: Any = "record", **given: Any) -> Accepted:
    given = {"message": f"m-{next(NUMBERS)}", "source": "pharmacy-014", **given}
    return bench.intake.accept(form, json.dumps(value).encode(), item=item, **given)


def refused(bench: Bench, value: Any, item: str = "dispense-record", form: Any = "record") -> tuple[str, list[str]]:
    with pytest.raises(IntakeRefusedError) as found:
        accept(bench, value, item, form)
    return found.value.reason, [problem.message for problem in found.value.problems]


@pytest.mark.parametrize(
    ("drug", "reason"),
    [
        (GONE, "discontinued"),
        ("99999-999-99", "unregistered"),
        ("nothing at all", "identifier_invalid"),
        ("", "identifier_invalid"),
        (None, "identifier_invalid"),
        (7, "identifier_invalid"),
    ],
)
def test_a_drug_under_another_name_is_looked_at(make: Any, drug: Any, reason: str) -> None:
    """It was let in whatever it was, without a way, and nobody was told."""
    bench = make(PHARMACY)
    assert refused(bench, {**DISPENSED, "drug": drug})[0] == reason
    assert [held.item for held in bench.quarantine.held()] == ["dispense-record"]


@pytest.mark.parametrize(
    ("drug", "route"), [(FREE, "uncontrolled"), (SCHEDULE_IV, "controlled"), (SCHEDULE_II, "order-form")]
)
def test_a_drug_under_another_name_takes_its_way(make: Any, drug: str, route: str) -> None:
    accepted = accept(make(PHARMACY), {**DISPENSED, "drug": drug})
    assert accepted.route == route
    assert accepted.records()[0]["drug"] == parse_ndc(drug).canonical


def test_a_record_without_its_product_is_refused(make: Any) -> None:
    bench = make(PHARMACY)
    missing = "record 1, drug: missing: the record names no product"
    assert refused(bench, DISPENSED) == ("content_refused", [missing])
    assert refused(bench, [{**DISPENSED, "drug": FREE}, DISPENSED])[1] == [missing.replace("1", "2")]
    # A field that identifies is told once.
    assert refused(bench, {"lot": "L", "quantity": 1}, "cs-movement")[1] == ["record 1, ndc: missing"]


@pytest.mark.parametrize("form", ["perpetual-sync", "adjustment"])
def test_a_movement_without_its_product_is_refused(make: Any, form: str) -> None:
    bench = make(PHARMACY)
    opened(bench, changed(identifiers=("lot",)), NAMED[PHARMACY])
    value = {"id": "a", "time": "2026-11-22T11:59:00Z", "before": 3, "after": 2, "record": {"lot": "L", "quantity": 1}}
    assert "record, ndc: missing: the record names no product" in refused(bench, value, "cs-movement", form)[1]


def test_an_item_of_which_nothing_is_known_does_not_come_in(make: Any) -> None:
    bench = make(PHARMACY)
    declared = changed(fields=("product", "lot", "quantity", "expiry"), identifiers=("lot",))
    with pytest.raises(UsageError) as found:
        opened(bench, declared, None)
    assert [problem.message for problem in found.value.problems] == [
        f"pharmacy-gateway refuses products, and no field of {item} is known to name one"
        for item in ("dispense-record", "cs-movement")
    ]
    assert found.value.problems[0].hint.startswith('say which: products={"dispense-record": {"field": "ndc"}}')


def test_that_an_item_names_none_is_said(make: Any) -> None:
    bench = make(PHARMACY)
    declared = changed(fields=("counted", "quantity"), identifiers=())
    opened(bench, declared, {**NAMED[PHARMACY], "cs-movement": {}})
    accepted = accept(bench, {"counted": "x", "quantity": 1}, "cs-movement")
    assert (accepted.route, accepted.routes) == (None, (None,))


UNNAMED = "is no kind that names a product"
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"no-such-item": {"a": "ndc"}}, "no-such-item: nothing of this item enters at pharmacy-gateway"),
    ({"edi-852": {"ndc": "ndc"}}, "edi-852: nothing of this item enters at pharmacy-gateway"),
    ({"cs-movement": {"drug": "ndc"}}, "cs-movement: it declares no field drug"),
    ({"cs-movement": {"rx_token": "upc"}}, f"cs-movement, rx_token: upc {UNNAMED}"),
    ({"cs-movement": {"rx_token": "sscc"}}, f"cs-movement, rx_token: sscc {UNNAMED}"),
    ({"cs-movement": {"ndc": "gtin"}}, "cs-movement, ndc: by its name it is of the kind ndc"),
    ({"cs-movement": {"lot": "ndc"}}, "cs-movement, lot: by its name it is of the kind serial"),
    ({"cs-movement": {"quantity": "ndc"}}, "cs-movement, quantity: by its name it is of the kind quantity"),
    ({"cs-movement": {}}, "cs-movement: it is said to name none, and has the field ndc"),
]


@pytest.mark.parametrize(("told", "problem"), WRONG, ids=[problem for _, problem in WRONG])
def test_what_can_not_be_said(told: dict[str, Any], problem: str) -> None:
    _, found = products_of(entry_of(declaration(), PHARMACY), {**NAMED[PHARMACY], **told})
    assert [one.message for one in found] == [f"products of {problem}"]


def test_every_problem_at_once(tmp_path: Path) -> None:
    told = {"edi-852": {"ndc": "ndc"}, "cs-movement": {"drug": "ndc", "lot": "ndc", "rx_token": "x"}}
    with pytest.raises(UsageError) as found:
        Intake(declaration(), PHARMACY, mac=MAC, seen=tmp_path / "seen", products=told)
    # Four of what was said, one of what wasn't, no directory and no quarantine.
    assert len(found.value.problems) == 7


@pytest.mark.parametrize("field", ["sgtin", "epc"])
def test_a_serial_number_names_its_product(make: Any, field: str) -> None:
    """A package's SGTIN, or its EPC, had the product in it, and nobody looked it up."""
    bench = make(PHARMACY)
    declared = changed(fields=(field, "quantity"), identifiers=(field,))
    opened(bench, declared, {**NAMED[PHARMACY], **({"cs-movement": {"epc": "sgtin"}} if field == "epc" else {})})

    def link(ndc: str) -> str:
        return f"https://id.gs1.org/01/{gtin_of_ndc(parse_ndc(ndc)).canonical}/21/S1"

    assert accept(bench, {field: link(SCHEDULE_II), "quantity": 1}, "cs-movement").route == "order-form"
    assert refused(bench, {field: link(GONE), "quantity": 1}, "cs-movement")[0] == "discontinued"
    assert refused(bench, {field: "urn:epc:id:sscc:0614141.1234567890", "quantity": 1}, "cs-movement")


def test_a_schedule_that_a_gtins_product_does_not_have(make: Any) -> None:
    bench = make(PHARMACY)
    opened(bench, changed(fields=("gtin", "quantity", "schedule"), identifiers=("gtin",)), NAMED[PHARMACY])
    row = {"gtin": gtin_of_ndc(parse_ndc(SCHEDULE_II)).canonical, "quantity": 1, "schedule": "II"}
    assert accept(bench, row, "cs-movement").route == "order-form"
    reason, problems = refused(bench, {**row, "schedule": "IV"}, "cs-movement")
    assert (reason, problems) == ("mismatch", ["record 1: another schedule than the product is listed with"])
    unknown = {**row, "gtin": "09506000134352"}
    assert refused(bench, unknown, "cs-movement")[0] == "unregistered"


def test_a_gtin_of_two_listed_products_has_no_schedule_to_compare_with(make: Any) -> None:
    bench = make(PHARMACY)
    opened(bench, changed(fields=("gtin", "quantity", "schedule"), identifiers=("gtin",)), NAMED[PHARMACY])
    both = (("1234-5678", "1234-5678-90", "", "", "N", ""), ("12345-678", "12345-678-90", "CII", "", "N", ""))
    bench.intake.use(Directory(read_packages(*files(both)), dated=NOW, digest=""))
    row = {"gtin": "00312345678906", "quantity": 1, "schedule": "II"}
    assert refused(bench, row, "cs-movement")[0] == "identifier_ambiguous"
    assert [held.reasons for held in bench.quarantine.held()] == [("identifier_ambiguous",)]


def test_a_component_that_refuses_no_product_asks_for_none(tmp_path: Path) -> None:
    named, problems = products_of(entry_of(declaration(), "patient-store"), {})
    assert (named, problems) == ({}, [])
    # It may be told all the same: then it looks.
    named, problems = products_of(entry_of(declaration(), "patient-store"), NAMED[PHARMACY])
    assert (named, problems) == ({"dispense-record": {"drug": "ndc"}}, [])
