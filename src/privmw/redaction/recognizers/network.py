"""Network addresses: IPv4, IPv6, MAC, and URLs (opt-in)."""

from __future__ import annotations

from privmw.redaction.checksums.network import ipv6
from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer, Specificity
from privmw.redaction.recognizers.shapes import LEFT, RIGHT

__all__ = ["RECOGNIZERS"]

_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_VERSION_BEFORE = "".join(
    f"(?<!{word})"
    for word in (
        "[Vv]er ", "[Vv]ersion ", "[Vv]ersion=", "[Vv]ersion: ", '[Vv]ersion":"', '[Vv]ersion": "', "[Rr]elease ", "build ",
        "[?&]v=", "[Vv]er=", "[Ff]irmware ", "tag ", "/:",
    )
)  # fmt: skip
_FILE_BEHIND = r"(?!\.(?:jar|war|tar|tgz|zip|whl|js|css|so|dll|exe|rpm|deb)(?![0-9A-Za-z]))(?!-[0-9a-f]{7})"
"""A version in the name of a file or image (``app-1.2.3.4.jar``, ``web:1.2.3.4-9f8e7d6c``)."""
_HEX = "[0-9A-Fa-f]"

RECOGNIZERS: tuple[Recognizer, ...] = (
    Recognizer(
        name="ipv4",
        entity_type="IP_ADDRESS",
        pattern=rf"(?<![0-9A-Za-z_.])(?<![A-Za-z]/)(?<![0-9]-){_VERSION_BEFORE}(?:{_OCTET}\.){{3}}{_OCTET}"
        rf"(?![0-9A-Za-z_])(?!\.[0-9]+\.[0-9]){_FILE_BEHIND}(?:/(?:3[0-2]|[12]?[0-9])(?![0-9A-Za-z_/-])(?!\.[0-9A-Za-z]))?",
        trigger=r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]",
        reach="0-9.",
        lookback=24,
        lookahead=16,
        score=0.8,
        context=("ip", "ip address", "ipv4", "client", "remote", "remote addr", "peer", "아이피", "접속 IP"),
        source="RFC 791, RFC 4632",
    ),
    Recognizer(
        name="ipv4_in_path",
        entity_type="IP_ADDRESS",
        pattern=rf"/[0-9A-Za-z_.~%-]*/(?P<value>(?:{_OCTET}\.){{3}}{_OCTET})(?![0-9A-Za-z_.])",
        trigger=r"/[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]",
        lookback=80,
        lookahead=16,
        score=0.7,
        source="RFC 791, RFC 3986 section 3.3; a product and its version (nginx/1.2.3.4) has no slash before",
    ),
    Recognizer(
        name="ipv6",
        entity_type="IP_ADDRESS",
        pattern=rf"(?<![0-9A-Za-z:.])(?=[0-9A-Fa-f:.]*[0-9])(?:{_HEX}{{0,4}}:){{2,7}}"
        rf"(?:(?:{_OCTET}\.){{3}}{_OCTET}|{_HEX}{{0,4}})(?![0-9A-Za-z_:])(?!\.[0-9])(?:%[0-9A-Za-z]{{1,16}})?"
        r"(?:/(?:12[0-8]|1[01][0-9]|[1-9]?[0-9])(?![0-9A-Za-z_/-])(?!\.[0-9A-Za-z]))?",
        trigger=r"::[0-9A-Fa-f]|[0-9A-Fa-f]{2,4}::|[0-9]::|:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]",
        lookback=48,
        lookahead=48,
        score=0.8,
        checksum=ipv6,
        policy=ChecksumPolicy.REQUIRED,
        context=("ip", "ip address", "ipv6", "client", "remote", "peer"),
        specificity=Specificity.GENERIC,
        source="RFC 4291, RFC 5952",
    ),
    Recognizer(
        name="ipv6_unspecified",
        entity_type="IP_ADDRESS",
        pattern=r"(?<![0-9A-Za-z_:.])::(?:/(?:12[0-8]|1[01][0-9]|[1-9]?[0-9]))?(?![0-9A-Za-z_:./])",
        trigger="::",
        lookback=8,
        lookahead=8,
        score=0.2,
        boosted=0.3,
        default=False,
        source="RFC 4291 section 2.5.2; an address of nobody, for thresholds that ask for everything",
    ),
    Recognizer(
        name="mac_address",
        entity_type="MAC_ADDRESS",
        pattern=rf"(?<![0-9A-Za-z_.-])(?<![0-9A-Fa-f]{{2}}:)(?!(?:[fF]{{2}}[:-]){{5}}[fF]{{2}}(?![0-9A-Fa-f:-])|(?:00[:-]){{5}}00(?![0-9A-Fa-f:-]))(?:{_HEX}{{2}}([:-])(?:{_HEX}{{2}}\1){{4}}{_HEX}{{2}}"
        rf"(?:\1{_HEX}{{2}}\1{_HEX}{{2}})?|{_HEX}{{4}}\.{_HEX}{{4}}\.{_HEX}{{4}})(?![0-9A-Za-z_])(?![:.-]{_HEX})",
        trigger=r"[0-9A-Fa-f]{2}[:-][0-9A-Fa-f]{2}[:-][0-9A-Fa-f]{2}[:-][0-9A-Fa-f]{2}[:-][0-9A-Fa-f]{2}[:-]"
        r"|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\b",
        lookback=28,
        lookahead=16,
        score=0.8,
        source="IEEE 802 MAC-48 and EUI-64, Cisco notation; the broadcast and the null address are nobody's",
    ),
    Recognizer(
        name="url",
        entity_type="URL",
        pattern=r"(?<![0-9A-Za-z_@./-])(?:(?i:https?|ftp)://(?=[^\s/?#]*\.[^\s/?#.]|localhost[:/]|\[)[^\s<>\"'`{}|\\^]{0,2000}?(?<=[0-9A-Za-z/=&#_-])"
        r"(?=[\s<>\"'`{}|\\^,;.!?)\]]*(?:[\s<>\"'`{}|\\^]|$))(?<=\.[^\s]{2})?"
        r"|(?:[0-9A-Za-z](?:[0-9A-Za-z-]{0,61}[0-9A-Za-z])?\.)+(?:com|net|org|info|biz|io|dev|app|ai|edu|gov|site|online"
        r"|shop|xyz|co\.[a-z]{2}|or\.kr|go\.kr|[a-z]{2})(?:/[^\s<>\"'`]*)?)(?![0-9A-Za-z_@-])",
        trigger=r"(?i:https?|ftp)://|[0-9A-Za-z]\.[a-z]{2}",
        lookback=256,
        lookahead=512,
        score=0.5,
        specificity=Specificity.CATCHALL,
        default=False,
        source="RFC 3986; opt-in, because most URLs name no person",
    ),
    Recognizer(
        name="uuid",
        entity_type="UUID",
        pattern=rf"{LEFT}(?<!-){_HEX}{{8}}-{_HEX}{{4}}-[1-8]{_HEX}{{3}}-[89ABab]{_HEX}{{3}}-{_HEX}{{12}}{RIGHT}(?!-)",
        trigger=rf"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}",
        lookback=40,
        lookahead=4,
        score=0.5,
        default=False,
        source="RFC 9562; opt-in, because most UUIDs name no person",
    ),
)
