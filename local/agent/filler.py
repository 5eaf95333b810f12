"""Markdown of a wanted length: prose, lists, a table and code, so that splitting a long answer
meets all of them.
"""

from itertools import count

_SECTION = """## Part {n}

This is part {n} of a long answer. It is here to be split: a chat platform takes only so many \
characters at a time, and **no fence, list or table** may be torn on the way.

1. the first point of part {n}
2. the second point, with `inline code` in it
3. the third point

```python
def part_{n}(values: list[int]) -> int:
    total = 0
    for value in values:
        if value % {n} == 0:
            total += value
    return total


print(part_{n}([{n}, {n}0, {n}00]))
```

| part | checked | note |
| --- | --- | --- |
| {n} | yes | nothing to see |

"""


def markdown(size: int) -> str:
    """Exactly `size` characters, ending in a line that says so where there is room for it."""
    end = f"That was all of it: {size} characters."
    if size <= len(end):
        return "x" * size
    room = size - len(end)
    text = ""
    for n in count(1):
        section = _SECTION.format(n=n)
        if len(text) + len(section) > room:
            break
        text += section
    return text + "." * (room - len(text) - 2) + "\n\n" * (room - len(text) >= 2) + end
