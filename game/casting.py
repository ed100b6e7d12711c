"""Who plays: a person's folder, and the face track that the face follows; as arguments name them, and as takes do."""

from __future__ import annotations

from pathlib import Path

from game.avatar.face_track import FaceTrack, load_face_track
from game.avatar.person import load_person
from game.takes.facts import Facts
from models.body import Body, load_humanoid
from models.physique import load_body


def face_reference(path: str | None) -> str:
    """What a take writes down to find a face track again.

    Raises:
        InputError: it is none.
    """
    return "" if path is None else str(load_face_track(Path(path)).path.resolve())


def face_of(settings: dict[str, Facts]) -> FaceTrack | None:
    """The face track that a take was played with.

    Raises:
        InputError: it is gone or damaged.
    """
    path = settings.get("person", {}).get("face", "")
    return load_face_track(Path(str(path))) if path else None


def body_of(folder: Path) -> Body:
    """The physics body of the person in a folder: their own, or the humanoid.

    Raises:
        InputError: the folder is no person, or its body is damaged.
    """
    own = load_person(folder).body
    return load_humanoid() if own is None else load_body(own)
