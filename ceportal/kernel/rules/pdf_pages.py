"""One page of a PDF as a picture, for browsers that show no PDF and for reading page by page.

Run as a program of its own, like `pictures`: given the number of a page (from 1) it reads the PDF from standard input
and prints a JPEG, or nothing where there is no such page or it cannot be drawn. Forms, scripts and links are not run.
"""

import io
import resource
import sys

import pypdfium2

MEMORY = 1536 * 1024 * 1024
CPU_SECONDS = 20
# Pixels of the longer side: small print on an A4 page stays legible when it is enlarged.
LONGEST_SIDE = 2200
JPEG_QUALITY = 85


def drawn(data: bytes, number: int) -> bytes:
    """Page `number` as a JPEG; empty when it cannot be."""
    try:
        document = pypdfium2.PdfDocument(data)
        if not 1 <= number <= len(document):
            return b""
        page = document[number - 1]
        picture = page.render(scale=LONGEST_SIDE / max(*page.get_size(), 1), may_draw_forms=False).to_pil()
        out = io.BytesIO()
        picture.convert("RGB").save(out, "JPEG", quality=JPEG_QUALITY)
    except (pypdfium2.PdfiumError, OSError, ValueError, MemoryError):
        return b""
    return out.getvalue()


def main() -> None:
    """Bound this process, then read what came from outside."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    sys.stdout.buffer.write(drawn(sys.stdin.buffer.read(), int(sys.argv[1])))


if __name__ == "__main__":
    main()
