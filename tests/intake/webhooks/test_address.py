"""Where no webhook may lead: each line is an address somebody could put behind a name."""

import pytest

from services.intake.webhooks.rules.address import may_be_reached

REFUSED = {
    "loopback": "127.0.0.1",
    "loopback, another": "127.255.255.254",
    "this host": "0.0.0.0",  # noqa: S104 - refused
    "this network": "0.1.2.3",
    "private, class A": "10.0.0.1",
    "private, class B": "172.16.0.1",
    "private, the last of class B": "172.31.255.255",
    "private, class C": "192.168.1.1",
    "shared by carriers": "100.64.0.1",
    "cloud metadata": "169.254.169.254",
    "container metadata": "169.254.170.2",
    "protocol assignments": "192.0.0.8",
    "the NAT64 discovery address": "192.0.0.170",
    "port control anycast, which Python calls global": "192.0.0.9",
    "documentation 1": "192.0.2.1",
    "documentation 2": "198.51.100.7",
    "documentation 3": "203.0.113.9",
    "benchmarks": "198.18.0.1",
    "6to4 relay": "192.88.99.1",
    "multicast": "224.0.0.1",
    "multicast, which Python calls global": "233.252.0.1",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "IPv6 loopback": "::1",
    "IPv6 unspecified": "::",
    "IPv4-mapped private": "::ffff:10.0.0.1",
    "IPv4-mapped loopback in hex": "::ffff:7f00:1",
    "IPv4-mapped and global": "::ffff:93.184.215.14",
    "IPv4-compatible": "::93.184.215.14",
    "IPv4-translated": "::ffff:0:10.0.0.1",
    "NAT64 of a private one": "64:ff9b::10.0.0.1",
    "NAT64 of metadata": "64:ff9b::a9fe:a9fe",
    "NAT64, local prefix": "64:ff9b:1::1",
    "6to4 of a private one": "2002:a00:1::1",
    "6to4 of a global one": "2002:5db8:d70e::1",
    "Teredo": "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "ORCHID": "2001:20::1",
    "IPv6 benchmarks": "2001:2::1",
    "IPv6 documentation": "2001:db8::1",
    "IPv6 documentation, new": "3fff::1",
    "unique local": "fd00::1",
    "unique local, the other half": "fc00::1",
    "EC2 metadata on IPv6": "fd00:ec2::254",
    "link-local": "fe80::1",
    "link-local with its interface": "fe80::1%eth0",
    "a global one with an interface": "2606:2800:21f::1%eth0",
    "site-local": "fec0::1",
    "IPv6 multicast": "ff02::1",
    "IPv6 multicast, global scope": "ff0e::1",
    "discard": "100::1",
    "segment routing": "5f00::1",
    "no address": "hooks.partner.example",
    "an octal spelling": "0177.0.0.1",
    "a decimal spelling": "2130706433",
    "a short spelling": "127.1",
    "nothing": "",
}

TAKEN = ("93.184.215.14", "8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "198.20.0.1", "192.0.1.1",
         "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "2a00:1450:4001:80b::200e", "2001:4860:4860::8888")  # fmt: skip


@pytest.mark.parametrize("address", REFUSED.values(), ids=REFUSED.keys())
def test_refused(address: str) -> None:
    assert not may_be_reached(address)


@pytest.mark.parametrize("address", TAKEN)
def test_the_internet_may_be_reached(address: str) -> None:
    assert may_be_reached(address)
