# SPDX-License-Identifier: GPL-2.0-or-later
"""Bytes and values that are made to be misunderstood."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

#: Words of 64 bits at which sums and comparisons change their minds.
WORDS = (0, 1, 2, 3, 0xFFFF, 0x10000, 2**31, 2**32 - 1, 2**32, 2**53, 2**63 - 1, 2**63, 2**64 - 2, 2**64 - 1)
#: Values of JSON of each type.
VALUES = (
    "null", "true", "false", "0", "-1", "1.5", "NaN", "Infinity", "-Infinity", "1e400", "9223372036854775808",
    "-9223372036854775809", "1" + "0" * 5000, '""', '"x"', '"\\ud800"', '"\\u0000"', '"../../etc/passwd"',
    '"/proc/self/mem"', '"/dev/zero"', "[]", "[[]]", "{}", '{"size":1}', "[" * 2000, '"' + "y" * 3000 + '"',
    '["cpu","cuda"]', "[1]", '[{"name":1}]',
)  # fmt: skip


def word(random: Random) -> int:
    """Return a word of 64 bits."""
    kind = random.random()
    if kind < 0.5:
        return random.choice(WORDS)
    return random.getrandbits(64) if kind < 0.7 else random.randrange(64)


def mutated(random: Random, data: bytes, most: int = 4) -> bytes:
    """Return bytes with some changed, cut, repeated, swapped or put in."""
    found = bytearray(data)
    for _ in range(random.randint(1, most)):
        at = random.randrange(len(found) + 1)
        kind = random.randrange(7)
        if kind == 0 and at < len(found):
            found[at] ^= 1 << random.randrange(8)
        elif kind == 1 and at < len(found):
            found[at] = random.choice((0, 0x7F, 0x80, 0xFF, 0x0A, 0x22, 0x5C, random.randrange(256)))
        elif kind == 2:
            found[at:at] = random.randbytes(random.randint(1, 12))
        elif kind == 3:
            del found[at : at + random.choice((1, 2, 8, 64))]
        elif kind == 4:
            del found[at:]
        elif kind == 5:
            piece = found[at : at + random.randint(1, 64)]
            found[at:at] = piece * random.randint(1, 4)
        else:
            other = random.randrange(len(found) + 1)
            size = random.randint(1, 32)
            found[at : at + size], found[other : other + size] = (
                found[other : other + size],
                found[at : at + size],
            )
    return bytes(found)
