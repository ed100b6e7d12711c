"""The phone's page in a real browser: how a finger moves the camera, and what the page shows of it."""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import pytest

from game.camera.pose import Sample, Tracking
from game.camera.trackers.listen import Listen
from game.camera.trackers.phone import PhoneTracker
from game.camera.trackers.tracker import Status

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="the page needs a browser here: install chromium")

PORTRAIT, LANDSCAPE = (390, 844), (844, 390)
Point = tuple[float, float]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a browser without a window is told what to do."""
    profile = tmp_path_factory.mktemp("browser")
    command = [str(BROWSER), "--headless=new", "--no-sandbox", "--disable-gpu", "--ignore-certificate-errors"]
    command += ["--remote-debugging-port=0", f"--user-data-dir={profile}", "--no-first-run", "about:blank"]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        port = profile / "DevToolsActivePort"
        end = time.monotonic() + 120.0
        while not (port.exists() and port.read_text().count("\n")):
            assert time.monotonic() < end
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port.read_text().splitlines()[0]}"
    finally:
        running.terminate()
        running.wait(timeout=60)


class Page:
    """The page in a phone's browser, over the browser's own protocol for developers."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, tracker: PhoneTracker) -> None:
        self._socket = socket
        self._number = 0
        self.tracker = tracker

    async def tell(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": parameters})
        while True:
            answer = await self._socket.receive_json()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return dict(answer["result"])

    async def size(self, size: tuple[int, int]) -> None:
        await self.tell(
            "Emulation.setDeviceMetricsOverride", width=size[0], height=size[1], deviceScaleFactor=1, mobile=True
        )

    async def value(self, script: str) -> Any:
        answer = await self.tell("Runtime.evaluate", expression=script, returnByValue=True)
        return answer["result"].get("value")

    async def until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        end = time.monotonic() + 60.0
        while not await holds():
            assert time.monotonic() < end
            await asyncio.sleep(0.02)

    async def middle(self, selector: str) -> Point:
        script = f"(() => {{ const b = document.querySelector('{selector}').getBoundingClientRect();"
        x, y = await self.value(f"{script} return [b.left + b.width / 2, b.top + b.height / 2]; }})()")
        return x, y

    async def fingers(self, kind: str, *points: Point) -> None:
        await self.tell("Input.dispatchTouchEvent", type=kind, touchPoints=[{"x": x, "y": y} for x, y in points])

    async def tap(self, selector: str) -> None:
        await self.fingers("touchStart", await self.middle(selector))
        await self.fingers("touchEnd")

    async def sampled(self, holds: Callable[[Sample], bool]) -> Sample:
        """The first sample of the tracker of which something holds."""
        found: list[Sample] = []

        async def look() -> bool:
            found.append(self.tracker.sample())
            return holds(found[-1])

        await self.until(look)
        return found[-1]

    async def picture(self, name: str) -> None:
        """Keeps a picture where PAGE_PICTURES says, for people to look at."""
        folder = os.environ.get("PAGE_PICTURES")
        if folder:
            answer = await self.tell("Page.captureScreenshot", format="png")
            Path(folder, f"{name}.png").write_bytes(base64.b64decode(answer["data"]))


@pytest.fixture
def tracker() -> Iterator[PhoneTracker]:
    tracker = PhoneTracker(Listen())
    yield tracker
    tracker.close()


def use(browser: str, tracker: PhoneTracker, size: tuple[int, int], do: Callable[[Page], Awaitable[None]]) -> None:
    """Open the page, type the code, and go on."""

    async def whole() -> None:
        async with aiohttp.ClientSession() as session:
            async with session.put(f"{browser}/json/new?about:blank") as answer:
                target = await answer.json()
            async with session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                page = Page(socket, tracker)
                await page.size(size)
                await page.tell("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=5)
                code = tracker.note.split()[-1]
                await page.tell("Page.navigate", url=f"{tracker.url}/#{code}")
                await page.until(
                    lambda: page.value("document.readyState === 'complete' && !!document.querySelector('#start')")
                )
                await page.picture(f"door_{size[0]}")
                await page.tap("#start")
                await page.until(lambda: page.value("!document.querySelector('#camera').hidden"))
                await page.tell("DeviceOrientation.setDeviceOrientationOverride", alpha=0, beta=90, gamma=0)
                await page.sampled(lambda sample: sample.tracking is Tracking.OK)
                await do(page)
            async with session.get(f"{browser}/json/close/{target['id']}") as answer:
                await answer.read()

    asyncio.run(whole())


@pytest.mark.parametrize("size", [PORTRAIT, LANDSCAPE], ids=["portrait", "landscape"])
def test_fingers_dolly_truck_and_boom_and_a_pinch_zooms(browser, tracker, size):
    async def do(page: Page) -> None:
        x, y = await page.middle("#travel")
        await page.fingers("touchStart", (x, y))
        await page.fingers("touchMove", (x + 30.0, y - 60.0))
        before = page.tracker.sample().position
        moved = await page.sampled(lambda sample: sample.position[1] - before[1] > 0.02)
        assert 0.0 < moved.position[0] - before[0] < moved.position[1] - before[1]
        assert moved.position[2] == before[2]
        await page.picture(f"dolly_{size[0]}")
        await page.fingers("touchEnd")

        x, y = await page.middle("#boom")
        await page.fingers("touchStart", (x, y))
        await page.fingers("touchMove", (x + 40.0, y + 50.0))
        lower = await page.sampled(lambda sample: sample.position[2] < -0.02)
        assert "asked_focal_length" not in lower.axes
        await page.fingers("touchStart", (x, y + 50.0), (x + 40.0, y + 50.0))
        await page.fingers("touchMove", (x, y + 50.0), (x + 80.0, y + 50.0))
        zoomed = await page.sampled(lambda sample: sample.axes.get("asked_focal_length", 0.0) >= 69.9)
        assert zoomed.axes["asked_focal_length"] == pytest.approx(70.0, abs=0.1)  # twice 35 mm
        await page.picture(f"pinch_{size[0]}")
        await page.fingers("touchEnd")
        still = page.tracker.sample().position
        await page.sampled(lambda sample: sample.time_ns > 0 and np.array_equal(sample.position, still))

    use(browser, tracker, size, do)


def test_the_page_records_freezes_and_shows_how_the_camera_stands(browser, tracker):
    async def do(page: Page) -> None:
        for selector, button in (("#take", "trigger"), ("#hold", "grip")):
            await page.tap(selector)
            assert (await page.sampled(lambda sample: bool(sample.buttons))).buttons == {button}
            await page.sampled(lambda sample: not sample.buttons)
        for status, words in (
            (Status(True, True, 50.0), ["Recording: stop", "Go on", "50 mm"]),
            (Status(False, False, 24.4), ["Record", "Freeze", "24 mm"]),
        ):
            tracker.show(status)
            shown = "['#take', '#hold', '#mm'].map((s) => document.querySelector(s).textContent)"

            async def told(words: list[str] = words, shown: str = shown) -> bool:
                return bool(await page.value(shown) == words)

            await page.until(told)
            await page.picture(f"status_{words[-1][:2]}")

    use(browser, tracker, PORTRAIT, do)


def test_a_wrong_code_is_told_on_the_page(browser, tracker):
    async def do(page: Page) -> None:
        await page.tell("Page.navigate", url=f"{tracker.url}/?again#000000")
        await page.until(lambda: page.value("location.search === '?again' && document.readyState === 'complete'"))
        await page.tap("#start")
        await page.until(lambda: page.value("document.querySelector('#said').textContent.startsWith('This is not')"))
        assert not await page.value("document.querySelector('#door').hidden")
        await page.picture("wrong")

    use(browser, tracker, PORTRAIT, do)
