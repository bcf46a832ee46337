"""The declared layers at work: put around what is sent, taken off what is received, or refused.

NIST SP 800-53 SC-8(1), SC-13, SI-7(6), 45 CFR 164.312(e)(2). A layer that is declared is there, under the declared key,
for this flow, record and label, or nothing passes; what this component has no key for stays sealed and is only looked
at. Keys are asked for at each use, so that one that was retired or revoked is refused from then on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from limen.controls.envelope import Context, Envelopes, inspected
from limen.controls.guard.layering import LayerPlan, Plan
from limen.controls.keyring import Keyring
from limen.controls.refusals import RefusedError
from limen.controls.signing import sign_item, verify_item
from limen.errors import Problem
from limen.integrity.canonical import CanonicalError, canonical
from limen.integrity.strict_json import strict_json
from limen.model.places import Component

if TYPE_CHECKING:
    from limen.controls.fields import FieldEncryption


PLAIN_JSON = "expected texts, numbers, booleans, null, lists and objects of them: write times and decimals as texts"
"""What has a canonical text (RFC 8785)."""


class BoundLayer(NamedTuple):
    """A layer with what this component applies or removes it with."""

    layer: LayerPlan
    held: bool
    """Whether the component has the key for it."""
    envelopes: Envelopes | None
    """Of layers that seal, where the key is held."""
    encryption: FieldEncryption | None
    """Of layers that seal fields, where the key is held."""


class BoundPlan(NamedTuple):
    """One plan with its layers bound to keys."""

    plan: Plan
    layers: tuple[BoundLayer, ...]


class Applied(NamedTuple):
    """What is sent."""

    wire: bytes
    known: bytes
    """What the crossing is known by; see `Removed`."""


class Removed(NamedTuple):
    """What is inside layers."""

    content: bytes
    sealed: bool
    """Whether it is still sealed, for somebody else."""
    signed: bytes
    """What its signature was verified on, the innermost one; empty where none is declared."""
    known: bytes
    """What the crossing is known by: what is sealed at its outermost, as its one text has it, and else the content. A
    signature around it can be written otherwise by whoever has it (ECDSA: s and n - s), and so can JSON."""


class Protection:
    """The layers of one row at this component's end."""

    def __init__(
        self,
        plans: tuple[Plan, ...],
        component: Component,
        keyring: Keyring,
        *,
        item: str,
        label: str,
        sends: bool,
        problems: list[Problem],
    ) -> None:
        """Bind the layers to keys; what is missing is added to `problems`."""
        self._keyring, self._item, self._label = keyring, item, label
        self._plans = tuple(
            _bound(plan, component, keyring, item=item, sends=sends, problems=problems) for plan in plans
        )

    def applied(self, content: bytes, record: str, tenant: str) -> Applied:
        """Return content with every declared layer around it; of a relay, the content itself once it was looked at.

        Raises RefusedError: key_unavailable, envelope_refused, content_refused and what a layer raises.
        """
        first = self._plans[0]
        if first.plan.relayed:
            self._chosen(content, record, tenant)
            return Applied(content, content)
        known = content
        for bound in reversed(first.layers):
            kind, key, _ = bound.layer
            if kind == "sealed":
                assert bound.envelopes is not None  # noqa: S101 construction refused it otherwise
                content = bound.envelopes.seal(content, self._context(first.plan, record, tenant, first.plan.item))
                known = content
            elif kind == "signed":
                content = sign_item(
                    content,
                    item=self._item,
                    flow=first.plan.flow,
                    record=record,
                    tenant=first.plan.tenant or tenant,
                    signer=self._keyring.signer(key),
                )
            else:
                assert bound.encryption is not None  # noqa: S101
                context = self._context(first.plan, record, tenant)
                known = content = _text(bound.encryption.seal(_record(content, bound.layer), context))
        return Applied(content, known)

    def removed(self, content: bytes, record: str, tenant: str) -> Removed:
        """Return what is inside all layers that this component opens.

        Raises RefusedError: envelope_refused, signature_refused, key_unavailable and what a layer raises.
        """
        signed, known = b"", b""
        plan, layers = self._chosen(content, record, tenant) if len(self._plans) > 1 else self._plans[0]
        for layer, held, envelopes, encryption in layers:
            if layer.kind == "sealed":
                known = known or content
                context = self._context(plan, record, tenant, plan.item)
                if not held:
                    _looked_at(content, layer.key, context)
                    return Removed(content, True, signed, known)
                assert envelopes is not None  # noqa: S101
                content = envelopes.open(content, context)
            elif layer.kind == "signed":
                signed = content
                content = verify_item(
                    signed,
                    item=self._item,
                    flow=plan.flow,
                    record=record,
                    tenant=plan.tenant or tenant,
                    keys=self._keyring.verifiers(layer.key),
                )
            else:
                fields, context = _record(content, layer), self._context(plan, record, tenant)
                if held:
                    assert encryption is not None  # noqa: S101
                    content = _text(encryption.open(fields, context))
                else:
                    _sealed_fields(fields, layer, context, self._item)
                known = known or _text(fields)
        return Removed(content, False, signed, known or content)

    def _chosen(self, content: bytes, record: str, tenant: str) -> BoundPlan:
        """Return the plan by whose flow an envelope says it was sealed, which opening it then proves."""
        found = inspected(content)
        claimed = "" if found.context is None else found.context.flow
        for bound in self._plans:
            if bound.plan.flow == claimed and tenant in ("", bound.plan.tenant or tenant):
                context = self._context(bound.plan, record, tenant, bound.plan.item)
                _looked_at(content, bound.layers[0].layer.key, context)
                return bound
        hint = "it comes from a component that has no key, so it must be as whoever sealed it sent it"
        raise RefusedError(
            Problem(message="the envelope was not sealed for a flow that leads here", hint=hint),
            reason="envelope_refused",
        )

    def _context(self, plan: Plan, record: str, tenant: str, item: str = "") -> Context:
        """Return what an envelope is bound to: on a shared flow to the tenant, too, and to the item where one is given.

        Neither '|' nor '#' is in any of the three, so that no two of them share a text.
        """
        bound = record if plan.tenant or not tenant else f"{tenant}|{record}"
        bound = f"{bound}#{item}" if item else bound
        return Context(zone=plan.zone, flow=plan.flow, record=bound, label=self._label)


def _looked_at(content: bytes, key: str, context: Context) -> None:
    """Raise RefusedError where an envelope that is not opened here is none, or is for another key or context."""
    found = inspected(content, key, context)
    if not found.is_sound:
        raise RefusedError(found.problems, reason="envelope_refused")


def _sealed_fields(record: dict[str, Any], layer: LayerPlan, context: Context, item: str) -> None:
    """Raise RefusedError where a field that is declared sealed, and is not opened here, is not sealed for its place."""
    from limen.controls.fields import field_context

    for name in layer.fields:
        value = record.get(name, _ABSENT)
        if value is _ABSENT:
            continue
        text = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else b""
        if not inspected(text, layer.key, field_context(context, item, name)).is_sound:
            hint = "the sender encrypts it as `protection` of the flow says, for this record and field"
            problem = Problem(message=f"the field {name} is not sealed under {layer.key}", hint=hint)
            raise RefusedError(problem, reason="layer_missing")


_ABSENT = object()


def _record(content: bytes, layer: LayerPlan) -> dict[str, Any]:
    """Return the record whose fields a layer seals: what they are called stands nowhere below, where nothing seals it.

    Raises RefusedError (content_refused).
    """
    try:
        value = strict_json(content)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        hint = "send one JSON object: fields that are encrypted one by one are members of a record"
        raise RefusedError(Problem(message="the payload is no record with fields", hint=hint), reason="content_refused")
    sealed = frozenset(layer.fields)
    waiting = [inner for name, inner in value.items() if name not in sealed]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if not sealed.isdisjoint(one):
                hint = "keep fields that are encrypted one by one at the top of the record"
                problem = Problem(message="a field that is declared sealed stands within another field", hint=hint)
                raise RefusedError(problem, reason="content_refused")
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return value


def _text(record: dict[str, Any]) -> bytes:
    try:
        return canonical(record)
    except CanonicalError:
        problem = Problem(message="the record has no canonical JSON text", hint=PLAIN_JSON)
        raise RefusedError(problem, reason="content_refused") from None


def _bound(
    plan: Plan, component: Component, keyring: Keyring, *, item: str, sends: bool, problems: list[Problem]
) -> BoundPlan:
    layers = []
    inner = False
    for layer in plan.layers:
        declared = _declared(component, layer, sends)
        held = layer.key in declared and not (sends and plan.relayed)
        envelopes = None
        if inner or (sends and plan.relayed):
            held = False
        elif held:
            envelopes = _key(layer, keyring, sends=sends, problems=problems)
        elif sends or layer.kind == "signed":
            problems.append(_missing(plan, layer, sends))
        layers.append(BoundLayer(layer, held, envelopes, _encryption(layer, envelopes, item)))
        inner = inner or (layer.kind == "sealed" and not held)
    kinds = [layer.kind for layer in plan.layers]
    if "field_encrypted" in kinds and kinds.index("field_encrypted") != len(kinds) - 1:
        message = f"the flow {plan.flow} encrypts fields outside of another layer, which leaves no fields to encrypt"
        problems.append(Problem(message=message, hint="declare field_encrypted last: it is the innermost layer"))
    return BoundPlan(plan, tuple(layers))


def _encryption(layer: LayerPlan, envelopes: Envelopes | None, item: str) -> FieldEncryption | None:
    if layer.kind != "field_encrypted" or envelopes is None:
        return None
    from limen.controls.fields import FieldEncryption

    return FieldEncryption(envelopes, layer.fields, item=item)


def _declared(component: Component, layer: LayerPlan, sends: bool) -> tuple[str, ...]:
    if layer.kind == "signed":
        return component.signs_with if sends else component.verifies_with
    return component.seals_with if sends else component.opens_with


def _key(layer: LayerPlan, keyring: Keyring, *, sends: bool, problems: list[Problem]) -> Envelopes | None:
    """Return the envelopes of a key that is held; what the keyring lacks becomes a problem."""
    if layer.kind == "signed":
        return None  # asked for at each use
    try:
        return keyring.seals(layer.key) if sends else keyring.opens(layer.key)
    except RefusedError as refused:
        problems += refused.problems
        return None


def _missing(plan: Plan, layer: LayerPlan, sends: bool) -> Problem:
    does = {"sealed": "seals_with", "signed": "signs_with", "field_encrypted": "seals_with"}[layer.kind]
    does = does if sends else "verifies_with"
    message = f"the flow {plan.flow} declares a layer under {layer.key}, for which this component has no key"
    return Problem(message=message, hint=f"declare it in {does} of the component, or leave the layer to another end")
