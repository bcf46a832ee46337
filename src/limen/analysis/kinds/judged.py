"""From what a probe recorded to what rules judge: the facts, how old they are, and the time that they are judged."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from limen.analysis.kinds.common import Part


def judged(name: str, facts: type[Part]) -> type[msgspec.Struct]:
    """Return the struct of the subject that observed facts become; `name` is its kind, such as tls_observation.

    Times among the facts are seconds since 1970, so `now` is what rules compare them with.
    """
    fields: list[tuple[str, Any]] = [
        ("age", Annotated[int, Meta(description="Seconds since the observation.")]),
        ("now", Annotated[int, Meta(description="When it is judged: seconds since 1970.")]),
    ]
    return msgspec.defstruct(
        "".join(word.title() for word in name.split("_")) + "Subject",
        fields,
        bases=(facts,),
        namespace={"__doc__": facts.__doc__},
        module=facts.__module__,
        frozen=True,
        kw_only=True,
    )
