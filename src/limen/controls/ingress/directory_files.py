"""The files of FDA's NDC directory: product.txt and package.txt, tab-separated, latin-1, a header each.

Columns are found by their names, since FDA has added some in the middle before. A line that can't be read is a
fault of the whole file: a directory with holes answers "unregistered" for what it lost.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterator

from limen.controls.identifiers import IdentifierError, parse_ndc, parse_schedule
from limen.controls.ingress.directory import DirectoryError, Package, ScheduleFact
from limen.errors import Problem

PRODUCT_COLUMNS = (
    "PRODUCTID", "PRODUCTNDC", "PRODUCTTYPENAME", "PROPRIETARYNAME", "PROPRIETARYNAMESUFFIX", "NONPROPRIETARYNAME",
    "DOSAGEFORMNAME", "ROUTENAME", "STARTMARKETINGDATE", "ENDMARKETINGDATE", "MARKETINGCATEGORYNAME",
    "APPLICATIONNUMBER", "LABELERNAME", "SUBSTANCENAME", "ACTIVE_NUMERATOR_STRENGTH", "ACTIVE_INGRED_UNIT",
    "PHARM_CLASSES", "DEASCHEDULE", "NDC_EXCLUDE_FLAG", "LISTING_RECORD_CERTIFIED_THROUGH",
)  # fmt: skip
"""Columns of product.txt."""
PACKAGE_COLUMNS = (
    "PRODUCTID", "PRODUCTNDC", "NDCPACKAGECODE", "PACKAGEDESCRIPTION", "STARTMARKETINGDATE", "ENDMARKETINGDATE",
    "NDC_EXCLUDE_FLAG", "SAMPLE_PACKAGE",
)  # fmt: skip
"""Columns of package.txt."""
MOST_BYTES = 256 << 20
"""Bytes of a file that are read; FDA's have some 50 million."""
_PRODUCT_NEEDS = (
    "PRODUCTID", "PRODUCTNDC", "STARTMARKETINGDATE", "ENDMARKETINGDATE", "DEASCHEDULE", "NDC_EXCLUDE_FLAG",
    "LISTING_RECORD_CERTIFIED_THROUGH",
)  # fmt: skip
_PACKAGE_NEEDS = (
    "PRODUCTID", "PRODUCTNDC", "NDCPACKAGECODE", "STARTMARKETINGDATE", "ENDMARKETINGDATE", "NDC_EXCLUDE_FLAG",
    "SAMPLE_PACKAGE",
)  # fmt: skip
_MOST_FAULTS = 20
_Product = tuple[str, datetime.date | None, datetime.date | None, ScheduleFact, bool, datetime.date | None]


def read_packages(product: bytes, package: bytes) -> list[Package]:
    """Return the packages of both files joined by PRODUCTID.

    Raises DirectoryError with each problem, up to 20: a column or a product that is missing, a line of another number
    of columns, a date or an NDC that is none.
    """
    faults: list[Problem] = []
    products: dict[str, _Product] = {}
    for line, row in _rows("product.txt", product, _PRODUCT_NEEDS, faults):
        key, ndc, starts, ends, schedule, flag, certified = row
        try:
            if not key or key in products:
                raise ValueError("a PRODUCTID that is empty or stands twice")
            products[key] = (ndc, _day(starts), _day(ends), _schedule(schedule), flag != "N", _day(certified))
        except ValueError as error:
            _fault(faults, f"product.txt:{line}: {error}")
    found = []
    for line, row in _rows("package.txt", package, _PACKAGE_NEEDS, faults):
        try:
            found.append(_package(row, products))
        except IdentifierError as error:
            _fault(faults, f"package.txt:{line}: {error}")
        except ValueError as error:
            _fault(faults, f"package.txt:{line}: {error}")
    if not found and not faults:
        _fault(faults, "package.txt: no packages")
    if faults:
        raise DirectoryError(faults)
    return found


def _package(row: list[str], products: dict[str, _Product]) -> Package:
    key, product_ndc, text, starts, ends, flag, sample = row
    product = products.get(key)
    if product is None:
        raise ValueError("a PRODUCTID that product.txt lacks")
    ndc = parse_ndc(text)
    if product[0] != product_ndc or f"{ndc.labeler}-{ndc.product}" != product_ndc:
        raise ValueError("a PRODUCTNDC that is not the product's, or not that of the package")
    if sample not in ("Y", "N"):
        raise ValueError("a SAMPLE_PACKAGE that is neither Y nor N")
    begins = [day for day in (_day(starts), product[1]) if day]
    finishes = [day for day in (_day(ends), product[2]) if day]
    return Package(
        ndc=ndc,
        starts=max(begins, default=None),
        ends=min(finishes, default=None),
        certified=product[5],
        excluded=product[4] or flag != "N",
        sample=sample == "Y",
        schedule=product[3],
    )


def _rows(name: str, content: bytes, needs: tuple[str, ...], faults: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    if len(content) > MOST_BYTES:
        _fault(faults, f"{name}: more than {MOST_BYTES} bytes")
        return
    lines = content.decode("latin-1").split("\n")
    header = [column.strip() for column in lines[0].rstrip("\r").split("\t")]
    missing = [column for column in needs if header.count(column) != 1]
    if missing:
        _fault(faults, f"{name}: no single column {', '.join(missing)}")
        return
    at = [header.index(column) for column in needs]
    for number, line in enumerate(lines[1:], 2):
        cells = line.rstrip("\r").split("\t")
        if cells == [""]:
            if number != len(lines):
                _fault(faults, f"{name}:{number}: an empty line")
            continue
        if len(cells) != len(header):
            _fault(faults, f"{name}:{number}: {len(cells)} columns, not {len(header)}")
            continue
        yield number, [cells[index].strip() for index in at]
    if lines[-1] != "":
        # FDA ends each line; where the last one is not ended, the rest of the file was lost on the way.
        _fault(faults, f"{name}: its last line is not ended")


@functools.lru_cache(maxsize=1 << 16)
def _day(text: str) -> datetime.date | None:
    if not text:
        return None
    try:
        if len(text) == 8 and text.isascii() and text.isdigit():
            return datetime.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        pass
    raise ValueError("a date that is not YYYYMMDD")


@functools.lru_cache(maxsize=256)
def _schedule(text: str) -> ScheduleFact:
    if not text:
        return "none"
    try:
        return parse_schedule(text).numeral
    except IdentifierError:
        return "unknown"


def _fault(faults: list[Problem], message: str) -> None:
    if len(faults) < _MOST_FAULTS:
        faults.append(Problem(message=message, hint="get both files again from FDA, of one day"))
