"""An edition from sample data never leads the first page while there is another."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reporter import brands
from reporter.archive.site.pages import Wish, build, spelled
from tests.archive import sites
from tests.archives import FIRST, add, archive


@pytest.mark.parametrize("real", [True, False])
def test_what_leads(tmp_path: Path, *, real: bool) -> None:
    made = archive(tmp_path)
    add(made, replace(sites.draft(FIRST, 1), sample=not real))
    later = sites.draft(FIRST + timedelta(weeks=1), 2)
    add(made, replace(later, sample=True), minutes=1)
    built = build(made, tmp_path / "site", Wish(brands.load()))
    page = (tmp_path / "site" / "index.html").read_text("utf-8")
    lead = page.partition('<section class="lead"')[2].partition("</section>")[0]
    assert ("2026-01-15/weekly" in lead, "2026-01-22/weekly" in lead) == (real, not real)
    assert any("Only editions from sample data" in line for line in spelled(built)) != real
