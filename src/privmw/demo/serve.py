"""Serves the example app for the demo: real uvicorn with uvloop, recipients replaced by stand-ins on loopback."""

from __future__ import annotations

import importlib.util
import json
import logging
import os
import sys
from pathlib import Path
from types import ModuleType

import uvicorn

from privmw.ledger.signing import SigningKeys
from privmw.settings import PrivacySettings

__all__ = ["example_folder", "load_example", "main"]


def example_folder() -> Path:
    """Where the example app lies: in the installed package, or in the repository."""
    packaged = Path(__file__).parent / "craisee"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "examples" / "craisee"


def load_example() -> ModuleType:
    """Import the example app's module from its file."""
    spec = importlib.util.spec_from_file_location("craisee_app", example_folder() / "app.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError("the example app is not part of this installation")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def main() -> None:
    """Serve until terminated; ``PRIVMW_DEMO`` (JSON) says where, and where the stand-ins listen."""
    plan = json.loads(os.environ.pop("PRIVMW_DEMO"))
    settings = None
    if plan["protected"]:
        SigningKeys.create(Path(plan["signing_key"]))
        settings = PrivacySettings(
            config_file=example_folder() / "privmw.toml",
            recipients={
                name: {"hosts": {host: country}, "allow_cleartext": True}
                for name, (host, country) in plan["hosts"].items()
            },
            ledger={"directory": plan["ledger"], "signing_key_file": plan["signing_key"]},
        )
    logging.basicConfig(level=logging.INFO, force=True)
    logging.getLogger().handlers[0].setFormatter(_TicketFormatter("%(name)s: %(message)s"))
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    app = load_example().create_app(settings, protected=plan["protected"])
    uvicorn.run(app, host="127.0.0.1", port=plan["port"], loop="uvloop", log_level="info")


class _TicketFormatter(logging.Formatter):
    """Prints the ``ticket`` extra, which JSON formatters would."""

    def format(self, record: logging.LogRecord) -> str:
        ticket = getattr(record, "ticket", None)
        return super().format(record) + (f" | ticket={ticket}" if ticket else "")


if __name__ == "__main__":
    main()
