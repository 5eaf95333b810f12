"""DynamoDB in memory: the low-level client's calls, with its expression language and its refusals.

A drop-in for the boto3 client where a test runs the table's real expressions hundreds of thousands
of times. What it does not know it refuses, rather than guess.
"""

from tests.fakes.dynamodb.client import InMemoryDynamoDB

__all__ = ["InMemoryDynamoDB"]
