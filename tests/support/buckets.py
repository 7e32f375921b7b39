"""A bucket on a server of this machine, for tests of an inbox in a storage."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

BUCKET = "exports"
# Made up; the server takes any.
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "made-up-id",
    "AWS_SECRET_ACCESS_KEY": "made-up-hidden-word",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket that answers at an address of this machine; its inbox is the prefix `inbox`."""

    endpoint: str
    client: Any
    name: str = BUCKET

    @property
    def url(self) -> str:
        return f"s3://{self.name}/inbox"

    def put(self, name: str, content: bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=f"inbox/{name}", Body=content)

    def names(self) -> list[str]:
        found = self.client.list_objects_v2(Bucket=self.name, Prefix="inbox/")
        return [item["Key"].removeprefix("inbox/") for item in found.get("Contents", [])]

    def clear(self) -> None:
        for name in self.names():
            self.client.delete_object(Bucket=self.name, Key=f"inbox/{name}")


@contextmanager
def bucket_server() -> Iterator[Bucket]:
    """A server with one empty bucket."""
    os.environ.update(CREDENTIALS)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    client = boto3.client("s3", endpoint_url=endpoint)
    try:
        client.create_bucket(Bucket=BUCKET)
        bucket = Bucket(endpoint, client)
        bucket.clear()  # servers of one process share what they hold
        yield bucket
    finally:
        client.close()
        server.stop()
        for name in CREDENTIALS:
            os.environ.pop(name, None)
