"""What a tenant's id is made from: registrations and facility numbers that never change, checked before they count.

A name, an address or a telephone number changes or is shared; an id made from it would change hands. An NPI and a GLN
have check digits, a wrong one is refused; DEA has issued numbers off its formula, so that one is taken (21 CFR 1301.13,
45 CFR 162.406).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec
from msgspec import UNSET

from limen.analysis.check_digits import gs1_checks, npi_checks
from limen.controls.refusals import RefusedError
from limen.errors import Problem
from limen.integrity.tenant_ids import Algorithm
from limen.model.declaration import Declaration

IMMUTABLE = ("dea_number", "npi", "gln", "facility")
"""Attributes that an id may be made from."""
_HINTS = {
    "dea_number": "expected two letters and seven digits, such as AP5836727",
    "npi": "expected ten digits of which the last checks",
    "gln": "expected thirteen digits of which the last checks",
    "facility": "expected 1 to 128 letters, digits, '-', '_' and '.'",
}
_DEA = re.compile(r"[A-Z][A-Z9][0-9]{7}", re.ASCII)
_GLN = re.compile(r"[0-9]{13}", re.ASCII)
_FACILITY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", re.ASCII)


class TenantBinding(msgspec.Struct, frozen=True, kw_only=True):
    """What the declaration says of one tenant's id."""

    name: str
    """The declared tenant."""
    inputs: dict[str, str]
    """What its id is made from, by attribute."""
    algorithm: Algorithm
    key: str
    """Name of the master key; empty where the algorithm takes none."""
    carried_in: tuple[str, ...]
    """Where the id travels."""


def bindings_of(declaration: Declaration) -> dict[str, TenantBinding]:
    """Return the bindings of all declared tenants; raises RefusedError (tenant_inputs) with every problem."""
    found, problems = {}, list[Problem]()
    for name, tenant in declaration.tenants.items():
        binding = tenant.binding
        if isinstance(binding, msgspec.UnsetType) or binding.algorithm is UNSET or binding.algorithm == "none":
            hint = "declare binding: {algorithm: HMAC-SHA-256, key: …, inputs: […], carried_in: […]}"
            problems.append(Problem(message=f"the tenant {name} has no binding that makes an id", hint=hint))
            continue
        given = {one: getattr(tenant, one, UNSET) for one in binding.inputs}
        texts = {one: value for one, value in given.items() if isinstance(value, str)}
        problems += [
            Problem(message=f"the tenant {name} declares no {one}, which its id is made from", hint="declare it")
            for one in given
            if one not in texts
        ]
        problems += input_problems(texts, f"the tenant {name}: ")
        key = "" if isinstance(binding.key, msgspec.UnsetType) else binding.key
        if not key and binding.algorithm != "SHA-256":
            problems.append(Problem(message=f"the tenant {name} names no master key", hint="declare binding.key"))
        algorithm: Algorithm = binding.algorithm
        found[name] = TenantBinding(
            name=name, inputs=texts, algorithm=algorithm, key=key, carried_in=binding.carried_in
        )
    if problems:
        raise RefusedError(problems, reason="tenant_inputs")
    return found


def input_problems(inputs: Mapping[str, str], before: str = "") -> list[Problem]:
    """Return what is wrong with the inputs of an id; no value is repeated."""
    problems = []
    if not inputs:
        hint = f"one at least of {', '.join(IMMUTABLE)}"
        problems.append(Problem(message=f"{before}there is nothing to make an id from", hint=hint))
    for name, value in inputs.items():
        if name not in IMMUTABLE:
            message = f"{before}{name if name.isidentifier() else 'an attribute'} may change, so no id is made from it"
            problems.append(Problem(message=message, hint=f"use {', '.join(IMMUTABLE)}"))
        elif not _well_formed(name, value):
            problems.append(Problem(message=f"{before}its {name} is none", hint=_HINTS[name]))
    return problems


def _well_formed(name: str, value: str) -> bool:
    if name == "npi":
        return npi_checks(value)
    if name == "gln":
        return _GLN.fullmatch(value) is not None and gs1_checks(value)
    return (_DEA if name == "dea_number" else _FACILITY).fullmatch(value) is not None
