"""What every page's frame needs to know: the menu, the unread messages, the way in and out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from accounts.models import User
from ceportal.office.selectors.navigation import FOOTER, PUBLIC, Entry, Roles, roles_of, sections_for


@dataclass(frozen=True)
class NavLink:
    href: str
    label: str
    is_current: bool = False
    count: int = 0


@dataclass(frozen=True)
class NavSection:
    title: str
    links: tuple[NavLink, ...]


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Two queries for who is signed in, none for others; asked once a request."""
    if not hasattr(request, "portal_frame"):
        request.portal_frame = _frame(request)  # type: ignore[attr-defined]
    return cast(dict[str, Any], request.portal_frame)  # type: ignore[attr-defined]


def _frame(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    roles = roles_of(cast(User, user)) if signed_in else Roles()
    sections = sections_for(roles) if signed_in else (PUBLIC,)
    links = [(section.title, _links(section.entries)) for section in sections]
    current = _current(request.path, (link for _, found in links for link in found))
    return {
        "nav_sections": tuple(
            NavSection(title, tuple(NavLink(link.href, link.label, link.href == current) for link in found))
            for title, found in links
            if found
        ),
        "footer_links": _links(FOOTER),
        "unread_notices": roles.unread,
        "is_demo": settings.DEMO,
        "front_href": _href("office:front"),
        "home_href": _href("office:home") if signed_in else _href("office:front"),
        "policy_href": _href("office:policy"),
        "notices_href": _href("office:notices"),
        "profile_href": _href("accounts:profile"),
        "sign_in_href": _href("accounts:sign_in"),
        "sign_out_href": _href("accounts:sign_out"),
        "register_href": _href("accounts:register"),
        "register_unit_href": _href("accounts:register_unit"),
        "verify_href": _href("certificates:look_up"),
    }


def _links(entries: Iterable[Entry]) -> tuple[NavLink, ...]:
    return tuple(NavLink(href, entry.label) for entry in entries if (href := _href(entry.url_name)))


def _href(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _current(path: str, links: Iterable[NavLink]) -> str:
    """The link whose page this is or stands above it: the longest that the path begins with."""
    above = [link.href for link in links if path == link.href or (link.href != "/" and path.startswith(link.href))]
    return max(above, key=len, default="")
