"""What every page's frame needs to know: the menu, the unread messages, the way in and out."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts.enums import Duty
from accounts.models import User
from ceportal.kernel.selectors.maintenance import maintenance
from ceportal.office.selectors.announcements import at_home
from ceportal.office.selectors.navigation import FOOTER, PUBLIC, Entry, Roles, roles_of, sections_for

# Where people land.
HOMES = frozenset(
    {"office:front", "office:home", "office:work", "office:my_year", "office:overview", "office:operation",
     "admin:index", "credits:rosters", "credits:clients", "accounts:registration"}
)  # fmt: skip


@dataclass(frozen=True)
class NavLink:
    href: str
    label: str
    is_current: bool = False


@dataclass(frozen=True)
class NavSection:
    """What stands under one title; without a title it lies open."""

    title: str
    links: tuple[NavLink, ...]

    @property
    def is_current(self) -> bool:
        return any(link.is_current for link in self.links)


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
    return _addresses() | {
        "nav_sections": tuple(
            NavSection(title, tuple(NavLink(link.href, link.label, link.href == current) for link in found))
            for title, found in links
        ),
        "footer_links": _links(FOOTER),
        "unread_notices": roles.unread,
        "reader_places": roles.places,
        "announced": at_home(cast(User, user) if signed_in else None, roles) if _is_home(request) else (),
        "may_find": Duty.OVERSEE in roles.duties,
        "letters_about_href": f"{_addresses()['front_href']}letters/about/" if Duty.OVERSEE in roles.duties else "",
        "operated_by": settings.OPERATED_BY,
        "operated_by_contact": settings.OPERATED_BY_CONTACT,
        "icp_number": settings.ICP_NUMBER,
        "police_number": settings.POLICE_NUMBER,
        "is_demo": settings.DEMO,
        "is_sandbox": settings.SANDBOX,
        "read_only": maintenance(),
        "home_href": _addresses()["home_href" if signed_in else "front_href"],
    }


def _is_home(request: HttpRequest) -> bool:
    """Announcements stand where people land, and nowhere else."""
    return request.resolver_match is not None and request.resolver_match.view_name in HOMES


@cache
def _addresses() -> dict[str, str]:
    """Where the frame leads whoever reads it. No address changes while the portal runs."""
    return {
        "front_href": reverse("office:front"),
        "home_href": reverse("office:home"),
        "policy_href": reverse("office:policy"),
        "completion_href": reverse("credits:completion"),
        "class_roster_href": f"{reverse('credits:rosters')}of/",
        "campaign_records_href": f"{reverse('office:front')}campaigns/",
        "filing_papers_href": f"{reverse('office:front')}filings/",
        "find_href": reverse("office:find"),
        "announcements_href": reverse("office:announcements"),
        "notices_href": reverse("office:notices"),
        "profile_href": reverse("accounts:profile"),
        "sign_in_href": reverse("accounts:sign_in"),
        "sign_out_href": reverse("accounts:sign_out"),
        "register_href": reverse("accounts:register"),
        "register_unit_href": reverse("accounts:register_unit"),
        "verify_href": reverse("certificates:look_up"),
    }


def _links(entries: Iterable[Entry]) -> tuple[NavLink, ...]:
    return tuple(_link(entry.url_name, entry.label) for entry in entries)


@cache
def _link(url_name: str, label: str) -> NavLink:
    """No address of the menu changes while the portal runs, and every page asks for a dozen of them."""
    return NavLink(reverse(url_name), label)


def _current(path: str, links: Iterable[NavLink]) -> str:
    """The link whose page this is or stands above it: the longest that the path begins with. 开年 is under 收尾's."""
    if path == reverse("office:opening"):
        path = reverse("office:closing")
    above = [link.href for link in links if path == link.href or (link.href != "/" and path.startswith(link.href))]
    return max(above, key=len, default="")
