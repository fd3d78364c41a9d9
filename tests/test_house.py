"""The guard of the house: what `.importlinter` and the linters cannot see. Each check is shown able to fail."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db.models import Model

from accounts.models import Membership, Organization
from ceportal.celery import app as celery
from credits.models import Declaration, Evidence
from tests.house import files, imports, python, templates
from tests.house import models as keys
from tests.house.files import floor_of, pages, sources

# Rooms whose files the framework or other rooms reach by name: the roof, and the settings that plug everything in.
PLUGGING = ("ceportal/settings/", "ceportal/office/", "ceportal/urls.py", "ceportal/celery.py", "manage.py")
# Printed, never shown by a browser: no content security policy stands over them.
PAPER = ("templates/certificates/sheet",)
# Templates that Django itself asks for by name.
ASKED_BY_DJANGO = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html"}
OVERRIDES = ("admin/", "django/", "registration/", "import_export/", "oauth2_provider/")


def is_plugging(name: str) -> bool:
    return name.startswith(PLUGGING) or floor_of(name) in python.DOORS


# --- the import guard


def test_every_name_that_is_imported_is_there() -> None:
    """In benches and drills: types are checked in what is installed, and a test file breaks by itself."""
    texts = {files.named(path): files.text_of(path) for path in files.tracked(".py")}
    unseen = [name for name in texts if name.startswith("tests/") and "/test_" not in name]
    assert len(unseen) > 100
    assert imports.missing(texts, unseen) == []


def test_the_check_of_imported_names_can_fail() -> None:
    given = {
        "a/__init__.py": "",
        "a/b.py": "import os.path as way\nC, (D, *E) = 1, (2, 3)\ntry:\n    F: int = 1\nexcept OSError:\n    G = 1\n"
        "def h():\n    inner = 1\n",
        "c.py": "from a import b\nfrom a.b import way, C, D, E, F, G, h\nfrom a.b import *\nfrom elsewhere import gone",
        "d.py": "from a import gone\nfrom a.b import inner, os\n",
    }
    found = ["d.py: from a import gone", "d.py: from a.b import inner", "d.py: from a.b import os"]
    assert imports.missing(given, given) == found


def lint_imports(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", *arguments]
    return subprocess.run(command, cwd=files.ROOT, capture_output=True, text=True, check=False)


def test_the_import_contracts_hold() -> None:
    told = lint_imports()
    assert told.returncode == 0, told.stdout


def test_the_import_guard_can_fail(tmp_path: Path) -> None:
    upside_down = tmp_path / "upside_down.ini"
    upside_down.write_text(
        "[importlinter]\nroot_packages =\n    accounts\n    credits\n"
        "[importlinter:contract:x]\nname = against the river\ntype = layers\nlayers =\n    accounts\n    credits\n"
    )
    assert lint_imports("--config", str(upside_down)).returncode == 1


# --- keys


class Stand:
    """A key of one model as if another had it."""

    def __init__(self, model: type[Model], key: Any) -> None:
        self.model, self.related_model, self.remote_field = model, key.related_model, key.remote_field

    def __str__(self) -> str:
        return f"{self.model._meta.label}.stand"


def test_no_key_points_downstream() -> None:
    assert keys.against_the_river(keys.our_keys()) == []


def test_no_key_that_crosses_rooms_can_be_read_from_upstream() -> None:
    assert keys.readable_from_upstream(keys.our_keys()) == []


def test_the_check_of_keys_can_fail() -> None:
    assert keys.points_downstream("accounts", "credits")
    assert keys.points_downstream("kernel", "accounts")
    assert not keys.points_downstream("credits", "accounts")
    assert not keys.points_downstream("accounts", "contenttypes")
    employer = Membership._meta.get_field("organization")
    assert keys.readable_from_upstream([Stand(Declaration, employer)]) == ["credits.Declaration.stand"]
    assert keys.against_the_river([Stand(Organization, Evidence._meta.get_field("declaration"))]) != []
    within: Any = Organization._meta.get_field("supervisor")
    assert keys.readable_from_upstream([within]) == []


# --- rooms named in strings


def test_a_template_names_only_urls_of_its_room_and_upstream() -> None:
    """The kernel's templates name none: what leads to the pages of other rooms, the office's navigation gives."""
    wrong = []
    for name, text in pages().items():
        room = name.split("/")[0]
        if room not in files.RIVER or room == "office":
            continue
        for url in templates.urls_named(text):
            other = url.split(":")[0]
            if other in files.RIVER and not files.may_know(room, other):
                wrong.append(f"{name}: {url}")
    assert wrong == []


def test_our_code_names_only_urls_and_templates_of_its_room_and_upstream() -> None:
    wrong = []
    for name, source in sources().items():
        room = files.room_of(files.ROOT / name)
        if room is None or room == "office":
            continue
        others = {url.split(":")[0] for url in python.urls_named(source)} | python.rooms_of_templates(source)
        wrong += [f"{name}: {other}" for other in sorted(others) if not files.may_know(room, other)]
    assert wrong == []


def test_no_module_of_another_room_is_named_in_a_string_below_the_doors() -> None:
    wrong = []
    for name, source in sources().items():
        if is_plugging(name):
            continue
        room = files.room_of(files.ROOT / name)
        wrong += [f"{name}: {other}" for other in sorted(python.modules_named(source) - {room})]
        wrong += [f"{name}: line {line} imports by name" for line in python.dynamic_imports(source)]
    assert wrong == []


def test_the_checks_of_names_in_strings_can_fail() -> None:
    assert templates.urls_named("""<a href="{% url 'certificates:mine' %}">""") == {"certificates:mine"}
    assert not files.may_know("credits", "certificates")
    assert files.may_know("credits", "credits")
    assert files.may_know("credits", "accounts")
    assert python.urls_named("redirect('office:home')") == {"office:home"}
    assert python.rooms_of_templates("render(request, 'reviews/inbox.html')") == {"reviews"}
    assert python.modules_named("x = 'reviews.services.decisions.decide'") == {"reviews"}
    assert python.modules_named("x = 'ceportal.office.views'") == {"office"}
    assert python.modules_named("'''reviews.services is not for us'''") == set()
    assert python.dynamic_imports("from x import y\nz = apps.get_model('reviews', 'Decision')") == [2]
    assert python.dynamic_imports("importlib.import_module(name)") == [1]
    assert floor_of("credits/services/ledger.py") == "services"
    assert floor_of("ceportal/kernel/fields.py") == "fields"
    assert not is_plugging("credits/services/ledger.py")
    assert is_plugging("credits/tasks.py")


# --- templates


def unused(names: set[str], used: set[str]) -> set[str]:
    return {name for name in names - used - ASKED_BY_DJANGO if not name.startswith(OVERRIDES)}


def test_every_template_is_used() -> None:
    shown = pages()
    used = set().union(*(templates.templates_named(text) for text in shown.values()))
    server = files.text_of(files.ROOT / "deploy/gunicorn.conf.py")
    used |= set().union(*(python.templates_named(source) for source in [*sources().values(), server]))
    assert unused(set(shown), used) == set()


def test_every_template_that_is_named_exists() -> None:
    shown = pages()
    used = set().union(*(templates.templates_named(text) for text in shown.values()))
    assert {name for name in used - set(shown) if name.split("/")[0] in files.RIVER} == set()


def test_no_template_holds_inline_code() -> None:
    wrong = {name: found for name, text in pages().items() if (found := templates.inline_code(text))}
    assert {name for name in wrong if not f"templates/{name}".startswith(PAPER)} == set(), wrong


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script>",
        '<p style="color: red">',
        "<button class='btn' onclick='go()'>",
        '<body\n  onload="x">',
        '<a href="javascript:x()">',
        "<style>p {}</style>",
        '<p {% if a %}class="b"{% endif %} style="x">',
    ],
)
def test_inline_code_is_found(markup: str) -> None:
    assert templates.inline_code(markup)


@pytest.mark.parametrize(
    "markup",
    [
        '<script src="{% static "office/x.js" %}" defer></script>',
        '<link rel="stylesheet" href="x.css">',
        '<p title="style=none onclick=no">on = 1</p>',
        '<script type="application/json" id="d">{}</script>',
        "{# <script>alert(1)</script> #}",
        '<input value="{{ value }}" {% if x %}aria-invalid="true"{% endif %}>',
    ],
)
def test_honest_markup_is_let_through(markup: str) -> None:
    assert templates.inline_code(markup) == []


def test_the_check_of_unused_templates_can_fail() -> None:
    assert unused({"credits/a.html", "credits/b.html", "404.html", "admin/base_site.html"}, {"credits/a.html"}) == {
        "credits/b.html"
    }
    assert templates.templates_named('{% extends "kernel/base.html" %}{% include "kernel/state.html" with a=1 %}') == {
        "kernel/base.html",
        "kernel/state.html",
    }


# --- sizes


def test_no_file_is_over_400_lines() -> None:
    kinds = files.tracked(".py", ".html", ".css", ".js", ".mk", ".sh")
    lengths = {files.named(p): len(files.text_of(p).splitlines()) for p in kinds if "/migrations/" not in str(p)}
    assert {name: lines for name, lines in lengths.items() if files.too_long(lines)} == {}


def test_no_function_is_over_40_lines() -> None:
    wrong = {name: found for name, source in sources().items() if (found := python.long_functions(source))}
    assert wrong == {}


def test_the_checks_of_sizes_can_fail() -> None:
    assert files.too_long(401)
    assert not files.too_long(400)
    assert python.long_functions("def long():\n" + "    x = 1\n" * 40) == ["long (41 lines)"]
    assert python.long_functions("def short():\n" + "    x = 1\n" * 39) == []


def test_every_init_is_empty() -> None:
    """But `models/__init__.py`, which hands on the names of its package."""
    wrong = []
    for path in files.tracked("__init__.py"):
        if path.parent.name == "models":
            wrong += [] if python.is_bare(files.text_of(path)) else [files.named(path)]
        elif path.stat().st_size:
            wrong.append(files.named(path))
    assert wrong == []


def test_the_check_of_inits_can_fail() -> None:
    assert python.is_bare('"""Doc."""\nfrom a.models.b import C\n__all__ = ["C"]\n')
    assert not python.is_bare("from a.models.b import C\nC.x = 1\n")
    assert not python.is_bare("import os\n")


# --- the clock


def test_every_beat_entry_names_a_registered_task() -> None:
    celery.loader.import_default_modules()
    schedule = settings.CELERY_BEAT_SCHEDULE
    assert schedule, "the clock has nothing to do"
    assert {entry["task"] for entry in schedule.values()} - set(celery.tasks) == set()
    assert "credits.no_such_task" not in celery.tasks


# --- locks


def test_who_locks_a_row_does_not_lock_what_is_read_with_it() -> None:
    assert {name: found for name, source in sources().items() if (found := python.wide_locks(source))} == {}
    assert python.wide_locks("A.objects.select_for_update().select_related('b').get()") == ["line 1"]
    assert python.wide_locks("A.objects.select_related('b').filter(c=1).select_for_update(no_key=True)") == ["line 1"]
    assert python.wide_locks("A.objects.select_for_update(of=('self',)).select_related('b')") == []


# --- time and numbers


def test_nothing_reads_a_day_from_the_wrong_clock() -> None:
    wrong = {name: found for name, source in sources(with_tests=True).items() if (found := python.wall_clocks(source))}
    assert {name: found for name, found in wrong.items() if not name.startswith("tests/test_house.py")} == {}


def test_below_the_doors_the_time_is_passed_in() -> None:
    floors = {"services", "rules", "models", "selectors", "documents", "enums", "fields"}
    below = {name: source for name, source in sources().items() if floor_of(name) in floors}
    assert {name: found for name, source in below.items() if (found := python.clocks_read(source))} == {}


def test_no_service_calls_upon_a_queue() -> None:
    below = {name: source for name, source in sources().items() if not is_plugging(name)}
    assert {name: lines for name, source in below.items() if (lines := python.queued(source))} == {}


def test_nothing_makes_a_float() -> None:
    """Hours are Decimal in steps of a half. The supervisor may: it counts seconds."""
    wrong = {name: lines for name, source in sources().items() if (lines := python.floats(source))}
    assert {name for name in wrong if name not in {"ceportal/supervise.py", "ceportal/env.py"}} == set(), wrong


def test_the_checks_of_time_and_numbers_can_fail() -> None:
    assert python.floats("x = float(hours)") == [1]
    assert python.floats("x: float = y") == []
    assert python.wall_clocks("timezone.now().date()") == ["line 1: now().date()"]
    assert python.wall_clocks("datetime.now()") == ["line 1: datetime.now()"]
    assert python.wall_clocks("datetime.datetime.utcnow()") == ["line 1: datetime.utcnow()"]
    assert python.wall_clocks("date.today()") == ["line 1: date.today()"]
    assert python.wall_clocks("timezone.localdate()\ntimezone.now()") == []
    assert python.clocks_read("def f(now):\n    return timezone.now()") == ["line 2: timezone.now()"]
    assert python.clocks_read("timezone.localdate(now)") == []
    assert python.queued("make_sheets.delay()") == [1]


# --- what leaves the house


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    found = {files.named(path): files.personal_paths(files.text_of(path)) for path in files.tracked()}
    found.pop("tests/test_house.py", None)
    assert {name: paths for name, paths in found.items() if paths} == {}


def test_no_file_names_a_registry() -> None:
    found = {files.named(path): files.registry_addresses(files.text_of(path)) for path in files.tracked()}
    found.pop("tests/test_house.py", None)
    assert {name: addresses for name, addresses in found.items() if addresses} == {}


@pytest.mark.asvs("v5.0.0-15.2.4")
@pytest.mark.parametrize("name", [f"requirements{which}.txt" for which in ("", "-dev", "-audit", "-bench")])
def test_every_requirement_is_pinned_with_its_hash(name: str) -> None:
    assert files.unpinned(files.text_of(files.ROOT / name).splitlines()) == []


def test_the_checks_of_what_leaves_the_house_can_fail() -> None:
    assert files.personal_paths("see /home/somebody/portal and /Users/me") == ["/home/somebody/", "/Users/m"]
    assert files.personal_paths('path("home/") client.get("/home/") ceportal/home/x') == []
    assert files.registry_addresses("--index-url https://pypi.org/simple") == ["pypi.org"]
    assert files.registry_addresses("deb http://deb.debian.org/debian") == ["deb.debian.org"]
    assert files.unpinned(["django>=5.2"])
    assert files.unpinned(["django==5.2.19"])
    assert not files.unpinned(["# a remark", "django==5.2.19 \\", f"    --hash=sha256:{'0' * 64}"])


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
