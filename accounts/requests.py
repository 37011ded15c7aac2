"""Who sends a request, and from where."""

import re
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.utils.http import url_has_allowed_host_and_scheme

from .audit import Actor


def client_ip(request) -> str:
    """The caller's address: the connection's, or what the trusted proxy says in its header.

    A proxy appends the address that it saw, so only the last one of a list is its own word.
    """
    if settings.CLIENT_IP_HEADER:
        told = request.headers.get(settings.CLIENT_IP_HEADER, "")
        return _without_port(told.rsplit(",", 1)[-1].strip())[:45]
    return request.META.get("REMOTE_ADDR", "")


def _without_port(told: str) -> str:
    """Some proxies say 203.0.113.9:4711 and [2001:db8::1]:4711."""
    with_port = re.fullmatch(r"([^:]*):\d+|\[(.*)\](:\d+)?", told)
    return (with_port[1] or with_port[2] or "") if with_port else told


def household(request) -> str:
    """Who shares a limit of attempts: an IPv4 address, or the /64 of which one caller has all."""
    try:
        address = ip_address(client_ip(request))
    except ValueError:
        return client_ip(request)
    if address.version == 4:
        return str(address)
    return str(address.ipv4_mapped or ip_network((address, 64), strict=False))


def is_own_page(request, address: str) -> bool:
    """Whether an address that a request brought is of this site, so that one may be sent there."""
    return url_has_allowed_host_and_scheme(address, {request.get_host()}, request.is_secure())


def actor(request) -> Actor:
    """The logged-in user as the audit log names them."""
    user = request.user
    return Actor(str(user), user.email, user.pk, client_ip(request))
