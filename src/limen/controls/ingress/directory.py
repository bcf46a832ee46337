"""A directory of registered products: which NDCs there are, whether they are marketed today, and their DEA schedule.

21 CFR 207 (listing), 21 CFR 1308 (schedules). A directory is as good as its date: one that is older than declared is
refused, and a schedule that it doesn't give plainly is unknown, which is not the same as none.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Literal

import msgspec

from limen.controls.identifiers import AmbiguousNdcError, Gtin, IdentifierError, Ndc
from limen.controls.refusals import RefusedError
from limen.errors import Problem

Standing = Literal["registered", "unregistered", "discontinued"]
"""Whether a product may be handled on a day."""
ScheduleFact = Literal["I", "II", "III", "IV", "V", "none", "unknown"]
"""A DEA schedule, none for what is not controlled, or unknown, which never counts as none."""


class Package(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One package of one product, as listed."""

    ndc: Ndc
    starts: datetime.date | None
    """First day of marketing, the later of product's and package's; None where neither gives one."""
    ends: datetime.date | None
    """Last day of marketing, the earlier of product's and package's; None while marketed."""
    certified: datetime.date | None
    """Last day for which the labeler certified the listing; None where it doesn't lapse."""
    excluded: bool
    """Whether FDA took the product or the package out of the directory (NDC_EXCLUDE_FLAG is not N)."""
    sample: bool
    schedule: ScheduleFact

    def standing(self, day: datetime.date) -> Standing:
        """Return whether this package may be handled on a day."""
        if self.ends is not None and self.ends < day:
            return "discontinued"
        if self.excluded or (self.starts is not None and self.starts > day):
            return "unregistered"
        return "unregistered" if self.certified is not None and self.certified < day else "registered"


class DirectoryError(RefusedError):
    """A directory that may not be used: too old, of another digest than declared, damaged or missing."""

    def __init__(self, problems: str | Problem | list[Problem]) -> None:
        """Keep the problems; the reason is directory_unusable."""
        super().__init__(problems, reason="directory_unusable")


class Directory:
    """All packages of one directory, and its date and digest."""

    def __init__(
        self,
        packages: Iterable[Package],
        *,
        dated: datetime.datetime,
        digest: str,
        oldest: datetime.timedelta = datetime.timedelta(days=7),
    ) -> None:
        """Index the packages; `dated` is when FDA published them (aware), `oldest` how old that may be when asked."""
        self.dated = dated
        self.digest = digest
        self.oldest = oldest
        self._by_ndc: dict[str, list[Package]] = {}
        for package in packages:
            self._by_ndc.setdefault(package.ndc.canonical, []).append(package)

    def __len__(self) -> int:
        return sum(map(len, self._by_ndc.values()))

    def check(self, now: datetime.datetime) -> None:
        """Raise DirectoryError where the directory is older than declared, or dated ahead of the clock."""
        if self.dated > now + datetime.timedelta(days=1):
            raise DirectoryError(Problem(message="the product directory is dated ahead of the clock"))
        if now - self.dated > self.oldest:
            message = f"the product directory is older than {self.oldest.days} days"
            raise DirectoryError(Problem(message=message, hint="sync it: a product may have been discontinued since"))

    def packages(self, ndc: Ndc) -> tuple[Package, ...]:
        """Return the listings of an NDC; of one given in ten digits, only those that are written like it."""
        found = self._by_ndc.get(ndc.canonical, ())
        if ndc.form in ("5-4-2", "6-4-2"):
            return tuple(found)
        return tuple(one for one in found if one.ndc.hyphenated == ndc.hyphenated)

    def has(self, ndc: Ndc) -> bool:
        """Return whether an NDC is listed at all, marketed or not."""
        return bool(self.packages(ndc))

    def ndc_of_gtin(self, gtin: Gtin) -> Ndc | None:
        """Return the one listed NDC that a drug's GTIN holds; None where none is listed or it is no drug's.

        Raises AmbiguousNdcError where several are.
        """
        listed = tuple(ndc for ndc in gtin.ndcs() if self.has(ndc))
        if len(listed) > 1:
            raise AmbiguousNdcError("a GTIN that holds several listed NDCs", listed)
        return listed[0] if listed else None

    def standing(self, ndc: Ndc, day: datetime.date) -> Standing:
        """Return whether an NDC may be handled on a day; the best of its listings counts.

        Raises AmbiguousNdcError where an NDC-11 stands for several listed NDCs of ten digits.
        """
        found = self._of_one(ndc)
        standings = {package.standing(day) for package in found}
        for standing in ("registered", "discontinued"):
            if standing in standings:
                return standing
        return "unregistered"

    def schedule(self, ndc: Ndc, day: datetime.date) -> ScheduleFact:
        """Return the schedule of an NDC on a day; unknown where it isn't listed or its listings differ."""
        try:
            found = self._of_one(ndc)
        except IdentifierError:
            return "unknown"
        live = [package for package in found if package.standing(day) == "registered"] or list(found)
        facts = {package.schedule for package in live}
        return facts.pop() if len(facts) == 1 else "unknown"

    def _of_one(self, ndc: Ndc) -> tuple[Package, ...]:
        found = self.packages(ndc)
        written = {package.ndc.hyphenated: package.ndc for package in found}
        if len(written) > 1:
            raise AmbiguousNdcError("an NDC-11 that stands for several listed NDCs", tuple(written.values()))
        return found
