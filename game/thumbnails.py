"""A picture of every take: the middle of it, drawn as its movie would show it."""

from __future__ import annotations

from collections.abc import Sequence

from direct.showbase.ShowBase import ShowBase

from game.filming import Film, Grabber, open_film
from game.takes.export.thumbnail import write_thumbnail
from game.takes.replay import Replay
from game.takes.take import Take
from models.errors import InputError


def picture_takes(base: ShowBase, takes: Sequence[Take]) -> list[str]:
    """Keep a thumbnail beside each take. Returns a sentence for each that there is none of.

    Takes of one place and one person share a scene: setting it up takes longest.
    """
    grabber, problems = Grabber(base), []
    film: Film | None = None
    stage: tuple[object, ...] = ()
    for take in sorted(takes, key=lambda take: str(take.facts["environment"])):
        try:
            replay = Replay.load(take.folder)
            wanted = (replay.header.environment, replay.header.settings.get("person"), replay.props)
            if film is not None and wanted == stage:
                film = Film(film.scene, replay)
            else:
                if film is not None:
                    film.scene.destroy()
                film, stage = None, wanted
                film = open_film(base, replay)
            film.show(0.5 * replay.duration)
            write_thumbnail(take.folder, grabber.picture())
        except InputError as error:
            problems.append(f"{take.id}: {error}")
    if film is not None:
        film.scene.destroy()
    return problems
