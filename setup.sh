#!/bin/sh
# Everything a fresh Debian or Ubuntu needs: system packages, a virtual environment in .venv, pinned dependencies.
# Does only what is missing, so that a second start costs nothing.  Usage: setup.sh run|dev
set -eu
cd "$(dirname "$0")"
what=${1:-run}

# GL without a display, sound, and libraries that the wheels open at run time.
packages="libegl1 libgl1 libgl1-mesa-dri libportaudio2 libasound2-plugins"
# The tests also check movies, sound and VR with real counterparts.
[ "$what" = dev ] && packages="$packages ffmpeg pulseaudio pulseaudio-utils gcc libc6-dev libxtst6 xvfb"

python=${PYTHON:-python3.11}
if [ ! -x .venv/bin/pip ]; then
    found=$(command -v "$python" || true)
    # Debian keeps what a system Python needs to make a virtual environment in a package of its own.
    [ -n "$found" ] && [ "$(readlink -f "$found")" = /usr/bin/python3.11 ] && packages="$packages python3.11-venv"
    [ -z "$found" ] && [ "$python" = python3.11 ] && command -v apt-cache >/dev/null 2>&1 && ask_for_python=yes
fi

missing=""
if command -v dpkg-query >/dev/null 2>&1; then
    for package in $packages; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
    done
fi
if [ -n "$missing${ask_for_python:-}" ]; then
    as_root="nobody"
    if [ "$(id -u)" = 0 ]; then
        as_root=""
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        as_root="sudo"
    fi
    [ "$as_root" = nobody ] || $as_root apt-get update -qq
    # Not every release has this Python.
    [ -n "${ask_for_python:-}" ] && apt-cache show python3.11 >/dev/null 2>&1 && missing="$missing python3.11 python3.11-venv"
fi
if [ -n "$missing" ]; then
    install="apt-get install -y --no-install-recommends$missing"
    if [ "$as_root" = nobody ]; then
        echo "setup: system packages are missing; run this once, then start again:" >&2
        echo "    sudo apt-get update && sudo $install" >&2
        exit 2
    fi
    echo "setup: installing$missing"
    $as_root env DEBIAN_FRONTEND=noninteractive $install -qq >/dev/null
fi

stamp=".venv/.$what-$(cat pyproject.toml constraints.txt | cksum | cut -d' ' -f1)"
if [ ! -x .venv/bin/pip ]; then
    if ! command -v "$python" >/dev/null 2>&1; then
        echo "setup: $python not found; install Python 3.11 (PyBullet has wheels for it) or name one: PYTHON=/path/to/python3.11 make play" >&2
        exit 2
    fi
    rm -rf .venv # half-made, if it is there at all
    if ! "$python" -m venv .venv; then
        rm -rf .venv
        echo "setup: $python cannot make a virtual environment; install its venv module, or name another: PYTHON=/path/to/python3.11 make play" >&2
        exit 2
    fi
fi
if [ ! -e "$stamp" ]; then
    echo "setup: installing Python packages into .venv (torch is large, this takes a few minutes)"
    extra=""
    [ "$what" = dev ] && extra="[dev]"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".$extra"
    touch "$stamp"
fi
