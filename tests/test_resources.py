from __future__ import annotations

from pathlib import Path

import pytest

from reporter import resources
from reporter.errors import RenderError


def test_a_folder_beside_the_spec_comes_first(tmp_path: Path) -> None:
    assert resources.overriding("styles", tmp_path) == (resources.shipped("styles"),)
    (tmp_path / "styles").mkdir()
    assert resources.overriding("styles", tmp_path)[0] == tmp_path / "styles"


def test_a_file_or_a_dead_link_in_its_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "templates").write_text("x")
    (tmp_path / "styles").symlink_to(tmp_path / "gone")
    for name in ("templates", "styles"):
        with pytest.raises(RenderError, match=f"{name}: is no folder. Make it a folder"):
            resources.overriding(name, tmp_path)
