"""What the keys above texts say, by the place of a text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

__all__ = ["Marks", "path_above"]


class Marks(dict[int, int]):
    """Context masks of the keys above texts, by place, where they say something; on demand the keys themselves.

    Args:
        masks: Context masks by place.
        path_of: Returns the path of the keys above the text of a place. It may walk the whole value to find out, so it is
            asked only where the answer decides.
    """

    __slots__ = ("path_of",)

    def __init__(self, masks: Mapping[int, int], path_of: Callable[[int], str]) -> None:
        super().__init__(masks)
        self.path_of = path_of


def path_above(masks: Mapping[int, int], place: int) -> str:
    """Path of the keys above the text of a place, empty where none is known."""
    return masks.path_of(place) if isinstance(masks, Marks) else ""
