"""What a person reads while the agent works."""

from parley.core.previews import bare

_STEPS = ((60, 5), (600, 15), (3_600, 60))  # seconds up to which the time is shown in such steps
_LONGEST_STEP = 300


def line(activity: str, seconds: int, queued: int) -> str:
    """What the agent does now, for how long it has worked, how many messages wait."""
    doing = f"Running `{bare(activity)}`" if activity else "Working"
    waiting = f" · {queued} waiting" if queued else ""
    return f"⏳ {doing} · {elapsed(seconds)}{waiting}"


def elapsed(seconds: int) -> str:
    """In steps that get coarser: each new text is an edit that the platform counts."""
    step = next((step for limit, step in _STEPS if seconds < limit), _LONGEST_STEP)
    shown = seconds - seconds % step
    minutes, rest = divmod(shown, 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60} min"
    if minutes:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{rest} s"
