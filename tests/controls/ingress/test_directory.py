"""FDA's NDC directory: read, looked up, synced whole or not at all, and refused when it is stale or another one."""

from __future__ import annotations

import errno
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.controls.identifiers import AmbiguousNdcError, gtin_of_ndc, parse_gtin, parse_ndc
from limen.controls.ingress import directory_sync
from limen.controls.ingress.directory import Directory, DirectoryError
from limen.controls.ingress.directory_files import PACKAGE_COLUMNS, PRODUCT_COLUMNS, read_packages
from limen.controls.ingress.directory_sync import directory_digest, load_directory, sync_directory
from limen.controls.ingress.routing import Route, route_of, strictest
from limen.controls.refusals import RefusedError
from tests.controls.ingress.ingress_bench import (
    EXCLUDED,
    FREE,
    GONE,
    KNOWN_OF_THREE,
    LAPSED,
    NOW,
    ODD,
    ROWS,
    SCHEDULE_II,
    SCHEDULE_IV,
    directory,
    files,
)

TODAY = NOW.date()
WEEK = timedelta(days=7)
STANDINGS = [
    (SCHEDULE_II, "registered", "II"),
    (SCHEDULE_IV, "registered", "IV"),
    (FREE, "registered", "none"),
    (KNOWN_OF_THREE, "registered", "none"),
    (GONE, "discontinued", "none"),
    (EXCLUDED, "unregistered", "none"),
    (LAPSED, "unregistered", "none"),
    (ODD, "registered", "unknown"),
    ("99999-999-99", "unregistered", "unknown"),
]


@pytest.mark.parametrize(("text", "standing", "schedule"), STANDINGS)
def test_standing_and_schedule(text: str, standing: str, schedule: str) -> None:
    ndc = parse_ndc(text)
    for form in (ndc, parse_ndc(ndc.ndc11), parse_ndc(ndc.ndc12)):
        assert directory().standing(form, TODAY) == standing
        assert directory().schedule(form, TODAY) == schedule


def test_the_last_day_of_marketing_counts() -> None:
    ndc = parse_ndc(GONE)
    assert directory().standing(ndc, datetime(2025, 12, 31, tzinfo=UTC).date()) == "registered"
    assert directory().standing(ndc, datetime(2026, 1, 1, tzinfo=UTC).date()) == "discontinued"
    assert directory().standing(parse_ndc(FREE), datetime(2019, 12, 31, tzinfo=UTC).date()) == "unregistered"


def test_ten_digits_are_looked_up_in_their_own_form() -> None:
    # 12345-678-90 gives the digits of 1234-5678-90, which is listed, and is none itself.
    assert parse_ndc("1234567890", registered=directory().has).hyphenated == KNOWN_OF_THREE
    assert not directory().has(parse_ndc("12345-678-90"))
    with pytest.raises(AmbiguousNdcError):
        parse_ndc("9999999999", registered=directory().has)


def test_an_ndc_of_a_gtin() -> None:
    for text in (SCHEDULE_II, SCHEDULE_IV, FREE, GONE):
        gtin = gtin_of_ndc(parse_ndc(text), indicator=5)
        assert directory().ndc_of_gtin(gtin) == parse_ndc(text)
    assert directory().ndc_of_gtin(parse_gtin("10614141123459")) is None


def two(first: str, second: str, **schedules: str) -> Directory:
    rows = tuple(
        (text.rsplit("-", 1)[0], text, schedules.get(name, ""), "", "N", "")
        for name, text in (("a", first), ("b", second))
    )
    return Directory(read_packages(*files(rows)), dated=NOW, digest="")


def test_two_that_share_ten_or_eleven_digits() -> None:
    listed = two("1234-5678-90", "12345-678-90")
    with pytest.raises(AmbiguousNdcError) as found:
        listed.ndc_of_gtin(parse_gtin("00312345678906"))
    assert len(found.value.candidates) == 2
    # 12345-678-09 and 12345-0678-9 are one NDC-11.
    listed = two("12345-678-09", "12345-0678-9", b="CII")
    assert listed.standing(parse_ndc("12345-678-09"), TODAY) == "registered"
    assert listed.schedule(parse_ndc("12345-0678-9"), TODAY) == "II"
    assert listed.schedule(parse_ndc("12345-0678-09"), TODAY) == "unknown"
    with pytest.raises(AmbiguousNdcError):
        listed.standing(parse_ndc("12345-0678-09"), TODAY)


def test_listings_that_differ_have_no_schedule() -> None:
    rows = (*ROWS, ("0406-8530", "0406-8530-01", "CIII", "", "N", ""))
    product, package = files(rows)
    product = product.replace(product.split(b"\r\n")[-2].split(b"\t")[0], b"other", 2)
    lines = product.split(b"\r\n")
    lines[1] = lines[1].replace(b"other", package.split(b"\r\n")[1].split(b"\t")[0])
    package_lines = package.split(b"\r\n")
    package_lines[-2] = package_lines[-2].replace(package_lines[-2].split(b"\t")[0], b"other")
    listed = Directory(read_packages(b"\r\n".join(lines), b"\r\n".join(package_lines)), dated=NOW, digest="")
    assert len(listed.packages(parse_ndc(SCHEDULE_II))) == 2
    assert listed.schedule(parse_ndc(SCHEDULE_II), TODAY) == "unknown"


ROUTED: list[tuple[Any, Route]] = [
    ("I", "order-form"),
    ("II", "order-form"),
    ("III", "controlled"),
    ("IV", "controlled"),
    ("V", "controlled"),
    ("none", "uncontrolled"),
]


@pytest.mark.parametrize(("schedule", "route"), ROUTED)
def test_routes(schedule: Any, route: Route) -> None:
    assert route_of(schedule) == route


def test_an_unknown_schedule_has_no_route() -> None:
    with pytest.raises(RefusedError) as found:
        route_of("unknown")
    assert found.value.reason == "schedule_unknown"
    assert strictest(["uncontrolled", "order-form", "controlled"]) == "order-form"
    assert strictest([]) is None


def changed(column: str, value: str, *, which: int, row: int = 1) -> tuple[bytes, bytes]:
    both = list(files())
    columns = (PRODUCT_COLUMNS, PACKAGE_COLUMNS)[which]
    lines = both[which].decode("latin-1").split("\r\n")
    cells = lines[row].split("\t")
    cells[columns.index(column)] = value
    lines[row] = "\t".join(cells)
    both[which] = "\r\n".join(lines).encode("latin-1")
    return both[0], both[1]


BAD: list[tuple[Any, str]] = [
    (changed("STARTMARKETINGDATE", "2020-01-01", which=0), "product.txt:2: a date that is not YYYYMMDD"),
    (changed("STARTMARKETINGDATE", "20200230", which=1), "package.txt:2: a date that is not YYYYMMDD"),
    (changed("STARTMARKETINGDATE", "2020\u00b201\u00b9", which=1), "package.txt:2: a date"),
    (changed("PRODUCTID", "x", which=1), "package.txt:2: a PRODUCTID that product.txt lacks"),
    (changed("NDCPACKAGECODE", "0406853001", which=1), "package.txt:2: ten digits without hyphens"),
    (changed("NDCPACKAGECODE", "0406-8531-01", which=1), "package.txt:2: a PRODUCTNDC that is not"),
    (changed("SAMPLE_PACKAGE", "", which=1), "package.txt:2: a SAMPLE_PACKAGE"),
    (changed("PRODUCTNDC", "PRODUCTNDX", which=0, row=0), "product.txt: no single column PRODUCTNDC"),
    (changed("PRODUCTNDC", "PRODUCTID", which=1, row=0), "package.txt: no single column PRODUCTID, PRODUCTNDC"),
    ((files()[0], files()[1][:-30]), "package.txt:9"),
    ((files()[0], files()[1].rsplit(b"\r\n", 1)[0]), "package.txt: its last line is not ended"),
    ((files()[0], b""), "package.txt: no single column"),
    ((files()[0], files()[1].split(b"\r\n")[0] + b"\r\n"), "package.txt: no packages"),
    ((files()[0] + files()[0].split(b"\r\n")[1] + b"\r\n", files()[1]), "product.txt:10: a PRODUCTID"),
    ((files()[0], files()[1].replace(b"\r\n", b"\r\n\r\n", 1)), "package.txt:2: an empty line"),
]  # fmt: skip


@pytest.mark.parametrize(("both", "problem"), BAD, ids=[problem for _, problem in BAD])
def test_a_file_with_a_fault_is_refused_whole(both: tuple[bytes, bytes], problem: str) -> None:
    with pytest.raises(DirectoryError) as found:
        read_packages(*both)
    assert any(one.message.startswith(problem) for one in found.value.problems), found.value.problems
    assert found.value.reason == "directory_unusable"


def test_columns_are_found_by_name() -> None:
    both = []
    for text in files():
        lines = [line.split("\t") for line in text.decode("latin-1").split("\r\n")]
        both.append(
            "\r\n".join("\t".join([*line[::-1], "more"] if line != [""] else line) for line in lines).encode("latin-1")
        )
    assert [one.ndc for one in read_packages(both[0], both[1])] == [one.ndc for one in read_packages(*files())]


@settings(max_examples=100)
@given(product=st.binary(max_size=200), package=st.binary(max_size=200))
def test_any_files(product: bytes, package: bytes) -> None:
    with pytest.raises(DirectoryError):
        read_packages(product, package)


@settings(max_examples=100)
@given(at=st.integers(0, 1500), by=st.binary(min_size=1, max_size=3), which=st.integers(0, 1))
def test_any_damage(at: int, by: bytes, which: int) -> None:
    both = list(files())
    at %= len(both[which])
    both[which] = both[which][:at] + by + both[which][at + len(by) :]
    try:
        found = read_packages(*both)
    except DirectoryError:
        return
    assert len(found) == len(ROWS)


def synced(folder: Path, **changes: Any) -> Directory:
    product, package = files()
    given = {
        "dated": NOW - timedelta(days=1),
        "digest": directory_digest(product, package),
        "source": "fda",
        "now": NOW,
    }
    return sync_directory(folder, product, package, **{**given, **changes})


def test_sync_and_load(tmp_path: Path) -> None:
    folder = tmp_path / "ndc"
    assert len(synced(folder)) == len(ROWS)
    found = load_directory(folder, now=NOW, oldest=WEEK, digest=directory_digest(*files()))
    assert len(found) == len(ROWS)
    assert found.dated == NOW - timedelta(days=1)
    found.check(NOW)
    assert sorted(path.suffix for path in folder.iterdir()) == [".json", ".txt", ".txt"]


def test_stale_or_other_directories_are_refused(tmp_path: Path) -> None:
    synced(tmp_path)
    for changes, words in (
        ({"now": NOW + timedelta(days=6, seconds=1)}, "older than 7 days"),
        ({"oldest": timedelta(hours=23)}, "older than 0 days"),
        ({"digest": "0" * 64}, "another digest than the declared one"),
        ({"now": NOW - timedelta(days=3)}, "ahead of the clock"),
    ):
        with pytest.raises(DirectoryError, match=words):
            load_directory(tmp_path, **{"now": NOW, "oldest": WEEK, **changes})  # type: ignore[arg-type]


def test_a_missing_directory(tmp_path: Path) -> None:
    with pytest.raises(DirectoryError, match="can't be read"):
        load_directory(tmp_path, now=NOW, oldest=WEEK)


@pytest.mark.parametrize("name", ["product", "package"])
def test_changed_files_are_not_those_of_the_manifest(tmp_path: Path, name: str) -> None:
    synced(tmp_path)
    (path,) = tmp_path.glob(f"*.{name}.txt")
    content = path.read_bytes()
    path.write_bytes(content.replace(b"20200101", b"20200102", 1))
    with pytest.raises(DirectoryError, match="not those of its manifest"):
        load_directory(tmp_path, now=NOW, oldest=WEEK)


MANIFESTS: list[dict[str, Any]] = [
    {"product": "../x"},
    {"product": "x"},
    {"packages": "8"},
    {"packages": True},
    {"dated": "yesterday"},
    {"digest": 1},
    {"digest": "x"},
    {"more": 1},
    {"format": "other"},
]


@pytest.mark.parametrize("changes", MANIFESTS, ids=str)
def test_damaged_manifests(tmp_path: Path, changes: dict[str, Any]) -> None:
    synced(tmp_path)
    path = tmp_path / "directory.json"
    path.write_text(json.dumps({**json.loads(path.read_bytes()), **changes}))
    with pytest.raises(DirectoryError, match="no manifest"):
        load_directory(tmp_path, now=NOW, oldest=WEEK)


REFUSED_SYNCS: list[tuple[dict[str, Any], str]] = [
    ({"digest": "0" * 64}, "another digest than was given"),
    ({"dated": NOW + timedelta(seconds=1)}, "ahead of the clock"),
    ({"dated": NOW - timedelta(days=2)}, "older than the one that is there"),
]


@pytest.mark.parametrize(("changes", "words"), REFUSED_SYNCS)
def test_refused_syncs_change_nothing(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    synced(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(DirectoryError, match=words):
        synced(tmp_path, **changes)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_sync_that_shrinks_too_much(tmp_path: Path) -> None:
    synced(tmp_path)
    product, package = files(ROWS[:-1])
    given: dict[str, Any] = {"dated": NOW, "digest": directory_digest(product, package), "source": "fda", "now": NOW}
    with pytest.raises(DirectoryError, match="would lose 1 of 8 packages"):
        sync_directory(tmp_path, product, package, **given)
    assert len(load_directory(tmp_path, now=NOW, oldest=WEEK)) == 8
    assert len(sync_directory(tmp_path, product, package, most_shrink=0.2, **given)) == 7
    assert len(load_directory(tmp_path, now=NOW, oldest=WEEK)) == 7
    assert len(list(tmp_path.glob("*.txt"))) == 4
    product, package = files(ROWS)
    given = {**given, "digest": directory_digest(product, package)}
    sync_directory(tmp_path, product, package, **given)
    product, package = files((*ROWS, ("66666-777", "66666-777-88", "", "", "N", "")))
    sync_directory(tmp_path, product, package, **{**given, "digest": directory_digest(product, package)})
    assert len(list(tmp_path.glob("*.txt"))) == 4


@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_crash_leaves_the_old_or_the_new_directory(
    tmp_path: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced(tmp_path)
    product, package = files((*ROWS, ("66666-777", "66666-777-88", "", "", "N", "")))
    renamed = Path.replace
    calls = []

    def failing(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == step:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return renamed(self, target)

    monkeypatch.setattr(directory_sync.Path, "replace", failing)
    given: dict[str, Any] = {"dated": NOW, "digest": directory_digest(product, package), "source": "fda", "now": NOW}
    with pytest.raises(DirectoryError, match="can't be kept: No space left"):
        sync_directory(tmp_path, product, package, **given)
    assert len(load_directory(tmp_path, now=NOW, oldest=WEEK)) == len(ROWS)
    assert not list(tmp_path.glob(".sync-*"))


def test_a_hundred_thousand_lines() -> None:
    product, package = files(tuple((f"{n:05d}-123", f"{n:05d}-123-10", "CIV", "", "N", "") for n in range(100_000)))
    listed = Directory(read_packages(product, package), dated=NOW, digest="")
    assert len(listed) == 100_000
    assert listed.schedule(parse_ndc("54321-123-10"), TODAY) == "IV"
