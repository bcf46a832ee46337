"""Profiles: named selections of rules with parameters, one YAML file each in policies/profiles/.

::

    id: dscsa                            # = the file's name without .yaml
    title: Drug Supply Chain Security Act
    description: What section 582 asks of trading partners' systems.
    extends: [zero-trust]                # its rules, parameters, sections and claims are taken over
    requires: [ledgers, transfers]       # sections of boundaries.yaml that may not be missing or empty
    rules: [retention.period, tenancy.*] # ids; `category.*` is every rule of a category
    parameters:                          # by name, for all selected rules that declare one of that name
      tls_minimum: "1.2"                 # tls_version: quoted
      key_rotation: P365D                # duration
      fips_140_2_until: 2026-09-21       # date
      retention: {serialization: P6Y}    # duration_table: merged entry by entry
      crossing_records: [actor, time]    # strings
    claims:                              # what a conformance assessment must have observed, and how recently
      - {claim: in_transit.tls.min, probe: tls, maximum_age: P7D}
    attested_waivers: true               # a waiver that no trusted approver signed gates; default false

Between the profiles of a run the strictest value of a parameter wins, so adding a profile only adds. A
profile's own value replaces those of the profiles that it extends; where that weakens one, the run lists a
deviation.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from limen.errors import Location, PolicyError, Problem
from limen.model.scalars import Duration
from limen.policy.documents import convert, parse


class ClaimDemand(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A claim that a conformance assessment must have observed."""

    claim: Annotated[str, Meta(min_length=1)]
    """The path within its section, such as in_transit.tls.min."""
    probe: Annotated[str, Meta(min_length=1)]
    """The probe that observes it."""
    maximum_age: Duration
    """Greatest age of an observation that still counts, ISO 8601."""


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A named selection of rules with parameters."""

    id: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9\-]*$(?!\n)", max_length=80)]
    title: Annotated[str, Meta(min_length=1)]
    description: Annotated[str, Meta(min_length=1)]
    extends: tuple[str, ...] = ()
    """Profiles that it builds on."""
    requires: tuple[str, ...] = ()
    """Sections of the declaration that may not be missing."""
    rules: tuple[str, ...] = ()
    """Rule ids, or ``category.*``."""
    parameters: dict[str, Any] = {}
    """Values by parameter name, as written."""
    claims: tuple[ClaimDemand, ...] = ()
    """Claims that need an observation."""
    attested_waivers: bool = False
    """Whether a waiver that no trusted approver signed gates."""


class ProfileFile(msgspec.Struct, frozen=True, kw_only=True):
    """A profile and where it came from."""

    profile: Profile
    file: str
    """The file, as messages call it."""
    text: bytes
    """What the file says."""
    shipped: bool
    """Whether it came with limen."""

    def location(self, *steps: str | int) -> Location:
        """Return where a part of the profile stands; parses the file again."""
        return parse(self.text, self.file, PolicyError).location(steps)


def profile_from(text: bytes, stem: str, file: str) -> Profile:
    """Return a profile; raise PolicyError where the text does not fit or is not named like its id."""
    document = parse(text, file, PolicyError)
    profile = convert(document, Profile, PolicyError)
    if profile.id != stem:
        raise PolicyError(
            Problem(
                message=f"the profile's id {profile.id!r} is not the file's name",
                location=document.location(("id",)),
                hint=f"name the file {profile.id}.yaml",
            )
        )
    return profile
