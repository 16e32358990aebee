"""`make lighthouse`: the citizen's page on gunicorn as Lighthouse sees it on a phone; medians, never a gate."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.citizen import prepare, served
from survey import embedded

HERE = Path(__file__).parent
PROGRAM = HERE / "node_modules" / "lighthouse" / "cli" / "index.js"
RUNS = 3
CATEGORIES = ("performance", "accessibility", "best-practices")
FLAGS = "--headless --no-sandbox --disable-gpu --disable-dev-shm-usage"
"""Without a window; root may not use Chromium's sandbox."""
LINE = "{:<24} {:>10} {:>10} {:>10} {:>10}"


def main() -> None:
    """Serve, measure the questionnaire and the privacy page, and print a table."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium or not shutil.which("node") or not PROGRAM.exists():
        sys.exit("Lighthouse needs Chromium, Node.js 20 or newer and its packages: run make lighthouse")
    folder = Path(tempfile.mkdtemp(prefix="tilfreds-lighthouse-"))
    with embedded.server(folder / "pg") as url:
        token = prepare(url, 1)[0]
        environ = {**os.environ, "TILFREDS_DATABASE_URL": url, "TILFREDS_STATE_DIR": str(folder)}
        with served("product", environ) as port:
            for name, path in (
                ("the questionnaire", f"/s/{token}"),
                ("the privacy page", f"/s/{token}/privatliv"),
            ):
                address = f"http://127.0.0.1:{port}{path}"
                report(name, [figures(address, chromium, folder) for _ in range(RUNS)])
    shutil.rmtree(folder, ignore_errors=True)


def figures(address: str, chromium: str, folder: Path) -> dict[str, float]:
    """One run of the mobile profile: scores 0-100, seconds, CLS, bytes and requests. Stops when it fails."""
    found = folder / "report.json"
    command = ["node", str(PROGRAM), address, "--quiet", "--output=json", f"--output-path={found}"]
    options = [
        f"--only-categories={','.join(CATEGORIES)}",
        f"--chrome-flags={FLAGS}",
        "--no-enable-error-reporting",
    ]
    environ = {**os.environ, "CHROME_PATH": chromium}
    done = subprocess.run([*command, *options], env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"Lighthouse failed: {done.stderr.strip().splitlines()[-1:]}")
    return read(json.loads(found.read_text("utf-8")))


def read(result: dict[str, Any]) -> dict[str, float]:
    """The figures of a report of Lighthouse."""
    audits = result["audits"]
    scores = {name: result["categories"][name]["score"] * 100 for name in CATEGORIES}
    return scores | {
        "LCP, s": audits["largest-contentful-paint"]["numericValue"] / 1000,
        "CLS": audits["cumulative-layout-shift"]["numericValue"],
        "bytes": audits["total-byte-weight"]["numericValue"],
        "requests": len(audits["network-requests"]["details"]["items"]),
    }


def report(name: str, runs: list[dict[str, float]]) -> None:
    """Print the median of each figure, the lowest and the highest."""
    print(LINE.format(name, "median", "lowest", "highest", "runs"))
    for figure in runs[0]:
        values = sorted(run[figure] for run in runs)
        shown = [
            f"{value:.2f}".removesuffix(".00") for value in (statistics.median(values), values[0], values[-1])
        ]
        print(LINE.format(f"  {figure}", *shown, len(values)), flush=True)


if __name__ == "__main__":
    main()
