"""Keys are fideslang's; entity types have a category; prefix rules hold."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from fideslang.default_taxonomy import DEFAULT_TAXONOMY

import privmw.redaction.recognizers
from privmw.policy.vocabulary import (
    CARD,
    NATIONAL_ID,
    SPECIAL,
    categories,
    categories_of,
    category_of,
    covered,
    is_national_id,
    is_special,
    is_under,
    subjects,
    uses,
)
from privmw.redaction.recognizers.base import Recognizer
from privmw.settings.vocabulary import OWN_CATEGORIES, OWN_USES


def test_keys_are_those_of_the_installed_fideslang() -> None:
    """The data file holds exactly the keys of the installed default taxonomy."""
    assert {str(use.fides_key) for use in DEFAULT_TAXONOMY.data_use or ()} == uses() - set(OWN_USES)
    assert {str(item.fides_key) for item in DEFAULT_TAXONOMY.data_category or ()} == categories() - set(OWN_CATEGORIES)
    assert {str(item.fides_key) for item in DEFAULT_TAXONOMY.data_subject or ()} == subjects()


def test_counts() -> None:
    """The taxonomy of fideslang 3.1.4 has 56 uses, 85 categories and 15 subjects."""
    assert (56, 85, 15) == (len(uses()) - len(OWN_USES), len(categories()) - len(OWN_CATEGORIES), len(subjects()))


@pytest.mark.parametrize("key", [*OWN_USES, *OWN_CATEGORIES])
def test_own_keys_stand_under_existing_ones(key: str) -> None:
    """Each key of ours extends a key of fideslang, so that rules for the parent cover it."""
    parent = key.rpartition(".")[0]
    assert parent in (uses() | categories()) - {*OWN_USES, *OWN_CATEGORIES}


@pytest.mark.parametrize(
    ("key", "parent", "expected"),
    [
        ("essential.service", "essential", True),
        ("essential", "essential", True),
        ("essential", "essential.service", False),
        ("essentials.x", "essential", False),
        ("user.contact.email", "user.contact", True),
        ("user.contacts", "user.contact", False),
    ],
)
def test_prefix_rules(key: str, parent: str, expected: bool) -> None:
    """A rule covers its key and the children of it, and nothing that only begins with the same letters."""
    assert expected is is_under(key, parent)
    assert expected is covered(key, ("nothing", parent))


def recognizers() -> Iterator[Recognizer]:
    """Every recognizer that ships."""
    package = privmw.redaction.recognizers
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        for value in vars(importlib.import_module(module.name)).values():
            for item in value if isinstance(value, list | tuple) else (value,):
                if isinstance(item, Recognizer):
                    yield item


def test_every_shipped_entity_type_has_a_category() -> None:
    """No personal data that we find is of the widest category, but for plain dates; credentials are credentials."""
    found = list(recognizers())
    assert len(found) > 50
    unmapped = {item.entity_type for item in found if category_of(item.entity_type) == "user" and not item.secret}
    assert {"DATE_TIME"} >= unmapped
    assert {category_of(item.entity_type) for item in found} <= categories()
    secret = {category_of(item.entity_type) for item in found if item.secret}
    assert "user.authorization.credentials" in secret


@pytest.mark.parametrize(
    ("entity_type", "expected"),
    [
        ("EMAIL_ADDRESS", "user.contact.email"),
        ("PERSON", "user.name"),
        ("PHONE_NUMBER", "user.contact.phone_number"),
        ("CREDIT_CARD", CARD),
        ("KR_RRN", NATIONAL_ID),
        ("US_SSN", NATIONAL_ID),
        ("DE_FUEHRERSCHEIN", "user.government_id.drivers_license_number"),
        ("OPENAI_API_KEY", "user.authorization.credentials"),
        ("US_EIN", "user.workplace"),
        ("NOBODY_KNOWS", "user"),
    ],
)
def test_category_of_entity_types(entity_type: str, expected: str) -> None:
    """Presidio's names and ours map to fideslang; what nobody mapped is the widest category."""
    assert expected == category_of(entity_type)
    assert frozenset({expected}) == categories_of([entity_type])


def test_special_categories_exist() -> None:
    """Every special category is a key of the vocabulary, and children of it are special too."""
    assert categories() >= {*SPECIAL, NATIONAL_ID, CARD}
    assert is_special("user.health_and_medical.genetic")
    assert not is_special("user.contact.email")
    assert is_national_id(NATIONAL_ID)
    assert not is_national_id("user.government_id")
