"""Habits that look harmless and are not, and what the admin site may not offer. Each check is shown able to fail."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin

from tests.house import files, habits
from tests.house.files import floor_of, pages, sources

# Draw pictures of their own making: the icons, the QR code.
DRAWS = {"certificates/documents/sheet.py", "ceportal/kernel/templatetags/portal.py"}


def found_in(texts: dict[str, str], check: Any) -> dict[str, Any]:
    return {name: found for name, text in texts.items() if (found := check(text))}


@pytest.mark.asvs("v5.0.0-1.2.1")
def test_no_template_prints_text_unescaped() -> None:
    assert found_in(pages(), habits.unescaped) == {}
    assert habits.unescaped("{{ name|safe }}{% autoescape off %}") == ["|safe", "{% autoescape off"]
    assert habits.unescaped("{{ name }} is safe") == []


def test_no_code_marks_text_as_safe() -> None:
    """`format_html` escapes what it is given. On the sheet stands a picture drawn by the QR library."""
    marked = found_in(sources(), lambda source: habits.called(source, "mark_safe", "SafeString", "SafeText"))
    assert {name: found for name, found in marked.items() if name not in DRAWS} == {}
    assert habits.called("mark_safe(name)", "mark_safe") == ["line 1: mark_safe"]
    assert habits.called("def name() -> SafeString: ...", "SafeString") == []


@pytest.mark.asvs("v5.0.0-3.5.1")
def test_no_page_does_without_the_csrf_token() -> None:
    assert found_in(sources(), lambda source: habits.called(source, "csrf_exempt")) == {}
    assert habits.called("@csrf_exempt\ndef view(request): ...", "csrf_exempt") == ["line 1: csrf_exempt"]


def test_nothing_happens_behind_a_services_back() -> None:
    """No signals of ours about rows, no model that acts when it is saved."""
    assert found_in(sources(), habits.signals) == {}
    models = {name: source for name, source in sources().items() if floor_of(name) == "models"}
    assert found_in(models, habits.overridden_saves) == {}
    assert habits.signals("post_save.connect(f)") == {"post_save"}
    assert habits.overridden_saves("class A:\n    def save(self): ...") == ["A.save"]


def test_nothing_is_left_over() -> None:
    own = {name: text for name, text in (sources() | pages()).items() if "/vendor/" not in name}
    assert found_in(own, habits.left_over) == {}
    assert habits.left_over("# TODO: later") == ["TODO"]


def test_the_admin_site_has_only_our_desks() -> None:
    """Third parties register tables of their own with every admin site: keys, tokens and groups are no desk."""
    assert {model._meta.label for model in admin.site._registry if model._meta.app_label not in files.RIVER} == set()


def test_no_desk_edits_in_lists_or_deletes() -> None:
    """Rows are changed by services alone; forged rows of an editable list would reach them (inputs.md F132)."""
    wrong = [model._meta.label for model, desk in admin.site._registry.items() if desk.list_editable or desk.inlines]
    assert wrong == []
    assert "delete_selected" not in dict(admin.site.actions)


@pytest.mark.asvs("v5.0.0-8.2.1")
def test_every_page_asks_for_a_sign_in_unless_it_says_otherwise() -> None:
    assert "django.contrib.auth.middleware.LoginRequiredMiddleware" in settings.MIDDLEWARE


def test_an_error_is_never_mailed_with_what_was_typed() -> None:
    """Django's default would send the request with its fields to the administrators."""
    assert "mail_admins" not in settings.LOGGING.get("handlers", {})
    assert settings.LOGGING["loggers"]["django"]["handlers"] == []
