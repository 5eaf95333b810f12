"""A machine's executions, read from the emulator."""

import json
import threading
from collections.abc import Iterable
from typing import Any

from local.emulator.account import Account

SHOWN = 12
ENTERED = "StateEntered"


class Executions:
    """`machine` is its ARN, known once it is deployed."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._lock = threading.Lock()
        self._conversations: dict[str, str] = {}
        self.machine = ""

    def newest(self) -> list[dict[str, Any]]:
        """The last few, newest first, for the page."""
        if not self.machine:
            return []
        listed = sorted(self._list(), key=lambda each: each["startDate"], reverse=True)[:SHOWN]
        return [
            {
                "name": each["name"],
                "status": each["status"],
                "conversation": self._conversation(each["executionArn"]),
            }
            for each in listed
        ]

    def running(self) -> list[str]:
        """ARNs of those that have not ended."""
        return [each["executionArn"] for each in self._list(statusFilter="RUNNING")]

    def failed(self) -> list[str]:
        """Names of those that ended badly."""
        bad = ("FAILED", "TIMED_OUT", "ABORTED")
        return [each["name"] for each in self._list() if each["status"] in bad]

    def arns(self) -> list[str]:
        return [each["executionArn"] for each in self._list()]

    def of(self, conversation: str, arns: Iterable[str]) -> list[str]:
        """Those of them that are this conversation's."""
        return [arn for arn in arns if self._conversation(arn) == conversation]

    def states_entered(self, arn: str) -> list[str]:
        """What AWS charges for, and the machine's start, which it charges too, left out."""
        client = self._account.client("stepfunctions")
        pages = client.get_paginator("get_execution_history").paginate(executionArn=arn)
        return [
            event["stateEnteredEventDetails"]["name"]
            for page in pages
            for event in page["events"]
            if event["type"].endswith(ENTERED)
        ]

    def _list(self, **filters: str) -> list[dict[str, Any]]:
        client = self._account.client("stepfunctions")
        pages = client.get_paginator("list_executions").paginate(
            stateMachineArn=self.machine, **filters
        )
        return [each for page in pages for each in page["executions"]]

    def _conversation(self, arn: str) -> str:
        with self._lock:
            known = self._conversations.get(arn)
        if known is None:
            client = self._account.client("stepfunctions")
            started = json.loads(client.describe_execution(executionArn=arn)["input"])
            known = str(started.get("conversation") or f"task {started.get('task', '')}")
            with self._lock:
                self._conversations[arn] = known
        return known
