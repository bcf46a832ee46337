"""The engine `opa`: a server that is given one job's modules at a time, below a name that only this run knows."""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
import time
from collections.abc import Sequence
from typing import Any

import msgspec

from limen.errors import Location, PolicyError, Problem, UnassessedError
from limen.policy.asking import Asking, FaultError, NoAnswerError
from limen.policy.canonical import written
from limen.policy.engine import Answer, Job
from limen.policy.engines import EngineOptions
from limen.policy.opa_errors import errors_of, is_fault, place_of, words_of
from limen.policy.relocation import Module, Path, ordered, relocated, replacements

PATIENCE = 3.0
"""Seconds in which a server must say that it is there, once a chunk took too long."""
CLOSING = 10.0
"""Seconds that removing one module may take: a busy server compiles what is left after each."""
ARRIVING = 2.0
"""Seconds in which an upload that was interrupted may still take effect, and is removed then."""
_LOG_HINT = "OPA's own log says more"
HOST = "host.rego"
_STRICT = {"strict-builtin-errors": "true"}


class _Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """What the server was given for a job."""

    job: Job
    data: list[Any]
    """Values for `with`, in the order of the wrapper's."""
    mark: str
    """What the wrapper must answer with, so that no other one can be meant."""


class OpaServer(Asking):
    """A real OPA behind its REST API. Parameters and context travel with each question and never stay there."""

    def __init__(self, client: Any, options: EngineOptions) -> None:
        """Keep the client; `connect` is what callers want."""
        super().__init__(options.timeout)
        self.client = client
        self.root = f"limen_{secrets.token_hex(16)}"
        self._modules: dict[str, tuple[str, str]] = {}  # name and text by id, in the order of their upload
        self._loaded: _Loaded | None = None
        self._version = ""
        self._sending = ""  # the module that is being uploaded: interrupted, it may arrive when all is removed

    @classmethod
    def connect(cls, options: EngineOptions) -> OpaServer:
        """Return the engine once the server has answered.

        Raises UsageError where the options can't be meant, UnassessedError where the client is not installed or the
        server can't be reached, trusted or used.
        """
        try:
            from limen.policy.opa_client import Client
        except ImportError as error:
            message = f"the engine opa needs {error.name}, which is not installed"
            raise UnassessedError(Problem(message=message, hint="pip install 'limen[opa]'")) from None
        engine = cls(Client.of(options), options)
        try:
            engine.greet()
        except BaseException:
            engine.close()
            raise
        return engine

    @property
    def version(self) -> str:
        """Name and version, as the server itself says."""
        return f"OPA {self._version}"

    def greet(self) -> None:
        """Ask the server for its version; raises UnassessedError where it is no OPA of ours."""
        self._upload(self._host_id, HOST, f"package {self._host}\n\nversion := opa.runtime().version\n")
        try:
            found = self._asked({})
        except (NoAnswerError, FaultError) as error:
            raise UnassessedError(f"the policy engine at {self.client.address} gave {error}") from None
        version = found.get("version")
        if not isinstance(version, str) or not version[:1].isdigit() or version.startswith("0."):
            message = f"the policy engine at {self.client.address} is OPA {version or 'of unknown version'}"
            raise UnassessedError(Problem(message=message, hint="OPA 1.0 or later is needed"))
        self._version = version

    def evaluate(self, job: Job, inputs: Sequence[bytes]) -> list[Answer]:
        """Return the answers to a chunk; raises as `Asking.evaluate`."""
        loaded = self._load(job)
        try:
            subjects = [json.loads(text) for text in inputs]
        except ValueError as error:
            raise FaultError(f"the input is no JSON: {error}") from None
        try:
            found = self._asked({"subjects": subjects, "data": loaded.data})
        except NoAnswerError:
            self._alive()
            raise
        answers = found.get("answers")
        if found.get("mark") != loaded.mark or found.get("version") != self._version or not isinstance(answers, dict):
            raise self._foreign("it answered with other policies than those that it was given")
        known = {str(index): index for index in range(len(inputs))}
        if not answers.keys() <= known.keys():
            raise self._foreign("it answered what was not asked")
        return [Answer(ok=True, text=written(answers[name]) if name in answers else "") for name in known]

    def checked(self) -> None:
        """Read back what the server holds; raises UnassessedError where it is not what was uploaded."""
        for place, (name, text) in self._modules.items():
            if self._called(lambda place=place: self._raw(place)) != text:
                raise self._foreign(f"{name} was replaced there while it was asked")

    def close(self) -> None:
        """Remove every module of this run, as far as the server can still be reached."""
        with contextlib.suppress(UnassessedError, NoAnswerError):
            for place in reversed(tuple(self._modules)):
                until = time.monotonic() + (ARRIVING if place == self._sending else 0)
                while not self._gone(place) and time.monotonic() < until:
                    time.sleep(0.05)
        self._modules.clear()
        self.client.close_connection()

    def _gone(self, place: str) -> bool:
        """Remove a module; return whether there was one."""
        from opa_client.errors import DeletePolicyError

        try:
            self.client.tried(lambda: self.client.delete_policy(place), CLOSING)
        except DeletePolicyError:
            return False
        return True

    @property
    def _host(self) -> str:
        return f"{self.root}_host"

    @property
    def _host_id(self) -> str:
        return f"{self.root}/{HOST}"

    def _id(self, module: Module) -> str:
        """Return where a module is put, which its content says: no other text can be taken for it."""
        content = f"{module.name}\0{module.text}".encode()
        return f"{self.root}/{hashlib.sha256(content).hexdigest()[:32]}"

    def _load(self, job: Job) -> _Loaded:
        if self._loaded is not None and self._loaded.job is job:
            return self._loaded
        self._loaded = None
        modules = ordered([relocated(name, text, self.root) for name, text in job.modules])
        wanted = {self._id(module): module for module in modules}
        stale = [place for place in self._modules if place != self._host_id]
        while stale and stale[0] in wanted:  # what was uploaded after a module may need it
            del stale[0]
        for place in reversed(stale):
            self._remove(place)
        for place, module in wanted.items():
            if place not in self._modules:
                self._upload(place, module.name, module.text)
        parts = list(replacements(json.loads(job.data), [module.package for module in modules]))
        loaded = _Loaded(job=job, data=[value for _, value in parts], mark=secrets.token_hex(8))
        self._upload(self._host_id, HOST, self._wrapper(job.query, [path for path, _ in parts], loaded.mark))
        self._loaded = loaded
        return loaded

    def _wrapper(self, query: str, replaced: Sequence[Path], mark: str) -> str:
        """Return the module that maps the query over subjects, each with the job's own data and no other."""
        targets = [f"data.{self.root}" + "".join(f"[{json.dumps(step)}]" for step in path) for path in replaced]
        withs = "".join(f"\n\t\twith {target} as given[{place}]" for place, target in enumerate(targets))
        query = f"data.{self.root}.{query.removeprefix('data.')}"
        return (
            f"package {self._host}\n\nversion := opa.runtime().version\n\nmark := {json.dumps(mark)}\n\n"
            "answers[place] := answer if {\n\tgiven := input.data\n\tsome place, subject in input.subjects\n"
            f"\tanswer := {query} with input as subject{withs}\n}}\n"
        )

    def _asked(self, content: dict[str, Any]) -> dict[str, Any]:
        """Ask the wrapper; raises FaultError where the evaluation failed, NoAnswerError, UnassessedError."""
        from requests import HTTPError

        try:
            reply = self.client.tried(
                lambda: self.client.query_rule(content, self._host, query_params=_STRICT), self.deadline
            )
        except HTTPError as error:
            self._failed(error)
        if not isinstance(reply, dict) or not isinstance(reply.get("result"), dict):
            raise self._foreign("it has no answer: what it was given is not there any more")
        found: dict[str, Any] = reply["result"]
        return found

    def _failed(self, error: Any) -> None:
        body = error.response.json()
        errors = errors_of(body)
        if errors and all(map(is_fault, errors)):
            raise FaultError(self._plain("; ".join(map(words_of, errors)))[:2000])
        message = f"the policy engine at {self.client.address} failed: HTTP status {error.response.status_code}"
        said = self._plain(words_of(body))[:500]
        raise UnassessedError(Problem(message=f"{message} {said}".rstrip(), hint=_LOG_HINT))

    def _upload(self, place: str, name: str, text: str) -> None:
        from opa_client.errors import RegoParseError

        self._modules.pop(place, None)
        self._modules[place] = (name, text)  # before it is sent: what may have arrived is removed in the end
        self._sending = place
        try:
            self._called(lambda: self.client.update_policy_from_string(text, place, rego_compat=False))
            self._sending = ""
        except RegoParseError as error:
            del self._modules[place]
            raise self._unusable(error, name) from None

    def _remove(self, place: str) -> None:
        from opa_client.errors import DeletePolicyError

        try:
            self._called(lambda: self.client.delete_policy(place))
        except DeletePolicyError as error:
            raise self._foreign(f"{self._modules[place][0]} can't be removed there: {error.message}") from None
        del self._modules[place]

    def _raw(self, place: str) -> str | None:
        from opa_client.errors import PolicyNotFoundError

        try:
            found = self.client.get_policy(place)["result"]["raw"]
        except (PolicyNotFoundError, KeyError, TypeError):
            return None
        return str(found)

    def _called(self, call: Any) -> Any:
        try:
            return self.client.tried(call, self.deadline)
        except NoAnswerError as slow:
            raise UnassessedError(f"the policy engine at {self.client.address} gave {slow}") from None

    def _alive(self) -> None:
        """Raise UnassessedError where the server itself is slow or gone, and not only the job."""
        seconds = min(PATIENCE, self.deadline)
        try:
            self.client.tried(lambda: self.client.query_rule({}, self._host + ".version"), seconds)
        except NoAnswerError as slow:
            message = f"the policy engine at {self.client.address} gave no answer within {self.deadline:g} s"
            hint = f"nor did it say within {slow} that it is there; a longer --engine-timeout may help"
            raise UnassessedError(Problem(message=message, hint=hint)) from None

    def _unusable(self, error: Any, name: str) -> PolicyError | UnassessedError:
        problems = [
            Problem(message=self._plain(words_of(one)), location=Location(file=name, line=place_of(one)[1]))
            for one in error.errors
        ]
        if problems:
            return PolicyError(problems)
        said = self._plain(str(error.message))
        message = f"the policy engine at {self.client.address} does not take policies: {said}"
        return UnassessedError(Problem(message=message, hint="it must let limen write policies; see docs/engines.md"))

    def _foreign(self, what: str) -> UnassessedError:
        hint = "something else writes to it, or several servers stand behind one address; name one that limen may use"
        return UnassessedError(Problem(message=f"the policy engine at {self.client.address}: {what}", hint=hint))

    def _plain(self, text: str) -> str:
        for place, (name, _) in self._modules.items():
            text = text.replace(place, name)
        return text.replace(f"{self.root}.", "")
