"""The transfer ledger: each transfer on record, provable, erasable.

Write path: :mod:`~privmw.ledger.record` (what is stored) → :mod:`~privmw.ledger.canonical` (in which bytes) →
:mod:`~privmw.ledger.chain` (hashes) → :mod:`~privmw.ledger.writer` (one thread, one file per process) over
:mod:`~privmw.ledger.sqlite`. Reading goes through the protocols of :mod:`~privmw.ledger.reader`, alike for files and PostgreSQL.
"""
