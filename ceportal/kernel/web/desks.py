"""The bureaus' desks and registers in the admin site: lists by keyset, acts by services, no form that edits a row.

Django's own change list counts every row, pages by OFFSET, and can be talked into writing (`list_editable`,
CVE-2026-4292); these keep its registry, index and door, and nothing else of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from ceportal.kernel.rules.queueing import QUEUED_AT_MOST, Queue
from ceportal.kernel.web.keyset import OfFew, keyset_page

_MOST_ASKED, _YEARS = 60, 8


@dataclass(frozen=True)
class Column:
    """A heading, and how to read a row's cell: the name of an attribute, or a function of the row.

    What `is_short` stays on one line.
    """

    heading: str
    read: str | Callable[[Any], object]
    is_number: bool = False
    is_short: bool = False

    @property
    def css_class(self) -> str:
        return "num" if self.is_number else "nowrap" if self.is_short else ""

    @cached_property
    def opening(self) -> SafeString:
        """What stands before the text of each of its cells."""
        return format_html('<td data-label="{}" class="{}">', self.heading, self.css_class)

    def of(self, row: Model) -> object:
        value = getattr(row, self.read) if isinstance(self.read, str) else self.read(row)
        return value() if callable(value) else value


@dataclass(frozen=True)
class Filter:
    """One question above a list: a choice, or with no `choices` how a text begins. `lookup` is of an indexed field.

    Of a long list `owner` is the way to whom the text belongs, with which `lookup` begins; `has_few_each` says whether
    each of these has few rows (a person), or has them in order by an index (a unit).
    """

    name: str
    label: str
    lookup: str
    choices: Sequence[tuple[str, str]] | Callable[[], Sequence[tuple[str, str]]] = ()
    read: Callable[[str], object] = str
    owner: str = ""
    has_few_each: bool = True

    @property
    def offered(self) -> Sequence[tuple[str, str]]:
        return self.choices() if callable(self.choices) else self.choices

    def of(self, request: HttpRequest) -> str:
        """What is asked for; empty for what is not offered."""
        said = request.GET.get(self.name, "").replace("\0", "").strip()[:_MOST_ASKED]
        return said if not self.choices or said in dict(self.offered) else ""


@dataclass(frozen=True)
class Asked:
    """A filter, and what of it is asked for."""

    filter: Filter
    value: str


@dataclass(frozen=True)
class Cell:
    column: Column
    value: object


def owner_model(model: type[Model], path: str) -> type[Model]:
    """The model to which the relations of `path` lead."""
    for name in path.split("__"):
        found = model._meta.get_field(name).related_model
        assert isinstance(found, type)
        model = found
    return model


def years_back() -> list[tuple[str, str]]:
    """To choose from: this year and those before it."""
    this = timezone.localdate().year
    return [(str(year), f"{year} 年度") for year in range(this, this - _YEARS, -1)]


class Register(admin.ModelAdmin):
    """A list that is only read. A subclass says who may (`allows`) and of which rows (`rows`)."""

    columns: ClassVar[Sequence[Column]] = ()
    order: ClassVar[tuple[str, ...]] = ("-id",)
    lead: ClassVar[str] = ""
    nothing: ClassVar[tuple[str, str]] = ("这里还没有记录", "")
    link_label: ClassVar[str] = ""
    list_template: ClassVar[str] = "kernel/register.html"
    filters: ClassVar[Sequence[Filter]] = ()

    def allows(self, request: HttpRequest) -> bool:
        raise NotImplementedError

    def rows(self, request: HttpRequest) -> QuerySet[Any]:
        raise NotImplementedError

    def asked(self, request: HttpRequest) -> list[Asked]:
        return [Asked(each, each.of(request)) for each in self.filters]

    def found(self, request: HttpRequest) -> QuerySet[Any] | OfFew[Any]:
        """The rows that were asked for: by their owners where one is named, the one with few rows first."""
        asked = sorted(
            (each for each in self.asked(request) if each.value),
            key=lambda each: (not each.filter.owner, not each.filter.has_few_each),
        )
        if not asked or not asked[0].filter.owner:
            return self.rows(request).filter(**{each.filter.lookup: each.filter.read(each.value) for each in asked})
        first, *others = asked
        rows, owners = self.by_owners(request, first.filter.owner)
        rows = rows.filter(**{each.filter.lookup: each.filter.read(each.value) for each in others})
        question = first.filter.lookup.removeprefix(f"{first.filter.owner}__")
        owners = owners.filter(**{question: first.filter.read(first.value)})
        return OfFew(rows, first.filter.owner, owners, first.filter.has_few_each)

    def by_owners(self, request: HttpRequest, path: str) -> tuple[QuerySet[Any], QuerySet[Any]]:
        """The rows to be found by their owners, to whom `path` leads, and the owners to look among. Where whose a row
        is alone decides who sees it, all rows, and the owners of those that are seen: fewer are looked at then.
        """
        rows = self.rows(request)
        return rows, owner_model(rows.model, path)._default_manager.all()

    def queue(self, request: HttpRequest) -> QuerySet[Any] | None:
        """What still waits at this desk; None for a list on which nothing is decided."""
        return None

    def queued(self, request: HttpRequest) -> Queue | None:
        """How much of it there is: one query."""
        rows = self.queue(request)
        if rows is None:
            return None
        names = {field.name for field in self.opts.get_fields()}
        column = "due_at" if "due_at" in names else "pk"
        plain = rows.select_related(None).prefetch_related(None).order_by(column)
        found = list(plain.values_list(column, flat=True)[: QUEUED_AT_MOST + 1])
        return Queue(len(found), next(iter(found), None) if column == "due_at" else None)

    def link(self, row: Any) -> str:
        """Where a row leads, from its first cell or under `link_label`; nothing for rows without a page."""
        return ""

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """What else the list's template needs."""
        return {}

    def pages(self) -> list[URLPattern]:
        """Further addresses of the desk, below the list."""
        return []

    def door(self, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        """`view` for those whom the desk allows; anybody else gets 403, or is led to sign in."""

        def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not self.allows(request):
                raise PermissionDenied("这个工作台供承担相应职责的人员使用。")
            return view(request, *args, **kwargs)

        return self.admin_site.admin_view(entered)

    def address(self, name: str) -> str:
        """`reviews_filing_<name>`, as addresses of the admin site are named."""
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"

    def show_list(self, request: HttpRequest) -> HttpResponse:
        asked = self.asked(request)
        page = keyset_page(self.found(request), order=self.order, cursor=request.GET.get("after", ""))
        context = {
            "title": self.opts.verbose_name,
            "lead": self.lead,
            "nothing": self.nothing,
            "asked_of": asked,
            "is_narrowed": any(each.value for each in asked),
            "columns": self.columns,
            "link_label": self.link_label,
            "page": page,
            "lines": [(self.link(row), self.cells(row)) for row in page.items],
            **self.more(request),
        }
        return render(request, self.list_template, context)

    def cells(self, row: Any) -> list[Cell]:
        return [Cell(column, column.of(row)) for column in self.columns]

    def get_urls(self) -> list[URLPattern]:
        return [path("", require_safe(self.door(self.show_list)), name=self.address("changelist")), *self.pages()]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.allows(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
