"""How Discord says no."""

from typing import Any


class DiscordError(Exception):
    """A status, a code and a sentence; `more` goes into the body."""

    def __init__(self, status: int, code: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"message": message, "code": code, **more}


def unknown(what: str, code: int) -> DiscordError:
    return DiscordError(404, code, f"Unknown {what}")


UNKNOWN_CHANNEL, UNKNOWN_MESSAGE, UNKNOWN_WEBHOOK = 10003, 10008, 10015
UNKNOWN_INTERACTION, UNKNOWN_EMOJI, UNKNOWN_APPLICATION = 10062, 10014, 10002


def invalid(field: str, code: str, message: str) -> DiscordError:
    """An invalid form: which field, and why. `components.0.label` names a place within."""
    errors: dict[str, Any] = {"_errors": [{"code": code, "message": message}]}
    for part in reversed(field.split(".")):
        errors = {part: errors}
    return DiscordError(400, 50035, "Invalid Form Body", errors=errors)


def too_long(field: str, most: int) -> DiscordError:
    return invalid(field, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")


def too_fast(seconds: float, *, everywhere: bool = False) -> DiscordError:
    error = DiscordError(429, 0, "You are being rate limited.")
    wait = max(round(seconds, 3), 0.001)
    error.body = {"message": str(error), "retry_after": wait, "global": everywhere}
    return error
