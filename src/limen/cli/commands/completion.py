"""Print a completion script for your shell.

bash:  limen completion bash > ~/.local/share/bash-completion/completions/limen
zsh:   limen completion zsh > "${fpath[1]}/_limen"
tcsh:  limen completion tcsh > ~/.limen.tcsh; then source it
"""

from __future__ import annotations

import argparse

from limen.cli.console import Console

SUMMARY = "print a completion script for bash, zsh or tcsh"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("shell", choices=("bash", "zsh", "tcsh"), help="the shell")


def run(options: argparse.Namespace, console: Console) -> int:
    """Print the script, made from the whole parser."""
    import shtab

    from limen.cli.program import parser

    console.out(shtab.complete(parser(), shell=options.shell))
    return 0
