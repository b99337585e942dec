"""Files that wait in a bucket (S3 and what speaks its API), through boto3."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from intake.places import as_text, is_whole
from store.settings import Settings


class BucketUnreachable(Exception):
    """The bucket did not answer; the message says what it said. Nothing was moved."""


class Bucket:
    """A prefix of a bucket. An object is copied first and deleted last: whoever is killed in between leaves it to be taken again."""

    def __init__(self, settings: Settings) -> None:
        self.bucket, _, prefix = settings.inbox.removeprefix("s3://").partition("/")
        self.prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self.fetched: dict[Path, str] = {}
        self.client = boto3.client(
            "s3",
            endpoint_url=settings.s3_endpoint or None,
            aws_access_key_id=settings.s3_key_id or None,
            aws_secret_access_key=settings.s3_secret.get_secret_value() or None,
            region_name=settings.s3_region,
            config=Config(retries={"mode": "standard", "max_attempts": 4}, s3={"addressing_style": "path"}),
        )

    def connections(self) -> list[str]:
        names = {key.partition("/")[0] for key in self._keys("") if "/" in key}
        return sorted(name for name in names if not name.startswith("."))

    def files(self, connection: str) -> list[str]:
        names = (key.removeprefix(f"{connection}/") for key in self._keys(f"{connection}/"))
        return sorted(name for name in names if name and "/" not in name and is_whole(name))

    def fetch(self, connection: str, name: str, folder: Path) -> Path:
        target, key = folder / Path(name).name, self._key(connection, name)
        self.fetched[target] = self._call("head_object", Key=key)["ETag"]
        self._call("download_file", Key=key, Filename=str(target))
        return target

    def still_holds(self, connection: str, name: str, fetched: Path) -> bool:
        return bool(self._call("head_object", Key=self._key(connection, name))["ETag"] == self.fetched.pop(fetched))

    def settle(self, connection: str, name: str, settled: str, report: Mapping[str, Any]) -> None:
        source, target = self._key(connection, name), self._key(connection, settled)
        self._archive(source)
        self._call("put_object", Key=f"{target}.json", Body=as_text(report).encode(), ContentType="application/json")
        self._call("copy_object", Key=target, CopySource={"Bucket": self.bucket, "Key": source})
        self._call("delete_object", Key=source)
        self._call("delete_object", Key=f"{source}.json")

    def _archive(self, source: str) -> None:
        """Copy an object under its digest, unless it is there."""
        body = self._call("get_object", Key=source)["Body"]
        seen = hashlib.sha256()
        for chunk in body.iter_chunks(1 << 20):
            seen.update(chunk)
        kept = f"{self.prefix}.archive/{seen.hexdigest()}"
        if not self._exists(kept):
            self._call("copy_object", Key=kept, CopySource={"Bucket": self.bucket, "Key": source})

    def _keys(self, below: str) -> Iterator[str]:
        """Keys under a part of the prefix, without the prefix."""
        try:
            for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix + below):
                for item in page.get("Contents", ()):
                    yield item["Key"].removeprefix(self.prefix)
        except (BotoCoreError, ClientError) as exc:
            raise self._unreachable(exc) from exc

    def _exists(self, key: str) -> bool:
        try:
            self.client.head_object(Bucket=self.bucket, Key=key)
        except ClientError as exc:
            if exc.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 404:
                return False
            raise self._unreachable(exc) from exc
        except BotoCoreError as exc:
            raise self._unreachable(exc) from exc
        return True

    def _call(self, method: str, **request: Any) -> Any:
        try:
            return getattr(self.client, method)(Bucket=self.bucket, **request)
        except (BotoCoreError, ClientError) as exc:
            raise self._unreachable(exc) from exc

    def _unreachable(self, exc: Exception) -> BucketUnreachable:
        return BucketUnreachable(
            f"the bucket s3://{self.bucket}/{self.prefix} did not answer as asked ({exc}); nothing was lost: see GAPLESS_INBOX,"
            " GAPLESS_S3_ENDPOINT and its keys"
        )

    def _key(self, connection: str, name: str) -> str:
        return f"{self.prefix}{connection}/{name}"
