"""What limen makes of screened inputs is searched before it appears: forms, known values, and encodings of these."""

from __future__ import annotations

import base64
import io
import zipfile
from pathlib import Path

import pytest

from limen.assess import left_over
from limen.assess.known_values import Values
from limen.assess.left_over import refuse_left
from limen.errors import UsageError
from tests.evidence.sealing import STATEMENT_TYPE, envelope

TOKEN = b"tok:v1:k:" + b"a" * 64
VALUES = [("mrn", b"ZZ-7734551"), ("person", b"Jane Roe"), ("birth_date", b"1980-02-03"), ("mrn", b"12345")]


def pack(folder: Path, **files: bytes) -> Path:
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def said(folder: Path, declared: frozenset[bytes] = frozenset(), under: str = "") -> list[str]:
    try:
        refuse_left(folder, VALUES, declared, under)
    except UsageError as error:
        return [f"{one.location}: {one.message}" for one in error.problems]
    return []


@pytest.mark.parametrize("content", [
    b"seen: ZZ-7734551.", b'{"a":"Jane Roe"}', b"?name=Jane%20Roe", b"ZZ-7734551".hex().encode(),
    b"x" + base64.b64encode(b"ab" + b"ZZ-7734551" + b"c"), base64.urlsafe_b64encode(b"\xff\xfeZZ-7734551\xff"),
])  # fmt: skip
def test_a_value_that_a_token_stands_for_is_found_in_every_form(tmp_path: Path, content: bytes) -> None:
    pack(tmp_path, reports__limen_dot_json=b"line\nline\n" + content)
    (found,) = said(tmp_path)
    assert found.startswith("reports/limen.json:3: the pack would hold what a token stands for")
    assert "7734551" not in found


@pytest.mark.parametrize("content", [
    b"XZZ-7734551", b"ZZ-77345519", b"Jane Roeder", b"on 1980-02-03", b"12345", b"mrn: " + TOKEN,
    b"patient_id=" + TOKEN + b" x",
])  # fmt: skip
def test_what_only_looks_like_one_is_left(tmp_path: Path, content: bytes) -> None:
    assert said(pack(tmp_path, reports__limen_dot_txt=content)) == []


def test_forms_are_found_in_records_reports_cells_and_payloads(tmp_path: Path) -> None:
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", "<t>MRN 7700112</t>")
    payload = b'{"verdict":"MRN 7700112"}'
    pack(
        tmp_path,
        core__details_dot_jsonl=b'{"a":1}\n{"a":"MRN 7700112"}\n',
        reports__limen_dot_xlsx=book.getvalue(),
        envelope__statement_dot_json=envelope(STATEMENT_TYPE, payload, []),
        envelope__run_dot_json=b'{"operator":"SSN 078-05-1120"}',
        core__inputs__declaration__boundaries_dot_yaml=b"MRN 7700112",
        envelope__secret=b"078-05-1120",
    )
    assert [one.partition(": ")[0] for one in said(tmp_path)] == [
        "core/details.jsonl:2", "envelope/run.json:1", "envelope/statement.json:1",
        "reports/limen.xlsx/xl/sharedStrings.xml:1",
    ]  # fmt: skip
    assert [one.partition(": ")[0] for one in said(tmp_path, under="envelope/")] == [
        "envelope/run.json:1", "envelope/statement.json:1",
    ]  # fmt: skip


def test_declared_registrations_stay(tmp_path: Path) -> None:
    pack(tmp_path, reports__limen_dot_txt=b"npi: 1245319599, DEA AP5836727")
    assert said(tmp_path, frozenset({b"1245319599", b"AP5836727"})) == []
    assert len(said(tmp_path, frozenset({b"1245319599"}))) == 1


def test_what_lies_between_two_chunks_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(left_over, "_CHUNK", 5000)
    for place in (4990, 4995, 4999, 5000, 9500):
        pack(tmp_path, reports__limen_dot_txt=b"\n" * place + b"MRN 7700112" + b"\n" * 3000)
        assert {one.partition(": ")[0] for one in said(tmp_path)} == {f"reports/limen.txt:{place + 1}"}


def test_values_without_any_worth_looking_for() -> None:
    assert (
        list(Values([("birth_date", b"1980-02-03"), ("mrn", b"12345")], encoded=True).find(b"1980-02-03 12345")) == []
    )
    assert list(Values([], encoded=False).find(b"anything")) == []
