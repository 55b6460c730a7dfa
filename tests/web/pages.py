"""The source of a page, whatever lines its templates are broken into."""

import re
from typing import Any

_TAG = re.compile(r"<[a-zA-Z/][^<>]*>")


def source(answer: Any) -> str:
    """The HTML of an answer on one line: single spaces, and none where an element begins or ends."""
    page = " ".join(_TAG.sub(lambda tag: " ".join(tag[0].split()).replace(" >", ">"), answer.content.decode()).split())
    return re.sub(r"(<(?!/)[^<>]*>) ", r"\1", page).replace(" </", "</")
