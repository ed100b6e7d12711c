"""Names of events that people set on purpose while a take is recorded."""

MARKER = "marker"
"""Something to find again; its detail counts them: ``{"number": 1}``."""
