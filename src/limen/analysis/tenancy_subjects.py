"""Subjects of kinds tenant and tenant_pair: bindings of ids, and what two tenants have in common."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from msgspec import UNSET

from limen.analysis.check_digits import dea_number_checks, npi_checks
from limen.analysis.given import given
from limen.analysis.jurisdictions import misnamed, stateless
from limen.analysis.key_uses import KeyUses
from limen.analysis.kinds.tenancy import BindingPart, TenantPairSubject, TenantSubject
from limen.analysis.listing import listed
from limen.analysis.network import NONE, Network, bits
from limen.analysis.tenant_holdings import Holdings
from limen.model.tenancy import Tenant
from limen.records.subjects import Detail, SubjectTable

REGISTRATIONS = ("dea_number", "npi", "gln", "facility")
"""Fields that tell one tenant from all others and never change."""
DEA_REGISTRANTS = frozenset({"pharmacy", "site", "manufacturer", "distributor"})
"""Kinds of tenant that register with the DEA (21 CFR 1301.13): dispensers, researchers, manufacturers, distributors."""
PROVIDERS = frozenset({"pharmacy", "site"})
"""Kinds of tenant that are health care providers, and so have an NPI."""
ALL_PAIRS_LIMIT = 256
"""With more tenants than this, only pairs that have something in common become subjects: pairs grow by the square."""


def tenant_table(network: Network) -> SubjectTable:
    """Return the table of declared tenants, in the order of the declaration."""
    declaration = network.declaration
    members = [0] * len(network.tenant_names)
    for tenant in network.tenant_of:
        if tenant != NONE:
            members[tenant] += 1
    alike: dict[Any, list[str]] = {}
    for name, tenant_declared in declaration.tenants.items():
        values = _binding_values(tenant_declared)
        if values:
            alike.setdefault(values, []).append(name)
    registered: dict[tuple[str, str], list[str]] = {}
    for name, tenant_declared in declaration.tenants.items():
        for registration in _registrations(tenant_declared):
            registered.setdefault(registration, []).append(name)

    def registered_alike(name: str) -> list[str]:
        mine = _registrations(declaration.tenants[name])
        return sorted({other for one in mine for other in registered[one]} - {name})

    subjects = []
    twins: list[tuple[str, ...]] = []
    for name, tenant_declared in declaration.tenants.items():
        same = [other for other in alike.get(_binding_values(tenant_declared), ()) if other != name]
        twins.append(tuple(same))
        subject = given(
            TenantSubject,
            components=members[network.tenant_index[name]],
            binding=_binding(network, tenant_declared),
            same_binding_values=len(same),
            dea_number=tenant_declared.dea_number is not UNSET,
            dea_number_checks=UNSET
            if tenant_declared.dea_number is UNSET
            else dea_number_checks(tenant_declared.dea_number),
            npi_checks=UNSET if tenant_declared.npi is UNSET else npi_checks(tenant_declared.npi),
            same_registrations=len(registered_alike(name)),
            kind_fits=_kind_fits(tenant_declared),
            jurisdictions=len(set(tenant_declared.jurisdictions)),
            misnamed_jurisdictions=len(misnamed(tenant_declared.jurisdictions)),
            state_missing=stateless(tenant_declared.jurisdictions),
        )
        subjects.append(((name,), subject))
    names = list(declaration.tenants)

    def details(index: int) -> Detail:
        title = declaration.tenants[names[index]].title
        alike = registered_alike(names[index])
        named = {"same_binding_values": twins[index], "same_registrations": alike}
        wrong = misnamed(declaration.tenants[names[index]].jurisdictions)
        provenance = {field: "the same as " + ", ".join(others) for field, others in named.items() if others}
        return Detail(
            path=("tenants", names[index]),
            title=f"tenant {names[index]}" if title is UNSET else title,
            provenance=provenance | ({"jurisdictions": ", ".join(wrong)} if wrong else {}),
            peers=twins[index],
        )

    return listed("tenant", 1, subjects, details)


def _registrations(tenant: Tenant) -> list[tuple[str, str]]:
    """Return what tells a tenant from all others, by name of the field."""
    return [(name, value) for name in REGISTRATIONS if (value := getattr(tenant, name)) is not UNSET]


def _kind_fits(tenant: Tenant) -> bool:
    """Return whether a tenant of its kind is given the registrations that it names (21 CFR 1301, 45 CFR 162.404)."""
    registrant = tenant.dea_number is UNSET or tenant.kind in DEA_REGISTRANTS
    return registrant and (tenant.npi is UNSET or tenant.kind in PROVIDERS)


def _binding_values(tenant: Tenant) -> tuple[tuple[str, Any], ...]:
    """Return the inputs of a tenant's id with their values; None for a value that is not given."""
    if tenant.binding is UNSET:
        return ()
    return tuple((name, _value(tenant, name)) for name in sorted(set(tenant.binding.inputs)))


def _value(tenant: Tenant, name: str) -> Any:
    value = getattr(tenant, name, None) if name in Tenant.__struct_fields__ and name != "binding" else None
    return None if value is UNSET or value == () else value


def _binding(network: Network, tenant: Tenant) -> BindingPart:
    binding = tenant.binding
    if binding is UNSET:
        unbound = tuple(sorted(name for name, _ in _registrations(tenant)))
        return BindingPart(declared=False, key=False, inputs=(), undeclared_inputs=0, unbound=unbound, carried_in=())
    return given(
        BindingPart,
        declared=True,
        algorithm=binding.algorithm,
        key=binding.key is not UNSET and binding.key in network.declaration.keys,
        inputs=tuple(sorted(set(binding.inputs))),
        unbound=tuple(sorted(name for name, _ in _registrations(tenant) if name not in binding.inputs)),
        undeclared_inputs=sum(value is None for _, value in _binding_values(tenant)),
        carried_in=tuple(sorted(set(binding.carried_in))),
    )


def tenant_pair_table(network: Network, uses: KeyUses, holdings: Holdings) -> SubjectTable:
    """Return the table of pairs of tenants, sorted by their names."""
    shared_keys = _together(uses.tenants)
    stores = _together(holdings.stored)
    transfers = _together(_transfer_ends(network))
    related = {*shared_keys, *stores, *transfers, *holdings.foreign}
    order = sorted(range(len(network.tenant_names)), key=network.tenant_names.__getitem__)
    if len(order) > ALL_PAIRS_LIMIT:
        rank = {tenant: place for place, tenant in enumerate(order)}
        pairs = sorted(
            (tuple(sorted(pair, key=rank.__getitem__)) for pair in related), key=lambda p: [*map(rank.get, p)]
        )
    else:
        pairs = list(combinations(order, 2))

    def subjects() -> Iterator[tuple[tuple[str, str], TenantPairSubject]]:
        for first, second in pairs:
            pair = frozenset((first, second))
            found = stores.get(pair, [])
            yield (
                (network.tenant_names[first], network.tenant_names[second]),
                TenantPairSubject(
                    shared_keys=len(shared_keys.get(pair, ())),
                    shared_stores=len(found),
                    unforced_stores=sum(not _forced(network, component) for component in found),
                    foreign_arrivals=len(holdings.foreign.get(pair, ())),
                    transfers=len(transfers.get(pair, ())),
                ),
            )

    def details(index: int) -> Detail:
        first, second = pairs[index]
        pair = frozenset((first, second))
        keys = [network.key_names[key] for key in shared_keys.get(pair, ())]
        found = [network.component_names[component] for component in stores.get(pair, ())]
        arrivals = [
            f"{network.item_names[item]} at {network.component_names[component]}"
            for component, item in sorted(holdings.foreign.get(pair, ()))
        ]
        named = (("shared_keys", keys), ("shared_stores", found), ("foreign_arrivals", arrivals))
        return Detail(
            path=("tenants", network.tenant_names[first]),
            title=f"tenants {network.tenant_names[first]} and {network.tenant_names[second]}",
            provenance={field: ", ".join(names) for field, names in named if names},
            peers=(*keys, *found),
        )

    return listed("tenant_pair", 2, subjects(), details)


def _together(masks: list[int]) -> dict[frozenset[int], list[int]]:
    """Return for each pair of tenants the indices of the masks that hold both.

    What more than `ALL_PAIRS_LIMIT` tenants share is judged on the key and on the store, not on a million pairs.
    """
    found: dict[frozenset[int], list[int]] = {}
    for index, mask in enumerate(masks):
        if 1 < mask.bit_count() <= ALL_PAIRS_LIMIT:
            for pair in combinations(bits(mask), 2):
                found.setdefault(frozenset(pair), []).append(index)
    return found


def _transfer_ends(network: Network) -> list[int]:
    """Return for each transfer a bitmask of the tenants at its two outer ends."""
    found = []
    for transfer in network.declaration.transfers:
        mask = 0
        for name, ends in ((transfer.flows[0], network.source), (transfer.flows[-1], network.target)):
            if name in network.flow_index and (tenant := network.tenant_of[ends[network.flow_index[name]]]) != NONE:
                mask |= 1 << tenant
        found.append(mask)
    return found


def _forced(network: Network, component: int) -> bool:
    """Return whether a shared store forces row-level security, adds a tenant predicate and has tenants' own keys."""
    isolation = network.components[component].isolation
    return (
        isolation is not UNSET
        and isolation.row_level_security == "forced"
        and isolation.tenant_predicate not in (UNSET, "none")
        and isolation.tenant_keys is True
    )
