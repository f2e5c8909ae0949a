"""The transfer ledger: each transfer on record, provable, erasable.

Write path: :mod:`~privmw.ledger.record` (what is stored) → :mod:`~privmw.ledger.canonical` (in which bytes) →
:mod:`~privmw.ledger.chain` (hashes) → :mod:`~privmw.ledger.writing` (one thread, one file per process). Reading goes through
:mod:`~privmw.ledger.stores`, alike for files and PostgreSQL; :mod:`~privmw.ledger.auditing` judges what stands there, and
:mod:`~privmw.ledger.erasure` removes what is due. :mod:`~privmw.ledger.assemble` puts together what settings ask for.
"""
