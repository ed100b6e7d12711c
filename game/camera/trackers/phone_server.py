"""Serves the phone's page on the local network, in a thread of its own, and takes in what the phone says.

GET  /      the page
POST /join  {"code": "123456"}: gives the pass, as a cookie that the page cannot read
GET  /ws    a WebSocket that takes states, and gives the camera's status when that has changed; needs the pass
POST /state one state, answered with the status; needs the pass. Safari on iPhones opens no WebSocket to a certificate
            that it has to be asked to accept (WebKit bug 145819), though it loads the page: there the page falls back
            to this.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from aiohttp import WSMsgType, web

from game.camera.trackers.listen import Listen
from game.camera.trackers.phone_door import Allowance, Door, RefusedError
from game.camera.trackers.phone_message import LARGEST, PhoneState, decode_state
from game.camera.trackers.tracker import Status
from models.errors import InputError

RATE = 200.0  # messages a second; a phone's sensors speak 60 times
PASS = "backflip_pass"
_PAGE = Path(__file__).with_name("phone_page.html")
_AFTER_A_WRONG_CODE = 1.0  # s; one try at a time, so that guessing takes longer than any shoot
_TOO_MANY = f"more than {RATE:g} messages a second; reload the page"

Hear = Callable[[PhoneState], None]


class PhoneServer:
    """``hear`` is called in the server's thread with every state of the phone that was let in.

    status: what the phone is to show; any thread may set it.
    """

    def __init__(self, listen: Listen, context: ssl.SSLContext, door: Door, hear: Hear) -> None:
        """Begin to serve.

        Raises:
            InputError: this machine has no such address, or the port is taken.
        """
        self.status = Status()
        self._door = door
        self._hear = hear
        self._one_try = asyncio.Lock()
        self._allowance = Allowance(RATE)
        self._loop = asyncio.new_event_loop()
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=0.5)
        self._thread = threading.Thread(target=self._loop.run_forever, name="phone", daemon=True)
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._serve(listen, context), self._loop).result()
        except OSError as error:
            self.close()
            reason = error.strerror or str(error)
            raise InputError(
                f"{listen.host}:{listen.port}: no phone can be served there ({reason}); give another address and port"
            ) from error

    @property
    def port(self) -> int:
        """Where it serves, which is of interest when the system chose."""
        return int(self._runner.addresses[0][1])

    def close(self) -> None:
        """Serve no more."""
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _application(self) -> web.Application:
        application = web.Application(client_max_size=LARGEST)
        application.add_routes(
            [
                web.get("/", self._page),
                web.post("/join", self._join),
                web.get("/ws", self._listen),
                web.post("/state", self._state),
            ]
        )
        return application

    async def _serve(self, listen: Listen, context: ssl.SSLContext) -> None:
        await self._runner.setup()
        await web.TCPSite(self._runner, listen.host, listen.port, ssl_context=context, backlog=16).start()

    async def _page(self, request: web.Request) -> web.Response:
        headers = {"Cache-Control": "no-store", "X-Frame-Options": "DENY"}
        return web.Response(text=_PAGE.read_text(), content_type="text/html", headers=headers)

    async def _join(self, request: web.Request) -> web.Response:
        async with self._one_try:
            try:
                data = json.loads(await request.read())
                card = self._door.enter(data.get("code") if isinstance(data, dict) else None)
            except (ValueError, RecursionError, RefusedError) as error:
                await asyncio.sleep(_AFTER_A_WRONG_CODE)
                said = str(error) if isinstance(error, RefusedError) else "This is no code: load the page anew."
                return web.json_response({"reason": said}, status=403)
        answer = web.json_response({})
        answer.set_cookie(PASS, card, secure=True, httponly=True, samesite="Strict")
        return answer

    async def _listen(self, request: web.Request) -> web.StreamResponse:
        self._check_pass(request)
        socket = web.WebSocketResponse(max_msg_size=LARGEST, heartbeat=5.0, compress=False)
        await socket.prepare(request)
        shown: Status | None = None
        async for message in socket:
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                break
            said, status = self._take(request, message.data), self.status
            if said:
                await socket.close(code=4000, message=said.encode()[:120])
            elif status != shown:
                await socket.send_json(asdict(status))
                shown = status
        return socket

    async def _state(self, request: web.Request) -> web.Response:
        self._check_pass(request)
        said = self._take(request, await request.read())
        if said:
            return web.json_response({"reason": said}, status=400)
        return web.json_response({"status": asdict(self.status)})

    def _check_pass(self, request: web.Request) -> None:
        if not self._door.knows(request.cookies.get(PASS, "")):
            raise web.HTTPForbidden(text="no pass; load the page and type the code")

    def _take(self, request: web.Request, text: str | bytes) -> str:
        """Take in one state. Returns why it is refused, if it is."""
        if not self._door.knows(request.cookies.get(PASS, "")):
            return "another phone holds the camera now"
        if not self._allowance.take(time.monotonic()):
            return _TOO_MANY
        try:
            self._hear(decode_state(text))
        except ValueError as error:
            return f"a message was refused: {error}"
        return ""
