"""A task's files in the bucket, for functions that may have them."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from parley.errors import StoreUnavailable

SECONDS = 900  # an address is good for
# Who may not list a bucket is told 403 of what is not there.
ABSENT = {"NoSuchKey", "404", "NotFound", "403", "AccessDenied"}


class S3Depot:
    """The client is made at the first file."""

    def __init__(self, new_client: Callable[[], Any], bucket: str) -> None:
        self._new_client = new_client
        self._bucket = bucket
        self._client: Any = None

    def put(self, key: str, content: bytes) -> None:
        try:
            self._s3().put_object(Bucket=self._bucket, Key=key, Body=content)
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable(str(error)) from error

    def get(self, key: str, most: int) -> bytes:
        try:
            answer = self._s3().get_object(Bucket=self._bucket, Key=key)
            if answer["ContentLength"] > most:
                raise LookupError(f"{key} is longer than {most} bytes")
            content: bytes = answer["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in ABSENT:
                raise LookupError(key) from error
            raise StoreUnavailable(str(error)) from error
        except BotoCoreError as error:
            raise StoreUnavailable(str(error)) from error
        return content

    def address(self, verb: str, key: str) -> str:
        """For one `get` or `put`, good for a quarter of an hour."""
        url: str = self._s3().generate_presigned_url(
            f"{verb}_object", Params={"Bucket": self._bucket, "Key": key}, ExpiresIn=SECONDS
        )
        return url

    def _s3(self) -> Any:
        if self._client is None:
            self._client = self._new_client()
        return self._client
