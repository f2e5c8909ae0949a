"""Check digits by python-stdnum, for numbers that are looked at only beside a context word.

python-stdnum takes 0.1 s to import and tens of microseconds per number, so it loads on first use and checks nothing that
occurs in ordinary text.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

__all__ = ["standard"]


def standard(*modules: str) -> Callable[[str], bool]:
    """Return a checksum that passes what any of the named python-stdnum modules calls valid.

    Args:
        modules: Names below ``stdnum``, such as ``nl.bsn``.
    """

    def check(text: str) -> bool:
        return any(import_module(f"stdnum.{module}").is_valid(text) for module in modules)

    check.__qualname__ = f"standard({','.join(modules)})"
    return check
