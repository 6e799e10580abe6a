# A computing loop in Python: a sieve, a string builder, dictionaries, floats,
# objects and calls. Takes its scale as argument and prints a checksum.

import sys


class Counter:
    def __init__(self):
        self.counts = {}

    def add(self, key, weight):
        self.counts[key] = self.counts.get(key, 0) + weight
        return self


def collatz(n):
    steps = 0
    while n != 1:
        n = 3 * n + 1 if n & 1 else n >> 1
        steps += 1
    return steps


def primes(limit):
    sieve = [True] * limit
    for i in range(2, limit):
        if sieve[i]:
            for j in range(i * i, limit, i):
                sieve[j] = False
    return sum(1 for i in range(2, limit) if sieve[i])


def orbit(steps):
    x, y, vx, vy = 1.0, 0.0, 0.0, 1.0
    for _ in range(steps):
        force = 0.01 / (x * x + y * y) ** 1.5
        vx -= x * force
        vy -= y * force
        x += vx * 0.01
        y += vy * 0.01
    return x + y


def words(count, seed):
    counter, parts = Counter(), []
    for _ in range(count):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        word = "k" + str(seed % 97)
        counter.add(word, seed & 7)
        parts.append(word.upper() if seed & 256 else word)
    text = ",".join(parts)
    best = sorted(counter.counts.items(), key=lambda item: (-item[1], item[0]))
    return len(text.split(",")) + text.count("K4") + best[0][1]


def unit(number):
    total = sum(collatz(n) for n in range(1 + number, 41 + number))
    total = total * 31 + primes(600 + number % 7)
    total = total * 31 + words(150, number)
    return (total + int(orbit(150) * 1e9)) % 1000000007


checksum = 0
for number in range(int(sys.argv[1])):
    checksum = (checksum * 1000003 + unit(number)) % (1 << 61)
print("checksum", checksum)
