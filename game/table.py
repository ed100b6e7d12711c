"""Strict reading of TOML files: every key is asked for by name and type, and what nobody asked for is refused."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from models.errors import InputError


def read_table(file: Path, schema: str, version: int) -> Table:
    """The top level of a TOML file that says itself what it is, by ``schema`` and ``version``.

    Raises:
        InputError: the file is missing, damaged, of another kind or of another version.
    """
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror}); its folder needs this file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: not TOML ({error}); mend it there") from error
    root = Table(file, "", values)
    if root.text("schema") != schema or root.number("version") != version:
        raise root.fail(f'of another kind or version; it needs schema = "{schema}" and version = {version}')
    return root


class Table:
    """One table of a file. ``where`` names it in messages, e.g. ``projector 'main'``; empty at the top level."""

    def __init__(self, file: Path, where: str, values: Mapping[str, Any]) -> None:
        self.file = file
        self.where = where
        self._values = dict(values)
        self._asked: set[str] = set()

    def names(self) -> tuple[str, ...]:
        """All keys, in the file's order, for a table whose keys are names."""
        return tuple(self._values)

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def fail(self, complaint: str) -> InputError:
        """The error that says what is wrong here; ``complaint`` ends with the mend."""
        return InputError(f"{self.file}: {self.where or 'top level'}: {complaint}")

    def done(self) -> None:
        """Refuse keys that nobody asked for."""
        unknown = sorted(set(self._values) - self._asked)
        if unknown:
            known = ", ".join(sorted(self._asked))
            raise self.fail(f"unknown key '{unknown[0]}'; remove it or use one of: {known}")

    def text(self, key: str, default: str | None = None) -> str:
        """A string that is not empty."""
        value = self._take(key, default)
        if not isinstance(value, str) or not value.strip():
            raise self.fail(f"'{key}' is {value!r}; write it as text in quotes")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """true or false."""
        value = self._take(key, default)
        if not isinstance(value, bool):
            raise self.fail(f"'{key}' is {value!r}; write true or false")
        return value

    def number(self, key: str, default: float | None = None, low: float = -math.inf, high: float = math.inf) -> float:
        """A finite number within low … high."""
        value = self._take(key, default)
        if not _is_number(value) or not low <= value <= high:
            raise self.fail(f"'{key}' is {value!r}; write a number {_range(low, high)}")
        return float(value)

    def numbers(
        self,
        key: str,
        count: int,
        default: tuple[float, ...] | None = None,
        low: float = -math.inf,
        high: float = math.inf,
    ) -> tuple[float, ...]:
        """``count`` finite numbers within low … high."""
        value = self._take(key, default)
        numbers = tuple(value) if isinstance(value, list | tuple) else ()
        if len(numbers) != count or not all(_is_number(n) and low <= n <= high for n in numbers):
            raise self.fail(f"'{key}' is {value!r}; write {count} numbers in brackets, each {_range(low, high)}")
        return tuple(float(number) for number in numbers)

    def vec3(
        self,
        key: str,
        default: tuple[float, float, float] | None = None,
        low: float = -math.inf,
        high: float = math.inf,
    ) -> tuple[float, float, float]:
        """Three numbers."""
        x, y, z = self.numbers(key, 3, default, low, high)
        return x, y, z

    def vec2(self, key: str, default: tuple[float, float] | None = None, low: float = -math.inf) -> tuple[float, float]:
        """Two numbers."""
        x, y = self.numbers(key, 2, default, low)
        return x, y

    def rows(self, key: str, width: int) -> list[tuple[float, ...]]:
        """Rows of ``width`` numbers each."""
        value = self._take(key, None)
        good = isinstance(value, list) and all(
            isinstance(row, list) and len(row) == width and all(_is_number(number) for number in row) for row in value
        )
        if not good:
            raise self.fail(f"'{key}' is no list of rows; write rows of {width} numbers in brackets")
        return [tuple(float(number) for number in row) for row in value]

    def texts(self, key: str, default: tuple[str, ...] | None = None, least: int = 0) -> tuple[str, ...]:
        """A list of ``least`` strings or more, none of them empty."""
        value = self._take(key, default)
        if not _are_texts(value) or len(value) < least:
            raise self.fail(f"'{key}' is {value!r}; write a list of texts in quotes, {least} or more")
        return tuple(value)

    def text_or_texts(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        """One string, or a list of some, none of them empty."""
        value = self._take(key, default)
        several = (value,) if isinstance(value, str) else value
        if not _are_texts(several) or not several:
            raise self.fail(f"'{key}' is {value!r}; write it as text in quotes, or as a list of such texts")
        return tuple(several)

    def text_rows(self, key: str, default: tuple[tuple[str, ...], ...] | None = None) -> tuple[tuple[str, ...], ...]:
        """A list of lists of strings, none of them empty."""
        value = self._take(key, default)
        if not isinstance(value, list | tuple) or not all(_are_texts(row) and row for row in value):
            raise self.fail(f"'{key}' is {value!r}; write a list of lists, each with texts in quotes")
        return tuple(tuple(row) for row in value)

    def table(self, key: str) -> Table:
        """A table within this one."""
        value = self._take(key, None)
        path = self._path(key)
        if not isinstance(value, dict):
            raise self.fail(f"'{key}' is no table; write it below a line [{path}]")
        return Table(self.file, path, value)

    def tables(self, key: str) -> list[Table]:
        """One table or more, each named in messages by its own name if it has one."""
        value = self._take(key, None)
        path = self._path(key)
        if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
            raise self.fail(f"'{key}' is no list of tables; write each below a line [[{path}]]")
        return [Table(self.file, f"{path} '{item.get('name', i + 1)}'", item) for i, item in enumerate(value)]

    def _path(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key

    def _take(self, key: str, default: Any) -> Any:
        self._asked.add(key)
        value = self._values.get(key, default)
        if value is None:
            raise self.fail(f"'{key}' is missing; add it")
        return value


def _are_texts(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(text, str) and text.strip() for text in value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _range(low: float, high: float) -> str:
    if math.isinf(low) and math.isinf(high):
        return "of any size"
    if math.isinf(high):
        return f"from {low:g} up"
    return f"from {low:g} to {high:g}"
