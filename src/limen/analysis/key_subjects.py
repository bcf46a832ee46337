"""Subjects of kind key: life, custody, uses and users of each key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from msgspec import UNSET, UnsetType

from limen.analysis.custodians import Custodians
from limen.analysis.given import given, seconds
from limen.analysis.key_uses import KeyUses
from limen.analysis.kinds.keys import KeySubject, ModulePart
from limen.analysis.listing import listed
from limen.analysis.network import Network, bits
from limen.analysis.observable import key_blindness
from limen.analysis.observations import Observations
from limen.analysis.reconciliation.kms import strangers
from limen.model.keys import Key
from limen.records.subjects import Detail, SubjectTable

SECONDS_A_DAY = 86_400


def key_table(network: Network, uses: KeyUses, as_of: date, observations: Observations | None = None) -> SubjectTable:
    """Return the table of declared keys, in the order of the declaration; ages are those at the start of `as_of`.

    Without observations nothing is known of whom a custodian grants a key to.
    """
    return _Keys(network, uses, as_of, observations).table()


class _Keys:
    """The keys of one declaration; one use."""

    def __init__(self, network: Network, uses: KeyUses, as_of: date, observations: Observations | None) -> None:
        self.network = network
        self.observations = observations
        self.uses = uses
        self.as_of = as_of
        self.keys = network.declaration.keys
        self.names = list(self.keys)
        self.material: dict[tuple[str, str], list[str]] = {}
        for name, key in self.keys.items():
            if key.provider is not UNSET and key.id is not UNSET:
                self.material.setdefault((key.provider, key.id), []).append(name)
        self.custodians = Custodians(self.keys.values())
        self.probed = {request.key for request in network.declaration.probes if request.probe == "kms"}

    def table(self) -> SubjectTable:
        """Return the table."""
        return listed("key", 1, self.subjects(), self.details)

    def subjects(self) -> Iterator[tuple[tuple[str], KeySubject]]:
        """Yield each key's name and input."""
        uses = self.uses
        for name, key in self.keys.items():
            index = self.network.key_index[name]
            same = self.same_material(name)
            environments = {self.keys[other].environment for other in (name, *same)} - {UNSET}
            kinds = uses.kinds[index]
            yield (
                (name,),
                given(
                    KeySubject,
                    custody=key.custody,
                    algorithm=key.algorithm,
                    purpose=key.purpose,
                    environment=key.environment,
                    rotates=key.rotation is not UNSET,
                    rotation=seconds(key.rotation),
                    retains_old_versions=key.retains_old_versions is True,
                    origin=key.origin,
                    module=_module(key),
                    wrapped=key.wrapped_by is not UNSET and key.wrapped_by in self.keys and key.wrapped_by != name,
                    wraps=uses.wraps[index],
                    seals_data=uses.sealed[index],
                    uses=tuple(sorted(kinds)),
                    foreign_uses=tuple(sorted(kinds - {key.purpose})),
                    tenants=uses.tenants[index].bit_count(),
                    tenant_bound=key.tenant is not UNSET,
                    environments=len(environments),
                    same_material=len(same),
                    binds=index in uses.bindings,
                    products=uses.products[index],
                    named=key.provider is not UNSET and key.id is not UNSET,
                    provider_agrees=self.custodians.provider_agrees(key),
                    holder_agrees=self.custodians.holder_agrees(key),
                    probed=self.is_probed(index),
                    held=key.held_by is not UNSET and key.held_by in self.network.component_index,
                    beside_data=len(self.beside(name)),
                    users=len(uses.users[index]),
                    grantees=UNSET if key.grantees is UNSET else len(set(key.grantees)),
                    users_not_granted=len(self.not_granted(name)),
                    grantees_not_using=len(self.not_using(name)),
                    age=self.age(key),
                    cryptoperiod=seconds(key.cryptoperiod),
                    grantees_observable=not key_blindness("grantees", key),
                    observed_grantees_beyond=UNSET if (beyond := self.beyond(name)) is None else len(beyond),
                ),
            )

    def is_probed(self, index: int) -> bool:
        """Return whether a kms probe is asked for a key or for one that it wraps."""
        return any(self.network.key_names[inner] in self.probed for inner in bits(self.network.wraps[index]))

    def same_material(self, name: str) -> list[str]:
        """Return the other keys with the same provider and id."""
        key = self.keys[name]
        if key.provider is UNSET or key.id is UNSET:
            return []
        return [other for other in self.material[key.provider, key.id] if other != name]

    def holders(self, name: str) -> set[int]:
        """Return the components in which the material lies: the one named, or its users where applications keep it."""
        key, index = self.keys[name], self.network.key_index[name]
        if key.held_by is not UNSET:
            held = self.network.component_index.get(key.held_by)
            return set() if held is None else {held}
        if key.custody in ("application", "configuration"):
            return self.uses.users[index] - self.uses.verifiers[index]
        return set()

    def beside(self, name: str) -> set[int]:
        """Return the components that hold the material and also store what it seals."""
        return self.holders(name) & self.uses.stored_beside[self.network.key_index[name]]

    def not_granted(self, name: str) -> list[str]:
        """Return the users that are not among the declared grantees; all of them where none are declared."""
        key, index = self.keys[name], self.network.key_index[name]
        granted = set() if key.grantees is UNSET else set(key.grantees)
        users = sorted(self.uses.users[index] - self.uses.verifiers[index])
        return [user for user in map(self.network.component_names.__getitem__, users) if user not in granted]

    def not_using(self, name: str) -> list[str]:
        """Return the grantees for which the declaration knows no use."""
        key, index = self.keys[name], self.network.key_index[name]
        found = []
        for grantee in () if key.grantees is UNSET else dict.fromkeys(key.grantees):
            component = self.network.component_index.get(grantee)
            if component is not None and component in self.uses.users[index]:
                continue
            # Who keeps tenants apart derives their ids; the declaration does not say which of them does.
            if component is not None and index in self.uses.bindings and self.separates_tenants(component):
                continue
            found.append(grantee)
        return found

    def separates_tenants(self, component: int) -> bool:
        """Return whether a component has tenants' records to keep apart."""
        return self.network.components[component].partitions_by is not UNSET

    def beyond(self, name: str) -> tuple[str, ...] | None:
        """Return the grantees at the custodian beyond the declared ones; None where that was not seen."""
        key = self.keys[name]
        if self.observations is None or key.grantees is UNSET:
            return None
        matches = self.observations.of("kms", "key", name)
        return strangers(key.grantees, [facts for match in matches for facts in match.facts])

    def age(self, key: Key) -> int | UnsetType:
        """Return the seconds since the current version was activated; below zero where that day is yet to come."""
        if key.activated is UNSET:
            return UNSET
        try:
            activated = date.fromisoformat(key.activated)
        except ValueError:
            # No such day, such as the 30th of February: the age is unknown, and a rule that needs it can't be judged.
            return UNSET
        return (self.as_of - activated).days * SECONDS_A_DAY

    def details(self, index: int) -> Detail:
        """Return where a key is declared, its title, and who the counts are about."""
        name = self.names[index]
        key, number = self.keys[name], self.network.key_index[name]
        components = self.network.component_names
        named = {
            "users_not_granted": self.not_granted(name),
            "grantees_not_using": self.not_using(name),
            "same_material": self.same_material(name),
            "beside_data": [components[component] for component in sorted(self.beside(name))],
            "users": [components[component] for component in sorted(self.uses.users[number])],
            "tenants": [
                tenant
                for place, tenant in enumerate(self.network.tenant_names)
                if self.uses.tenants[number] >> place & 1
            ],
        }
        named["observed_grantees_beyond"] = list(self.beyond(name) or ())
        ungranted = [f"{user} uses it" for user in self.not_granted(name)]
        idle = [f"{grantee} does not use it" for grantee in self.not_using(name)]
        named["grantees"] = ungranted + idle
        return Detail(
            path=("keys", name),
            title=f"key {name}" if key.title is UNSET else key.title,
            provenance={field: ", ".join(names) for field, names in named.items() if names},
            peers=tuple(self.not_granted(name)),
        )


def _module(key: Key) -> ModulePart | UnsetType:
    if key.module is UNSET:
        return UNSET
    return given(
        ModulePart,
        standard=key.module.standard,
        level=key.module.level,
        certificate=key.module.certificate is not UNSET,
    )
