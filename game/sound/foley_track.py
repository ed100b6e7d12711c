"""The foley of whole performances: live, step after step as they happen, or read from a take for its movie."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

from game.camera.pose import CameraPose
from game.performance import Snapshot
from game.sound.decode import Samples
from game.sound.foley import Cue, Foley
from game.sound.library import load_library
from game.sound.mixer import Mixer, listener_at, render
from game.sound.output import Output, open_output
from models.body import Body
from models.reference import TICKS_PER_SECOND


def foley_for(body: Body, footsteps: str) -> Foley:
    """What a body sounds like on a place's ground."""
    return Foley(body, {"ground": footsteps})


def cues_of(foley: Foley, snapshot: Snapshot, at: float) -> list[Cue]:
    """The sounds of one physics step, to be heard ``at`` seconds.

    Foley counts time from the attempt's start: a new attempt or a rewind is then time running back, and what stands on
    the ground at that moment makes no sound.
    """
    heard = foley.hear(snapshot.tick / TICKS_PER_SECOND, snapshot.contacts)
    return [dataclasses.replace(cue, time_s=at) for cue in heard]


def soundtrack(
    steps: Iterable[tuple[float, Snapshot]],
    duration: float,
    body: Body,
    footsteps: str,
    ambience: str | None,
    camera: Callable[[float], CameraPose],
) -> Samples:
    """The sound of a take, ``(n, 2)`` float32 at 48 kHz, heard from its camera.

    steps: the performance with the time of each step in the take (s).
    """
    foley = foley_for(body, footsteps)
    cues = [cue for at, snapshot in steps for cue in cues_of(foley, snapshot, at)]
    return render(load_library(), cues, duration, ambience, lambda seconds: listener_at(camera(seconds)))


class LiveSound:
    """Foley and the place's bed through the loudspeaker; ``note`` says in a sentence why there is none."""

    def __init__(self, body: Body, footsteps: str, ambience: str | None) -> None:
        self._foley = foley_for(body, footsteps)
        self._mixer = Mixer(load_library())
        self._mixer.set_bed(ambience)
        output = open_output(self._mixer)
        self._output: Output | None = output if isinstance(output, Output) else None
        self.note = output if isinstance(output, str) else ""

    def hear(self, snapshot: Snapshot) -> None:
        """Sound one physics step."""
        if self._output is not None:
            for cue in cues_of(self._foley, snapshot, 0.0):
                self._mixer.play(cue)

    def place(self, camera: CameraPose) -> None:
        """Put the ear where the camera is."""
        self._mixer.place(listener_at(camera))

    def close(self) -> None:
        """Fall silent."""
        if self._output is not None:
            self._output.close()
