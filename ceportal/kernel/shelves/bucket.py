"""A shelf in a bucket of an S3-compatible store, by django-storages."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import IO, Any, cast

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import ContentFile
from s3transfer.exceptions import RetriesExceededError
from storages.backends.s3 import S3Storage

from ceportal.kernel.shelves.kinds import ShelfAway

_ABSENT = {"404", "NoSuchKey", "NotFound"}
_FULL = 507
# A file that is read takes no more of a process; what is larger lies in a temporary file.
_IN_MEMORY = 1024 * 1024


@dataclass(frozen=True)
class BucketShelf:
    """A folder of a bucket. The store itself takes an object whole or not at all, and forgets what was broken off."""

    storage: Any

    def has(self, key: str, *, size: int | None = None) -> bool:
        with _answering():
            try:
                return size in {None, self.storage.size(key)}
            except FileNotFoundError:
                return False

    def put(self, key: str, data: bytes) -> None:
        with _answering():
            self.storage.save(key, ContentFile(data))

    def open(self, key: str) -> IO[bytes]:
        """All of it, fetched: what is wrong shows here, and not half-way through an answer."""
        with _answering():
            return cast(IO[bytes], self.storage.open(key).file)

    def drop(self, key: str) -> None:
        with _answering():
            self.storage.delete(key)

    def names(self, below: str = "", *, before: datetime | None = None) -> Iterator[str]:
        prefix = f"{self.storage.location}/"
        with _answering():
            for found in self.storage.bucket.objects.filter(Prefix=f"{prefix}{below}{'/' if below else ''}"):
                if before is None or found.last_modified < before:
                    yield found.key.removeprefix(prefix)

    def clear_half_written(self, *, before: datetime) -> int:
        return 0


@lru_cache(maxsize=8)
def bucket_shelf(name: str, bucket: str) -> BucketShelf:
    """A folder `name` of that bucket, spoken to as the settings say."""
    return BucketShelf(
        S3Storage(
            bucket_name=bucket,
            location=name,
            endpoint_url=settings.FILES_ENDPOINT or None,
            region_name=settings.FILES_REGION,
            access_key=settings.FILES_ACCESS_KEY or None,
            secret_key=settings.FILES_SECRET_KEY or None,
            default_acl=None,
            file_overwrite=True,
            max_memory_size=_IN_MEMORY,
            client_config=_manner(),
        )
    )


def _manner() -> Config:
    """With patience that ends. Other stores than Amazon's do not take the checksums that botocore sends since 1.36
    unless it is told otherwise (Alibaba OSS: `aws-chunked encoding is not supported`): a file's own digest says what it
    is. A store may be asked for a bucket by a name below its own alone (OSS, Tencent COS).
    """
    patience = Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 3, "mode": "standard"})
    if not settings.FILES_ENDPOINT:
        return patience
    others = Config(
        s3={"addressing_style": settings.FILES_ADDRESSING},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return patience.merge(others)


@contextmanager
def _answering() -> Iterator[None]:
    """What a store says in our words."""
    try:
        yield
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        if error.response.get("Error", {}).get("Code") in _ABSENT:
            raise FileNotFoundError(errno.ENOENT, "not in the bucket") from error
        if status == _FULL:
            raise OSError(errno.ENOSPC, "the bucket is full") from error
        raise ShelfAway(str(error)) from error
    except (BotoCoreError, RetriesExceededError) as error:
        raise ShelfAway(str(error)) from error
