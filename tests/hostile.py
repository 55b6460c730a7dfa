"""Values nobody means well, for every field of every form and call."""

from typing import Any

MARK = "<script>alert('rung')</script>"
TEXTS = (
    MARK,
    '"><img src=x onerror=alert(1)>',
    "a\x00b",
    "half \ud800 a pair",
    "x" * 1_000_000,
    "'; DROP TABLE people_agent; --",
    "../../../../etc/passwd",
    "Subject: x\r\nBcc: everybody@evil.example\r\n\r\n",
    "{{ 7 * 7 }}{% debug %}${7*7}%(x)s{x.__class__}",
    "\u202e\u2066\ufeff\u0000\U0010ffff",
    "-1",
    "9" * 40,
    "1e400",
    "NaN",
    "",
    " ",
    "0000-00-00T99:99",
    "javascript:alert(1)",
)
#: What JSON can hold besides texts.
VALUES: tuple[Any, ...] = (
    *TEXTS,
    -1,
    2**63,
    10**400,
    1e308,
    True,
    None,
    [],
    ["x"] * 2_000,
    [[[[[[]]]]]],
    {},
    {"a": {"b": {"c": [1, {"d": None}]}}},
    {MARK: MARK},
)
