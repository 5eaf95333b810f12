"""How the Bot API says no."""

from typing import Any


class TelegramError(Exception):
    """`ok: false`, with the server's own description."""

    def __init__(self, description: str, code: int = 400, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.parameters = parameters

    def as_json(self) -> dict[str, Any]:
        answer = {"ok": False, "error_code": self.code, "description": str(self)}
        return answer | ({"parameters": self.parameters} if self.parameters else {})


def bad(description: str) -> TelegramError:
    return TelegramError(f"Bad Request: {description}")


def too_fast(seconds: float) -> TelegramError:
    """Whole seconds, rounded up."""
    wait = max(1, -int(-seconds // 1))
    return TelegramError(f"Too Many Requests: retry after {wait}", 429, retry_after=wait)
