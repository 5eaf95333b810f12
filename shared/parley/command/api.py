"""Calls of the API under /v1: what it answers, or an error that says what it refused."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from parley.command.address import base_of
from parley.command.calls import Answer, Api, Json
from parley.errors import ApiError, ApiUnavailable, ChannelError, SettingsError

NAMED = "the API"
FAULTS = 500  # and above: the API's own
Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ParleyApi:
    api: Api

    @classmethod
    def at(cls, url: str, token: str) -> "ParleyApi":
        """Raises SettingsError."""
        if not url:
            raise SettingsError("no address: give the deployment's with --url, or as PARLEY_URL")
        if not token.strip():
            raise SettingsError("no token: give --token-file, or PARLEY_API_TOKEN")
        if not token.isascii() or not token.strip().isprintable():
            raise SettingsError("the token is none: it has characters that no header takes")
        headers = {"Authorization": f"Bearer {token.strip()}"}
        return cls(Api(NAMED, f"{base_of(url)}/v1", headers))

    def get(self, *path: str, query: str = "") -> Fields:
        return self._fields("GET", path, None, query)

    def put(self, *path: str, body: Json) -> Fields:
        return self._fields("PUT", path, body)

    def post(self, *path: str, body: Json) -> Fields:
        return self._fields("POST", path, body)

    def delete(self, *path: str) -> None:
        self._checked("DELETE", path)

    def patch_of(self, change: Fields) -> bytes:
        """A change's patch, which is the one that a decision is on. A large one comes from the
        bucket itself, by an address that is good for a while; the token does not go there."""
        answer = self._checked("GET", ("changes", str(change["id"]), "patch"))
        if answer.location:
            answer = _called(Api("the bucket", answer.location), "GET", "")
            if answer.status != 200:
                raise ApiUnavailable(f"the bucket answered {answer.status}; try again")
        if hashlib.sha256(answer.content).hexdigest() != change["patch_sha256"]:
            raise ApiError("the patch did not arrive as it was recorded; try again")
        return answer.content

    def _fields(
        self, method: str, path: Sequence[str], body: Json | None = None, query: str = ""
    ) -> Fields:
        answer = self._checked(method, path, body, query)
        if not answer.fields:
            raise ApiError("what answers there is not the API")
        return answer.fields

    def _checked(
        self, method: str, path: Sequence[str], body: Json | None = None, query: str = ""
    ) -> Answer:
        place = "/".join(quote(part, safe="") for part in path)
        answer = _called(self.api, method, f"{place}?{query}" if query else place, body)
        if 200 <= answer.status < 400:
            return answer
        told = str(answer.fields.get("message", f"{method} {place}: {answer.status}"))
        if answer.status == 401:
            raise ApiError("the API does not know this token")
        if answer.status >= FAULTS:
            raise ApiUnavailable(f"the API can't do it now: {told}")
        raise ApiError(told)


def _called(api: Api, method: str, path: str, body: Json | None = None) -> Answer:
    try:
        return api.call(method, path, body)
    except ChannelError as error:
        kind = ApiUnavailable if error.retryable else ApiError
        raise kind(str(error)) from None
