"""For mkdocs.yml: the site is the pages of docs/, and links from them to other
files of the repository lead nowhere there, so that they become text."""

import re


def on_page_markdown(markdown, **_):
    return re.sub(r"\[([^][]*)\]\(\.\./[^)]*\)", r"\1", markdown)
