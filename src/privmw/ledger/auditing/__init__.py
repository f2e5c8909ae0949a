"""Judges a ledger: what proves it, what a verification can find, and the auditor that needs no privmw.

All but :mod:`~privmw.ledger.auditing.auditor` is made of the standard library alone: these files are the exported auditor.
"""
