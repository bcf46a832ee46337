"""A value that nothing shows by accident: not repr, not str, not a format, not a pickle.

45 CFR 164.312(a)(1) and NIST SP 800-53 SI-11, AU-9: what an error report or a debugger's list of locals prints of it
is `[protected]`. It is a guard against carelessness: code that asks for the value gets it, and Python keeps copies
of texts that nobody can overwrite.
"""

from __future__ import annotations

import hmac
from typing import Any, Final, Generic, NoReturn, TypeVar, final

Value = TypeVar("Value")
SHOWN = "[protected]"
"""What is shown in place of a protected value."""


@final
class Protected(Generic[Value]):
    """Holds a value; `reveal` gives it, nothing else does."""

    __slots__ = ("__value", "__weakref__")
    __hash__ = None  # type: ignore[assignment]  # a hash of a short identifier is as good as the identifier

    def __init__(self, value: Value) -> None:
        self.__value: Final = value

    def reveal(self) -> Value:
        """Return the value; whoever calls this answers for where it goes."""
        return self.__value

    def __repr__(self) -> str:
        return SHOWN

    __str__ = __repr__

    def __format__(self, specification: str) -> str:
        return SHOWN

    def __eq__(self, other: object) -> bool:
        """Compare with another protected value; texts and bytes in a time that does not depend on where they differ."""
        if not isinstance(other, Protected):
            return NotImplemented
        ours, theirs = self.__value, other.reveal()
        if isinstance(ours, str) and isinstance(theirs, str):
            return hmac.compare_digest(ours.encode("utf-8", "surrogatepass"), theirs.encode("utf-8", "surrogatepass"))
        if isinstance(ours, bytes) and isinstance(theirs, bytes):
            return hmac.compare_digest(ours, theirs)
        return bool(ours == theirs)

    def __copy__(self) -> Protected[Value]:
        return self

    def __deepcopy__(self, memory: Any) -> Protected[Value]:
        return self

    def __getstate__(self) -> NoReturn:
        raise TypeError("a protected value is not pickled: seal it, or reveal what must leave")

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("a protected value is not pickled: seal it, or reveal what must leave")
