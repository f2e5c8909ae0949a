"""Network addresses: IPv4, IPv6, MAC, and URLs (opt-in)."""

from __future__ import annotations

from privmw.redaction.checksums.network import ipv6
from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer, Specificity
from privmw.redaction.recognizers.labels import labelled
from privmw.redaction.recognizers.shapes import LEFT, RIGHT, keyed

__all__ = ["RECOGNIZERS"]

_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_VERSION = labelled(
    (
        "version",
        "ver",
        "release",
        "rev",
        "revision",
        "build",
        "firmware",
        "fw",
        "tag",
        "section",
        "chapter",
        "clause",
        "oid",
        "kernel",
        "driver",
        "jdk",
        "jre",
        "java",
        "openssl",
        "firefox",
        "chrome",
        "chromium",
        "safari",
        "msie",
        "webkit",
        "imagemagick",
        "python",
        "ruby",
        "perl",
        "php",
        "gcc",
        "glibc",
        "android",
        "ios",
        "macos",
        "npm",
        "pip",
        "jquery",
        "버전",
    ),
    also=r":(?!(?i:pi|rdda|tsoh|crs|tsd|revres|tneilc|reep|etomer|sserdda)(?![a-z]))[0-9a-z_.-]{1,40}(?:/[0-9a-z._-]*[a-z]|:[0-9a-z-]{1,40}\.[a-z])"
    r"|=[\s\"'`]{0,2}(?:[^=]{0,36}\.)??(?:seludom|segakcap|seicnedneped|stnemeriuqer|snoisrev)(?![a-z])",
)
"""Labels of versions; names of images and artefacts (``shop/web:2.1.0.5``, ``com.example:core:2.1.0.5``); lists of packages."""

_PINNED = "(?:(?<![0-9A-Za-z\\]]==)|(?<=ip==)|(?<=addr==)|(?<=host==)|(?<=src==)|(?<=dst==))"
"""Not a requirement (``package==1.1.1.2``), but a filter (``ip==10.1.2.3``)."""

_SLASH = (
    r"(?:(?<![A-Za-z]/)|(?<=\.internal/)|(?<=\.local/)|(?<=\.lan/)|(?<=\.com/)|(?<=\.net/)|(?<=\.org/)|(?<=DIRECT/)|(?<=PARENT/)|(?<=SIBLING/)"
    r"|(?=[0-9.]{7,15}:[0-9]{1,5}(?![0-9.:])))"
)
"""Not a product and its version (``nginx/1.2.3.4``), but a host and its address (``kafka/10.1.2.3:9092``)."""

_HYPHEN = r"(?:(?<![0-9]-)|(?<=\.[0-9]-)|(?<=\.[0-9]{2}-)|(?<=\.[0-9]{3}-))"
"""Not behind a number and a hyphen, but behind an address as the end of a range."""

_FILE_BEHIND = (
    r"(?!\.(?:jar|war|tar|tgz|zip|whl|js|css|so|dll|exe|rpm|deb)(?![0-9A-Za-z]))(?!-[0-9a-f]{7})"
    r"(?!-(?:py[0-9]|cp[0-9]|rc|alpha|beta|snapshot|SNAPSHOT|release|RELEASE|final|linux|win|amd64|x86|arm|noarch|any|none|el[0-9]|fc[0-9]|bin|src|jre|jdk|slim|alpine))"
)
"""A version in the name of a file or image (``app-1.2.3.4.jar``, ``web:1.2.3.4-9f8e7d6c``)."""

_HEX = "[0-9A-Fa-f]"
_ADDRESS_WORDS = (
    "ip", "ip address", "ipaddr", "ipv4", "ipaddress", "client", "remote", "remote addr", "peer", "addr", "address", "host", "server", "gateway", "dns", "forwarded",
    "forwarded for", "아이피", "접속 IP",
)  # fmt: skip

RECOGNIZERS: tuple[Recognizer, ...] = (
    Recognizer(
        name="ipv4",
        entity_type="IP_ADDRESS",
        pattern=rf"(?<![0-9A-Za-z_.]){_SLASH}{_HYPHEN}{_PINNED}(?<!/:)(?<![?&]v=)(?:{_OCTET}\.){{3}}{_OCTET}"
        rf"(?![0-9A-Za-z_])(?!\.[0-9]+\.[0-9])(?!\.[0-9](?![0-9])){_FILE_BEHIND}(?:/(?:3[0-2]|[12]?[0-9])(?![0-9A-Za-z_/-])(?!\.[0-9A-Za-z]))?",
        trigger=r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]",
        reach="0-9.",
        lookback=24,
        lookahead=16,
        score=0.8,
        context=_ADDRESS_WORDS,
        other=_VERSION,
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
        pattern=rf"(?<![0-9A-Za-z:.])(?=[0-9A-Fa-f:.]*[0-9])(?={_HEX}{{0,2}}:[0-9A-Fa-f:]*(?:{_HEX}{{3}}|\.)|{_HEX}{{3}}|::1(?![0-9A-Fa-f:]))(?:{_HEX}{{0,4}}:){{2,7}}"
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
    keyed(
        "ipv6_short",
        "IP_ADDRESS",
        rf"(?<![0-9A-Za-z:.])(?=[0-9A-Fa-f:]*[0-9])(?:{_HEX}{{0,4}}:){{2,7}}{_HEX}{{0,4}}(?![0-9A-Za-z_:])(?!\.[0-9])(?:/(?:12[0-8]|1[01][0-9]|[1-9]?[0-9])(?![0-9A-Za-z_/-]))?",
        r"::[0-9A-Fa-f]|[0-9A-Fa-f]{2,4}::|[0-9]::|:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]",
        ("ip address", "ipv6", "client ip", "remote addr", "ip addr"),
        checksum=ipv6,
        boosted=0.8,
        within=24,
        specificity=Specificity.GENERIC,
        source="RFC 4291; groups of one or two digits are slices, times and scores as often as addresses",
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
        rf"(?:\1{_HEX}{{2}}\1{_HEX}{{2}})?|(?=[0-9.]*[A-Fa-f]){_HEX}{{4}}\.{_HEX}{{4}}\.{_HEX}{{4}})(?![0-9A-Za-z_])(?![:.-]{_HEX})",
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
