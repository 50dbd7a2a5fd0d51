"""`baton apply`: make a network file true."""

from services.cli.plan import AsRecruiting, Files, More, Studies, Url


def apply(
    files: Files = None,
    file: More = None,
    study: Studies = None,
    as_recruiting: AsRecruiting = False,
    url: Url = None,
) -> None:
    """Apply network files: each item from its own effective_from on. The same files again change nothing.

    Example: baton apply deploy/demo/network.yaml
    """
    from services.cli.network import send, tell

    named = [*(files or ()), *(file or ())]
    tell(send(named, study or (), as_recruiting=as_recruiting, url=url, dry_run=False))
