"""Dear ImGui drawn by Panda3D, in a window or without one.

Each frame ImGui gives lists of triangles in pixels, with their textures; they hang below `pixel2d` until the next.
"""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import numpy as np
from imgui_bundle import imgui
from numpy.typing import NDArray
from panda3d.core import (
    ColorBlendAttrib,
    CullFaceAttrib,
    DepthTestAttrib,
    Filename,
    Geom,
    GeomEnums,
    GeomNode,
    GeomTriangles,
    GeomVertexArrayFormat,
    GeomVertexData,
    GeomVertexFormat,
    OmniBoundingVolume,
    RenderState,
    ScissorAttrib,
    Shader,
    Texture,
    TextureAttrib,
)

_INDEX = {2: GeomEnums.NT_uint16, 4: GeomEnums.NT_uint32}[imgui.INDEX_SIZE]
_SORT = 100  # above the viewfinder
# Position and texture coordinates travel in one column of four, as ImGui keeps them.
_VERTEX = """#version 150
uniform mat4 p3d_ModelViewProjectionMatrix;
in vec4 p3d_Vertex;
in vec4 p3d_Color;
out vec2 at;
out vec4 tint;
void main() {
    at = p3d_Vertex.zw;
    tint = p3d_Color;
    gl_Position = p3d_ModelViewProjectionMatrix * vec4(p3d_Vertex.x, 0.0, -p3d_Vertex.y, 1.0);
}
"""
_FRAGMENT = """#version 150
uniform sampler2D p3d_Texture0;
in vec2 at;
in vec4 tint;
out vec4 colour;
void main() {
    colour = tint * texture(p3d_Texture0, at);
}
"""


class Drawing:
    """Draws ImGui's lists below ``parent``, whose units are pixels from the top left, such as `pixel2d`."""

    def __init__(self, parent: Any) -> None:
        self._root = parent.attach_new_node("panel", _SORT)
        self._root.set_shader(Shader.make(Shader.SL_GLSL, _VERTEX, _FRAGMENT))
        self._root.set_bin("fixed", _SORT)
        self._state = RenderState.make(
            ColorBlendAttrib.make(
                ColorBlendAttrib.M_add, ColorBlendAttrib.O_incoming_alpha, ColorBlendAttrib.O_one_minus_incoming_alpha
            ),
            DepthTestAttrib.make(DepthTestAttrib.M_none),
            CullFaceAttrib.make(CullFaceAttrib.M_cull_none),
        )
        array = GeomVertexArrayFormat()
        array.add_column("vertex", 4, GeomEnums.NT_float32, GeomEnums.C_other)
        array.add_column("color", 4, GeomEnums.NT_uint8, GeomEnums.C_color)
        self._format = GeomVertexFormat.register_format(GeomVertexFormat(array))
        self._textures: dict[int, Any] = {}
        self._next = 1

    def show(self, data: imgui.ImDrawData) -> None:
        """Draw what ImGui has made of this frame, in place of the last."""
        for texture in data.textures:
            self._keep(texture)
        self.clear()
        size = data.display_size
        for commands in data.cmd_lists:
            self._root.attach_new_node(self._node(commands, size.x, size.y))

    def clear(self) -> None:
        """Take everything off the picture."""
        self._root.get_children().detach()

    def add_picture(self, file: Path) -> imgui.ImTextureRef | None:
        """A picture for `imgui.image`, its last row first; None: the file is no picture that can be read."""
        texture = Texture(file.name)
        if not texture.read(Filename.from_os_specific(str(file))):
            return None
        self._textures[self._next] = texture
        self._next += 1
        return imgui.ImTextureRef(self._next - 1)

    def destroy(self) -> None:
        """Remove it for good."""
        self._root.remove_node()
        self._textures.clear()

    def _keep(self, texture: imgui.ImTextureData) -> None:
        """Do what ImGui asks about one of its own textures, the letters."""
        wanted = imgui.ImTextureStatus
        if texture.status in (wanted.want_create, wanted.want_updates):
            if texture.status == wanted.want_create:
                texture.set_tex_id(self._next)
                self._next += 1
            pixels = texture.get_pixels_array().reshape(texture.height, texture.width, texture.bytes_per_pixel)
            self._textures[texture.get_tex_id()] = _texture(pixels)
            texture.set_status(wanted.ok)
        elif texture.status == wanted.want_destroy:
            self._textures.pop(texture.get_tex_id(), None)
            texture.set_tex_id(0)
            texture.set_status(wanted.destroyed)

    def _node(self, commands: imgui.ImDrawList, width: float, height: float) -> Any:
        vertices = GeomVertexData("panel", self._format, Geom.UH_stream)
        count = commands.vtx_buffer.size()
        vertices.unclean_set_num_rows(count)
        vertices.modify_array_handle(0).set_data(_bytes(commands.vtx_buffer.data_address(), count * imgui.VERTEX_SIZE))
        node = GeomNode("list")
        # Culling would take four numbers of the column for a place in space.
        node.set_bounds(OmniBoundingVolume())
        node.set_final(True)
        for command in commands.cmd_buffer:
            start = commands.idx_buffer.data_address() + command.idx_offset * imgui.INDEX_SIZE
            triangles = GeomTriangles(Geom.UH_stream)
            triangles.set_index_type(_INDEX)
            handle = triangles.modify_vertices(command.elem_count).modify_handle()
            handle.set_data(_bytes(start, command.elem_count * imgui.INDEX_SIZE))
            geom = Geom(vertices)
            geom.add_primitive(triangles)
            geom.set_bounds(OmniBoundingVolume())
            clip, texture = command.clip_rect, self._textures[command.tex_ref.get_tex_id()]
            window = (clip.x / width, clip.z / width, 1.0 - clip.w / height, 1.0 - clip.y / height)
            state = self._state.add_attrib(ScissorAttrib.make(*window)).add_attrib(TextureAttrib.make(texture))
            node.add_geom(geom, state)
        return node


def _bytes(address: int, size: int) -> bytes:
    return ctypes.string_at(address, size)


def _texture(pixels: NDArray[np.uint8]) -> Any:
    """A texture of ``(h, w, 4)`` RGBA, first row first, or of ``(h, w, 1)`` opacities."""
    if pixels.shape[2] == 1:
        white = np.full((*pixels.shape[:2], 3), 255, dtype=np.uint8)
        pixels = np.concatenate([white, pixels], axis=2)
    texture = Texture("panel")
    texture.setup_2d_texture(pixels.shape[1], pixels.shape[0], Texture.T_unsigned_byte, Texture.F_rgba)
    # Panda3D keeps blue first. ImGui's first row is at 0, as Panda3D's is; only their names for it differ.
    texture.set_ram_image(np.ascontiguousarray(pixels[..., [2, 1, 0, 3]]).tobytes())
    texture.set_wrap_u(Texture.WM_clamp)
    texture.set_wrap_v(Texture.WM_clamp)
    return texture
