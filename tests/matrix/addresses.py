"""Every address of the portal, by its name: from the resolver, so that none can be forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

# The admin site's last resort, which only answers "not found", has no name; nothing else may lack one.
NAMELESS = {"admin:": "(?P<url>.*)$"}


@dataclass(frozen=True)
class Address:
    """A named URL and the parameters it takes."""

    name: str
    parameters: frozenset[str]


class Nameless(AssertionError):
    """An address without a name cannot stand in the table."""


def addresses() -> list[Address]:
    return list(_below(get_resolver(), "", frozenset()))


def _below(resolver: URLResolver, space: str, above: frozenset[str]) -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        taken = above | frozenset(pattern.pattern.converters) | frozenset(pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _below(pattern, inner, taken)
        elif pattern.name:
            yield Address(f"{space}{pattern.name}", taken)
        elif NAMELESS.get(space) != str(pattern.pattern) and not _only_redirects(pattern):
            raise Nameless(f"{space}{pattern.pattern}")


def _only_redirects(pattern: URLPattern) -> bool:
    """The admin's old address of a change form leads to the new one."""
    return str(pattern.pattern) == "<path:object_id>/"
