from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pybullet_data
import pytest

from models.body import Body, parse_urdf
from models.errors import InputError
from models.paths import ASSETS


def test_it_is_the_body_that_the_stages_were_trained_on(body: Body) -> None:
    assert body.digest == "831578ab9d900b85"
    assert Path(body.urdf).is_absolute()


def test_the_shipped_urdf_is_bullets_own() -> None:
    original = Path(pybullet_data.getDataPath()) / "humanoid" / "humanoid.urdf"
    assert (ASSETS / "bodies" / "humanoid.urdf").read_bytes() == original.read_bytes().strip(b"\0")


def test_reading_it_needs_no_physics() -> None:
    code = """if True:
        import sys
        sys.modules.update(dict.fromkeys(["pybullet", "pybullet_data", "torch"]))
        from models.body import load_humanoid
        load_humanoid()
    """
    subprocess.run([sys.executable, "-c", code], cwd=ASSETS.parent, check=True)


@pytest.mark.parametrize("text", [None, "", "<robot>", "<robot/>", '<robot><joint><child link="a"/></joint></robot>'])
def test_a_urdf_that_is_gone_or_damaged_is_told(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "body.urdf"
    if text is not None:
        path.write_text(text)
    with pytest.raises(InputError, match=r"body\.urdf: .*; restore it"):
        parse_urdf("x", path, 1.0, 1.0)
