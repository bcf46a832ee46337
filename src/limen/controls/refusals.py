"""What a control refuses, as one error with a reason from a closed list.

Fail closed (NIST SP 800-53 SI-17, SC-7(18)): whatever a control can't show to be allowed is refused, and
the refusal says which of these reasons, never which value. A caller decides by ``reason``, the ledger keeps
it, and a person reads the sentence; none of them learns an identifier, a key or a payload from it.
"""

from __future__ import annotations

from typing import Literal, get_args

from limen.errors import LimenError, Problem

Reason = Literal[
    # the crossing
    "undeclared_flow",
    "undeclared_item",
    "undeclared_route",
    "not_an_end",
    # who asks
    "unauthenticated",
    "credential_expired",
    "credential_too_long",
    "wrong_method",
    "wrong_identity",
    "wrong_tenant",
    "tenant_collision",
    "tenant_reused",
    "tenant_inputs",
    "tenant_unbound",
    "role_missing",
    "permission_missing",
    "purpose_missing",
    "duty_conflict",
    # what it is
    "label_missing",
    "clearance_exceeded",
    "fields_undeclared",
    "content_refused",
    "record_refused",
    "too_large",
    "values_exceeded",
    # how it is protected
    "envelope_refused",
    "layer_missing",
    "signature_refused",
    "key_unavailable",
    "rule_refused",
    # whether it was here before, and whether it is in time
    "replayed",
    "replays_unavailable",
    "token_refused",
    "duplicate",
    "late",
    "mismatch",
    "out_of_order",
    # what a control keeps
    "ledger_unavailable",
    "ledger_broken",
    "on_hold",
    "not_expired",
    "unapproved",
    # identifiers and intake
    "identifier_invalid",
    "identifier_ambiguous",
    "unregistered",
    "discontinued",
    "schedule_unknown",
    "directory_unusable",
    "quarantine_unavailable",
    # limen contradicted itself: refused all the same
    "internal",
]
"""Why a control refused; closed, so that whoever handles refusals can handle every one of them."""

REASONS: frozenset[str] = frozenset(get_args(Reason))
"""Every reason there is."""


class RefusedError(LimenError):
    """A control refused; ``reason`` says why, and no message quotes a value.

    Raised by every control of :mod:`limen.controls` (or a subclass of it, defined beside the control). It is
    never a bug of the caller's data alone: an undeclared crossing, a dead ledger and a forged signature are
    all refusals, since what is not shown to be allowed does not pass.
    """

    exit_code = 1
    noted = False  # no message quotes a value, but a hint may: the three NDCs that ten digits could be

    def __init__(
        self, problems: str | Problem | list[Problem] | tuple[Problem, ...], *, reason: Reason, incident: str = ""
    ) -> None:
        """Keep the problems, the reason and the incident's id; another reason is a bug: ValueError."""
        if reason not in REASONS:
            raise ValueError("a refusal has a reason of the closed list in limen.controls.refusals")
        super().__init__(problems)
        self.reason: Reason = reason
        """Which of the closed reasons."""
        self.incident: str = incident
        """Id of the refusal in the ledger and for whoever was refused; empty when nobody gave it one."""
