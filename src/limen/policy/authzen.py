"""OpenID AuthZEN: an access evaluation request becomes a question to the policies, their decisions its response.

`resource` is what is judged: its `type` a kind of subject (flow, key …), its `properties` the subject's input, its
`id` whatever the caller calls it. `action.name` says by what: ``conform`` by every selected rule, or a rule's id.
`subject` is who asks, and `context` what else the caller knows: the protocol has them, and no rule reads them.
`decision` is true only where something passed, and nothing failed, was in error or could not be assessed.
Source: OpenID Authorization API 1.0, 2026-01-11, sections 6 and 7.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from limen.errors import LimenError, Problem, UsageError
from limen.policy.library import Policies, PolicyDecision

CONFORM = "conform"
"""The action that means every selected rule."""
BAD_REQUEST = 400
UNAVAILABLE = 503
"""Status codes of errors, as the protocol's examples use those of HTTP."""

_DEFAULTS = ("subject", "action", "resource", "context")
_REQUIRED = {"subject": ("type", "id"), "action": ("name",), "resource": ("type", "id")}
_SEMANTICS = {"execute_all": None, "deny_on_first_deny": False, "permit_on_first_permit": True}
_NO_OBJECT = Problem(message="the request is no object")
_ALLOWED = frozenset({"pass", "not_applicable", "out_of_scope"})


def evaluation(policies: Policies, request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the response to one access evaluation request; what is wrong with it, or unknown, is a refusal."""
    try:
        resource, action = _read(request)
        rules = () if action == CONFORM else (action,)
        (decisions,) = policies.decide(resource["type"], [resource.get("properties", {})], rules=rules)
    except UsageError as error:
        return _refusal(BAD_REQUEST, error)
    except LimenError as error:
        return _refusal(UNAVAILABLE, error)
    return _response(decisions)


def evaluations(policies: Policies, request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the response to an access evaluations request: several questions with common parts, in order.

    Raises UsageError where the request as a whole is malformed, which a server answers with 400.
    """
    if not isinstance(request, Mapping):
        raise UsageError(_NO_OBJECT)
    given = request.get("evaluations")
    if given is None or given == []:
        return evaluation(policies, request)
    options = request.get("options", {})
    semantic = options.get("evaluations_semantic", "execute_all") if isinstance(options, Mapping) else None
    if not isinstance(semantic, str) or semantic not in _SEMANTICS:
        raise UsageError(
            Problem(message="options.evaluations_semantic", hint=f"expected one of: {', '.join(_SEMANTICS)}")
        )
    if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
        raise UsageError(Problem(message="evaluations is no list of requests", hint="expected a list of objects"))
    defaults = {name: request[name] for name in _DEFAULTS if name in request}
    responses = []
    for one in given:
        response = evaluation(policies, defaults | dict(one))
        responses.append(response)
        if response["decision"] is _SEMANTICS[semantic]:
            break
    return {"evaluations": responses}


def _read(request: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """Return the resource and the action's name; raise UsageError with everything that the protocol requires."""
    problems = []
    if not isinstance(request, Mapping):
        raise UsageError(_NO_OBJECT)
    for name, fields in _REQUIRED.items():
        entity = request.get(name)
        if not isinstance(entity, Mapping):
            problems.append(Problem(message=f"{name} is missing, or no object"))
            continue
        problems += [
            Problem(message=f"{name}.{field} is missing, or no text")
            for field in fields
            if not isinstance(entity.get(field), str) or not entity[field]
        ]
        if not isinstance(entity.get("properties", {}), Mapping):
            problems.append(Problem(message=f"{name}.properties is no object"))
    if not isinstance(request.get("context", {}), Mapping):
        problems.append(Problem(message="context is no object"))
    if problems:
        raise UsageError(problems)
    return request["resource"], request["action"]["name"]


def _response(decisions: tuple[PolicyDecision, ...]) -> dict[str, Any]:
    """Return the response: the reasons for a refusal name the rule and say each check's finding."""
    statuses = {decision.status for decision in decisions}
    allowed = statuses <= _ALLOWED and "pass" in statuses
    if allowed:
        return {"decision": True}
    reasons = {}
    for decision in decisions:
        if decision.status in _ALLOWED:
            continue
        said = [check.message for check in decision.checks if check.status not in _ALLOWED]
        reasons[decision.rule] = f"{decision.status}: {'; '.join(said) or decision.reason}"
    return {
        "decision": False,
        "context": {"reason_admin": reasons or {"en": "no rule applies, so that nothing was judged"}},
    }


def _refusal(status: int, error: LimenError) -> dict[str, Any]:
    message = "; ".join(f"{one.message} ({one.hint})" if one.hint else one.message for one in error.problems)
    return {"decision": False, "context": {"error": {"status": status, "message": message}}}
