"""Secrets, incident response, scheduled verification, architects' assertions and probes."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType, field

from limen.model.probing import OPTIONS_OF, ProbeOptions
from limen.model.scalars import Duration, Entity, Identifier, PlaceReference, Text

ProbeName = Literal["tls", "kms", "ledger", "tenancy", "secrets", "code", "storage", "leak", "brokers"]


class Scanning(Entity, frozen=True, kw_only=True):
    """How repositories are searched for secrets."""

    repository: Annotated[Text, Meta(description="Path of the repository, from the declaration's folder.")]
    in_ci: Annotated[bool | UnsetType, Meta(description="Whether each change is scanned.")] = UNSET


class Secrets(Entity, frozen=True, kw_only=True):
    """How components get their secrets."""

    store: Annotated[Identifier | UnsetType, Meta(description="The secret store component.")] = UNSET
    injected_as: Annotated[
        Literal["environment", "file", "memory", "literal", "image"] | UnsetType, Meta(description="How they arrive.")
    ] = UNSET
    on_missing: Annotated[
        Literal["refuse-to-start", "default", "ignore"] | UnsetType,
        Meta(description="What a component does without its secret."),
    ] = UNSET
    lifetime: Annotated[Duration | UnsetType, Meta(description="How long one secret is good for.")] = UNSET
    scanning: Annotated[Scanning | UnsetType, Meta(description="How literals are found.")] = UNSET


Trigger = Literal["chain-mismatch", "tenant-collision", "schedule-anomaly", "crypto-failure"]


class IncidentResponse(Entity, frozen=True, kw_only=True):
    """What happens when a control fails."""

    runbook: Annotated[Text | UnsetType, Meta(description="Path of the runbook.")] = UNSET
    triggers: Annotated[tuple[Trigger, ...], Meta(description="Events that start it.")] = ()
    preserves_evidence: Annotated[bool | UnsetType, Meta(description="Whether evidence is sealed first.")] = UNSET
    hook: Annotated[Identifier | UnsetType, Meta(description="What is called.")] = UNSET


class Verification(Entity, frozen=True, kw_only=True):
    """Verification that runs on its own."""

    schedule: Annotated[Duration | UnsetType, Meta(description="How often.")] = UNSET
    of: Annotated[tuple[Literal["ledgers", "tenancy", "retention"], ...], Meta(description="What is verified.")] = ()


class Never(Entity, frozen=True, kw_only=True):
    """What may never be: a path from one place to another, or an item that reaches a place."""

    source: Annotated[PlaceReference | UnsetType, Meta(description="Where forbidden paths start.")] = field(
        name="from", default=UNSET
    )
    target: Annotated[PlaceReference | UnsetType, Meta(description="Where forbidden paths end.")] = field(
        name="to", default=UNSET
    )
    except_via: Annotated[tuple[PlaceReference, ...], Meta(description="Places that make a path lawful.")] = ()
    data: Annotated[Identifier | UnsetType, Meta(description="The item that may not arrive.")] = UNSET
    reaches: Annotated[PlaceReference | UnsetType, Meta(description="Where it may not arrive.")] = UNSET
    state: Annotated[
        Literal["plaintext", "any"] | UnsetType, Meta(description="plaintext, or any state; default plaintext.")
    ] = field(name="in", default=UNSET)
    on: Annotated[
        Literal["wire"] | UnsetType, Meta(description="wire: on the way into that place, not only at rest there.")
    ] = UNSET

    def __post_init__(self) -> None:
        """Refuse anything but one of the two forms; raises ValueError."""
        path = self.source is not UNSET and self.target is not UNSET
        item = self.data is not UNSET and self.reaches is not UNSET
        mixed = (
            (path and (self.data, self.reaches, self.state, self.on) != (UNSET,) * 4)
            or (item and ((self.source, self.target) != (UNSET, UNSET) or self.except_via))
            or not (path or item)
        )
        if mixed:
            raise ValueError("never is either {from, to, except_via} or {data, reaches, in, on}")


class Assertion(Entity, frozen=True, kw_only=True):
    """An architect's own invariant, judged with a witness path."""

    id: Annotated[Identifier, Meta(description="The assertion's name.")]
    never: Annotated[Never, Meta(description="What may never be.")]
    reason: Annotated[Text | UnsetType, Meta(description="Why, for people.")] = UNSET


class ProbeRequest(Entity, frozen=True, kw_only=True):
    """One question to reality; exactly what is probed is named, nothing else is contacted."""

    probe: Annotated[ProbeName, Meta(description="The probe.")]
    flow: Annotated[Identifier | UnsetType, Meta(description="The flow whose posture is tested.")] = UNSET
    component: Annotated[Identifier | UnsetType, Meta(description="The component that is tested.")] = UNSET
    key: Annotated[Identifier | UnsetType, Meta(description="The key that is tested.")] = UNSET
    ledger: Annotated[Identifier | UnsetType, Meta(description="The ledger that is tested.")] = UNSET
    endpoint: Annotated[Text | UnsetType, Meta(description="host:port, URL or path.")] = UNSET
    credential: Annotated[
        Annotated[str, Meta(pattern=r"^(?:env|file|vault):[!-~]+$(?!\n)")] | UnsetType,
        Meta(description="A reference, never a value: env:NAME, file:PATH, vault:PATH."),
    ] = UNSET
    every: Annotated[Duration | UnsetType, Meta(description="How often it is asked.")] = UNSET
    options: Annotated[ProbeOptions, Meta(description="What the probe must be told besides.")] = ProbeOptions()

    def __post_init__(self) -> None:
        """Refuse options that the probe does not take; raises ValueError."""
        given = {name for name in self.options.__struct_fields__ if getattr(self.options, name) is not UNSET}
        if foreign := sorted(given - OPTIONS_OF[self.probe]):
            raise ValueError(f"the probe {self.probe} takes no {', '.join(foreign)}")
