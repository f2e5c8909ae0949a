"""Labels of something else: a version is no address, whatever stands in for the word, and a server is no version."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privmw.redaction.recognizers.labels import key_label, labelled, reads
from privmw.redaction.redactor import Redactor


@cache
def redactor(profile: str = "default") -> Redactor:
    """A redactor."""
    return Redactor(profile=profile)


@pytest.mark.parametrize("profile", ["default", "logs"])
@pytest.mark.parametrize(
    "before",
    [
        *("connect to server ", "DNS server ", "Server ", "resolver ", "over ", "failover ", "server=", "rebuild ", "driver for "),
        *("DB_SERVER=", "nameserver ", '"server": "', "build server ", "version server at ", "release to ", "Version 2 client "),
        *("kafka/", "10.1.2.3-", "ip==", "addr:", "tcp/ip:", "kernel: IN=eth0 SRC=", "tag=web client "),
    ],
)  # fmt: skip
def test_what_ends_like_a_word_for_versions_is_none(before: str, profile: str) -> None:
    """An address behind "server", "over" or "rebuild" is found."""
    text = f"{before}10.1.2.9:9092 failed"
    assert (len(before), len(before) + 8) in [(match.start, match.end) for match in redactor(profile).find(text)]


@pytest.mark.parametrize("text", ["node-1.internal/10.1.2.3 up", "200 TCP_MISS/200 HIER_DIRECT/10.1.2.3 text/html"])
def test_an_address_behind_its_host(text: str) -> None:
    """A host and its address with a slash between them are no product with a version."""
    assert ["10.1.2.3"] == [text[match.start : match.end] for match in redactor().find(text)]


@pytest.mark.parametrize(
    "text",
    [
        *("driver version 3.2.1.4", "version: 1.2.3.4", "Version=4.0.0.0, Culture=neutral", '{"version": "1.2.3.4"}', "app_version=12.3.4.5"),
        *("appVersion: 12.3.4.5", "build 1.2.3.4", "BUILD=1.2.3.4", "firmware: 2.0.0.68", "pkg==1.1.1.2", "jdk 11.0.16.1", "버전은 1.2.3.4"),
        *("section 3.2.1.4", "OID 1.3.6.1", "image repo/app:2.1.0.5", "com.example:core:2.1.0.5", "Chrome/120.0.0.0", "version number 1.2.3.4"),
        *("click_plugins-1.1.1.2-py2.py3-none-any.whl", "19.0.0.0.0", "release is 5.4.3.2", "DBVersion 1.2.3.4"),
    ],
)  # fmt: skip
def test_versions_are_no_addresses(text: str) -> None:
    """Four numbers behind a word for versions, or in the name of a package, are a version."""
    assert [] == redactor().find(text)


@pytest.mark.parametrize(
    "value",
    [
        {"modules": {"click-plugins": "1.1.1.2", "zope.interface": "1.2.3.4"}},
        {"sdk": {"packages": [{"name": "pypi:x", "version": "1.2.3.4"}]}},
        {"release": "5.4.3.2", "app_version": "1.2.3.4", "contexts": {"os": {"kernel_version": "5.4.3.2", "build": "3.1.2.4"}}},
        {"versions": ["1.2.3.4", "1.2.3.5"]},
    ],
)  # fmt: skip
def test_keys_are_labels(value: Any) -> None:
    """A key that names versions, or a list of packages above, says what a value is."""
    assert value is redactor().value(value)


def test_a_key_labels_a_value_and_no_text() -> None:
    """In a text under such a key, and under other keys, an address is found."""
    masked = {"version": "seen on <IP_ADDRESS> today", "build_server": "<IP_ADDRESS>", "client_ip": "<IP_ADDRESS>"}
    assert masked == redactor().value(
        {"version": "seen on 10.1.2.3 today", "build_server": "10.1.2.3", "client_ip": "10.1.2.3"}
    )


def test_a_threshold_of_zero_waives_labels() -> None:
    """Who asks for everything gets versions, too."""
    assert ["IP_ADDRESS"] == [
        match.entity_type for match in Redactor(entities=["IP_ADDRESS"], threshold=0.0).find("version 1.2.3.4")
    ]


WORDS = ("order", "order id", "tx", "txn", "주문번호")
READS = reads(labelled(WORDS))


@pytest.mark.parametrize(
    ("label", "found"),
    [
        *((label, True) for label in ("order ", "order: ", "Order #", "ORDER=", 'orderNo": "', "userOrder=", "user_order_id=", "order no. ")),
        *((label, True) for label in ("tx=", "txn ", "주문번호 ", "내주문번호는 ", "주문번호: ", "orders: [", "order is ", "", "order")),
        *((label, False) for label in ("reorder ", "border: ", "order of ", "order x ", "주문 ", "context=", "ordering ", "order=1 ")),
    ],
)  # fmt: skip
def test_reading_backwards(label: str, found: bool) -> None:
    """A label is read in its usual forms, and is not the end of another word."""
    if not label:
        found = False
    assert found == (READS.match(label[::-1]) is not None)


@pytest.mark.parametrize(
    ("path", "found"), [("a.order_id", True), ("orders[]", True), ("order.customer", False), ("", False)]
)
def test_reading_keys(path: str, found: bool) -> None:
    """The last key of a path is the label."""
    assert found == (READS.match(key_label(path)) is not None)


@given(st.text(alphabet='orderxn_ =:#"ORDEX.주문번호는', max_size=40))
def test_reading_anything(label: str) -> None:
    """A label is one where its word is in it."""
    if READS.match(label[::-1]):
        assert any(word.split()[0] in label.lower() for word in WORDS)
