"""How many digits follow each country calling code, as one pattern.

Lengths are those of fixed and mobile numbers in libphonenumber's metadata (9.0), shortest ones raised where they would match anything, so
that ``+82 10-1234-5678 2026`` ends where the number ends.
"""

from __future__ import annotations

__all__ = ["PHONE_INTERNATIONAL"]

_LENGTHS = (
    (4, 7, "247 290 298 299 500 597 672 676 677 678 681 682 683 687 688 690"),
    (5, 9, "252 27 359 376 40 421 508 685 686"),
    (6, 10, "358 53 63 880 95 98"),
    (6, 11, "352 39"),
    (7, 7, "238 239 246 248 269 291 297 501 592 673 674 679 680 691 692 960"),
    (7, 8, "230 241 267 372 507 599 670 675 961 975"),
    (7, 9, "220 231 254 265 354 423 46 48 595 967"),
    (7, 10, "243 353"),
    (7, 11, "62 86"),
    (7, 12, "381 43 882"),
    (8, 8, "216 222 223 226 227 228 232 235 236 253 257 266 268 350 356 357 370 371 373 374 382 386 389 45 47 502 503 504"
           " 505 506 509 591 598 65 689 800 808 852 853 965 968 973 974 993"),
    (8, 9, "213 224 250 258 264 32 355 36 377 385 387 51 593 66 855 886 962 963 970 971"),
    (8, 10, "20 378 57 60 64 82 850 856 964 976 977"),
    (8, 11, "49 383 883 972"),
    (9, 9, "211 212 218 221 233 237 240 242 244 245 249 251 255 256 260 261 262 263 33 34 351 375 380 41 420 56 590 594"
           " 596 61 93 94 966 979 992 994 995 996 998"),
    (9, 10, "44 81 84 881 92"),
    (9, 11, "31 870"),
    (10, 10, "1 225 229 234 30 52 58 7 90 91"),
    (10, 11, "54 55"),
    (11, 11, "888"),
    (12, 12, "878"),
)  # fmt: skip


def _pattern() -> str:
    alternatives = (
        rf"(?:{'|'.join(codes.split())})(?: ?\(0\))?(?:[ ()./-]{{0,3}}[0-9]){{{shortest},{longest}}}"
        for shortest, longest, codes in _LENGTHS
    )
    return f"(?:{'|'.join(alternatives)})"


PHONE_INTERNATIONAL = _pattern()
"""Pattern of an international number behind its plus sign."""
