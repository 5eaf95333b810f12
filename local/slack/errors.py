"""How the Web API says no."""


class SlackError(Exception):
    """An `ok: false` answer; its text is Slack's error code."""
