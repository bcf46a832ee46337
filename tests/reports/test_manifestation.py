"""The manifestation of signatures: name, time and meaning of each, for people (21 CFR 11.50)."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from limen.reports.pages.manifestation import render
from tests.reports.building import HOSTILE
from tests.reports.kinds import readable
from tests.reports.verapdf import judged


def payload(order: int, name: str, meaning: str, **changes: Any) -> dict[str, Any]:
    return {
        "format": "limen-e-signature-1",
        "pack": {"root": "ab12" * 16, "tree_size": 31_234, "statement": "cd34" * 16},
        "user": name.split(maxsplit=1)[0].lower() if name.split() else "nobody",
        "name": name,
        "at": f"2026-11-22T10:0{order % 10}:00Z",
        "meaning": meaning,
        "role": "approver",
        "order": order,
        "previous": "" if order == 1 else "ef56" * 16,
        "signers": ["0a" * 32],
        **changes,
    }


PAYLOADS = [
    payload(1, "Ana Ruíz", "authorship", role="author"),
    payload(2, "Bo Łukasiewicz", "approval", signers=["0a" * 32, "0b" * 32]),
]


def test_each_signature_shows_name_time_meaning_and_what_it_binds() -> None:
    text = readable("pdf", render(PAYLOADS))
    for told in (
        "2 signatures.", "Signature 1: Ana Ruíz", "Printed name Ana Ruíz", "Date and time 2026-11-22T10:01:00Z (UTC)",
        "Meaning authorship: wrote what is signed", "Role author", "User ana", f"key {'0a' * 32}",
        f"root {'ab12' * 16}",
        "of a tree of 31,234 leaves", f"SHA-256 {'cd34' * 16}", "Signature 2: Bo Łukasiewicz",
        "Meaning approval: accepts what is signed", f"key {'0b' * 32}", "page 1 of 1",
    ):  # fmt: skip
        assert told in text, told
    assert text.index("Signature 1") < text.index("Signature 2")


def test_the_same_payloads_give_the_same_bytes_whatever_digest_they_name() -> None:
    named = [{**one, "manifestation": "99" * 32} for one in PAYLOADS]
    assert render(PAYLOADS) == render(named)
    assert render(PAYLOADS) != render(PAYLOADS[:1])
    found = PdfReader(io.BytesIO(render(PAYLOADS))).metadata
    assert found is not None
    assert str(found.creation_date) == "2026-11-22 10:02:00+00:00"  # the last signature's, no clock


def test_many_signatures_are_all_there_each_on_one_page() -> None:
    pages = [
        page.extract_text()
        for page in PdfReader(io.BytesIO(render([payload(n, f"P{n} X", "review") for n in range(1, 31)]))).pages
    ]
    assert len(pages) > 3
    for n in range(1, 31):
        [page] = [page for page in pages if f"Signature {n}: P{n} X" in page]
        assert f"P{n} X" in page.split(f"Signature {n}:")[1].split("Meaning")[0]
        assert "leaves" in page.split(f"Signature {n}:")[1]


@pytest.mark.parametrize("meaning", ["authorship", "review", "approval", "responsibility", "something else"])
def test_every_meaning_is_said(meaning: str) -> None:
    assert f"Meaning {meaning}" in readable("pdf", render([payload(1, "A B", meaning)]))


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: repr(name[:16]))
def test_a_name_is_no_markup(name: str) -> None:
    outline = PdfReader(io.BytesIO(render([payload(1, f"x{name}", "review")]))).outline
    assert [entry.title for entry in outline if not isinstance(entry, list)] == ["1 Signatures", "2 How to verify"]


@pytest.mark.parametrize(
    "payloads",
    [
        [],
        [{}],
        [{**PAYLOADS[0], "name": 7}],
        [{**PAYLOADS[0], "at": "soon"}],
        [{name: value for name, value in PAYLOADS[0].items() if name != "meaning"}],
        [{**PAYLOADS[0], "pack": {"root": "ab"}}],
        [PAYLOADS[0], {**PAYLOADS[1], "order": "2"}],
    ],
)
def test_what_is_no_payload_is_refused(payloads: list[dict[str, Any]]) -> None:
    with pytest.raises(ValueError, match=r"signature|isoformat"):
        render(payloads)


_MEMBERS = st.sampled_from(sorted(PAYLOADS[0]))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_MEMBERS, inner, max_size=4),
)


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(_MEMBERS, _JSON, max_size=4))
def test_anything_in_place_of_a_member_is_shown_or_refused(changes: dict[str, Any]) -> None:
    try:
        assert render([{**PAYLOADS[0], **changes}]).startswith(b"%PDF-")
    except ValueError:
        assert set(changes) - {"format", "previous"}


def test_archives_accept_it(tmp_path: Path) -> None:
    files = [tmp_path / f"{count}.pdf" for count in (1, 12)]
    for path in files:
        count = int(path.stem)
        path.write_bytes(render([payload(n, HOSTILE[n % 18] + "中 Ana", "approval") for n in range(1, count + 1)]))
    for flavour in ("2a", "ua1"):
        assert judged(flavour, *files) == dict.fromkeys((path.name for path in files), "PASS")
