"""``privmw scan``: where personal data and secrets stand in a text, and why; the values themselves are never printed.

It finds what the app would find with the same settings: own recognizers and the changes of its profiles included.
"""

from __future__ import annotations

import argparse
import json
import sys
from bisect import bisect_right
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from privmw.errors import ConfigurationError

if TYPE_CHECKING:
    from privmw.redaction.redactor import Explanation

__all__ = ["HELP", "configure", "run"]

HELP = "find personal data and secrets in a file or on standard input"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("file", nargs="?", default="-", metavar="FILE", help="file to read; - is standard input")
    parser.add_argument("--profile", help="default, logs, errors, analytics or ai")
    parser.add_argument("--config", metavar="FILE", help="settings file (default: ./privmw.toml)")
    parser.add_argument("--entities", metavar="A,B", help='entity types to look for, or "all"')
    parser.add_argument("--explain", action="store_true", help="show recognizer, checksum and context of each match")
    parser.add_argument("--redact", action="store_true", help="print the redacted text instead of a list")
    parser.add_argument("--json", action="store_true", help="print a JSON object per match")


def run(arguments: argparse.Namespace) -> int:
    """Scan one text; exit code 1 when something was found, 0 when nothing was.

    Raises:
        ConfigurationError: The file cannot be read, or an option is wrong.
    """
    from privmw.redaction.configured import configured_redactor
    from privmw.settings import PrivacySettings

    entities: Any = arguments.entities
    if entities is not None and entities != "all":
        entities = [name.strip() for name in entities.split(",") if name.strip()]
    settings = PrivacySettings(config_file=arguments.config)
    redactor = configured_redactor(settings, arguments.profile or settings.redaction.profile, entities=entities)
    text = _read(arguments.file)
    if arguments.redact:
        redacted = redactor.text(text)
        sys.stdout.write(redacted)
        return int(redacted != text)
    found = redactor.explain(text)
    starts = [0, *(end for end in accumulate(len(line) for line in text.splitlines(keepends=True)))]
    for match in found:
        line = bisect_right(starts, match.start)
        column = match.start - starts[line - 1] + 1
        print(_as_json(match, line, column) if arguments.json else _as_row(match, line, column, arguments.explain))
    if not arguments.json:
        print(f"{len(found)} found" if found else "nothing found", file=sys.stderr)
    return int(bool(found))


def _read(name: str) -> str:
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"cannot be read ({error.strerror})", source=name, remedy="Name a readable file, or - for standard input"
        ) from None
    return data.decode("utf-8", "surrogateescape")


def _as_json(match: Explanation, line: int, column: int) -> str:
    return json.dumps({"line": line, "column": column, **match._asdict()})


def _as_row(match: Explanation, line: int, column: int, explain: bool) -> str:
    row = f"{line}:{column}\t{match.entity_type}\t{match.end - match.start} characters\tscore {match.score:.2f}"
    if explain:
        row += (
            f"\trecognizer {match.recognizer}, checksum {match.checksum or 'none'}, context {match.context or 'none'}"
        )
    return row
