"""Clean every file of a folder in a fresh process, and note what became of each: `python -m tests.documents.judge`.

Apart from the tests, so that the memory measured is that of cleaning alone.
"""

from __future__ import annotations

import json
import resource
import sys
import threading
import time
from pathlib import Path
from typing import Any

from retkoop.documents import clean
from retkoop.errors import Refusal


def judged(path: Path) -> dict[str, Any]:
    """Clean one file; what comes out is written beside it."""
    data, started = path.read_bytes(), time.monotonic()
    verdict: dict[str, Any] = {}
    try:
        document = clean(data)
        path.with_suffix(".clean").write_bytes(document.data)
        verdict = {"extension": document.extension, "pages": document.pages, "seen": document.thumbnail is not None}
    except Refusal as refusal:
        verdict = {"sentence": refusal.message, "status": refusal.status}
    except BaseException as fault:
        verdict = {"fault": repr(fault)}
    apart = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1_024
    return {**verdict, "here": peak_here(), "apart": apart, "seconds": round(time.monotonic() - started, 2)}


def peak_here() -> int:
    """Give the most memory that this process held, in bytes; getrusage would count that of who started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1_024


class Pulse(threading.Thread):
    """Another user of the same process: notes the longest time that it had to wait."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.longest = 0.0

    def run(self) -> None:
        """Beat, for as long as the process lives."""
        last = time.monotonic()
        while True:
            time.sleep(0.01)
            now = time.monotonic()
            self.longest, last = max(self.longest, now - last), now


def main(folder: Path) -> None:
    """Print one line of JSON: what became of each file, and the longest pause of the pulse."""
    pulse = Pulse()
    pulse.start()
    verdicts = {path.name: judged(path) for path in sorted(folder.glob("*")) if not path.suffix}
    print(json.dumps({"verdicts": verdicts, "pause": pulse.longest}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
