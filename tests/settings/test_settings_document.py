"""The page of all settings says what the code says."""

from tests.settings.settings_document import DOCUMENT, render


def test_the_page_is_up_to_date() -> None:
    """Write it again with: python -m tests.settings.settings_document."""
    assert render() == DOCUMENT.read_text("utf-8")
