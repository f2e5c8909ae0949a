"""The command line of the exported auditor.

Standard library only; ``cryptography`` checks signatures faster where it is installed.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from privmw.ledger.anchorfile import read_anchor_file
from privmw.ledger.ed25519 import verify_ed25519
from privmw.ledger.filejudge import READ_ERRORS, judge_files
from privmw.ledger.notes import NoteError, TrustedKey, VerifySignature, parse_keys
from privmw.ledger.proofs import ProofError, UnknownSigner, check_proof, parse_proof
from privmw.ledger.verdicts import Report

__all__ = ["auditor_main", "parse_canonical"]


def parse_canonical(data: bytes) -> dict[str, Any]:
    """Read a JSON object and refuse what is not its canonical form (RFC 8785 without floats).

    Raises:
        ValueError: It is not one.
    """
    value = json.loads(data.decode("utf-8"), parse_float=_no_number, parse_constant=_no_number)
    written = json.dumps(_utf16_order(value), separators=(",", ":"), ensure_ascii=False)
    if not isinstance(value, dict) or written.encode("utf-8") != data or not _is_bounded(value, 0):
        raise ValueError("not a canonical JSON object")
    return value


def _is_bounded(value: Any, level: int) -> bool:
    """Whether integers and nesting stay within what the canonical form allows, as :mod:`privmw.ledger.canonical` has it.

    The outermost object is at level 0; a list is at the level of what holds it and what it holds one below, and an object
    is one below what holds it.
    """
    if isinstance(value, dict):
        return level <= 16 and all(_is_bounded(item, level + isinstance(item, dict)) for item in value.values())
    if isinstance(value, list):
        return level <= 16 and all(_is_bounded(item, level + 1 + isinstance(item, dict)) for item in value)
    return not isinstance(value, int) or abs(value) < 2**53


def auditor_main(argv: list[str] | None = None) -> int:
    """Verify a ledger directory; 0 sound, 1 a problem, 2 cannot judge."""
    parser = argparse.ArgumentParser(description="Verify a privmw transfer ledger. Needs only Python 3.11 or later.")
    parser.add_argument("source", nargs="?", type=Path, metavar="DIR", help="ledger directory, or one of its files")
    parser.add_argument("--proof", type=Path, metavar="FILE", help="check the proof of one record instead")
    parser.add_argument("--anchor", action="append", type=Path, default=[], metavar="FILE", help="notes kept elsewhere")
    parser.add_argument("--key", action="append", type=Path, default=[], metavar="FILE", help="trusted public keys")
    parser.add_argument("--only", default="", metavar="WRITERS", help="leave other writers' anchored notes aside")
    parser.add_argument("--strict", action="store_true", help="count GAP, TORN and UNANCHORED as problems")
    parser.add_argument("--json", action="store_true", help="machine-readable report")
    options = parser.parse_args(argv)
    if (options.source is None) == (options.proof is None):
        parser.error("name a ledger, or a proof with --proof")
    try:
        keys = [key for path in options.key for key in parse_keys(path.read_text(encoding="utf-8"))]
        anchors = [(path.name, list(read_anchor_file(path))) for path in options.anchor]
    except (OSError, UnicodeDecodeError, NoteError) as error:
        print(f"can not be read: {error}", file=sys.stderr)
        return 2
    if options.key and not keys:
        print("the files of --key hold no public key", file=sys.stderr)
        return 2
    if options.proof is not None:
        return _check_proof(options.proof, keys)
    report: Report = judge_files(
        options.source,
        keys=keys if options.key else None,
        verify=_fastest_verifier(),
        parse=parse_canonical,
        errors=READ_ERRORS,
        anchors=anchors,
        only=options.only,
    )
    _say(json.dumps(report.as_dict(strict=options.strict), indent=2) if options.json else "\n".join(report.lines()))
    return report.exit_code(strict=options.strict)


def _check_proof(path: Path, keys: Sequence[TrustedKey]) -> int:
    try:
        proof = parse_proof(path.read_bytes())
        members, checkpoint = check_proof(proof, keys, _fastest_verifier(), parse_canonical, READ_ERRORS)
    except OSError as error:
        print(f"can not be read: {error}", file=sys.stderr)
        return 2
    except UnknownSigner as error:
        _say(f"cannot judge: {error}; pass the public key of that time with --key")
        return 2
    except ProofError as error:
        _say(f"not proven: {error}")
        return 1
    _say(f"proven: record {proof.seq} is one of the first {checkpoint.size:,} of {checkpoint.origin}")
    _say(json.dumps(members, ensure_ascii=False))
    return 0


def _say(text: str) -> None:
    """Print what the terminal can show, or nothing where the reader is gone: the exit code still tells."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fastest_verifier() -> VerifySignature:
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return verify_ed25519

    def check(public: bytes, message: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    return check


def _no_number(text: str) -> Any:
    raise ValueError("a number that is no integer")


def _utf16_order(value: Any) -> Any:
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return {key: _utf16_order(value[key]) for key in keys}
    if isinstance(value, list):
        return [_utf16_order(item) for item in value]
    return value
