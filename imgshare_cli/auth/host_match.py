"""Whether an identity service and an image service belong to one cloud, as far as their host names tell."""

from __future__ import annotations

from urllib.parse import urlsplit

_MIN_SHARED = 3  # labels of two host names


def do_hosts_match(address: str, other: str) -> bool:
    """Whether two addresses have the same host, or hosts that differ in their first label and share at least three.

    Fewer may be a registry's: anyone can have a name below `co.uk` or `herokuapp.com`.
    """
    try:
        hosts = [(urlsplit(url).hostname or "").removesuffix(".") for url in (address, other)]
    except ValueError:
        return False
    if not all(hosts):
        return False
    if hosts[0] == hosts[1]:
        return True
    first, second = (host.split(".")[1:] for host in hosts)
    is_shared = first == second and len(first) >= _MIN_SHARED and all(first)
    return is_shared and not first[-1][0].isdigit()  # the last part of an IP address is a number
