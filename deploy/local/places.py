"""The two folders: BATON_HOME (data and secrets of one stack) and BATON_CACHE (downloads shared by all stacks)."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path


def home_folder(environment: Mapping[str, str]) -> Path:
    """BATON_HOME, or `.baton` in the working folder."""
    return Path(environment.get("BATON_HOME") or ".baton").absolute()


def cache_folder(environment: Mapping[str, str], home: Path) -> Path:
    """BATON_CACHE, else `baton` in the user's cache folder, else `cache` in the stack's home.

    The last one is for accounts whose HOME is absent or cannot be written: service users, containers, CI.
    """
    given = environment.get("BATON_CACHE")
    if given:
        return Path(given).absolute()
    for folder in _user_caches(environment):
        if _can_make(folder / "baton"):
            return folder / "baton"
    return home / "cache"


def _user_caches(environment: Mapping[str, str]) -> list[Path]:
    """XDG_CACHE_HOME and ~/.cache, absolute ones only (the XDG rule)."""
    named = [environment.get("XDG_CACHE_HOME", ""), os.path.join(environment.get("HOME", ""), ".cache")]
    return [Path(name) for name in named if os.path.isabs(name)]


def _can_make(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def private_folder(folder: Path) -> Path:
    """Make the folder for its owner alone (0700) and return it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def secret_in(file: Path) -> str:
    """The secret kept in the file; made once, 0600, 256 bits, letters and digits only so that it fits in a URL."""
    if not file.exists():
        private_folder(file.parent)
        write_private(file, secrets.token_hex(32))
    return file.read_text().strip()


def write_private(file: Path, text: str) -> None:
    """Replace the file in one step; nobody else can read it (0600) at any moment."""
    draft = file.with_name(f"{file.name}.{os.getpid()}.new")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)
    draft.replace(file)
