"""Notices, handed to a function that has the bot tokens."""

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from parley.core.reading import Notice
from parley.errors import NoticesUnavailable


class LambdaNotices:
    """Invoked asynchronously: Lambda queues the event and repeats it where the function fails."""

    def __init__(self, client: Callable[[str], Any], function: str) -> None:
        self._client = client
        self._function = function
        self._lambda: Any = None

    def post(self, notice: Notice) -> None:
        event = {"channel": notice.channel, "place": dict(notice.place), "text": notice.text}
        try:
            # Made when the first notice comes: most webhooks have none to say.
            if self._lambda is None:
                self._lambda = self._client("lambda")
            self._lambda.invoke(
                FunctionName=self._function, InvocationType="Event", Payload=json.dumps(event)
            )
        except (ClientError, BotoCoreError) as error:
            raise NoticesUnavailable(str(error)) from error
