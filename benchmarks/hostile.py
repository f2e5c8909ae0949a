"""Seeds of hostile texts: repeated to a megabyte, each wakes as much of the engine as one shape of input can."""

from __future__ import annotations

__all__ = ["HOSTILE"]

HOSTILE = {
    "digits": "4111111111111112",
    "digits and dashes": "1-2-3-4-5-6-7-8-9-0-",
    "digits and spaces": "01 02 03 04 05 06 07 ",
    "hexadecimal": "deadbeef0123456789abcdef",
    "letters": "abcdefghijklmnopqrstuvwxyz",
    "at signs": "a@",
    "long local parts": "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p@q.r.s.t.u.v.w.x.y.z.",
    "colons": "ab:cd:ef:01:23:45:67:89:",
    "dots": "1.2.3.4.5.6.7.8.9.0.",
    "URLs with user info": "http://a:b",
    "URLs with queries": "?token=&key=&sig=&",
    "password keys": "password=",
    "password keys and values": "password=abc ",
    "named keys": 'api_key: "',
    "issuer names": "azure mistral cohere twitter = ",
    "bearer": "Bearer abcdefgh1 ",
    "JWT heads": "eyJhbGciOiJIUzI1NiJ9.",
    "PEM heads": "-----BEGIN PRIVATE KEY-----\n",
    "cookies": "Cookie: a=bbbb; ",
    "token prefixes": "ghp_AKIAsk-ant-xoxb-AIza",
    "dense values": "mina.kim@example.com 010-1234-5678 4111111111111111 ",
    "hangul": "주민등록번호는 연락처는 계좌번호는 ",
    "full-width digits": "１２３４５６-１２３４５６７ ",
    "percent escapes": "%25%32%30%40",
    "zero-width": "1\u200b2\u200b3\u200b",
    "brackets": "<[<[<[<[",
}
