"""Clients as the functions have them."""

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
def test_address_handed_out_is_the_regions_own_and_signed_as_newer_buckets_want(
    region: str,
) -> None:
    program = """
from parley.adapters.aws import clients
what = {"Bucket": "bucket", "Key": "tasks/t1/1/patch"}
print(clients.s3().generate_presigned_url("put_object", Params=what, ExpiresIn=900))
"""
    told = subprocess.run(
        [sys.executable, "-c", program],
        env={
            "PYTHONPATH": os.pathsep.join(sys.path),
            "AWS_DEFAULT_REGION": region,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        },
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    host = "bucket.s3" if region == "us-east-1" else f"bucket.s3.{region}"
    assert told.startswith(f"https://{host}.amazonaws.com/tasks/t1/1/patch?")
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in told
