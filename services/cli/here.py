"""The settings of a verb: the environment, and for what it leaves out, what `baton up` runs in this folder."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.chassis.settings import Settings


def settings_here() -> "Settings":
    """Settings as the environment says them; a setting it does not say is the one of the stack that runs in BATON_HOME.

    Raises:
        SettingsError: a value that is missing or odd, by the name of its variable.
    """
    from deploy.local.control import addresses_of
    from deploy.local.places import home_folder
    from services.chassis.settings import Settings
    from services.cli.local import settings_for

    home = home_folder(os.environ)
    running = addresses_of(home)
    if running is not None:
        told = {
            "BATON_HOME": str(home),
            **running.environment(),
            **settings_for(running, home, os.environ, running=True),
        }
        for name, value in told.items():
            if f"{name}_FILE" not in os.environ:
                os.environ.setdefault(name, value)
    return Settings.load()
