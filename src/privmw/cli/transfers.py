"""``privmw transfers``: what went where, when, why and on which ground."""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from privmw.errors import ConfigurationError, LedgerUnavailable
from privmw.ledger.query import Criteria, Entry, Ledger, Transfer
from privmw.ledger.record import header_members, payload_members
from privmw.settings.nearest import did_you_mean
from privmw.types import DecisionKind, RecordKind, TransferRecord

__all__ = ["HELP", "configure", "run"]

HELP = "list what went where, when, why and on which ground"

_MOST = 1_000_000_000

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

_COLUMNS = ("time", "recipient", "country", "purpose", "decision", "outcome", "reason", "categories", "removed")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "ledger", nargs="?", help="directory, file or postgresql:// DSN; the settings' ledger.directory when left out"
    )
    when = "ISO 8601 date or time (UTC unless it says otherwise), or an age such as 30m, 12h, 7d, 2w"
    parser.add_argument("--since", type=_moment, metavar="WHEN", help=f"at or after: {when}")
    parser.add_argument("--until", type=_moment, metavar="WHEN", help="before, in the same form")
    repeatable: dict[str, Any] = {"action": "append", "default": [], "metavar": "KEY"}
    parser.add_argument(
        "--recipient", **repeatable, help="register key, or host of an undeclared recipient; repeatable"
    )
    parser.add_argument("--country", **repeatable, help="ISO 3166-1 alpha-2 code; repeatable")
    parser.add_argument("--purpose", **repeatable, help="purpose key, with the keys under it; repeatable")
    parser.add_argument("--category", **repeatable, help="data category, with the keys under it; repeatable")
    parser.add_argument(
        "--decision", action="append", default=[], choices=[*DecisionKind], type=DecisionKind, help="repeatable"
    )
    parser.add_argument(
        "--kind",
        action="append",
        default=[],
        choices=[*RecordKind],
        type=RecordKind,
        help="record kind; without it, transfers and refusals",
    )
    parser.add_argument("--subject", metavar="REF", help="keyed reference of a data subject")
    parser.add_argument(
        "--limit",
        type=int,
        metavar="N",
        help="latest N only (50 in a table, all with --json or --csv); with --follow, begin with them",
    )
    parser.add_argument("--follow", action="store_true", help="go on with new ones until interrupted, or --until")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object per line")
    form.add_argument("--csv", action="store_true", help="comma-separated values with a header line")


def run(arguments: argparse.Namespace) -> int:
    """Print the transfers asked for.

    Returns:
        0, or 1 when a part of the ledger could not be read.
    """
    criteria = Criteria(
        since_ms=arguments.since,
        until_ms=arguments.until,
        kinds=frozenset(arguments.kind),
        decisions=frozenset(arguments.decision),
        recipients=frozenset(arguments.recipient),
        countries=frozenset(code.upper() for code in arguments.country),
        purposes=frozenset(arguments.purpose),
        categories=frozenset(arguments.category),
        subject_ref=arguments.subject,
    )
    if arguments.limit is not None and not 1 <= arguments.limit <= _MOST:
        raise ConfigurationError(f"must be 1 or more, and {_MOST:,} at most", field="--limit")
    with _open(arguments.ledger) as ledger:
        if arguments.follow:
            _follow(ledger, criteria, arguments)
            return _unread(ledger)
        limit = arguments.limit if arguments.limit or arguments.json or arguments.csv else 50
        newest = ledger.transfers(criteria, newest_first=limit is not None, limit=limit)
        transfers: Iterable[Transfer] = reversed(list(newest)) if limit is not None else newest
        if not _print(transfers, arguments):
            for hint in _hints(ledger, arguments):
                print(hint, file=sys.stderr)
        return _unread(ledger)


def _unread(ledger: Ledger) -> int:
    """Say what is missing from the answer; the exit code."""
    for name, problem in ledger.unreadable:
        print(f"not read: {name}: {problem}; `privmw verify` tells more", file=sys.stderr)
    return 1 if ledger.unreadable else 0


def _open(source: str | None) -> Ledger:
    if source is None:
        from privmw.settings import PrivacySettings

        settings = PrivacySettings()
        source = str(settings.root / settings.ledger.directory)
    try:
        return Ledger.open(source)
    except LedgerUnavailable as error:
        if "there is no ledger" not in str(error):
            raise
        remedy = "Name a directory, a ledger file or a postgresql:// DSN; an app makes its ledger when it starts."
        raise ConfigurationError(str(error), remedy=remedy) from None


def _hints(ledger: Ledger, arguments: argparse.Namespace) -> Iterator[str]:
    """Why nothing may have been found: a word that occurs nowhere in this ledger."""
    for name, known in ledger.known().items():
        for word in getattr(arguments, name):
            asked = word.upper() if name == "country" else word
            if not any(key == asked or (name != "recipient" and key.startswith(f"{asked}.")) for key in known):
                remedy = did_you_mean(asked, known) or ""
                yield f"no record has the {name} that --{name} asks for. {remedy}".rstrip()


def _follow(ledger: Ledger, criteria: Criteria, arguments: argparse.Namespace) -> None:
    transfers = ledger.follow(criteria, limit=arguments.limit)
    with suppress(KeyboardInterrupt):
        if arguments.json or arguments.csv:
            _print(transfers, arguments)
        for row in map(_row, transfers):
            del row["outcome"]  # it is not known yet
            print("  ".join(filter(None, row.values())), flush=True)


def _print(transfers: Iterable[Transfer], arguments: argparse.Namespace) -> int:
    """Print in the form asked for; returns how many."""
    number = 0
    if arguments.json:
        for transfer in transfers:
            number += 1
            print(json.dumps(_members(transfer), ensure_ascii=False), flush=arguments.follow)
    elif arguments.csv:
        writer = csv.DictWriter(sys.stdout, _COLUMNS)
        writer.writeheader()
        for row in map(_row, transfers):
            number += 1
            writer.writerow({name: _harmless(value) for name, value in row.items()})
            if arguments.follow:
                sys.stdout.flush()
    else:
        rows = [_row(transfer) for transfer in transfers]
        number = len(rows)
        _table(rows)
    return number


def _row(transfer: Transfer) -> dict[str, str]:
    record = transfer.record
    values = (
        datetime.fromtimestamp(record.time_ms / 1000, UTC).isoformat(" ", "milliseconds").removesuffix("+00:00"),
        record.recipient_id or record.server_address or "",
        record.destination_country or "",
        record.purpose or "",
        record.decision or record.kind,
        transfer.outcome or "",
        record.reason_code or _said(record),
        " ".join(record.data_categories),
        " ".join(f"{kind}:{count}" for kind, count in sorted(record.removed.items())),
    )
    return dict(zip(_COLUMNS, map(str, values), strict=True))


def _said(record: TransferRecord) -> str:
    """What a record about consent says: the state decided on, or the signal that changed."""
    if record.kind is not RecordKind.CONSENT:
        return ""
    if record.consent_state is not None:
        return str(record.consent_state)
    return f"{record.details.get('signal', '')} {'on' if record.details.get('on') else 'off'}"


def _members(transfer: Transfer) -> dict[str, Any]:
    members = _entry_members(transfer.entry)
    if transfer.outcome is not None:
        members["outcome"] = str(transfer.outcome)
    if transfer.result is not None:
        members["result"] = _entry_members(transfer.result)
    return members


def _entry_members(entry: Entry) -> dict[str, Any]:
    members = {"writer_id": entry.writer_id, "epoch": entry.epoch, "seq": entry.seq, **header_members(entry.record)}
    if entry.record.payload is not None:
        members["payload"] = payload_members(entry.record.payload)
    if entry.purged:
        members["payload"] = None
    return members


def _table(rows: list[dict[str, str]]) -> None:
    if not rows:
        print("no transfers match (which does not mean that there were none)")
        return
    shown = [name for name in _COLUMNS if any(row[name] for row in rows)]
    try:
        from rich.console import Console
        from rich.markup import escape
        from rich.table import Table
    except ImportError:
        for line in _plain(rows, shown):
            print(line)
        return
    table = Table(*shown, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(escape(row[name]) for name in shown))
    wide = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 240
    Console(highlight=False, width=wide).print(table)


def _plain(rows: list[dict[str, str]], shown: list[str]) -> Iterator[str]:
    widths = {name: max(len(name), *(len(row[name]) for row in rows)) for name in shown}
    for row in ({name: name for name in shown}, *rows):
        yield "  ".join(row[name].ljust(widths[name]) for name in shown).rstrip()


def _harmless(value: str) -> str:
    """Keep a spreadsheet from running a cell that looks like a formula."""
    return f"'{value}" if value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value


def _moment(text: str) -> int:
    age = re.fullmatch(r"(\d{1,6})([mhdw])", text)
    if age:
        try:
            moment = datetime.now(UTC) - timedelta(**{_UNITS[age[2]]: int(age[1])})
        except OverflowError:
            raise argparse.ArgumentTypeError("further back than the calendar") from None
    else:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise argparse.ArgumentTypeError("neither an ISO 8601 time nor an age such as 7d") from None
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1000)
