"""``privmw purge``: remove what the retention schedule says, and say on record what was removed."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from privmw.cli.progress import Progress
from privmw.errors import ConfigurationError, LedgerUnavailable

if TYPE_CHECKING:
    from privmw.ledger.clock import SystemClock
    from privmw.ledger.purge import PurgeReport
    from privmw.ledger.writer import LedgerWriter
    from privmw.settings import PrivacySettings

_LONGEST = 86_400

HELP = "remove what the retention schedule says, and say on record what was removed"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("directory", nargs="?", type=Path, metavar="DIR", help="ledger directory")
    parser.add_argument("--dsn", help="purge this PostgreSQL copy instead; the record goes through DIR, its outbox")
    parser.add_argument("--dry-run", action="store_true", help="only show what would be removed")
    parser.add_argument("--json", action="store_true", help="machine-readable report")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    parser.add_argument("--zone", help="IANA time zone in which days begin and end (default: the setting's, UTC)")
    parser.add_argument("--timeout", type=float, default=10.0, help="seconds to wait for readers in the way")
    hold = parser.add_argument_group("legal holds")
    hold.add_argument("--holds", action="store_true", help="list the holds")
    hold.add_argument("--hold", metavar="NAME", help="keep what is due, until released")
    hold.add_argument("--release", metavar="NAME", help="release a hold")
    hold.add_argument("--class", dest="classes", action="append", default=[], metavar="KEY", help="only this class")
    hold.add_argument("--writer", dest="writers", action="append", default=[], metavar="ID", help="only this writer")
    hold.add_argument(
        "--subject", action="append", default=[], metavar="REF", help="only this data subject's reference"
    )
    hold.add_argument("--from", dest="since", metavar="DATE", help="only records from this date (UTC)")
    hold.add_argument("--to", dest="until", metavar="DATE", help="only records before this date (UTC)")


def run(arguments: argparse.Namespace) -> int:
    """Carry out the command; 0 all of it done, 1 bytes may be left behind, 2 it could not be carried out."""
    from privmw.ledger.holds import HOLDS_FILE, Hold, HoldFile
    from privmw.settings import PrivacySettings

    _check(arguments)
    settings = PrivacySettings()
    directory: Path = arguments.directory or settings.root / settings.ledger.directory
    if not _is_directory(directory):
        remedy = "Name the directory, or run this where privmw.toml is; an app makes its ledger when it starts."
        raise ConfigurationError("is not a ledger directory", source=str(directory), remedy=remedy)
    holds = HoldFile(directory / HOLDS_FILE)
    if arguments.holds:
        print(json.dumps([asdict(item) for item in holds.load()], indent=2))
        return 0
    writer, clock = _writer(settings, directory)
    try:
        if arguments.hold is not None:
            hold = Hold(
                name=arguments.hold,
                classes=tuple(arguments.classes),
                writers=tuple(arguments.writers),
                since_ms=_time(arguments.since),
                until_ms=_time(arguments.until),
                subject_refs=tuple(arguments.subject),
            )
            holds.place(hold, writer, clock)
            print(f"hold {hold.name} placed")
            return 0
        if arguments.release is not None:
            holds.release(arguments.release, writer, clock)
            print(f"hold {arguments.release} released")
            return 0
        report = _purge(arguments, settings, directory, writer)
    finally:
        writer.close(arguments.timeout)
    _print(report, as_json=arguments.json)
    return 0 if report.complete else 1


def _is_directory(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError as error:
        raise LedgerUnavailable(f"{path} can not be read: {error.strerror}") from None


def _check(arguments: argparse.Namespace) -> None:
    """Refuse what would be left aside in silence: somebody who narrows a hold must not start a purge of everything."""
    asked = [name for name in ("holds", "hold", "release") if getattr(arguments, name)]
    if len(asked) > 1 or (asked and arguments.dry_run):
        raise ConfigurationError("only one of --holds, --hold, --release and --dry-run at a time")
    narrowing = {
        "--class": "classes",
        "--writer": "writers",
        "--subject": "subject",
        "--from": "since",
        "--to": "until",
    }
    for option, name in narrowing.items():
        if getattr(arguments, name) and arguments.hold is None:
            raise ConfigurationError(
                "narrows a legal hold, not a purge", field=option, remedy="Use it with --hold NAME."
            )
    if not 0 <= arguments.timeout <= _LONGEST:
        raise ConfigurationError(f"must be from 0 to {_LONGEST} seconds", field="--timeout")
    if arguments.dsn is not None and not arguments.dsn.startswith(("postgresql://", "postgres://")):
        raise ConfigurationError("is not a postgresql:// URI", field="--dsn")


def _purge(
    arguments: argparse.Namespace, settings: PrivacySettings, directory: Path, writer: LedgerWriter
) -> PurgeReport:
    from privmw.ledger.clock import SystemClock
    from privmw.ledger.maintenance import purge_directory
    from privmw.ledger.retention import Schedule, zone_named
    from privmw.policy.entries import RetentionClass

    classes = [RetentionClass.of(key, section) for key, section in settings.retention.items()]
    zone = zone_named(arguments.zone or settings.ledger.timezone)
    progress = Progress(quiet=arguments.quiet)
    report = purge_directory(
        directory,
        Schedule.from_classes(classes, zone=zone),
        writer,
        progress=progress,
        clock=SystemClock(),
        dry_run=arguments.dry_run,
        timeout=arguments.timeout,
        dsn=arguments.dsn,
        outbox=None if settings.ledger.postgres_dsn is None else settings.ledger.postgres_dsn.get_secret_value(),
    )
    progress.done()
    if report is None:
        raise LedgerUnavailable(f"{directory}: another process is purging")
    return report


def _writer(settings: PrivacySettings, directory: Path) -> tuple[LedgerWriter, SystemClock]:
    from privmw.ledger.assemble import anchors_of, checkpointer_of, keys_of
    from privmw.ledger.clock import SystemClock
    from privmw.ledger.writer import LedgerWriter

    clock = SystemClock()
    keys = keys_of(settings, directory)
    observers = [] if keys is None else [checkpointer_of(settings, keys, anchors_of(settings), clock, directory)]
    return LedgerWriter(directory, deployment=settings.ledger.deployment, clock=clock, observers=observers), clock


def _time(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigurationError("is not an ISO 8601 date", field="--from/--to") from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def _print(report: PurgeReport, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({**asdict(report), "complete": report.complete}, indent=2, default=str))
        return
    verb = "would remove" if report.dry_run else "removed"
    for item in report.payloads:
        named = f"class {item.retention_class or '(none)'}, {item.period}, {_clause(item.clause)}"
        print(f"{verb} {item.count:,} payloads of {item.writer_id} ({named}), records {item.first} to {item.last}")
    for pruned in report.headers:
        print(f"{verb} {pruned.count:,} headers of {pruned.writer_id} below {pruned.below} ({_clause(pruned.clause)})")
    if not report.payloads and not report.headers:
        print(f"nothing is due on {report.today}")
    if report.held:
        print(f"{report.held:,} payloads are due but under a legal hold")
    if report.next_due is not None:
        print(f"next due: {report.next_due}")
    for writer, obstacle in report.obstacles:
        print(f"NOT COMPLETE for {writer}: {obstacle}")


def _clause(clause: str | None) -> str:
    return f"clause {clause}" if clause else "privmw's default"
