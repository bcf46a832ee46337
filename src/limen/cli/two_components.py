"""The two components of an e-signature (21 CFR 11.200(a)(1)): a key that somebody has, and what only they know.

What they know is typed on a terminal at that moment, or read from where `--passphrase-from` says; it is never where the
key is, never empty, and never shown.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from limen.adapters.signers import OpenedKey, open_signer
from limen.adapters.signers.opening import login_of
from limen.errors import Problem, UsageError

_TWO = (
    "a person's signature takes two components (21 CFR 11.200(a)(1)): encrypt the key,"
    " openssl pkcs8 -topk8 -in key.pem -out encrypted.pem, use a token with a PIN, or vault:MOUNT/KEY?user=USER"
)
Type = Callable[[str], str]
"""Asks for a secret on the terminal."""


def check_components(keys: Sequence[str], secrets: Sequence[str], user: str) -> None:
    """Raise UsageError where references coincide, don't fit each other, or a login is another user's."""
    problems = []
    if secrets and len(secrets) != len(keys):
        message = f"{len(keys)} keys and {len(secrets)} passphrases: each key has its own"
        problems.append(Problem(message=message, hint="repeat --passphrase-from, in the order of --key"))
    places = [_place(one) for one in (*keys, *secrets)]
    for number, place in enumerate(places):
        if place in places[:number]:
            message = f"{(*keys, *secrets)[number]} is named twice"
            hint = "a key and its passphrase are two components, kept apart (21 CFR 11.200(a)(1))"
            problems.append(Problem(message=message, hint=hint))
    for key in keys:
        login = login_of(key)
        if login not in (None, user):
            shown = f"logs in as {login}" if login else "names no user who logs in"
            hint = f"write {key.partition('?')[0]}?user={user}: the password is asked for, and makes the token"
            problems.append(Problem(message=f"{user} signs, and {key} {shown}", hint=hint))
    if problems:
        raise UsageError(problems)


@contextlib.contextmanager
def opened_keys(keys: Sequence[str], secrets: Sequence[str], type_: Type) -> Iterator[list[OpenedKey]]:
    """Open keys, each with a component of its own that is given now; they are closed afterwards.

    Raises UsageError where a key opens without one: possession alone does not sign for a person.
    """
    with contextlib.ExitStack() as stack:
        opened = []
        for number, reference in enumerate(keys):
            asked: list[str] = []

            def ask(question: str, number: int = number, asked: list[str] = asked) -> str:
                asked.append(question)
                return secret_of(secrets[number]) if secrets else type_(question)

            opened.append(stack.enter_context(open_signer(reference, ask)))
            if not asked:
                message = f"{reference} signs without anything that only its holder knows"
                raise UsageError(Problem(message=message, hint=_TWO))
        yield opened


def typed(question: str) -> str:
    """Return what somebody types on the terminal, unseen; raises UsageError where nobody sits there."""
    import getpass

    from limen.cli.asking import can_ask

    if not can_ask():
        hint = "sign on a terminal, or name where it is kept: --passphrase-from env:NAME or file:PATH"
        raise UsageError(Problem(message=f"nobody can be asked for the {question}", hint=hint))
    try:
        secret = getpass.getpass(f"{question}: ")
    except EOFError:
        secret = ""
    if not secret:
        raise UsageError(Problem(message=f"no {question} was typed", hint="nothing was signed"))
    return secret


def secret_of(reference: str) -> str:
    """Return the secret that a reference of `--passphrase-from` stands for; raises UsageError, without it."""
    from limen.probes.credentials import Credentials
    from limen.probes.interface import AttemptError

    try:
        return Credentials(Path()).secret(reference).reveal()
    except AttemptError as error:
        message = str(error).replace("the credential", "the passphrase")
        raise UsageError(Problem(message=message, hint="--passphrase-from env:NAME, file:PATH or vault:PATH")) from None


def _place(reference: str) -> str:
    """Return a reference so that two of one place are equal."""
    scheme, colon, rest = reference.partition(":")
    if colon and scheme != "file":
        return reference
    return os.path.realpath(rest if colon else reference)
