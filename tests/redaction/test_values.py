"""Walking values: everything is looked at once, shapes stay, input stays."""

from __future__ import annotations

import copy
import datetime as dt
import decimal
import enum
import re
import types
import uuid
from collections import OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privmw.errors import ConfigurationError, RedactionError
from privmw.redaction.limits import FAILED, LIMITED, Limits
from privmw.redaction.operators import placeholder
from privmw.redaction.values import Walked, Walker

MAIL = "a@b.co"
MASKS = {"card": 1, "number": 2}


def mask_of(key: str) -> int:
    """Two context words, as an engine would know hundreds."""
    return sum(mask for word, mask in MASKS.items() if word in key.lower())


def rewrite(leaves: Sequence[str], masks: Mapping[int, int]) -> Mapping[int, str]:
    """Stands for an engine: e-mail addresses anywhere, seven digits where the keys say "card" and "number"."""
    changed = {}
    for place, leaf in enumerate(leaves):
        new = leaf.replace(MAIL, "<EMAIL_ADDRESS>")
        if masks.get(place) == 3:
            new = re.sub("[0-9]{7}", "<CARD>", new)
        if new != leaf:
            changed[place] = new
    return changed


def walk(value: object, limits: Limits | None = None, **options: Any) -> Walked:
    """Walk one value."""
    return Walker(key_mask=mask_of, limits=limits).walk(value, rewrite, placeholder, **options)


def redact(value: object, limits: Limits | None = None) -> Any:
    """Walk one value, and hold that the input stays as it was."""
    return walk(value, limits).value


class Colour(enum.Enum):
    """An enumeration."""

    RED = "red"


@dataclass(frozen=True)
class Frozen:
    """A frozen dataclass with a secret that its repr hides."""

    mail: str
    password: str = field(repr=False, default="")


@dataclass(slots=True)
class Slotted:
    """A dataclass with slots."""

    mail: str
    other: list[str]


class Model(pydantic.BaseModel):
    """A pydantic model."""

    mail: str
    n: int = 1


class Open(pydantic.BaseModel):
    """A pydantic model that takes fields it does not declare."""

    model_config = pydantic.ConfigDict(extra="allow")
    n: int = 1


class Holder(enum.Enum):
    """An enumeration whose members hold personal data."""

    ONE = MAIL


Point = namedtuple("Point", ["mail", "card"])  # noqa: PYI024 - untyped ones exist, too  # noqa: PYI024 - made as old code makes it


class Shown:
    """An object whose repr shows what it holds."""

    def __repr__(self) -> str:
        return f"Shown({MAIL})"


class Told:
    """An object whose str, but not repr, shows what it holds."""

    def __repr__(self) -> str:
        return "Told()"

    def __str__(self) -> str:
        return MAIL


class Broken:
    """An object whose repr raises."""

    def __repr__(self) -> str:
        raise RuntimeError(MAIL)


@pytest.mark.parametrize(
    ("expected", "value"),
    [
        ("to <EMAIL_ADDRESS>", f"to {MAIL}"),
        ({"m": "<EMAIL_ADDRESS>", "n": 1}, {"m": MAIL, "n": 1}),
        ([["<EMAIL_ADDRESS>"], None, True, 1.5], [[MAIL], None, True, 1.5]),
        (("<EMAIL_ADDRESS>", 200), (MAIL, 200)),
        (Point("<EMAIL_ADDRESS>", "x"), Point(MAIL, "x")),
        ({"<EMAIL_ADDRESS>"}, {MAIL}),
        (frozenset({"<EMAIL_ADDRESS>", 1}), frozenset({MAIL, 1})),
        (b"<EMAIL_ADDRESS>\xff", MAIL.encode() + b"\xff"),
        (bytearray(b"<EMAIL_ADDRESS>"), bytearray(MAIL.encode())),
        (b"<EMAIL_ADDRESS>", memoryview(MAIL.encode())),
        ({"<EMAIL_ADDRESS>": 1}, {MAIL: 1}),
        ({b"<EMAIL_ADDRESS>": 1}, {MAIL.encode(): 1}),
        ({"<EMAIL_ADDRESS>#2": 1, "<EMAIL_ADDRESS>": 0}, {MAIL: 1, "<EMAIL_ADDRESS>": 0}),
        ({"x <EMAIL_ADDRESS>": 2}, {("x", MAIL): 2}),
        (OrderedDict(a="<EMAIL_ADDRESS>"), OrderedDict(a=MAIL)),
        (defaultdict(list, a=["<EMAIL_ADDRESS>"]), defaultdict(list, a=[MAIL])),
        ({"a": "<EMAIL_ADDRESS>"}, types.MappingProxyType({"a": MAIL})),
        (Frozen("<EMAIL_ADDRESS>", "<PASSWORD>"), Frozen(MAIL, "hunter2")),
        (Slotted("<EMAIL_ADDRESS>", ["x"]), Slotted(MAIL, ["x"])),
        (Model(mail="<EMAIL_ADDRESS>"), Model(mail=MAIL)),
        (Open(mail="<EMAIL_ADDRESS>", x=["<EMAIL_ADDRESS>"]), Open(mail=MAIL, x=[MAIL])),
        (["<EMAIL_ADDRESS>"], [Holder.ONE]),
        ({"cardNumber": "<CARD>"}, {"cardNumber": 1234567.0}),
        ({"field": "card_number", "value": "<CARD>"}, {"field": "card_number", "value": "1234567"}),
        ({"label": "card number", "value": "<CARD>"}, {"label": "card number", "value": "1234567"}),
        ("Shown(<EMAIL_ADDRESS>)", Shown()),
        ("<EMAIL_ADDRESS>", Told()),
        ("deque(['<EMAIL_ADDRESS>'])", deque([MAIL])),
        ("ValueError('<EMAIL_ADDRESS>')", ValueError(MAIL)),
        ([FAILED, 1], [Broken(), 1]),
        ({"card": {"number": "<CARD>"}}, {"card": {"number": 1234567}}),
        ({"cardNumber": "no <CARD>", "n": "1234567"}, {"cardNumber": "no 1234567", "n": "1234567"}),
        ({"card[number]": "<CARD>"}, {"card[number]": 1234567}),
        ({"card-number": "<CARD>"}, {"card-number": decimal.Decimal(1234567)}),
        ([("card_number", "<CARD>"), ("n", "1234567")], [("card_number", "1234567"), ("n", "1234567")]),
        ({"name": "card_number", "value": "<CARD>"}, {"name": "card_number", "value": "1234567"}),
    ],
)
def test_replacements(expected: object, value: object) -> None:
    """Personal data goes wherever it stands; type, arity and everything else stay."""
    new = redact(value)
    assert expected == new
    assert type(expected) is type(new)


@pytest.mark.parametrize(
    ("expected", "value"),
    [
        ({"password": "<PASSWORD>", "user": "u"}, {"password": "x y", "user": "u"}),
        ({"X-Api-Key": "<SECRET>", "pin": "<PASSWORD>"}, {"X-Api-Key": "k", "pin": 1234}),
        ({"auth": {"user": "<SECRET>", "ok": True, "n": None}}, {"auth": {"user": "x", "ok": True, "n": None}}),
        ({"cookies": {"a": "<COOKIE>", "b": ["<COOKIE>"]}}, {"cookies": {"a": "1", "b": ["2"]}}),
        ([(b"cookie", b"<COOKIE>"), (b"host", b"h")], [(b"cookie", b"a=1"), (b"host", b"h")]),
        ([["authorization", "<SECRET>"]], [["authorization", "Bearer x"]]),
        ({"name": "Authorization", "value": "<SECRET>"}, {"name": "Authorization", "value": "Basic x"}),
        ({"secret": "<SECRET>"}, {"secret": Shown()}),
        ({"password": ""}, {"password": ""}),
        ({"password": "<PASSWORD>"}, {"password": "<PASSWORD>"}),
        ({"max_tokens": 5, "tokens": 7}, {"max_tokens": 5, "tokens": 7}),
        ({"tokens": ["<SECRET>"]}, {"tokens": ["abc"]}),
        ({"token": "Hello", "logprob": -0.1}, {"token": "Hello", "logprob": -0.1}),
        (Open(password="<PASSWORD>"), Open(password="x y")),
        ({"field": "password", "value": "<PASSWORD>"}, {"field": "password", "value": "x y"}),
        ({"modules": {"quart-auth": "0.11"}}, {"modules": {"quart-auth": "0.11"}}),
    ],
)
def test_secret_keys(expected: object, value: object) -> None:
    """What stands under a key that names a secret goes whole, facts about secrets stay."""
    assert expected == redact(value)


def test_untouched_parts_are_the_same_objects() -> None:
    """What holds nothing comes out identical; what holds something comes out new, and the input stays as it was."""
    clean = {"a": [1, "x"], "b": ("y", {"z"})}
    value = {"clean": clean, "dirty": [MAIL, clean]}
    before = copy.deepcopy(value)
    new = redact(value)
    assert before == value
    assert new is not value
    assert clean is new["clean"] is new["dirty"][1]
    assert value["clean"] is redact(value["clean"])


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, 7, 1.5, "x", b"\xff", object(), len, int, 1 << 9999, Colour.RED, range(3), float("nan")),
        *(uuid.UUID(int=7), dt.date(2000, 1, 1), (n for n in "ab"), {1: 2, None: 3, 1.5: "x"}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_holds_nothing_is_handed_back(value: object) -> None:
    """Scalars and opaque objects come out as they are; a generator is not consumed."""
    assert value is redact(value)


def test_fields_name_places_not_values() -> None:
    """Paths say where, with a star for keys that may be data themselves."""
    value = {"messages": [{"content": MAIL}, {"content": MAIL}], "by_user": {MAIL: 1, "1234567": MAIL}, "password": "x"}
    assert ("messages[].content", "by_user.*", "password") == walk(value).fields
    assert ("$",) == walk(MAIL).fields


def test_cycles_end() -> None:
    """A value that contains itself is followed once."""
    value: dict[str, Any] = {"m": MAIL}
    value["self"] = value
    assert {"m": "<EMAIL_ADDRESS>", "self": LIMITED} == redact(value)


def test_depth_ends() -> None:
    """Below the limit nothing is followed, and nothing passes."""
    value: Any = MAIL
    for _ in range(300):
        value = [value]
    assert MAIL not in str(redact(value))
    assert LIMITED in str(redact(value))


def test_shared_subtrees_do_not_explode() -> None:
    """A small value that unfolds to a thousand million texts ends soon, with what was not read replaced."""
    value: Any = [MAIL]
    for _ in range(30):
        value = [value, value]
    assert MAIL not in str(redact(value, Limits(time=0.3)))[:100_000]


def test_bytes_end() -> None:
    """Texts behind the limit of characters are replaced unread."""
    value = ["x" * 60, MAIL, "x" * 60, "y"]
    assert ["x" * 60, "<EMAIL_ADDRESS>", LIMITED, LIMITED] == redact(value, Limits(bytes=100))


def test_large_values_are_scanned_in_batches() -> None:
    """A value larger than one batch is looked at everywhere."""
    value = {f"k{n}": f"{MAIL} {'x' * 300_000}" for n in range(8)}
    assert {f"k{n}": f"<EMAIL_ADDRESS> {'x' * 300_000}" for n in range(8)} == redact(value)


@pytest.mark.parametrize(
    ("limit", "value"), [("depth", [[[[1]]]]), ("bytes", ["x" * 99, MAIL]), ("type", ["x", Broken()])]
)
def test_strict_raises(limit: str, value: object) -> None:
    """Where nothing may be lost silently, a limit or a failure raises, naming itself and no value."""
    with pytest.raises(RedactionError) as caught:
        walk(value, Limits(depth=3, bytes=50), strict=True)
    assert limit == caught.value.limit
    assert MAIL not in str(caught.value)


def test_a_scan_that_raises_fails_closed() -> None:
    """Where the scan raises, texts are looked at one by one, and those that fail are replaced whole and counted."""
    counts: list[str] = []

    def fragile(leaves: Sequence[str], masks: Mapping[int, int]) -> Mapping[int, str]:
        if "bomb" in leaves:
            raise RuntimeError(leaves)
        return rewrite(leaves, masks)

    walker = Walker(key_mask=mask_of, failed=counts.append)
    value = {"a": "bomb", "b": MAIL, "c": "x", "card_number": "1234567"}
    expected = {"a": FAILED, "b": "<EMAIL_ADDRESS>", "c": "x", "card_number": "<CARD>"}
    assert expected == walker.walk(value, fragile, placeholder).value
    assert ["failed"] == counts
    with pytest.raises(RedactionError):
        walker.walk(value, fragile, placeholder, strict=True)


def test_foreign_containers_fail_closed() -> None:
    """A mapping that raises while it is read is replaced whole."""

    class Hostile(dict[str, str]):
        def items(self) -> Any:
            raise RuntimeError(MAIL)

    assert {"a": FAILED} == redact({"a": Hostile(x=MAIL)})


def test_a_class_that_cannot_be_made_anew_fails_closed() -> None:
    """A frozen mapping that refuses its new content is replaced whole."""

    class Stubborn(dict[str, str]):
        def clear(self) -> None:
            raise RuntimeError

    assert {"a": FAILED} == redact({"a": Stubborn(x=MAIL)})


def test_every_key_is_looked_at_when_asked() -> None:
    """Keys that look like identifiers are skipped, unless persons are searched for."""

    def names(leaves: Sequence[str], masks: Mapping[int, int]) -> Mapping[int, str]:
        return {place: "<PERSON>" for place, leaf in enumerate(leaves) if leaf == "minji"}

    walker = Walker(key_mask=mask_of)
    assert walker.walk({"minji": 1}, names, placeholder).value == {"minji": 1}
    assert walker.walk({"minji": 1}, names, placeholder, every_key=True).value == {"<PERSON>": 1}


@pytest.mark.parametrize("limits", [{"bytes": 0}, {"depth": -1}, {"time": 0}, {"matches": 0}, {"depth": 251}])
def test_wrong_limits_are_refused(limits: dict[str, Any]) -> None:
    """A limit that cannot hold is refused at start-up."""
    with pytest.raises(ConfigurationError):
        Limits(**limits)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(max_size=20) | st.just(MAIL)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(
            st.text(max_size=8) | st.sampled_from([MAIL, "password", "card", "number"]), inner, max_size=4
        )
    ),
    max_leaves=25,
)


@given(VALUES)
def test_any_value(value: Any) -> None:
    """Any value keeps its shape, loses what was planted, comes out equal a second time, and is not changed itself."""
    before = repr(value)
    new = redact(value)
    assert before == repr(value)
    assert MAIL not in repr(new)
    assert repr(new) == repr(redact(new))
    assert _shape(value) == _shape(new)


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return [_shape(item) for item in value.values()]
    if isinstance(value, (list, tuple)):
        return type(value)(_shape(item) for item in value)
    return 0
