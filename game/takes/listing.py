"""Takes in words: dictionaries for programs, tables for people."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from game.takes.facts import Facts
from game.takes.library import Library
from game.takes.take import Take


def describe(take: Take) -> Facts:
    """All that is known about a take without reading its journal, for ``--json``."""
    return {**take.facts, "folder": str(take.folder)}


def describe_library(library: Library) -> Facts:
    """A folder of takes, for ``--json``: takes without their single events, folders cut off, notes."""
    takes = [{name: value for name, value in describe(take).items() if name != "events"} for take in library.takes]
    return {"takes": takes, "cut_off": [str(folder) for folder in library.cut_off], "notes": list(library.notes)}


def library_table(library: Library) -> RenderableType:
    """A folder of takes: one row each, then what was cut off and what cannot be read."""
    table = Table("take", "made", "place", "skill", "length", "attempts", "beware of")
    for take in library.takes:
        facts = take.facts
        table.add_row(
            *map(Text, (take.id, _made(take), facts["environment"], facts["skill"], clock(take.duration))),
            Text(str(len(facts["attempts"]))),
            _flags(take),
        )
    cut_off = [Text(f"cut off: {folder}; run `backflip takes recover`", "yellow") for folder in library.cut_off]
    return Group(table, *cut_off, *(Text(note, "yellow") for note in library.notes))


def take_table(take: Take) -> RenderableType:
    """One take: what holds for all of it, then its events."""
    facts = take.facts
    about = Table(show_header=False)
    for name, value in (
        ("take", take.id),
        ("folder", str(take.folder)),
        ("made", _made(take)),
        ("place", facts["environment"]),
        ("skill", facts["skill"]),
        ("stage", facts["stage"]),
        ("seed", str(facts["seed"])),
        ("length", clock(take.duration)),
        ("recorded", ", ".join(f"{count} {what}" for what, count in facts["counts"].items())),
    ):
        if value:
            about.add_row(name, Text(value))
    about.add_row("beware of", _flags(take))
    events = Table("at", "event", "detail")
    for event in facts["events"]:
        detail = ", ".join(f"{name} {value}" for name, value in event["detail"].items())
        events.add_row(clock(event["seconds"]), Text(event["name"]), Text(detail))
    return Group(about, events)


def clock(seconds: float) -> str:
    """Minutes and seconds: ``1:02.50``."""
    hundredths = round(abs(seconds) * 100)
    sign = "-" if seconds < 0 and hundredths else ""
    return f"{sign}{hundredths // 6000}:{hundredths % 6000 / 100:05.2f}"


def _made(take: Take) -> str:
    return str(take.facts["created"])[:16].replace("T", " ")


def _flags(take: Take) -> Text:
    return Text(", ".join(flag.replace("_", " ") for flag in take.flags), "yellow")
