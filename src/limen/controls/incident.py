"""Incidents: when a control fails, the evidence is sealed first, then whoever is declared is called.

    incidents = Incidents(declaration, ledger=ledger, folder=folder, seal=signer, hook=HttpHook(url))
    incidents.report("chain-mismatch", Facts(reason="ledger_broken", ledger="cs-ledger"))

Reporting never raises and never undoes a refusal: whatever can't be done is kept as a fact, logged, and tried again.
A storm of one kind is sealed once and counted. Serves NIST SP 800-53 IR-4, IR-5, IR-6, SI-4(5) and AU-5, and 45 CFR
164.308(a)(6).
"""

from __future__ import annotations

import logging
import re
import secrets
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import msgspec

from limen.adapters.whole_files import write_whole
from limen.controls.incident_evidence import Exhibit, Seal, Sealed, sealed
from limen.controls.incident_hook import Hook, HookError
from limen.controls.ledger import Entry, Ledger
from limen.controls.ledger_clock import system_clock
from limen.controls.refusals import REASONS
from limen.errors import DeclarationError, LimenError, Problem
from limen.integrity.strict_json import strict_json
from limen.model.declaration import Declaration
from limen.model.operations import Trigger

__all__ = ["Exhibit", "Facts", "Incident", "Incidents", "Trigger"]

TRIGGERS: tuple[Trigger, ...] = get_args(Trigger)
STORM = timedelta(minutes=5)
"""How long reports of one kind are only counted after the first."""
WAITS = (0.0, 1.0, 5.0, 25.0)
"""Seconds before each call of the hook."""
_KINDS = 1024
"""Kinds of reports that are told apart at once; more of them are counted by their trigger."""
_DIGEST = r"tok:v1:[A-Za-z0-9_.\-]{1,128}:[0-9a-f]{64}|[0-9a-f]{64}"
_SEEN = re.compile(rf"(?:{_DIGEST}|[0-9]{{1,8}}|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T[0-9:.]{{8,15}}Z)\Z")
_VALUES = {"seq": re.compile(r"[0-9]{1,16}\Z"), "record": re.compile(rf"(?:{_DIGEST})\Z")}
"""What a fact that is no name of the declaration may be; eight digits of a record may be somebody's birthday."""
_LOG = logging.getLogger(__name__)


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of a failure: names of the declaration, digests, numbers; what is neither is withheld."""

    reason: str = ""
    """A refusal's reason."""
    flow: str = ""
    item: str = ""
    component: str = ""
    principal: str = ""
    tenant: str = ""
    ledger: str = ""
    """The ledger concerned; its exhibit is copied."""
    key: str = ""
    """Name of a key."""
    record: str = ""
    """Token or digest of the record; an identifier has no place here."""
    seq: int = 0
    """Number of a record of the ledger."""
    expected: str = ""
    """Hash, number or time that should be."""
    found: str = ""
    """Hash, number or time that is."""


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a report."""

    id: str
    trigger: str
    count: int = 1
    """Reports of this kind so far; from the second on nothing is sealed anew."""
    evidence: str = ""
    """SHA-256 of the evidence's seal, 64 hex digits; empty where it could not be sealed."""
    recorded: bool = False
    """Whether the ledger holds the evidence's digest."""


class _Storm:
    def __init__(self, incident: Incident, since: datetime) -> None:
        self.incident, self.since = incident, since

    def counted(self) -> Incident:
        """Count one report more, and return the incident with it."""
        self.incident = msgspec.structs.replace(self.incident, count=self.incident.count + 1)
        return self.incident


class Incidents:
    """What a service reports failures to; for any number of threads."""

    def __init__(
        self,
        declaration: Declaration,
        *,
        ledger: Ledger,
        folder: Path,
        seal: Seal,
        hook: Hook | None = None,
        exhibits: Mapping[str, Exhibit] = {},
        triggers: Collection[Trigger] = TRIGGERS,
        actor: str = "limen",
        tenant: str = "",
        clock: Callable[[], datetime] = system_clock,
        waits: Sequence[float] = WAITS,
        storm: timedelta = STORM,
    ) -> None:
        """Keep where evidence goes, and take up alerts that nobody heard before.

        `ledger` records what is sealed; `exhibits` are the ledgers that can be copied, by name. `triggers` are what
        this service reports. Raises DeclarationError where the declaration lacks one of them, does not preserve
        evidence first, or declares another hook than is given; OSError where the folder can't be made.
        """
        _agreed(declaration, triggers, hook)
        self._ledger, self._folder, self._seal, self._hook = ledger, folder, seal, hook
        self._exhibits, self._system, self._tenant = dict(exhibits), declaration.system.id, tenant
        self._actor, self._clock, self._waits, self._storm = actor, clock, tuple(waits), storm
        self._declared, self._names = frozenset(triggers), _names(declaration)
        self._lock, self._storms = threading.Lock(), dict[tuple[str, ...], _Storm]()
        self._calls, self._over = list[threading.Thread](), threading.Event()
        folder.mkdir(0o700, parents=True, exist_ok=True)
        self.retry()

    def report(self, trigger: Trigger, facts: Facts, *, exhibits: Sequence[Exhibit] = ()) -> Incident | None:
        """Seal the evidence, record it and have the hook called; raises nothing, whatever happens.

        None where nothing at all could be kept, which the process's log says. A further report of the same kind within
        the time of a storm is counted.
        """
        try:
            return self._report(trigger, facts, exhibits)
        except Exception as error:  # noqa: BLE001 a refusal stands, whatever becomes of its report
            _LOG.critical("an incident could not be kept: %s", type(error).__name__)
            return None

    def retry(self) -> int:
        """Have the hook called again for whatever nobody heard; return how many alerts that are."""
        waiting = sorted(self._folder.glob("*.alert"))
        for path in waiting:
            try:
                alert = strict_json(path.read_bytes())
            except (OSError, ValueError):
                _LOG.critical("an alert that waits can't be read: %s", path.stem)
                continue
            self._call(alert, path)
        return len(waiting)

    def wait(self, seconds: float) -> bool:
        """Wait until no hook is being called any more, for so many seconds at most; return whether that is so."""
        until = time.monotonic() + seconds
        for thread in self._running():
            thread.join(max(0.0, until - time.monotonic()))
        return not self._running()

    def close(self, seconds: float = 5.0) -> None:
        """Record how often storms repeated, and wait for calls under way; what was not heard waits in the folder."""
        with self._lock:
            storms = [storm.incident for storm in self._storms.values()]
            self._storms.clear()
        for incident in storms:
            self._repeated(incident)
        self._over.set()
        self.wait(seconds)

    def _report(self, trigger: Trigger, facts: Facts, exhibits: Sequence[Exhibit]) -> Incident:
        now = self._clock()
        known, withheld = _plain(facts, self._names)
        kind = self._kind(trigger, known)
        with self._lock:  # sealing takes its time, and keeps nobody else from being refused
            before = self._storms.get(kind)
            if before is not None and now - before.since < self._storm:
                incident = before.counted()
                over = None if incident.count & (incident.count - 1) else incident  # at 2, 4, 8 …
            else:
                at = now.strftime("%Y%m%dT%H%M%S.%fZ")
                name = trigger if trigger in TRIGGERS else "undeclared"
                incident = Incident(id=f"{at}-{name}-{secrets.token_hex(4)}", trigger=name)
                self._storms[kind] = storm = _Storm(incident, now)
                over = None if before is None else before.incident
        if over is not None:
            self._repeated(over)
        if incident.count > 1:
            return incident
        found = self._sealed(incident, known, withheld, now, exhibits)
        evidence = "" if found is None else found.digest
        recorded = self._recorded(
            "incident.sealed" if found else "incident.unsealed",
            incident.id,
            {"trigger": incident.trigger, "evidence": evidence, "declared": trigger in self._declared, **known},
        )
        with self._lock:
            storm.incident = msgspec.structs.replace(storm.incident, evidence=evidence, recorded=recorded)
        incident = msgspec.structs.replace(incident, evidence=evidence, recorded=recorded)
        self._alert(incident, known.get("ledger", ""), now)
        return incident

    def _kind(self, trigger: str, known: Mapping[str, str]) -> tuple[str, ...]:
        kind = (trigger, known.get("ledger", ""), known.get("flow", ""), known.get("reason", ""))
        if len(self._storms) >= _KINDS and kind not in self._storms:
            return (trigger,)
        return kind

    def _sealed(
        self, incident: Incident, known: Mapping[str, str], withheld: list[str], now: datetime, more: Sequence[Exhibit]
    ) -> Sealed | None:
        facts: dict[str, Any] = {
            "id": incident.id,
            "trigger": incident.trigger,
            "time": now.isoformat(),
            "system": self._system,
            "facts": dict(known),
            "withheld": withheld,
            "ledgers": self._heads(),
        }
        ledger = self._exhibits.get(known.get("ledger", ""))
        try:
            return sealed(self._folder / incident.id, facts, [*([ledger] if ledger else []), *more], self._seal)
        except Exception as error:  # noqa: BLE001 a full disk or a lost key is told, and does not keep the hook from being called
            _LOG.critical("evidence of %s could not be sealed: %s", incident.id, type(error).__name__)
            return None

    def _heads(self) -> dict[str, Any]:
        try:
            head = self._ledger.head()
        except LimenError as error:
            return {self._ledger.name: {"unreadable": type(error).__name__}}
        return {self._ledger.name: {"head": head.hash, "length": head.length}}

    def _repeated(self, incident: Incident) -> None:
        if incident.count > 1:
            self._recorded("incident.repeated", incident.id, {"trigger": incident.trigger, "count": incident.count})

    def _recorded(self, action: str, record: str, details: dict[str, Any]) -> bool:
        try:
            self._ledger.append(
                Entry(tenant=self._tenant, actor=self._actor, action=action, record=record, details=details)
            )
        except Exception as error:  # noqa: BLE001 the evidence stays, and a dead ledger may be the very incident
            _LOG.critical("%s of %s could not be recorded: %s", action, record, type(error).__name__)
            return False
        return True

    def _alert(self, incident: Incident, ledger: str, now: datetime) -> None:
        """Leave the alert where a restart finds it, and have the hook called."""
        alert = {
            "id": incident.id,
            "trigger": incident.trigger,
            "time": now.isoformat(),
            "ledger": ledger,
            "evidence": incident.evidence,
        }
        path = self._folder / f"{incident.id}.alert"
        try:
            write_whole(path, [msgspec.json.encode(alert)])
        except OSError as error:
            _LOG.critical("the alert of %s is in no file: %s", incident.id, type(error).__name__)
        self._call(alert, path)

    def _call(self, alert: Mapping[str, str], path: Path) -> None:
        if self._hook is None:
            return
        thread = threading.Thread(target=self._called, args=(self._hook, alert, path), daemon=True)
        with self._lock:
            self._calls = [one for one in self._calls if one.is_alive()]
            thread.start()
            self._calls.append(thread)

    def _running(self) -> list[threading.Thread]:
        with self._lock:
            return [thread for thread in self._calls if thread.is_alive()]

    def _called(self, hook: Hook, alert: Mapping[str, str], path: Path) -> None:
        """Call the hook until somebody hears it or it was called often enough."""
        why = ""
        for number, wait in enumerate(self._waits, 1):
            if self._over.wait(wait):
                return
            try:
                hook(alert)
            except Exception as error:  # noqa: BLE001 a hook of the service's own may raise anything
                # Only our own hook's words are known to hold no secret.
                why = str(error) if isinstance(error, HookError) else type(error).__name__
                continue
            path.unlink(missing_ok=True)
            self._recorded("incident.heard", alert["id"], {"trigger": alert["trigger"], "calls": number})
            return
        details = {"trigger": alert["trigger"], "calls": len(self._waits), "why": why}
        self._recorded("incident.unheard", alert["id"], details)


def _names(declaration: Declaration) -> dict[str, frozenset[str]]:
    """Return what each fact may be called: what was declared and reviewed names no person and no package."""
    components = frozenset(declaration.components)
    return {
        "reason": REASONS,
        "flow": frozenset(flow.id for flow in declaration.flows),
        "item": frozenset(declaration.data),
        "component": components,
        "principal": components | frozenset(declaration.principals),
        "tenant": frozenset(declaration.tenants),
        "ledger": frozenset(declaration.ledgers),
        "key": frozenset(declaration.keys),
    }


def _plain(facts: Facts, names: Mapping[str, frozenset[str]]) -> tuple[dict[str, str], list[str]]:
    """Return the facts that can hold no identifier, and the names of the others."""
    given = {name: str(value) for name, value in msgspec.structs.asdict(facts).items() if value not in ("", 0)}
    known = {
        name: value
        for name, value in given.items()
        if (value in names[name] if name in names else _VALUES.get(name, _SEEN).match(value))
    }
    return known, sorted(given.keys() - known.keys())


def _agreed(declaration: Declaration, triggers: Collection[Trigger], hook: Hook | None) -> None:
    """Raise DeclarationError where a service would answer failures otherwise than was declared and reviewed."""
    declared = declaration.incident_response
    if declared is msgspec.UNSET:
        hint = "declare triggers, hook and preserves_evidence"
        raise DeclarationError(Problem(message="the declaration has no section incident_response", hint=hint))
    problems = [
        Problem(message=f"the trigger {one} is not declared", hint=f"incident_response: {{triggers: [{one}]}}")
        for one in triggers
        if one not in declared.triggers
    ]
    if declared.preserves_evidence is not True:
        message = "incident_response does not say that evidence is sealed first"
        problems.append(Problem(message=message, hint="incident_response: {preserves_evidence: true}"))
    if declared.hook is msgspec.UNSET and hook is not None:
        problems.append(Problem(message="a hook is given and none declared", hint="name the component that is called"))
    if declared.hook is not msgspec.UNSET and hook is None:
        message = f"the declared hook {declared.hook} is not given: nobody would be called"
        problems.append(Problem(message=message, hint="give an HttpHook or a function"))
    if declared.hook is not msgspec.UNSET and declared.hook not in declaration.components:
        message = f"the declared hook {declared.hook} is no component"
        problems.append(Problem(message=message, hint="name a component of `components`"))
    if problems:
        raise DeclarationError(problems)
