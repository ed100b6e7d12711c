"""Takes in words: dictionaries for programs, tables for people."""

from __future__ import annotations

import dataclasses

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from game.takes.facts import Facts
from game.takes.library import Library
from game.takes.take import Take


def describe(take: Take) -> Facts:
    """All that is known about a take without reading its journal, for ``--json``."""
    return {**take.facts, "folder": str(take.folder), "edits": dataclasses.asdict(take.edits)}


def describe_library(library: Library) -> Facts:
    """A folder of takes, for ``--json``: takes without their single events, folders cut off, notes."""
    takes = [{name: value for name, value in describe(take).items() if name != "events"} for take in library.takes]
    return {"takes": takes, "cut_off": [str(folder) for folder in library.cut_off], "notes": list(library.notes)}


def library_table(library: Library) -> RenderableType:
    """A folder of takes: one row each, then what was cut off and what cannot be read."""
    rows = [
        {
            "take": Text(take.id),
            "slate": Text(take.edits.label),
            "marks": Text(marks_of(take)),
            "made": Text(_made(take)),
            "place": Text(take.facts["environment"]),
            "length": Text(clock(take.duration)),
            "attempts": Text(str(len(take.facts["attempts"]))),
            "notes": Text("; ".join(take.edits.notes)),
            "beware of": _flags(take),
        }
        for take in library.takes
    ]
    table = Table()
    # What nobody has is not shown: a terminal has 80 columns.
    names = [name for name in (rows[0] if rows else ()) if any(row[name].plain for row in rows)]
    for name in names:
        table.add_column(name, no_wrap=name in ("take", "marks", "length"))
    for row in rows:
        table.add_row(*(row[name] for name in names))
    cut_off = [Text(f"cut off: {folder}; run `backflip takes recover`", "yellow") for folder in library.cut_off]
    return Group(*([table] if rows else []), *cut_off, *(Text(note, "yellow") for note in library.notes))


def take_table(take: Take) -> RenderableType:
    """One take: what holds for all of it, then its events."""
    facts = take.facts
    about = Table(show_header=False)
    for name, value in (
        ("take", take.id),
        ("slate", take.edits.label),
        ("scene", scene_of(take)),
        ("marks", marks_of(take)),
        ("notes", "\n".join(take.edits.notes)),
        ("smoothed", smoothing_of(take)),
        ("performance of", str(facts.get("reshoot", {}).get("take", ""))),
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


def scene_of(take: Take) -> str:
    """Scene and shot as on a slate: ``12A``."""
    return f"{take.facts.get('scene', '')}{take.facts.get('shot', '')}"


def marks_of(take: Take) -> str:
    """What it was marked with: circled, starred."""
    return " ".join(mark for mark, on in (("◯", take.edits.circled), ("★", take.edits.starred)) if on)


def smoothing_of(take: Take) -> str:
    """How its camera was smoothed anew; empty: it is as it was seen."""
    smoothing = take.edits.smoothing
    if smoothing is None:
        return ""
    lag = ", without lag" if smoothing.zero_lag else ""
    return f"body {smoothing.body_damping:g} s, aim {smoothing.aim_damping:g} s{lag}"


def clock(seconds: float) -> str:
    """Minutes and seconds: ``1:02.50``."""
    hundredths = round(abs(seconds) * 100)
    sign = "-" if seconds < 0 and hundredths else ""
    return f"{sign}{hundredths // 6000}:{hundredths % 6000 / 100:05.2f}"


def _made(take: Take) -> str:
    return str(take.facts["created"])[:16].replace("T", " ")


def _flags(take: Take) -> Text:
    return Text(", ".join(flag.replace("_", " ") for flag in take.flags), "yellow")
