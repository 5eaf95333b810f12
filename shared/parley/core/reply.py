"""What a reply is sent as: posts, and a file for what would be too many of them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One post of a reply; with `file` it goes out as a file of that name, `text` its content."""

    text: str
    file: str = ""
