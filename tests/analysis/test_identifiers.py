"""Identifiers are found by form and check digit or by the name before them; what ordinary texts hold is left."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.analysis.identifiers import identifiers

REPOSITORY = Path(__file__).resolve().parents[2]
GTIN = "09521234543213"
FOUND = [
    ("MRN 12345678", "mrn", "12345678"),
    ("mrn: 'A-00123456'", "mrn", "A-00123456"),
    ("(MRN12345678)", "mrn", "MRN12345678"),
    ("source_mrn_12345678-upload", "mrn", "mrn_12345678"),
    ("mrn-12345678", "mrn", "mrn-12345678"),
    ("patient_id: 000123", "mrn", "000123"),
    ("subject-id=S001-0042", "mrn", "S001-0042"),
    ("Patient No. 7734-12", "mrn", "7734-12"),
    ("medical record number is 4711-08", "mrn", "4711-08"),
    ('{"mrn":"12345678"}', "mrn", "12345678"),
    ('{"name":"mrn","value":"12345678"}', "mrn", "12345678"),
    ('{"a":"x\\nMRN 12345678"}', "mrn", "12345678"),
    ("rx number #88123", "mrn", "88123"),
    ("member_id => 9918273", "mrn", "9918273"),
    ("mrn\t|\t12345678", "mrn", "12345678"),
    ("SSN 078-05-1120", "ssn", "078-05-1120"),
    ("x 078-05-1120 y", "ssn", "078-05-1120"),
    ("ssn: 078051120", "ssn", "078051120"),
    ("social security number 078 05 1120", "ssn", "078 05 1120"),
    ("NPI 1234567893", "npi", "1234567893"),
    ("npi_number: 1245319599", "npi", "1245319599"),
    ("808401234567893", "npi", "808401234567893"),
    ("National Provider Identifier: 1245319599", "npi", "1245319599"),
    ("registered as BJ6125341.", "dea", "BJ6125341"),
    ("dea_number: AB1234560", "dea", "AB1234560"),
    ("patient_name: Jane Roe", "person", "Jane Roe"),
    ('"participant-name": "Roe, Jane"', "person", "Roe, Jane"),
    ("patient name is Zoë O'Hara", "person", "Zoë O'Hara"),
    ("born 1980-02-03", "birth_date", "1980-02-03"),
    ("DOB: 03/02/1980", "birth_date", "03/02/1980"),
    ("date of birth 3 Feb 1980", "birth_date", "3 Feb 1980"),
    ("birth_date=19800203", "birth_date", "19800203"),
    ("birthday on February 3, 1980", "birth_date", "February 3, 1980"),
    ("email: jane.roe@clinic.example", "email", "jane.roe@clinic.example"),
    ("E-Mail jane@x.example", "email", "jane@x.example"),
    ("the patient writes from jane.roe+a@clinic.example daily", "email", "jane.roe+a@clinic.example"),
    ("the patient can be called at +1 515 555 0123", "phone", "+1 515 555 0123"),
    ("tel. (515) 555-0123", "phone", "(515) 555-0123"),
    ("Fax: +49 30 901820", "phone", "+49 30 901820"),
    (f"(01){GTIN}(17)271231(10)LOT7(21)SER123", "sgtin", f"(01){GTIN}(17)271231(10)LOT7(21)SER123"),
    (f"]d201{GTIN}1727123121SERIAL9", "sgtin", f"]d201{GTIN}1727123121SERIAL9"),
    (f"01{GTIN}21SER12345", "sgtin", f"01{GTIN}21SER12345"),
    (f"01{GTIN}17271231" + "10LOT7\x1d21SER12345", "sgtin", f"01{GTIN}17271231" + "10LOT7\x1d21SER12345"),
    ("urn:epc:id:sgtin:9521234.054321.SER%2F123", "sgtin", "urn:epc:id:sgtin:9521234.054321.SER%2F123"),
    ("urn:epc:tag:sgtin-96:3.9521234.054321.42", "sgtin", "urn:epc:tag:sgtin-96:3.9521234.054321.42"),
    ("urn:epc:id:sscc:9521234.0543210987", "sscc", "urn:epc:id:sscc:9521234.0543210987"),
    ("(00)095212345432109872", "sscc", "(00)095212345432109872"),
    ("urn:epc:id:giai:9521234.A1", "epc", "urn:epc:id:giai:9521234.A1"),
    (f"https://id.example/01/{GTIN}/21/SER1", "sgtin", f"/01/{GTIN}/21/SER1"),
    (f"https://id.example/01/{GTIN}/10/LOT/21/SER1?x=1", "sgtin", f"/01/{GTIN}/10/LOT/21/SER1"),
]
NOT_FOUND = [
    "fields: [mrn, ssn, dob, patient_id, npi, dea_number]",
    "patient_id: tok:v1:k-1:" + "0123456789abcdef" * 4,
    "MRN-HMAC-SHA256",
    "subject_id VARCHAR(255)",
    "subject_id 2026-11-22",
    "the patient id has at least 3 digits",
    "medical records (45 CFR 164.312)",
    "medical record 164.312",
    "inputs: [npi, gln]",
    "mrn_sha256: true",
    "2026-11-22T10:00:00Z",
    "10.0.0.12:8443",
    "800-53-5",
    "1.3.6.1.4.1.343-12-1234.5",
    "PR-123-45-67890",
    "000-12-3456",
    "666-12-3456",
    "900-12-3456",
    "123-00-4567",
    "123-45-0000",
    "1763812800",
    "1234567893",
    "808401234567890",
    "AB1234560",
    "XAB1234563",
    "AB12345630",
    "ab1234563",
    f"GTIN {GTIN}",
    f"(01){GTIN}",
    f"(01){GTIN}(10)LOT",
    "0109521234543210" + "211234ABCD",
    "urn:epc:idpat:sgtin:9521234.054321.*",
    "urn:epc:id:sgln:9521234.05432.0",
    "urn:epc:class:lgtin:4012345.012345.998877",
    f"https://id.example/01/{GTIN}/10/LOT",
    "NDC 0002-1433-80",
    "owner: ana.ruiz@example.org",
    "git@github.com:x/y.git",
    "postgres://user@db.example:5432/patients",
    "spiffe://sys.example/patient-portal",
    "Patient Safety Board",
    "patient: the person whose record it is",
    "patient names are kept",
    "participant_names: [name, given_name]",
    "the patient portal listens on 8443 and 10.20.30.40",
    "born of necessity",
    "telephone 112",
    "cellar 515-555-0123",
    "hotel 515-555-01234",
    "date of birth: day, month, year",
    "sha256/XZFi1oQmYNhNEJOPXteJZXmbyHkWzaw3/it02hQSHv0=",
    "6e1f3a5c-2f0d-5b7e-9c41-8d6a0b3f7e52",
    "FIPS 140-3 certificate 4759",
    "21 CFR 11.10(e)",
    "(01) first, (21) last",
]


def found(text: str) -> list[tuple[str, str]]:
    data = text.encode()
    return [(one.kind, data[one.start : one.end].decode()) for one in identifiers(data)]


@pytest.mark.parametrize(("text", "kind", "value"), FOUND)
def test_finds(text: str, kind: str, value: str) -> None:
    assert found(text) == [(kind, value)]
    for before, behind in (("# ", "\n"), ('x: "', '"\n'), ("\ufffd\n", " and more"), ("{", "}")):
        assert (kind, value) in found(f"{before}{text}{behind}"), before


@pytest.mark.parametrize("text", NOT_FOUND)
def test_leaves(text: str) -> None:
    assert found(text) == []


def test_lists_are_found_whole() -> None:
    assert found("patient_ids: [12345, 67890, A-7777]") == [("mrn", "12345"), ("mrn", "67890"), ("mrn", "A-7777")]
    assert found("mrns:\n  - '12345'\n  - '67890'\nport: 8443\n") == [("mrn", "12345"), ("mrn", "67890")]
    assert found('patient_names: ["Jane Roe", "John Doe"]') == [("person", "Jane Roe"), ("person", "John Doe")]


def test_several_on_a_line() -> None:
    text = "Jane (MRN 12345678, born 1980-02-03, SSN 078-05-1120, tel. 515-555-0123, email jane@x.example)"
    assert [kind for kind, _ in found(text)] == ["mrn", "birth_date", "ssn", "phone", "email"]


def test_no_shipped_text_holds_any_but_examples() -> None:
    """What is enclosed without being screened: limen's own rules, whose examples are registrants that nobody is."""
    kinds = set()
    for folder in ("rego", "policies"):
        for path in (REPOSITORY / folder).rglob("*"):
            if path.is_file() and not path.name.endswith("_test.rego"):
                kinds |= {(one.kind, path.suffix) for one in identifiers(path.read_bytes())}
    assert kinds <= {("npi", ".rego"), ("dea", ".rego"), ("dea", ".json")}
    for path in [REPOSITORY / "boundaries.yaml", *(REPOSITORY / "examples").rglob("*.yaml")]:
        assert {one.kind for one in identifiers(path.read_bytes())} <= {"npi", "dea"}, path


@given(st.binary(max_size=400))
def test_any_bytes_can_be_searched(data: bytes) -> None:
    ends = 0
    for one in identifiers(data):
        assert ends <= one.start < one.end <= len(data)
        ends = one.end


@given(st.sampled_from(FOUND), st.binary(max_size=60), st.binary(max_size=60))
def test_whatever_stands_around(case: tuple[str, str, str], before: bytes, behind: bytes) -> None:
    text, _, value = case
    data = before + b"\n" + text.encode() + b"\n" + behind
    assert any(data[one.start : one.end] == value.encode() for one in identifiers(data))


def test_chance_makes_none() -> None:
    """A megabyte of digests, times and numbers as packs hold them."""
    made = random.Random(5)
    lines = []
    for _ in range(4000):
        digest = made.randbytes(32).hex()
        name = f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-a{digest[17:20]}-{digest[20:32]}"
        at = f"20{made.randrange(10, 99)}-11-22T10:00:{made.randrange(60):02}Z"
        lines.append(
            f'{{"id":"{name}","n":{made.randrange(10**10)},"sha256":"{digest}","at":"{at}","x":{made.random()}}}'
        )
    assert identifiers("\n".join(lines).encode()) == []
