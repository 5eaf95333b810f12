"""The machine's clock and randomness."""

import secrets
import time


class SystemClock:
    def now(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class RandomIds:
    def new(self) -> str:
        return secrets.token_hex(10)

    def code(self) -> str:
        from parley.core.pairing import CODE_LENGTH, CODE_LETTERS  # only pairing needs it

        return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
