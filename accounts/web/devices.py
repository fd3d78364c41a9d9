"""What a browser carries that an account knows it by, and what it calls itself."""

import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.services.devices import digest_of
from accounts.services.guessing import Guesser
from ceportal.kernel.web.addresses import counted_address

COOKIE = "ceportal_device"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
# The first that is named in the header is the one: others name these too.
_BROWSERS = (
    ("MicroMessenger", "微信"),
    ("Edg", "Edge 浏览器"),
    ("Firefox", "火狐浏览器"),
    ("Chrome", "Chrome 内核浏览器"),
    ("Safari", "Safari 浏览器"),
)
_SYSTEMS = (
    ("HarmonyOS", "鸿蒙手机"),
    ("Android", "安卓手机"),
    ("iPhone", "苹果手机"),
    ("iPad", "苹果平板"),
    ("Windows", "Windows 电脑"),
    ("Mac OS", "苹果电脑"),
    ("Linux", "Linux 电脑"),
)


def device_token(request: HttpRequest) -> str:
    """The device's token, empty where there is none of its shape."""
    token = request.COOKIES.get(COOKIE, "")
    return token if _TOKEN.fullmatch(token) else ""


def guesser_of(request: HttpRequest) -> Guesser:
    return Guesser(counted_address(request), digest_of(device_token(request)))


def keep_token(response: HttpResponse, token: str) -> None:
    response.set_cookie(
        COOKIE, token, max_age=settings.DEVICE_DAYS * 24 * 3600, httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip


def device_label(request: HttpRequest) -> str:
    """Windows 电脑，Edge 浏览器: enough for its owner to tell it from others."""
    agent = request.META.get("HTTP_USER_AGENT", "")
    system = next((label for mark, label in _SYSTEMS if mark in agent), "未知设备")
    browser = next((label for mark, label in _BROWSERS if mark in agent), "未知浏览器")
    return f"{system}，{browser}"
