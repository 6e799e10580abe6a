"""Tables in Markdown."""


def row(cells):
    return "| " + " | ".join(cells) + " |"


def rule(sides):
    """Below the head: for each column "l" or "r"."""
    return "|" + "".join("---|" if side == "l" else "---:|" for side in sides)
