"""Theta sketches once more, in Python: what the tests of audiences compare with."""
import hashlib
import math
from dataclasses import dataclass

SIZE = 256


@dataclass
class Sketch:
    theta: float
    hashes: object

    def __post_init__(self):
        if isinstance(self.hashes, (bytes, memoryview)):
            data = bytes(self.hashes)
            listed = [int.from_bytes(data[i:i + 8], "big") for i in range(0, len(data), 8)]
            assert listed == sorted(set(listed)) and all(h / 2 ** 64 < self.theta for h in listed) and len(listed) <= SIZE
            self.hashes = set(listed)

    def below(self, theta):
        return {h for h in self.hashes if h < theta * 2 ** 64}


def of_people(key, platform, people):
    """The sketch of names: the 256 smallest salted hashes, theta the next one to 48 bits."""
    ordered = sorted({int.from_bytes(hashlib.blake2b(f"{platform}{who}".encode(), digest_size=16, key=key, salt=bytes(16),
                                                     person=b"engager".ljust(16, b"\0")).digest()[:8], "big") for who in people})
    if len(ordered) <= SIZE:
        return Sketch(1.0, set(ordered))
    return Sketch((ordered[SIZE] >> 16) / 2 ** 48, set(ordered[:SIZE]))


def buckets(sketch):
    """The smallest hash of each of 32 parts, as signed 64 bits."""
    least = {}
    for h in sorted(sketch.hashes):
        least.setdefault(h & 31, h - 2 ** 64 if h >= 2 ** 63 else h)
    return set(least.values())


def jaccard(a, b):
    """Estimate and relative error below the smaller theta; error 0 if exact, None if nothing was seen."""
    theta = min(a.theta, b.theta)
    one, two = a.below(theta), b.below(theta)
    k = len(one | two)
    j = len(one & two) / k if k else 0.0
    if theta == 1:
        return j, 0.0
    return j, math.sqrt((1 - j) / (j * k)) if j else None
