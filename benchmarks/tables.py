"""Results as tables for people: rich where it is installed, plain text elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["FORMATS", "microseconds", "show", "use"]

FORMATS = ("auto", "plain", "markdown")
_chosen = {"format": "auto"}


def use(name: str) -> None:
    """Choose how tables are printed: ``auto`` = rich where it is installed, ``plain``, or ``markdown`` for the docs."""
    _chosen["format"] = name


def microseconds(value: float) -> str:
    """A time in the unit that reads best."""
    if value < 10:
        return f"{value:.2f} µs"
    if value < 1000:
        return f"{value:.1f} µs"
    return f"{value / 1000:.2f} ms"


def show(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print one table."""
    if _chosen["format"] == "markdown":
        _markdown(title, head, rows)
        return
    if _chosen["format"] == "plain":
        _plain(title, head, rows)
        return
    try:
        from rich.console import Console
        from rich.table import Table
    except ImportError:
        _plain(title, head, rows)
        return
    table = Table(title=title, title_justify="left")
    for index, name in enumerate(head):
        table.add_column(name, justify="left" if index == 0 else "right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    console = Console()
    if not console.is_terminal:
        console = Console(width=200)
    console.print(table)


def _markdown(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    print(f"\n**{title}**\n")
    for line in (head, ["---", *["---:"] * (len(head) - 1)], *rows):
        print(f"| {' | '.join(line)} |")


def _plain(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(str(line[index])) for line in (head, *rows)) for index in range(len(head))]
    print(f"\n{title}")
    for line in (head, ["-" * width for width in widths], *rows):
        print("  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)))
