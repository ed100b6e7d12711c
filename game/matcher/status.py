"""What the matcher says in words: the error in pixels, the camera, what to do next."""

from __future__ import annotations

from game.environment.place_file import hpr_of
from game.matcher.matcher import BLOCK_TOOLS, Matcher

_DOES = {
    "x": "drag lines along X (red)",
    "y": "drag lines along Y (green)",
    "z": "drag lines along Z (blue)",
    "upright": "drag a known height, from the ground up",
    "level": "drag a known length on the ground",
    "origin": "put the origin on the ground",
    "ground": "ground: click two corners",
    "wall": "wall: click two points on the ground, then the top",
    "box": "box: click two corners of its front, a point at its back, then the top",
    "card": "card: click two points on the ground, then the top",
    "outline": "cut-out: click its foot on the ground, then around its shape; Enter closes it",
    "reshape": "reshape: drag a block's corners and edges, or its top up and down; a cut-out's points and foot",
}


def status_lines(matcher: Matcher) -> list[str]:
    """Three lines or four: error, camera, tool, and what is wrong."""
    camera, drawing, found = matcher.camera, matcher.work.drawing, matcher.found
    if found is not None and found.error is not None:
        spread = f" ± {found.focal_error:.0f}" if found.focal_error else " (held)"
        error = f"error {found.error:.2f} px over {len(found.errors)} lines, the worst {max(found.errors):.2f} px"
    else:
        spread, error = "", "no error to tell: the camera is the one that the place had"
    _, pitch, roll = hpr_of(camera)
    lens = f"focal length {camera.focal:.0f}{spread} px, {camera.hfov:.1f}° wide"
    if "principal_point" in drawing.fit:
        lens += f", principal point {camera.principal_point[0]:.0f}, {camera.principal_point[1]:.0f}"
    if any(camera.distortion):
        lens += f", k1 {camera.distortion[0]:+.3f}"
    known = f", known length {drawing.length.metres:.2f} m" if drawing.length else ""
    stands = f"{camera.position[2]:.2f} m high, pitch {pitch:.2f}°, roll {roll:.2f}°{known}"
    does = _DOES[matcher.tool] + (f" ({matcher.depth:.2f} m thick)" if matcher.tool == "outline" else "")
    if matcher.tool in BLOCK_TOOLS and matcher.work.clicks:
        does += f": {len(matcher.work.clicks)} clicked"
    return [error, f"{lens}; {stands}", does, *([matcher.problem] if matcher.problem else [])]
