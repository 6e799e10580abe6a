"""What generated programs call: a function of theirs or of the host."""

import dataclasses


@dataclasses.dataclass
class Callee:
    name: str
    params: tuple
    results: tuple
    isHost: bool = False
    slots: list = dataclasses.field(default_factory=list)


def signature(callee):
    return "".join(f" (param {p})" for p in callee.params) + \
        "".join(f" (result {r})" for r in callee.results)
