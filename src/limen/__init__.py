"""limen judges whether every place where data crosses a boundary is protected as declared and as required."""

__version__ = "0.1.0"
