"""The bureaus' desks and registers in the admin site: lists by keyset, acts by services, no form that edits a row.

Django's own change list counts every row, pages by OFFSET, and can be talked into writing (`list_editable`,
CVE-2026-4292); these keep its registry, index and door, and nothing else of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from ceportal.kernel.web.keyset import keyset_page


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

    def of(self, row: Model) -> object:
        value = getattr(row, self.read) if isinstance(self.read, str) else self.read(row)
        return value() if callable(value) else value


@dataclass(frozen=True)
class Cell:
    column: Column
    value: object


class Register(admin.ModelAdmin):
    """A list that is only read. A subclass says who may (`allows`) and of which rows (`rows`)."""

    columns: ClassVar[Sequence[Column]] = ()
    order: ClassVar[tuple[str, ...]] = ("-id",)
    lead: ClassVar[str] = ""
    nothing: ClassVar[tuple[str, str]] = ("这里还没有记录", "")
    link_label: ClassVar[str] = ""
    list_template: ClassVar[str] = "kernel/register.html"

    def allows(self, request: HttpRequest) -> bool:
        raise NotImplementedError

    def rows(self, request: HttpRequest) -> QuerySet[Any]:
        raise NotImplementedError

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
        page = keyset_page(self.rows(request), order=self.order, cursor=request.GET.get("after", ""))
        context = {
            "title": self.opts.verbose_name,
            "lead": self.lead,
            "nothing": self.nothing,
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
