"""Tables as files for spreadsheets."""

from collections.abc import Iterable

from django.http import StreamingHttpResponse

from ceportal.kernel.rules.sheets_out import csv_text


def csv_file(name: str, heading: Iterable[str], rows: Iterable[Iterable[object]]) -> StreamingHttpResponse:
    """`name` must be plain ASCII and hold nothing personal."""
    response = StreamingHttpResponse(csv_text(heading, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
