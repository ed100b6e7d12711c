"""A phone as the camera: how it is turned, who is let in, and its page over real TLS, HTTP and WebSockets."""

from __future__ import annotations

import asyncio
import json
import random
import ssl
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import aiohttp
import numpy as np
import pytest

from game.camera.pose import Tracking
from game.camera.trackers import open_tracker
from game.camera.trackers.listen import Listen
from game.camera.trackers.phone import SILENCE, SPEED, PhoneTracker
from game.camera.trackers.phone_door import Allowance, Door, RefusedError
from game.camera.trackers.phone_message import LARGEST, camera_rotation, decode_state
from game.camera.trackers.phone_server import RATE
from game.camera.trackers.tracker import Status
from models import rotations
from models.coords import wxyz_to_xyzw
from models.errors import InputError

UPRIGHT = [0.0, 90.0, 0.0]  # as browsers say it: held upright before the face, its back to the north


def message(**fields: Any) -> str:
    state = {"orientation": UPRIGHT, "screen": 0, "stick": [0, 0], "lift": 0, "buttons": [], "focal_length": None}
    return json.dumps(state | fields)


# -- how it is turned -------------------------------------------------------------------------------------------------


def axis(rotation: np.ndarray, direction: list[float]) -> np.ndarray:
    return rotations.rotate(wxyz_to_xyzw(rotation), np.array(direction))


@pytest.mark.parametrize(
    ("angles", "screen", "ahead", "up"),
    [
        ((0, 90, 0), 0, [0, 1, 0], [0, 0, 1]),  # upright, looking north
        ((90, 90, 0), 0, [-1, 0, 0], [0, 0, 1]),  # turned to the left: west
        ((0, 0, 0), 0, [0, 0, -1], [0, 1, 0]),  # on the table: its camera looks down
        ((0, 120, 0), 0, [0, np.cos(np.pi / 6), 0.5], [0, -0.5, np.cos(np.pi / 6)]),  # leaning back: looks up
        # On its left side, picture upright, looking north: laid over to the left about the line of sight.
        ((90, 0, -90), 90, [0, 1, 0], [0, 0, 1]),
        ((270, 0, 90), 270, [0, 1, 0], [0, 0, 1]),
    ],
)
def test_the_camera_looks_out_of_the_phones_back_with_the_screen_upright(angles, screen, ahead, up):
    rotation = camera_rotation(*angles, screen)
    assert axis(rotation, [0, 1, 0]) == pytest.approx(ahead, abs=1e-12)
    assert axis(rotation, [0, 0, 1]) == pytest.approx(up, abs=1e-12)


def test_a_message_is_read():
    state = decode_state(message(stick=[0.5, -1], lift=1, buttons=["trigger", "a"], focal_length=50))
    assert (state.stick, state.lift, state.buttons) == ((0.5, -1.0), 1.0, {"trigger", "a"})
    assert state.focal_length == 50.0
    assert decode_state(message(orientation=None)).rotation is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON"),
        ("[" * LARGEST, "not JSON"),
        ("[]", "does not hold"),
        (message(more=1), "does not hold"),
        (message(buttons="trigger"), "its buttons"),
        (message(buttons=["quit"]), "its buttons"),
        (message(buttons=[{}]), "its buttons"),
        (message(stick=[2, 0]), "its stick"),
        (message(stick=[True, 0]), "its stick"),
        (message(lift=None), "its lift"),
        (message(orientation=[0, 0]), "its orientation"),
        (message(orientation=[0, 0, 1000]), "its orientation"),
        (message(orientation=[0, 0, float("nan")]), "its orientation"),
        (message(screen="landscape"), "its screen"),
        (message(focal_length=0), "its focal_length"),
        (message(focal_length=1e9), "its focal_length"),
        (message(more="x" * LARGEST), "longer than"),
    ],
)
def test_a_message_that_is_none_is_refused_with_its_reason(text, words):
    with pytest.raises(ValueError, match=words):
        decode_state(text)


def test_changed_bytes_are_read_or_refused_and_nothing_else():
    chance = random.Random(3)
    whole = message(stick=[0.5, -1], buttons=["trigger"], focal_length=50).encode()
    read = 0
    for _ in range(4000):
        data = bytearray(whole)
        for _ in range(chance.randrange(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            state = decode_state(bytes(data))
        except ValueError:
            continue
        read += 1
        assert np.all(np.abs([*state.stick, state.lift]) <= 1.0)
    assert 0 < read < 4000


# -- who is let in ----------------------------------------------------------------------------------------------------


def other(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_a_code_lets_one_phone_in_once():
    door = Door()
    code = door.code
    card = door.enter(f" {code} ")
    assert door.knows(card)
    assert not door.knows("")
    assert door.code != code
    with pytest.raises(RefusedError, match="This is not the code"):
        door.enter(code)
    assert not any(Door().knows(shown) for shown in ("", card))
    assert not door.knows("\udcff")  # bytes that are no text


def test_the_next_phone_puts_the_last_one_off():
    door = Door()
    first = door.enter(door.code)
    second = door.enter(door.code)
    assert (door.knows(first), door.knows(second), door.passed) == (False, True, 2)


def test_after_a_few_wrong_tries_the_code_is_another():
    door = Door()
    code = door.code
    for _ in range(4):
        with pytest.raises(RefusedError, match="type the one that the viewfinder shows"):
            door.enter(other(door.code))
    with pytest.raises(RefusedError, match="the code has been changed"):
        door.enter(None)
    assert door.code != code
    assert door.passed == 0


def test_an_allowance_is_a_rate_and_comes_back_with_time():
    allowance = Allowance(10.0)
    assert [allowance.take(1.0) for _ in range(11)] == [True] * 10 + [False]
    assert [allowance.take(1.25) for _ in range(3)] == [True, True, False]
    assert [allowance.take(100.0) for _ in range(11)] == [True] * 10 + [False]


# -- over the network -------------------------------------------------------------------------------------------------


class Phone:
    """A browser on a phone: trusts the server's own certificate, keeps its cookies."""

    def __init__(self, tracker: PhoneTracker) -> None:
        self.tracker = tracker
        host, port = tracker.url.removeprefix("https://").split(":")
        self._trust = ssl.create_default_context(cadata=ssl.get_server_certificate((host, int(port))))

    def run(self, do: Callable[[aiohttp.ClientSession], Awaitable[Any]]) -> Any:
        async def whole() -> Any:
            connector = aiohttp.TCPConnector(ssl=self._trust)
            jar = aiohttp.CookieJar(unsafe=True)  # unsafe: of an address without a name
            async with aiohttp.ClientSession(self.tracker.url, connector=connector, cookie_jar=jar) as session:
                return await do(session)

        return asyncio.run(whole())


@pytest.fixture
def tracker(clock) -> Iterator[PhoneTracker]:
    tracker = PhoneTracker(Listen(), clock)
    yield tracker
    tracker.close()


@pytest.fixture
def phone(tracker) -> Phone:
    return Phone(tracker)


def code_of(tracker: PhoneTracker) -> str:
    return tracker.note.split()[-1]


async def join(session: aiohttp.ClientSession, code: str) -> tuple[int, dict[str, str]]:
    async with session.post("/join", data=json.dumps({"code": code})) as answer:
        return answer.status, await answer.json()


async def end_of(socket: aiohttp.ClientWebSocketResponse) -> aiohttp.WSMessage:
    """What ends the conversation, after all that the camera says of itself."""
    while (message := await socket.receive()).type is aiohttp.WSMsgType.TEXT:
        pass
    return message


async def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 20.0
    while not holds():
        assert time.monotonic() < end
        await asyncio.sleep(0.005)


def test_before_a_phone_comes_there_is_no_pose_and_the_way_in_is_told(tracker):
    assert tracker.sample().tracking is Tracking.ABSENT
    code = code_of(tracker)
    assert tracker.note == f"open {tracker.url} on the phone and type {code}"
    assert tracker.note in tracker.invitation
    assert len(tracker.invitation.splitlines()) > 15  # the picture to point at


def test_a_phone_joins_with_the_code_and_holds_the_camera_over_its_websocket(tracker, phone, clock):
    async def film(session: aiohttp.ClientSession) -> None:
        async with session.get("/") as answer:
            assert answer.status == 200
            assert "requestPermission" in await answer.text()
        assert await join(session, code_of(tracker)) == (200, {})
        async with session.ws_connect("/ws") as socket:
            await socket.send_str(message(buttons=["a"], stick=[0.0, 1.0], focal_length=50))
            await until(lambda: tracker.note == "")
            clock.pass_(0.1)
            sample = tracker.sample()
            assert (sample.time_ns, sample.tracking) == (clock.ns, Tracking.OK)
            assert sample.position == pytest.approx([0.0, 0.1 * SPEED, 0.0])
            assert axis(sample.rotation, [0, 1, 0]) == pytest.approx([0, 1, 0], abs=1e-9)
            assert (sample.buttons, sample.axes) == ({"a"}, {"asked_focal_length": 50.0})

    phone.run(film)


def test_the_phone_is_told_how_its_camera_stands_whenever_that_changes(tracker, phone):
    told = []

    async def film(session: aiohttp.ClientSession) -> None:
        await join(session, code_of(tracker))
        async with session.ws_connect("/ws") as socket:
            for status in (Status(), Status(), Status(recording=True, focal_length=50.0)):
                tracker.show(status)
                await socket.send_str(message())
                await until(lambda: tracker.note == "")
                if not told or status != Status():
                    told.append(await socket.receive_json())
        async with session.post("/state", data=message()) as answer:
            told.append((await answer.json())["status"])

    phone.run(film)
    assert [one["recording"] for one in told] == [False, True, True]
    assert told[1] == told[2] == {"recording": True, "held": False, "focal_length": 50.0}


def test_a_tap_that_is_shorter_than_a_picture_counts(tracker, phone):
    async def tap(session: aiohttp.ClientSession) -> None:
        await join(session, code_of(tracker))
        for buttons in (["trigger"], []):
            await (await session.post("/state", data=message(buttons=buttons))).read()

    phone.run(tap)
    assert tracker.sample().buttons == {"trigger"}
    assert tracker.sample().buttons == frozenset()


def test_a_wrong_code_is_refused_in_a_sentence_and_opens_nothing(tracker, phone):
    async def knock(session: aiohttp.ClientSession) -> None:
        status, told = await join(session, other(code_of(tracker)))
        assert (status, told["reason"][:20]) == (403, "This is not the code")
        for path, ask in (("/ws", session.get), ("/state", session.post)):
            async with ask(path, data=message()) as answer:
                assert answer.status == 403
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect("/ws")

    phone.run(knock)
    assert tracker.sample().tracking is Tracking.ABSENT


def test_where_no_websocket_opens_single_states_do(tracker, phone):
    async def film(session: aiohttp.ClientSession) -> None:
        await join(session, code_of(tracker))
        async with session.post("/state", data=message()) as answer:
            assert answer.status == 200
        assert tracker.sample().tracking is Tracking.OK
        async with session.post("/state", data=message(lift=7)) as answer:
            assert answer.status == 400
            assert "its lift" in (await answer.json())["reason"]
        async with session.post("/state", data="x" * (LARGEST + 1)) as answer:
            assert answer.status == 413

    phone.run(film)


def test_a_silent_phone_holds_the_last_pose_and_may_come_back(tracker, phone, clock):
    async def film(session: aiohttp.ClientSession) -> None:
        await join(session, code_of(tracker))
        await (await session.post("/state", data=message(orientation=[90, 90, 0], buttons=["grip"]))).read()
        good = tracker.sample()
        clock.pass_(SILENCE + 0.1)
        lost = tracker.sample()
        assert (lost.tracking, lost.buttons) == (Tracking.LOST, frozenset())
        assert np.array_equal(lost.rotation, good.rotation)
        assert tracker.note.startswith(f"the phone is silent; wake it, or open {tracker.url}")
        await (await session.post("/state", data=message())).read()
        assert tracker.sample().tracking is Tracking.OK

    phone.run(film)


def test_a_phone_that_gives_no_orientation_is_told(tracker, phone):
    async def film(session: aiohttp.ClientSession) -> None:
        await join(session, code_of(tracker))
        await (await session.post("/state", data=message(orientation=None, buttons=["a"]))).read()

    phone.run(film)
    sample = tracker.sample()
    assert (sample.tracking, sample.buttons) == (Tracking.ABSENT, {"a"})
    assert "allow motion on its page" in tracker.note


@pytest.mark.parametrize(
    ("text", "words"), [("nonsense", "not JSON"), (message(buttons=["quit"]), "its buttons"), ("x" * 600, "")]
)
def test_a_bad_message_ends_its_websocket_with_the_reason_and_the_camera_stands(tracker, phone, text, words):
    async def film(session: aiohttp.ClientSession) -> None:
        await join(session, code_of(tracker))
        async with session.ws_connect("/ws") as socket:
            await socket.send_str(message())
            await socket.send_str(text)
            last = await end_of(socket)
            assert last.type is aiohttp.WSMsgType.CLOSE
            assert (last.data, words in last.extra) == (1009 if not words else 4000, True)

    phone.run(film)
    assert tracker.sample().tracking is Tracking.OK


def test_a_flood_is_cut_off(tracker, phone):
    async def flood(session: aiohttp.ClientSession) -> None:
        await join(session, code_of(tracker))
        async with session.ws_connect("/ws") as socket:
            for _ in range(int(20 * RATE)):
                if socket.closed:
                    break
                await socket.send_str(message())
            last = await end_of(socket)
            assert last.extra.startswith("more than 200 messages a second")

    phone.run(flood)
    assert tracker.sample().tracking is Tracking.OK


def test_a_second_phone_puts_the_first_off(tracker, phone, clock):
    async def film(session: aiohttp.ClientSession) -> None:
        await join(session, code_of(tracker))
        async with session.ws_connect("/ws") as socket:
            await socket.send_str(message())
            await until(lambda: tracker.note == "")
            clock.pass_(2 * SILENCE)
            code = code_of(tracker)
            await asyncio.to_thread(phone.run, lambda second: join(second, code))
            await socket.send_str(message())
            last = await end_of(socket)
            assert last.extra == "another phone holds the camera now"

    phone.run(film)


def test_closing_lets_go_of_a_phone_that_is_still_there(clock):
    tracker = PhoneTracker(Listen(), clock)

    async def film(session: aiohttp.ClientSession) -> None:
        await join(session, code_of(tracker))
        async with session.ws_connect("/ws") as socket:
            await socket.send_str(message())
            await until(lambda: tracker.note == "")
            await asyncio.to_thread(tracker.close)
            assert (await end_of(socket)).type is not aiohttp.WSMsgType.TEXT

    Phone(tracker).run(film)


def test_a_taken_port_is_an_input_error(tracker, clock):
    port = tracker.url.rpartition(":")[2]
    with pytest.raises(InputError, match="no phone can be served there"):
        open_tracker("phone", listen=f"127.0.0.1:{port}", now_ns=clock)


def test_opening_it_by_name_prints_the_invitation(clock, capsys):
    tracker = open_tracker("phone", listen="127.0.0.1:0", now_ns=clock)
    assert f"{tracker.note}\n" in capsys.readouterr().err
    tracker.close()
