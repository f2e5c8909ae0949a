"""The ``privmw`` command: one module per sub-command, each imported only when it runs.

A sub-command module defines ``HELP: str``, ``configure(parser: argparse.ArgumentParser) -> None`` and
``run(arguments: argparse.Namespace) -> int`` (the exit code).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version

from privmw.cli import output
from privmw.errors import PrivmwError

__all__ = ["main"]

COMMANDS = {
    "demo": "run the example app against stand-in recipients and show what each of them received",
    "check": "validate privmw.toml and lint the policy it carries",
    "scan": "find personal data and secrets in a file or on standard input",
    "transfers": "list what went where, when, why and on which ground",
    "verify": "check that nobody edited, dropped or reordered what the ledger recorded",
    "purge": "remove what the retention schedule says, and say on record what was removed",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: Arguments without the program name; ``sys.argv[1:]`` when ``None``.

    Returns:
        The exit code: 0 sound, 1 a problem was found, 2 the command could not be carried out, 130 it was interrupted.
    """
    output.prepare()
    arguments = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(prog="privmw", description="Your privacy policy, enforced on every request.")
    parser.add_argument("--version", action="version", version=f"privmw {version('privmw')}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    asked = next((word for word in arguments if not word.startswith("-")), None)
    for name, summary in COMMANDS.items():
        sub = commands.add_parser(name, help=summary, description=summary)
        if name == asked:
            import_module(f"privmw.cli.{name}").configure(sub)
    options = parser.parse_args(arguments)
    try:
        code: int = import_module(f"privmw.cli.{options.command}").run(options)
    except PrivmwError as error:
        print(f"privmw {options.command}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"privmw {options.command}: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        output.let_go()
        return 0
    output.flush()
    return code
