"""Prints the golden vectors of the record format; run it when the schema's version is raised, never to make a test pass.

python -m tests.ledger.make_golden > tests/ledger/golden/records.json
"""

import hashlib
import json
from dataclasses import fields
from typing import Any

from privmw.ledger.chain import GENESIS
from privmw.types import TransferRecord
from tests.ledger.golden_records import RECORDS, WRITER


def vectors() -> list[dict[str, Any]]:
    """Each golden record with its header, hashes and commitment, computed here without privmw's own code."""
    found = []
    previous = GENESIS.hex()
    for seq, (members, payload, salt) in enumerate(RECORDS):
        header: dict[str, Any] = {
            **members,
            "schema": 1,
            "writer_id": WRITER,
            "epoch": 1,
            "seq": seq,
            "prev_hash": previous,
        }
        entry: dict[str, Any] = {}
        if payload is not None:
            text = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            entry = {"payload": text, "salt": salt}
            header["payload_commit"] = hashlib.sha256(b"\x02" + bytes.fromhex(salt) + text.encode()).hexdigest()
        text = json.dumps(header, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        previous = hashlib.sha256(b"\x00" + text.encode()).hexdigest()
        found.append({"header": text, "hash": previous, **entry})
    return found


if __name__ == "__main__":
    assert fields(TransferRecord)
    print(json.dumps(vectors(), indent=1, ensure_ascii=False))
