"""Reading a ledger from its first record to its last, on every core or on many machines."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

import msgspec
from msgspec import UNSET

from limen.adapters.ledgers.blocks import StoreError
from limen.adapters.ledgers.parts import PartsStore
from limen.adapters.ledgers.stores import Layout, Store, open_store
from limen.integrity.limen_v1 import LEAST_KEY
from limen.integrity.verifying import Expected
from limen.probes.interface import AttemptError, Contact, Context, Target
from limen.probes.ledger.anchoring import Anchoring, anchoring
from limen.probes.ledger.beginning import beginning
from limen.probes.ledger.quick import Anchored
from limen.probes.ledger.running import Outcome, run, run_after
from limen.probes.ledger.tiers import tiers
from limen.probes.ledger.verification import Verification, recorded
from limen.probes.ledger.work import Setting
from limen.records.attempts import RawResponse


def contacts(target: Target) -> Sequence[Contact]:
    """Return what would be read, and which scheduler would be asked; raises AttemptError without an endpoint."""
    options = target.options
    found = [Contact(where=_endpoint(target), what="read every record")]
    if options.anchors is not UNSET:
        found.append(Contact(where=options.anchors, what="read the anchors"))
    if options.tier_files is not UNSET:
        found += [Contact(where=one.files, what="read the first record of each file") for one in options.tier_files]
    if options.checkpoint is not UNSET:
        found.append(Contact(where=options.checkpoint, what="keep how far the run came", writes=True))
    if options.scheduler is not UNSET:
        found.append(Contact(where=options.scheduler, what="have workers read and verify stretches of the ledger"))
    return found


def collect(target: Target, context: Context) -> Sequence[RawResponse]:
    """Verify the whole ledger; raises AttemptError with the reason where it can't be read to its end."""
    options = target.options
    keys = {name: _key(name, reference, context) for name, reference in _references(target).items()}
    anchors = None if options.anchors is UNSET else anchoring(target, context)
    setting = Setting(keys, _expected(target, anchors), None if options.recipe is UNSET else options.recipe)

    host = urlsplit(target.endpoint).hostname
    if host:
        context.pace(host)

    def credential() -> str | None:
        return context.credential(target).reveal() if target.credential else None

    try:
        with open_store(_endpoint(target), target.folder, _layout(target), credential, context.remaining(30)) as store:
            compared = None
            if options.quick is True:
                anchored = Anchored(store, anchors)
                compared = anchored.compared(target, context)
            base = 0
            if compared is None or compared.changed:
                begin = beginning(store, setting.recipe, anchors)
                base = begin.records
                outcome = run(store, setting, target, context, begin)
            else:
                outcome = run_after(anchored, setting, target, context)
            found = _verification(store, outcome, setting, anchors)
            found = msgspec.structs.replace(found, compared=compared, base=base)
        return [recorded(msgspec.structs.replace(found, tiers=tiers(target, setting.recipe, context)))]
    except StoreError as error:
        raise AttemptError(error.reason, again=error.again) from None


def _verification(store: Store, outcome: Outcome, setting: Setting, anchors: Anchoring | None) -> Verification:
    return Verification(
        store=store.kind,
        compression=store.compression if isinstance(store, PartsStore) else None,
        strict=setting.expected.strict,
        recipe=setting.recipe,
        ledger=outcome.ledger,
        tenant_expected=setting.expected.tenant is not None,
        anchors=None if anchors is None else anchors.read,
        earlier=outcome.kept if outcome.earlier else None,
        earlier_length=outcome.earlier,
    )


def _endpoint(target: Target) -> str:
    if not target.endpoint:
        raise AttemptError("where the ledger is, is not declared; add an endpoint: a path, an URL, postgresql://…")
    return target.endpoint


def _layout(target: Target) -> Layout:
    options, plain = target.options, Layout()
    return Layout(
        table=plain.table if options.table is UNSET else options.table,
        line=plain.line if options.line_column is UNSET else options.line_column,
        order=plain.order if options.order_column is UNSET else options.order_column,
    )


def _expected(target: Target, anchors: Anchoring | None) -> Expected:
    options = target.options
    tenant = target.declared.get("tenant") if options.tenant is UNSET else options.tenant
    return Expected(
        tenant=tenant,
        heads={} if anchors is None else anchors.heads,
        strict=options.strict is True,
    )


def _references(target: Target) -> dict[str, str]:
    keys = target.options.chain_keys
    return {} if keys is UNSET else {key.id: key.secret for key in keys}


def _key(name: str, reference: str, context: Context) -> bytes:
    """Return the key that a reference stands for; never says what it read."""
    try:
        key = bytes.fromhex(context.secret(reference).reveal().strip())
    except ValueError:
        raise AttemptError(f"the chain's key {name} is not written in hexadecimal") from None
    if len(key) < LEAST_KEY:
        raise AttemptError(f"the chain's key {name} is shorter than {LEAST_KEY} bytes")
    return key
