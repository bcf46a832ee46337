"""Run the worked service on loopback until Ctrl-C."""

from __future__ import annotations


def main(arguments: list[str] | None = None) -> int:
    """Run until Ctrl-C or SIGTERM; return the exit code."""
    try:
        from examples.service.running import main as run  # takes a second, in which somebody may think better of it

        return run(arguments)
    except KeyboardInterrupt:  # before it runs; later it ends in order
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
