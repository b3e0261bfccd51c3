"""The bucket of raw messages: django-storages' S3, where someone waits for the answer."""

from __future__ import annotations

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from storages.backends.s3 import S3Storage

# A bucket that does not answer must be told of before who waits for the page gives up.
_SECONDS_TO_CONNECT, _SECONDS_TO_ANSWER, _TRIES = 5, 20, 2


class RawBucket(S3Storage):
    """Small private objects. Amazon's buckets have host names; others are reached by path."""

    def __init__(self, **options: object) -> None:
        style = "path" if options.get("endpoint_url") else "auto"
        client = Config(
            connect_timeout=_SECONDS_TO_CONNECT,
            read_timeout=_SECONDS_TO_ANSWER,
            retries={"total_max_attempts": _TRIES, "mode": "standard"},
            s3={"addressing_style": style},
            # Amazon's newer checksums are not known everywhere; a frame carries its own.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        # They are uploaded several at once already.
        transfer = TransferConfig(use_threads=False)
        super().__init__(client_config=client, transfer_config=transfer, **options)
