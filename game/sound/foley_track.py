"""The foley of whole performances: live, step after step as they happen, or read from a take for its movie."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence

from game.camera.pose import CameraPose
from game.performance import Snapshot
from game.sound.decode import Samples
from game.sound.foley import Cue, Foley
from game.sound.knocks import Knocks
from game.sound.library import load_library
from game.sound.mixer import Mixer, listener_at, render
from game.sound.output import Output, open_output
from models.body import Body
from models.props import Prop
from models.reference import TICKS_PER_SECOND


def cues_of(foley: Foley, knocks: Knocks, snapshot: Snapshot, at: float) -> list[Cue]:
    """The sounds of one physics step, of body and props, to be heard ``at`` seconds.

    Foley counts time from the attempt's start: a new attempt or a rewind is then time running back, and what stands on
    the ground at that moment makes no sound.
    """
    heard = foley.hear(snapshot.tick / TICKS_PER_SECOND, snapshot.contacts)
    heard += knocks.hear(snapshot.tick, snapshot.props)
    return [dataclasses.replace(cue, time_s=at) for cue in heard]


def sounds_of(props: Sequence[Prop]) -> dict[str, str]:
    """What props sound like when they are touched, by their names."""
    return {prop.name: prop.kind.sound for prop in props}


def soundtrack(
    steps: Iterable[tuple[float, Snapshot]],
    duration: float,
    body: Body,
    footsteps: str,
    ambience: str | None,
    camera: Callable[[float], CameraPose],
    props: Sequence[Prop] = (),
) -> Samples:
    """The sound of a take, ``(n, 2)`` float32 at 48 kHz, heard from its camera.

    steps: the performance with the time of each step in the take (s). props: what lies about and sounds of its own.
    """
    foley, knocks = Foley(body, footsteps, things=sounds_of(props)), Knocks(props)
    cues = [cue for at, snapshot in steps for cue in cues_of(foley, knocks, snapshot, at)]
    return render(load_library(), cues, duration, ambience, lambda seconds: listener_at(camera(seconds)))


class LiveSound:
    """Foley and the place's bed through the loudspeaker, as long as there is one."""

    def __init__(self, body: Body, footsteps: str, ambience: str | None, props: Sequence[Prop] = ()) -> None:
        self._foley = Foley(body, footsteps, things=sounds_of(props))
        self._knocks = Knocks(props)
        self._mixer = Mixer(load_library())
        self._mixer.set_bed(ambience)
        self._output: Output | str = open_output(self._mixer)

    @property
    def note(self) -> str | None:
        """Why nothing is heard, in a sentence, or None; a device can go away at any time."""
        return self._output if isinstance(self._output, str) else self._output.note

    def hear(self, snapshot: Snapshot) -> None:
        """Sound one physics step."""
        if self.note is not None:
            return  # what is handed to a mixer that nobody empties would pile up
        for cue in cues_of(self._foley, self._knocks, snapshot, 0.0):
            self._mixer.play(cue)

    def place(self, camera: CameraPose) -> None:
        """Put the ear where the camera is."""
        self._mixer.place(listener_at(camera))

    def close(self) -> None:
        """Fall silent."""
        if not isinstance(self._output, str):
            self._output.close()
