"""The sections of a declaration: which type their entries have, and how entries are told apart."""

from __future__ import annotations

from typing import Any, Literal

from limen.model.access import DutyPair, Principal, Role
from limen.model.data import DataItem, Labels
from limen.model.declaration import System
from limen.model.flows import Flow
from limen.model.keys import Key
from limen.model.ledgers import Ledger
from limen.model.operations import Assertion, IncidentResponse, ProbeRequest, Secrets, Verification
from limen.model.places import Component, Zone
from limen.model.scalars import Identifier, Text
from limen.model.tenancy import Tenant, Transfer

NAMED: dict[str, Any] = {
    "data": DataItem,
    "zones": Zone,
    "components": Component,
    "keys": Key,
    "roles": Role,
    "principals": Principal,
    "tenants": Tenant,
    "ledgers": Ledger,
}
"""Sections that map names to entries."""

IDENTIFIED: dict[str, Any] = {"flows": Flow, "transfers": Transfer, "assertions": Assertion}
"""Sections that list entries with an id."""

NUMBERED: dict[str, Any] = {"separation_of_duties": DutyPair, "probes": ProbeRequest}
"""Sections that list entries without an id."""

SINGLE: dict[str, Any] = {
    "labels": Labels,
    "secrets": Secrets,
    "incident_response": IncidentResponse,
    "verification": Verification,
}
"""Sections that are one entry, and so belong into one file."""

PLAIN: dict[str, Any] = {
    "version": Literal[1],
    "system": System,
    "profiles": tuple[Identifier, ...],
    "include": tuple[Text, ...],
    "key_rotation_procedure": Text,
}
"""Fields of the declaration that are no sections."""

ROOT_ONLY = ("version", "system", "profiles")
"""What only the root file may say."""

ALL = (*PLAIN, *SINGLE, *NAMED, *IDENTIFIED, *NUMBERED)
"""Every name that may stand at the top of a file."""
