"""Who PostgreSQL runs as: it refuses root, and initdb refuses a user id without a name."""

import ctypes
import grp
import os
import pwd
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.local.errors import StackError

_NEW_USER_NAMESPACE = 0x10000000


@dataclass(frozen=True)
class Account:
    """Another user to switch to."""

    uid: int
    gid: int


def other_account() -> Account | None:
    """For root: nobody, with nogroup where that group exists. None for everybody else: stay who you are."""
    if os.geteuid() != 0:
        return None
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise StackError(
            "PostgreSQL refuses to run as root and this system has no user `nobody`; run as another user"
        ) from None
    try:
        return Account(nobody.pw_uid, grp.getgrnam("nogroup").gr_gid)
    except KeyError:
        return Account(nobody.pw_uid, nobody.pw_gid)


def give_to(folder: Path, account: Account | None) -> None:
    """Make the account the owner of the folder."""
    if account is not None:
        os.chown(folder, account.uid, account.gid)


def name_for_me() -> Callable[[], None] | None:
    """What a child must call before it becomes initdb, or None when this user id has a name.

    initdb looks up its user's name and fails without one (`docker run --user 12345`, `setpriv`). Inside a user
    namespace of its own the same id is seen as `nobody`; its files still belong to the real one.
    """
    if other_account() is not None or _has_name(os.geteuid()):
        return None
    libc, inside = ctypes.CDLL(None), pwd.getpwnam("nobody").pw_uid
    uid, gid = os.geteuid(), os.getegid()
    refused = f"user id {uid} has no name here and may not use a user namespace: add it to /etc/passwd\n".encode()

    def enter() -> None:
        if libc.unshare(_NEW_USER_NAMESPACE) != 0:
            os.write(2, refused)
            os._exit(1)
        for file, text in (("setgroups", "deny"), ("uid_map", f"{inside} {uid} 1"), ("gid_map", f"{inside} {gid} 1")):
            Path(f"/proc/self/{file}").write_text(text)

    return enter


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True
