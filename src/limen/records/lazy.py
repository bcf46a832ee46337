"""A sequence whose elements are made when they are asked for, once each.

What a report shows of a large system is a small part of what it could show; making the rest would take longer
than judging it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar, overload

T = TypeVar("T")


class Lazy(Sequence[T], Generic[T]):
    """A frozen sequence of known length; `build` makes the element at an index and must be pure."""

    __slots__ = ("_build", "_built", "_size")

    def __init__(self, size: int, build: Callable[[int], T]) -> None:
        """Keep the length and the maker; nothing is made yet."""
        self._size = size
        self._build = build
        self._built: dict[int, T] = {}

    def __len__(self) -> int:
        """Return the number of elements, made or not."""
        return self._size

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        """Return an element, or the elements of a slice as a tuple; raises IndexError beyond the end."""
        if isinstance(index, slice):
            return tuple(self[number] for number in range(*index.indices(self._size)))
        place = index + self._size if index < 0 else index
        if not 0 <= place < self._size:
            raise IndexError(index)
        found = self._built.get(place)
        if found is None:
            found = self._built[place] = self._build(place)
        return found

    def __iter__(self) -> Iterator[T]:
        """Yield every element in order."""
        return (self[number] for number in range(self._size))

    def __eq__(self, other: object) -> bool:
        """Compare with any sequence, element by element."""
        return (
            isinstance(other, Sequence)
            and len(other) == self._size
            and all(a == b for a, b in zip(self, other, strict=True))
        )

    __hash__ = None  # type: ignore[assignment]  # equal to lists, which have no hash

    def __repr__(self) -> str:
        """Return the length and how many elements were made."""
        return f"Lazy({self._size}, {len(self._built)} made)"
