"""``privmw verify``: is the ledger what was recorded?"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from privmw.cli.output import say
from privmw.cli.progress import Progress
from privmw.errors import ConfigurationError

if TYPE_CHECKING:
    from privmw.ledger.notes import TrustedKey

HELP = "check that nobody edited, dropped or reordered what the ledger recorded"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("source", nargs="?", metavar="DIR", help="ledger directory, file or postgresql:// DSN")
    parser.add_argument("--anchor", action="append", type=Path, default=[], metavar="FILE", help="notes kept elsewhere")
    parser.add_argument("--key", action="append", type=Path, default=[], metavar="FILE", help="trusted public keys")
    parser.add_argument("--only", default="", metavar="WRITERS", help="leave other writers' anchored notes aside")
    parser.add_argument("--strict", action="store_true", help="count GAP, TORN and UNANCHORED as problems")
    parser.add_argument("--json", action="store_true", help="machine-readable report")
    parser.add_argument(
        "--jobs", type=int, metavar="N", help="processes that read long files (default: all processors)"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress")
    parser.add_argument("--export-auditor", type=Path, metavar="FILE", help="write a verifier that needs only Python")
    parser.add_argument(
        "--prove",
        metavar="WRITER/SEQ",
        help="print a proof that this record is in what was signed, for whoever has the keys",
    )
    parser.add_argument("--proof", type=Path, metavar="FILE", help="check such a proof; needs no ledger, only --key")
    parser.add_argument("--new-key", type=Path, metavar="FILE", help="append a new signing key to FILE")


def run(arguments: argparse.Namespace) -> int:
    """Carry out the command; 0 sound, 1 a problem, 2 cannot judge."""
    if arguments.export_auditor is not None:
        from privmw.ledger.auditor import export_auditor

        export_auditor(arguments.export_auditor)
        print(f"wrote {arguments.export_auditor}; run it with: python3 -I {arguments.export_auditor} DIR --key FILE")
        return 0
    if arguments.new_key is not None:
        return _new_key(arguments.new_key)
    if arguments.proof is not None:
        return _check(arguments)
    from privmw.ledger.ahead import processors
    from privmw.ledger.verify import load_keys, published_keys, verify

    if arguments.jobs is not None and arguments.jobs < 1:
        raise ConfigurationError("must be 1 or more", field="--jobs")
    source, keys, anchors = _configured() if arguments.source is None else (arguments.source, None, [])
    if arguments.key:
        keys = [key for path in arguments.key for key in load_keys(path)]
    if arguments.prove is not None:
        return _prove(source, arguments.prove, keys if keys is not None else published_keys(Path(source)))
    anchors = arguments.anchor or anchors
    absent = [path for path in anchors if path not in arguments.anchor and not path.exists()]
    progress = Progress(quiet=arguments.quiet)
    try:
        report = verify(
            source,
            keys=keys,
            anchors=[path for path in anchors if path not in absent],
            progress=progress,
            only=arguments.only,
            jobs=arguments.jobs or processors(),
        )
    finally:
        progress.done()
    for path in absent:
        report.unjudged.append(
            f"ledger.anchor_file is set, and {path} is not there: nothing was anchored, or it was removed"
        )
    say(json.dumps(report.as_dict(strict=arguments.strict), indent=2) if arguments.json else "\n".join(report.lines()))
    return report.exit_code(strict=arguments.strict)


def _configured() -> tuple[Path, list[TrustedKey] | None, list[Path]]:
    """The ledger of the settings, with its anchor file, and its public keys where they can be read from here."""
    from privmw.ledger.signing import SigningKeys
    from privmw.settings import PrivacySettings

    settings = PrivacySettings()
    section = settings.ledger
    directory = settings.root / section.directory
    anchors = [settings.root / section.anchor_file] if section.anchor_file is not None else []
    if section.signing_key_file is None:
        return directory, None, anchors
    file = settings.root / section.signing_key_file
    readable = os.access(file, os.R_OK)
    return directory, SigningKeys.load(file, ledger=directory).trusted("privmw") if readable else None, anchors


def _prove(source: Path | str, record: str, keys: list[TrustedKey]) -> int:
    from privmw.ledger.prove import prove_record

    writer, _, seq = record.rpartition("/")
    if not writer or not seq.isdecimal() or len(seq) > 15:
        remedy = "Write it as shop/web1/0190a0c0a0c0700080000000000000aa/12; privmw transfers --json names both."
        raise ConfigurationError("is no writer and number of a record", field="--prove", remedy=remedy)
    say(prove_record(source, writer, int(seq), keys=keys).text().decode().removesuffix("\n"))
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from privmw.ledger.canonical import parse
    from privmw.ledger.proofs import ProofError, UnknownSigner, check_proof, parse_proof
    from privmw.ledger.signing import verify_signature
    from privmw.ledger.verify import ERRORS, load_keys

    keys = [key for path in arguments.key for key in load_keys(path)]
    try:
        proof = parse_proof(arguments.proof.read_bytes())
        members, checkpoint = check_proof(proof, keys, verify_signature, parse, ERRORS)
    except OSError as error:
        raise ConfigurationError(f"can not be read ({error.strerror})", source=str(arguments.proof)) from None
    except UnknownSigner as error:
        say(f"cannot judge: {error}; pass the public key of that time with --key")
        return 2
    except ProofError as error:
        say(f"not proven: {error}")
        return 1
    if arguments.json:
        say(json.dumps({"record": members, "origin": checkpoint.origin, "size": checkpoint.size}, indent=2))
    else:
        say(f"proven: record {proof.seq} is one of the first {checkpoint.size:,} of {checkpoint.origin}")
        say(json.dumps(members, ensure_ascii=False))
    return 0


def _new_key(path: Path) -> int:
    from privmw.ledger.signing import SigningKeys

    keys = SigningKeys.create(path)
    print(f"# {path} now holds {len(keys.public_keys)} key(s), the last one signs; give auditors these lines:")
    for key in keys.trusted("privmw"):
        print(key.text())
    return 0
