#!/bin/sh
# Everything a fresh Debian or Ubuntu needs: system packages, a virtual environment in .venv, pinned dependencies.
# Does only what is missing, so that a second start costs nothing.  Usage: setup.sh run|dev
set -eu
cd "$(dirname "$0")"
what=${1:-run}

# GL without a display, sound, and libraries that the wheels open at run time.
packages="libegl1 libgl1 libgl1-mesa-dri libportaudio2 libasound2-plugins"
# The tests also check movies, sound and VR with real counterparts.
[ "$what" = dev ] && packages="$packages ffmpeg pulseaudio pulseaudio-utils gcc libc6-dev xvfb"

missing=""
if command -v dpkg-query >/dev/null 2>&1; then
    for package in $packages; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
    done
fi
if [ -n "$missing" ]; then
    install="apt-get install -y --no-install-recommends$missing"
    if [ "$(id -u)" = 0 ]; then
        as_root=""
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        as_root="sudo"
    else
        echo "setup: system packages are missing; run this once, then start again:" >&2
        echo "    sudo apt-get update && sudo $install" >&2
        exit 2
    fi
    echo "setup: installing$missing"
    $as_root apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $as_root $install -qq >/dev/null
fi

python=${PYTHON:-python3.11}
if ! command -v "$python" >/dev/null 2>&1; then
    echo "setup: $python not found; install Python 3.11 (PyBullet has wheels for it) or name one: PYTHON=/path/to/python3.11 make play" >&2
    exit 2
fi

stamp=".venv/.$what-$(cat pyproject.toml constraints.txt | cksum | cut -d' ' -f1)"
if [ ! -e "$stamp" ]; then
    [ -x .venv/bin/python ] || "$python" -m venv .venv
    echo "setup: installing Python packages into .venv (torch is large, this takes a few minutes)"
    extra=""
    [ "$what" = dev ] && extra="[dev]"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".$extra"
    touch "$stamp"
fi
