"""Settings: a typed Struct, filled from the environment, files and the secret store by reference, or no start at all.

    class Pharmacy(Settings, frozen=True, kw_only=True):
        audit_key: Annotated[Secret, From("vault:pharmacy/audit#key", least=32, bits=100)]
        port: Annotated[int, From("env:PORT")] = 8443

    settings = load(Pharmacy)

A service that starts without its secret, or with the one of its documentation, protects nothing. So a secret that is
missing, empty, a placeholder, too weak or kept where others can touch it stops the start, every one is named at
once, and no value is ever shown. Serves NIST SP 800-53 SC-28, IA-5, IA-5(7) and CM-6, and 21 CFR 11.300.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

import msgspec

from limen.adapters.references import SCHEMES, value_of
from limen.adapters.secret_values import Secret, UnreadableError
from limen.controls.secret_strength import weakness
from limen.errors import Problem, UsageError
from limen.model.declaration import Declaration

__all__ = ["From", "Secret", "Settings", "SettingsError", "load"]

_S = TypeVar("_S", bound="Settings")
_SCHEME_OF = {"environment": "env", "file": "file", "memory": "vault"}
"""The references of each way in which a declaration says that secrets arrive."""


class SettingsError(UsageError):
    """A service may not start: every setting that is wrong, by its name and reference, without any value."""


class From(msgspec.Struct, frozen=True):
    """Where a setting is read from, and what a secret must be at least."""

    reference: str
    """env:NAME, file:PATH or vault:PATH#FIELD; paths count from the folder that `load` is given."""
    least: int = 16
    """Characters of a secret."""
    bits: float = 48.0
    """Entropy of a secret by its own characters, in bits."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Base of a service's settings: every field is annotated with `From`; what is secret is a `Secret`."""


class _Field(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    kind: Any
    source: From
    optional: bool

    @property
    def hidden(self) -> bool:
        return self.kind is Secret

    @property
    def shown(self) -> str:
        return f"the {'secret' if self.hidden else 'setting'} {self.name} ({self.source.reference})"


def load(
    kind: type[_S],
    *,
    folder: Path = Path(),
    environment: Mapping[str, str] | None = None,
    references: Mapping[str, str] = {},
    declaration: Declaration | None = None,
    timeout: float = 10.0,
) -> _S:
    """Return a service's settings, or raise SettingsError with everything that is wrong with any of them.

    Relative paths count from `folder`; `environment` is the process's by default. `references` replaces the place of
    some fields, by name, as one installation differs from another. With a `declaration` its section `secrets` is
    enforced: how secrets arrive, and that a service refuses to start without. `timeout` is in seconds, for each value
    of a store.
    """
    # Raised from here, where no value is: what reports errors may show the variables of each function.
    made, problems = _loaded(kind, folder, environment, references, declaration, timeout)
    if made is None:
        raise SettingsError(problems)
    return made


def _loaded(
    kind: type[_S],
    folder: Path,
    environment: Mapping[str, str] | None,
    references: Mapping[str, str],
    declaration: Declaration | None,
    timeout: float,
) -> tuple[_S | None, list[Problem]]:
    """Return the settings, or everything that is wrong with them."""
    surroundings = os.environ if environment is None else environment
    fields = tuple(_fields(kind, references))
    problems = [*_declared(declaration, fields)]
    texts: dict[str, str] = {}
    for field in fields:
        if field.optional and _absent(field, surroundings):
            continue
        try:
            text = value_of(field.source.reference, folder, surroundings, timeout)
        except UnreadableError as error:
            problems.append(Problem(message=f"{field.shown} can't be taken: {error.reason}", hint=_hint(field)))
            continue
        if wrong := _wrong(field, text):
            problems.append(Problem(message=f"{field.shown} can't be used: {wrong}", hint=_hint(field)))
        else:
            texts[field.name] = text
    problems += _same(fields, texts)
    if problems:
        return None, problems
    return kind(**{field.name: _value(field, texts[field.name]) for field in fields if field.name in texts}), []


def _fields(kind: type[Settings], references: Mapping[str, str]) -> Iterator[_Field]:
    """Yield a class's fields; raises UsageError for one that no service could be configured by."""
    hints = get_type_hints(kind, include_extras=True)
    problems, found = [], []
    if unknown := sorted(references.keys() - hints.keys()):
        problems.append(
            Problem(message=f"no settings are called {', '.join(unknown)}", hint=f"there are {sorted(hints)}")
        )
    for info in msgspec.structs.fields(kind):
        hint = hints[info.name]
        sources = [one for one in get_args(hint)[1:] if isinstance(one, From)] if get_origin(hint) is Annotated else []
        if len(sources) != 1:
            message = f"the setting {info.name} does not say where it comes from"
            problems.append(
                Problem(message=message, hint=f'annotate it: Annotated[…, From("env:{info.name.upper()}")]')
            )
            continue
        source = msgspec.structs.replace(sources[0], reference=references.get(info.name, sources[0].reference))
        field = _Field(name=info.name, kind=get_args(hint)[0], source=source, optional=not info.required)
        found.append(field)
        if not source.reference.startswith(tuple(f"{scheme}:" for scheme in SCHEMES)):
            # What stands there instead may be the value itself.
            message = f"the setting {info.name} is given by a value, or by no reference that is known"
            problems.append(Problem(message=message, hint="write env:NAME, file:PATH or vault:PATH#FIELD"))
        if field.hidden and field.optional:
            message = f"the secret {info.name} has a default"
            problems.append(Problem(message=message, hint="a secret that is missing stops the start; take it away"))
    if problems:
        raise SettingsError(problems)
    yield from found


def _declared(declaration: Declaration | None, fields: tuple[_Field, ...]) -> Iterator[Problem]:
    """Yield where the settings are not what was declared and reviewed."""
    if declaration is None:
        return
    declared = declaration.secrets
    if declared is msgspec.UNSET:
        yield Problem(message="the declaration has no section secrets", hint="declare how secrets arrive")
        return
    if declared.on_missing != "refuse-to-start":
        message = "the declaration does not say that a component refuses to start without its secret"
        yield Problem(message=message, hint="secrets: {on_missing: refuse-to-start}")
    scheme = _SCHEME_OF.get(str(declared.injected_as))
    if scheme is None:
        message = "the declaration does not say that secrets come from the environment, a file or a store into memory"
        yield Problem(message=message, hint="secrets: {injected_as: memory}")
        return
    for field in fields:
        if field.hidden and not field.source.reference.startswith(f"{scheme}:"):
            message = f"{field.shown} does not come as declared, which is: {declared.injected_as}"
            yield Problem(message=message, hint=f"read it by a reference that starts with {scheme}:")


def _absent(field: _Field, environment: Mapping[str, str]) -> bool:
    """Return whether an optional setting is not given at all; one that is given and empty is a slip."""
    scheme, _, name = field.source.reference.partition(":")
    return scheme == "env" and name not in environment


def _wrong(field: _Field, text: str) -> str:
    if field.hidden:
        return weakness(text, least=field.source.least, bits=field.source.bits)
    try:
        if urlsplit(text).password:
            return "it holds a password in its URL: make it a Secret, or keep the password apart"
    except ValueError:
        pass  # no URL, then
    try:
        _converted(text, field.kind)
    except (msgspec.ValidationError, ValueError, TypeError):
        # The library's words may repeat the text, and what is no number may be a secret at the wrong place.
        return f"a {getattr(field.kind, '__name__', None) or field.kind} is expected"
    return ""


def _value(field: _Field, text: str) -> Any:
    return Secret(text) if field.hidden else _converted(text, field.kind)


def _converted(text: str, kind: Any) -> Any:
    if kind is Path:
        return Path(text)
    return msgspec.convert(text, kind, strict=False)


def _same(fields: tuple[_Field, ...], texts: Mapping[str, str]) -> Iterator[Problem]:
    """Yield secrets that have the same value at two places: one key has one purpose (NIST SP 800-57, 5.2)."""
    seen: dict[str, _Field] = {}
    for field in fields:
        if not field.hidden or field.name not in texts:
            continue
        other = seen.setdefault(texts[field.name], field)
        if other.source.reference != field.source.reference:
            message = f"{other.shown} and {field.shown} have the same value"
            yield Problem(message=message, hint="give each its own: what opens one must not open the other")


def _hint(field: _Field) -> str:
    scheme, _, rest = field.source.reference.partition(":")
    if not field.hidden:
        return f"set {rest}"
    # A new one opens nothing that the old one closed: whoever lost it must not be led to lose more.
    making = "where it was in use, restore the old one; else make one: openssl rand -hex 32"
    where = {"env": f"set {rest}", "file": f"write {rest} with mode 0600", "vault": "write it to the secret store"}
    return f"{where[scheme]}; {making}"
