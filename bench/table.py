"""Tables in Markdown."""


def row(cells):
    return "| " + " | ".join(cells) + " |"
