"""The command that tells what filming costs."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from rich.console import Console

from game.bench.rows import Row
from game.bench_camera import table
from tests.conftest import ASSETS


def test_the_table_tells_each_limit_and_whether_it_holds() -> None:
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(table([Row("one", 1.0, "ms", 2.0), Row("two", 3.0, "s", 2.0), Row("three", 4.0, "MB")]))
    lines = [[cell.strip() for cell in line.split("│")[1:-1]] for line in console.export_text().splitlines()]
    assert [line for line in lines if len(line) == 4] == [
        ["one", "1 ms", "2 ms", "yes"],
        ["two", "3 s", "2 s", "no"],
        ["three", "4 MB", "", ""],
    ]


@pytest.mark.slow
def test_the_hands_step_is_in_the_next_picture_of_a_place() -> None:
    """In a process of its own: the engine allows a single ShowBase in one."""
    code = """if True:
        from game.bench.latency import hand_to_picture
        from game.window import open_base
        print(all(row.holds for row in hand_to_picture(open_base((960, 519), offscreen=True))))
    """
    ran = subprocess.run([sys.executable, "-c", code], cwd=ASSETS.parent, capture_output=True, text=True, check=True)
    assert ran.stdout.split()[-1] == "True"
