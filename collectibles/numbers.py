"""Numbers in an order that looks random, never collides, and costs the same for the first and the last.

Each segment of an edition is shuffled by a keyed permutation: a Feistel network over the next power of four, walked
until it lands inside the segment. Turn n of the running count gets the n-th number of that order, so nothing is scanned
or stored. Source: "cycle walking" in https://en.wikipedia.org/wiki/Format-preserving_encryption
"""

from hashlib import blake2b

ROUNDS = 4


def permute(index: int, size: int, key: int) -> int:
    """Where `index` of 0..size-1 goes under `key`; a bijection of 0..size-1."""
    half = max(1, ((size - 1).bit_length() + 1) // 2)
    while True:
        index = feistel(index, half, key)
        if index < size:
            return index


def feistel(value: int, half: int, key: int) -> int:
    """A permutation of the numbers of 2 x `half` bits."""
    mask = (1 << half) - 1
    left, right = value >> half, value & mask
    for turn in range(ROUNDS):
        message = right.to_bytes(8, "big") + bytes([turn])
        digest = blake2b(message, digest_size=8, key=key.to_bytes(8, "big")).digest()
        left, right = right, left ^ int.from_bytes(digest, "big") & mask
    return left << half | right
