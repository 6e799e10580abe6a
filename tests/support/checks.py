"""Counts checks, and prints those that fail."""


class Checks:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def check(self, name, actual, expected):
        if actual == expected:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED {name}: {actual}, expected {expected}")

    def holds(self, name, condition):
        self.check(name, bool(condition), True)
