"""Large texts in a bucket."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from parley.errors import StoreUnavailable


class S3Texts:
    """The client is made at the first large text: most invocations never see one."""

    def __init__(self, new_client: Callable[[], Any], bucket: str) -> None:
        self._new_client = new_client
        self._bucket = bucket
        self._client: Any = None

    def put(self, key: str, text: str) -> None:
        try:
            self._s3().put_object(
                Bucket=self._bucket,
                Key=key,
                Body=text.encode(),
                ContentType="text/plain; charset=utf-8",
            )
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable(str(error)) from error

    def get(self, key: str) -> str:
        try:
            body: bytes = self._s3().get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable(str(error)) from error
        return body.decode()

    def _s3(self) -> Any:
        if self._client is None:
            self._client = self._new_client()
        return self._client
