"""To the loudspeaker through PortAudio, where there is one.

A lack of it is told in a sentence and costs nothing else: movies are rendered without a device.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any

from game.sound.decode import RATE
from game.sound.mixer import Mixer

_BLOCK = 512  # samples, 10.7 ms
_CHANNELS = 2


class Output:
    """An open stream that plays what a mixer mixes, in a thread of its own. A context manager.

    xruns: how often the loudspeaker waited for the mixer. latency_s: from mixing to the loudspeaker, as PortAudio
    reports it.
    """

    def __init__(self, mixer: Mixer, sounddevice: Any, device: str | int | None) -> None:
        self._mixer = mixer
        self._closed = False
        self.xruns = 0
        self._stream = sounddevice.OutputStream(
            samplerate=RATE,
            blocksize=_BLOCK,
            device=device,
            channels=_CHANNELS,
            dtype="float32",
            latency="low",
            callback=self._fill,
        )
        self.device = str(sounddevice.query_devices(self._stream.device)["name"])
        self._stream.start()
        self.latency_s = float(self._stream.latency)

    def __enter__(self) -> Output:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _fill(self, out: Any, frames: int, time: Any, status: Any) -> None:
        if status.output_underflow:
            self.xruns += 1
        out[:] = self._mixer.mix(frames)

    @property
    def note(self) -> str | None:
        """What went wrong since it opened, in a sentence, or None."""
        if self._closed or self._stream.active:
            return None
        return f"live sound stopped: the audio device '{self.device}' went away; connect it and start again"

    def close(self) -> None:
        """Stop and free the device."""
        if not self._closed:
            self._closed = True
            self._stream.close()


def open_output(mixer: Mixer, device: str | int | None = None) -> Output | str:
    """Play ``mixer`` on ``device`` (name or number as PortAudio lists them, None: the default one).

    Returns the running output, or one sentence that says what is missing and how to mend it.
    """
    try:
        import sounddevice
    except (ImportError, OSError):
        return "no live sound: the PortAudio library is missing; install the package libportaudio2"
    try:
        sounddevice.query_devices(device, kind="output")
    except (sounddevice.PortAudioError, ValueError):
        if device is not None:
            return f"no live sound: there is no audio output named '{device}'; choose another one"
        return (
            "no live sound: no audio output was found; connect one, and where PulseAudio or PipeWire runs,"
            " install libasound2-plugins"
        )
    try:
        return Output(mixer, sounddevice, device)
    except sounddevice.PortAudioError as error:
        reason = str(error).strip().splitlines()[0]
        return f"no live sound: the audio output does not open ({reason}); close what else uses it, or choose another"
