"""Receiving uploads in memory and within bounds: no temporary file that could outlive us or fill the disk (X15)."""

from io import BytesIO

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

# A handful of photographs in one request; what comes after that is dropped and counted as too large.
MOST_FILES_FULL = 4


class BoundedUploads(FileUploadHandler):
    """Keeps at most `EVIDENCE_MAX_BYTES` of a file. `size` tells how much came, so that the file is refused as such."""

    def new_file(self, *args, **kwargs) -> None:
        super().new_file(*args, **kwargs)
        self.buffer: BytesIO | None = BytesIO()
        self.size = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.size += len(raw_data)
        self.received = getattr(self, "received", 0) + len(raw_data)
        is_too_much = self.received > MOST_FILES_FULL * settings.EVIDENCE_MAX_BYTES
        if self.size > settings.EVIDENCE_MAX_BYTES or is_too_much:
            self.buffer = None
            self.size = max(self.size, settings.EVIDENCE_MAX_BYTES + 1)
        elif self.buffer is not None:
            self.buffer.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        content = self.buffer or BytesIO()
        content.seek(0)
        return InMemoryUploadedFile(
            content,
            self.field_name,
            self.file_name,
            self.content_type,
            self.size,
            self.charset,
            self.content_type_extra,
        )
