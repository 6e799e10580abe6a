"""Counts checks, and prints those that fail."""


class Totals:
    """Of checks that each have a problem or none."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add(self, name, problem):
        if problem:
            self.failed += 1
            print(f"FAILED {name}: {problem}", flush=True)
        else:
            self.passed += 1

    def addAll(self, checks):
        for name, problem in checks:
            self.add(name, problem)

    def skip(self, name, reason):
        self.skipped += 1
        print(f"skipped {name}: {reason}", flush=True)

    def __str__(self):
        return (f"{self.passed} passed, {self.failed} failed, "
                f"{self.skipped} skipped")

    def since(self, earlier):
        """What has been added to a copy of these."""
        more = Totals()
        for name, count in vars(self).items():
            setattr(more, name, count - getattr(earlier, name))
        return more

    def finish(self):
        """Prints a runner's last line; returns its exit code."""
        print(self)
        return 1 if self.failed or not self.passed else 0


class Checks(Totals):
    """Of checks that compare values."""

    def check(self, name, actual, expected):
        self.add(name, None if actual == expected else
                 f"{actual}, expected {expected}")

    def holds(self, name, condition):
        self.check(name, bool(condition), True)
