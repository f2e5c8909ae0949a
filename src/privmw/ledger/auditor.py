"""Writes the auditor: one Python file that verifies a ledger on a machine where privmw is not installed.

It is put together from the very modules that ``privmw verify`` runs, in order, without their imports of one another, so
that a person can read it from top to bottom and what was tested is what is shipped.
"""

from __future__ import annotations

import ast
import hashlib
from importlib import import_module
from pathlib import Path
from types import ModuleType

from privmw.errors import ConfigurationError

__all__ = ["auditor_source", "export_auditor"]

_PARTS = (
    "settings.periods",
    "ledger.merkle",
    "ledger.notes",
    "ledger.ed25519",
    "ledger.verdicts",
    "ledger.schema",
    "ledger.claims",
    "ledger.testimony",
    "ledger.sources",
    "ledger.settle",
    "ledger.unsigned",
    "ledger.walk",
    "ledger.purges",
    "ledger.statements",
    "ledger.coverage",
    "ledger.judge",
    "ledger.wal",
    "ledger.filechain",
    "ledger.anchorfile",
    "ledger.filejudge",
    "ledger.proofs",
    "ledger.auditor_main",
)

_HEAD = '''\
#!/usr/bin/env python3
"""Auditor for privmw transfer ledgers. One file, nothing to install: python3 -I THIS_FILE DIR --key FILE --anchor FILE

Put together from privmw's own verifier. What each part checks, the formats and the meaning of every verdict are
specified in privmw's docs/ledger.md. Exit code: 0 sound, 1 a problem, 2 cannot judge. MIT licence.
"""
'''


def export_auditor(path: Path) -> str:
    """Write the auditor to a file.

    Returns:
        SHA-256 of what was written, hex, to be published beside it.

    Raises:
        ConfigurationError: The file can not be written.
    """
    data = auditor_source().encode()
    try:
        path.write_bytes(data)
        path.chmod(0o755)
    except OSError as error:
        raise ConfigurationError(f"can not be written ({error.strerror})", source=str(path)) from None
    return hashlib.sha256(data).hexdigest()


def auditor_source() -> str:
    """Put the auditor together."""
    imports: set[str] = set()
    bodies: list[str] = []
    for name in _PARTS:
        module = import_module(f"privmw.{name}")
        own_imports, body = _strip(module)
        imports |= own_imports
        bodies.append(f"# {'-' * 20} {name} {'-' * 20}\n\n{body}")
    plain = sorted(line for line in imports if line.startswith("import "))
    named = sorted(line for line in imports if line.startswith("from "))
    head = "\n".join([_HEAD, "from __future__ import annotations", "", *plain, *named])
    return f'{head}\n\n{"".join(bodies)}\n\nif __name__ == "__main__":\n    sys.exit(auditor_main())\n'


def _strip(module: ModuleType) -> tuple[set[str], str]:
    """Take a module's imports, and the rest of it without ``__all__`` and without imports from privmw."""
    assert module.__file__ is not None
    source = Path(module.__file__).read_text(encoding="utf-8")
    lines = source.splitlines(keepends=True)
    imports: set[str] = set()
    for node in ast.parse(source).body:
        assert node.end_lineno is not None
        drop = False
        if isinstance(node, ast.Import | ast.ImportFrom):
            drop = True
            from_package = isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("privmw", "__future__"))
            if not from_package:
                imports |= _one_by_one(node)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__all__":
            drop = True
        if drop:
            for index in range(node.lineno - 1, node.end_lineno):
                lines[index] = ""
    return imports, "".join(lines).lstrip("\n") + "\n\n"


def _one_by_one(node: ast.Import | ast.ImportFrom) -> set[str]:
    """An import as one line per name, so that the same name is imported once."""
    if isinstance(node, ast.Import):
        return {f"import {item.name}" for item in node.names}
    return {f"from {node.module} import {item.name}" for item in node.names}
