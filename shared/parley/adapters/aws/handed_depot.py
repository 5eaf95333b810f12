"""A task's files in the bucket, for the runner, which has no right to the bucket."""

import time
from collections.abc import Callable

import httpx

from parley.adapters.aws.invocation import Invocation
from parley.errors import StoreUnavailable

TIMEOUT = httpx.Timeout(60.0, connect=5.0)
PAUSES = (0.3, 1.0, 3.0)  # seconds between tries: what an agent did is not lost to a hiccup
# Whoever made the address may not list the bucket, so it tells 403 of what is not there.
ABSENT = {httpx.codes.NOT_FOUND, httpx.codes.FORBIDDEN}
PIECE = 1 << 20


class HandedDepot:
    """The runner's: each file by an address that another function hands out, to the task's holder
    and for its own files only. So nobody gets at the bucket by what the runner may do."""

    def __init__(
        self,
        invocation: Invocation,
        task: str,
        fence: int,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._invocation = invocation
        self._sleep = sleep
        self._task = task
        self._fence = fence

    def put(self, key: str, content: bytes) -> None:
        self._repeated(lambda client: _sent(client, self._address("put", key), content))

    def get(self, key: str, most: int) -> bytes:
        return self._repeated(lambda client: _fetched(client, self._address("get", key), key, most))

    def _address(self, verb: str, key: str) -> str:
        asked: dict[str, str | int] = {
            "task": self._task,
            "fence": self._fence,
            "verb": verb,
            "key": key,
        }
        answer = self._invocation.now(asked)
        if "url" not in answer:
            raise LookupError(f"{key}: {answer.get('refused', 'refused')}")
        return str(answer["url"])

    def _repeated(self, call: Callable[[httpx.Client], bytes]) -> bytes:
        """A put that is repeated changes nothing: the content is the same."""
        failure: Exception | None = None
        with httpx.Client(timeout=TIMEOUT) as client:
            for pause in (0.0, *PAUSES):
                self._sleep(pause)
                try:
                    return call(client)
                except (httpx.HTTPError, StoreUnavailable) as error:
                    failure = error
        # An address is a secret while it is good: it is not repeated here.
        raise StoreUnavailable(f"the bucket did not answer: {type(failure).__name__}")


def _sent(client: httpx.Client, url: str, content: bytes) -> bytes:
    answer = client.put(url, content=content)
    if not answer.is_success:
        raise StoreUnavailable(f"the bucket answered {answer.status_code}")
    return b""


def _fetched(client: httpx.Client, url: str, key: str, most: int) -> bytes:
    with client.stream("GET", url) as answer:
        if answer.status_code in ABSENT:
            raise LookupError(key)
        if not answer.is_success:
            raise StoreUnavailable(f"the bucket answered {answer.status_code}")
        content = bytearray()
        for piece in answer.iter_bytes(PIECE):
            content += piece
            if len(content) > most:
                raise LookupError(f"{key} is longer than {most} bytes")
        return bytes(content)
