"""Results as tables for people: rich where it is installed, plain text elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["microseconds", "show"]


def microseconds(value: float) -> str:
    """A time in the unit that reads best."""
    if value < 10:
        return f"{value:.2f} µs"
    if value < 1000:
        return f"{value:.1f} µs"
    return f"{value / 1000:.2f} ms"


def show(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print one table."""
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


def _plain(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(str(line[index])) for line in (head, *rows)) for index in range(len(head))]
    print(f"\n{title}")
    for line in (head, ["-" * width for width in widths], *rows):
        print("  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)))
