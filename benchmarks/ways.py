"""One way to make the document, in this process: `python -m benchmarks.ways WAY SPEC OUTPUT`.

`naive` is Matplotlib's SVG inside the HTML and WeasyPrint once; `chromium` the same HTML and
charts, printed by a cold headless browser; `quantstats` a report of the same prices by that
library, HTML only; `staged` our own way with its stages timed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reporter.model import Brief, BriefSpec

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
TODAY = date.fromisoformat(os.environ.get("BENCHMARK_TODAY", "2026-06-30"))
NOW = datetime.combine(TODAY, time(23), UTC)


def order(spec: str) -> BriefSpec:
    """The spec by its name or path, as the command line reads it."""
    from reporter.spec import load

    return load(spec)


def content(spec: str) -> tuple[BriefSpec, Brief]:
    """The same content for every way."""
    from reporter import pipeline

    ordered = order(spec)
    data = pipeline.collect(ordered, now=NOW, progress=lambda *_: None)
    return ordered, pipeline.compose(ordered, data)


def naive_page(spec: str) -> str:
    """The same HTML, with Matplotlib's SVG in place of the charts' addresses."""
    from base64 import b64encode

    from benchmarks import naive_charts
    from reporter import brands, pipeline

    ordered, brief = content(spec)
    brand = brands.load(brief.brand, ordered.folder)
    brief, page = pipeline.page_to_print(brief, brand, ordered.folder)
    for chart in brief.charts:
        picture = b64encode(naive_charts.svg(chart).encode()).decode()
        page = page.replace(f'"chart:{chart.id}"', f'"data:image/svg+xml;base64,{picture}"')
    return page


def naive(spec: str, output: Path) -> None:
    """Matplotlib's SVG inside the HTML, WeasyPrint once."""
    page = naive_page(spec)
    from weasyprint import HTML

    (output / "naive.pdf").write_bytes(HTML(string=page).write_pdf(pdf_variant="pdf/ua-1"))


def chromium(spec: str, output: Path) -> None:
    """The same HTML and charts, printed by a cold headless browser."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise SystemExit(f"no browser found; looked for {', '.join(BROWSERS)}")
    source = output / "page.html"
    source.write_text(naive_page(spec), encoding="utf-8")
    with tempfile.TemporaryDirectory() as profile:
        command = [
            browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}",
            "--no-pdf-header-footer", f"--print-to-pdf={output / 'chromium.pdf'}", source.as_uri(),
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True)


def quantstats(spec: str, output: Path) -> None:
    """A report of the first subject against the benchmark, ten years of the same prices."""
    import warnings

    warnings.simplefilter("ignore")
    import quantstats

    from reporter.gather import gather

    ordered = order(spec)
    symbols = (ordered.subject, ordered.benchmark)
    data = gather(symbols, ordered.source, as_of=ordered.as_of, now=NOW, progress=silent)
    one, other = (data.series[s].bars["close"].tail(2520).pct_change().dropna() for s in symbols)
    write: Callable[..., None] = quantstats.reports.html
    write(one, benchmark=other, output=str(output / "quantstats.html"))


def silent(_done: int, _total: int, _symbol: str) -> None:
    """Progress nobody watches."""


# --- the stages of our own way --------------------------------------------------------------------


class Stages:
    """Seconds of the processor spent in each stage, in the order of first entry."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Count the time inside for the stage."""
        start = process_time()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + process_time() - start

    def within(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, its time counted for the stage."""

        def timed(*args: Any, **options: Any) -> Any:  # noqa: ANN401  it passes anything on
            with self.of(name):
                return function(*args, **options)

        return timed


def staged(spec: str, output: Path) -> None:
    """Our own way, step by step; the seconds of each stage as JSON on stdout."""
    stages = Stages()
    with stages.of("import data"):
        import exchange_calendars  # noqa: F401
        import pandas as pd  # noqa: F401
    with stages.of("import drawing"):
        from reporter import brands, drawing, pipeline
    with stages.of("import pdf"):
        import weasyprint

        from reporter import pdf
    with stages.of("spec"):
        ordered = order(spec)
    with stages.of("data"):
        data = pipeline.collect(ordered, now=NOW, progress=silent)
    with stages.of("metrics"):
        from reporter.measure import measure, plan

        measure(plan(ordered, data), data)
    with stages.of("words, charts, sections"):
        brief = pipeline.compose(ordered, data)
    stages.seconds["words, charts, sections"] -= stages.seconds["metrics"]
    brand = brands.load(brief.brand, ordered.folder)
    with stages.of("HTML"):
        brief, page = pipeline.page_to_print(brief, brand, ordered.folder)
    with stages.of("drawing"):
        drawn = {chart.id: drawing.display_list(chart, brand) for chart in brief.charts}
    weasyprint.HTML.render = stages.within("layout", weasyprint.HTML.render)
    weasyprint.Document.write_pdf = stages.within("PDF", weasyprint.Document.write_pdf)
    from reporter.resources import shipped

    made = pdf.write(
        page, drawn, folders=(shipped("styles"), shipped("templates")), title=brief.title,
        author=brand.house, created=brief.as_of,
    )  # fmt: skip
    (output / "staged.pdf").write_bytes(made)
    print(json.dumps(stages.seconds))


WAYS: dict[str, Callable[[str, Path], None]] = {
    "naive": naive,
    "chromium": chromium,
    "quantstats": quantstats,
    "staged": staged,
}

if __name__ == "__main__":
    _, way, wanted, folder = sys.argv
    WAYS[way](wanted, Path(folder))
