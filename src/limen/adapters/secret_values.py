"""Secret values in memory, and why one could not be read; neither ever shows what it holds."""

from __future__ import annotations

from typing import NoReturn


class Secret:
    """A secret's value: never printed, pickled, encoded or compared, until whoever must have it says `reveal`.

    Serves NIST SP 800-53 IA-5(6) and SC-28. Python keeps texts where it likes: the value can't be overwritten, and a
    core dump or a debugger in the process reads it. What this stops is showing it by accident.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Keep the value out of sight."""
        self._value = value

    def reveal(self) -> str:
        """Return the value, for the library that must have it."""
        return self._value

    def __repr__(self) -> str:
        """Return a text without the value."""
        return "Secret(…)"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """Refuse to be pickled: raises TypeError."""
        raise TypeError("a secret is not pickled: give the other process the reference, and let it read the value")

    __reduce__ = __getstate__ = __reduce_ex__  # type: ignore[assignment]

    def __copy__(self) -> Secret:
        """Return itself: there is one copy of a value."""
        return self

    def __deepcopy__(self, _: object) -> Secret:
        """Return itself: there is one copy of a value."""
        return self


class UnreadableError(Exception):
    """A value that can't be read from where its reference says, with the reason in words; never with the value."""

    def __init__(self, reason: str, *, again: bool = False) -> None:
        """Keep the reason; `again` says that another try may succeed (a store that is down)."""
        super().__init__(reason)
        self.reason, self.again = reason, again
