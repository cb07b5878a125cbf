"""What reading a PDF costs beyond getting its text out, and how much memory it takes."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pypdfium2

from bench.timing import seconds
from tests.importers.pages import Page, pdf_of
from tracker.importers import read_file

REPORT = Path(__file__).parents[2] / "shared" / "reports" / "nynashamn-2023.pdf"
PADDING = (10, 52)  # paragraphs to a sub-area: 42 pages, and four times as many
# What getrusage tells of a new process counts its parent, too: the kernel's own mark does not.
_READ = """
import sys
from pathlib import Path
from tracker.importers import read_file
if len(sys.argv) > 1:
    read_file(Path(sys.argv[1]).read_bytes(), sys.argv[1])
peak = next(x for x in open('/proc/self/status') if x.startswith('VmHWM'))
print(int(peak.split()[1]) // 1024)
"""


def measure() -> Iterator[str]:
    """The time against bare extraction in this run, and a child process's peak memory."""
    made = [pdf_of(Page(many=True, running=True), padding) for padding in PADDING]
    reports = {f"{_pages(data)} pages": data for data in made}
    if REPORT.exists():
        reports["Nynäshamn 2023"] = REPORT.read_bytes()
    idle = _memory(None)
    for name, data in reports.items():
        bare = seconds(partial(_extract, data))
        read = seconds(partial(read_file, data, "report.pdf"))
        yield (
            f"reading a PDF, {name}: {read / bare:.1f} × bare extraction, "
            f"{_memory(data)} MB at most ({idle} MB before the file)"
        )


def _pages(data: bytes) -> int:
    return len(pypdfium2.PdfDocument(data))


def _extract(data: bytes) -> None:
    document = pypdfium2.PdfDocument(data)
    for page in document:
        textpage = page.get_textpage()
        textpage.get_text_range()
        textpage.close()
        page.close()
    document.close()


def _memory(data: bytes | None) -> int:
    """Peak megabytes of a process that reads `data`, or that only imports the reader."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(data or b"")
        file.flush()
        asked = [file.name] if data else []
        done = subprocess.run(
            [sys.executable, "-c", _READ, *asked], check=True, capture_output=True, text=True
        )
    return int(done.stdout)
