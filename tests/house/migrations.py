"""Old code beside a new schema: no migration takes away, renames or demands what the version before still works with.

`python -m tests.house.migrations`. A change that needs two releases makes them: first add and fill, then take away. The
exceptions are those made before the portal was opened anywhere, by name; the list only shrinks.
"""

import os
import sys
from collections.abc import Iterator

from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

OURS = ("kernel", "accounts", "bases", "credits", "reviews", "certificates", "office")
TAKEN = (migrations.RemoveField, migrations.DeleteModel)
RENAMED = (migrations.RenameField, migrations.RenameModel, migrations.AlterModelTable)
MADE_BEFORE_OPENING = frozenset(
    {
        "accounts.0009_ask_for_changes_of_people",
        "accounts.0010_name_the_older_index",
        "accounts.0014_rotate_and_release_keys",
        "accounts.0018_know_people_by_entry",
        "credits.0002_know_courses_and_revisions",
        "credits.0006_ease_obligations",
        "credits.0007_convert_activities",
        "credits.0009_draft_changes_of_the_regulation",
        "credits.0010_count_electives",
        "credits.0013_know_the_older_index",
        "kernel.0003_state_and_likeness_of_a_file",
        "reviews.0004_file_in_the_background_and_spot_check",
    }
)


def breaks(operation: Operation, before: models.Field | None = None) -> str:  # type: ignore[type-arg]
    """What of `operation` the code before it cannot live with; empty when it can. `before` is the field it alters."""
    if isinstance(operation, TAKEN):
        return "the code before still reads it: stop using it in one release, drop it in the next"
    if isinstance(operation, RENAMED):
        return "the code before knows the old name alone"
    if isinstance(operation, migrations.AddField) and _is_demanded(operation.field):
        return "the code before inserts without it: give it null=True or db_default"
    if isinstance(operation, migrations.AlterField) and before is not None and _is_narrower(operation.field, before):
        return "the code before writes what no longer fits"
    return ""


def _is_demanded(field: models.Field) -> bool:  # type: ignore[type-arg]
    is_column = not field.many_to_many and not field.generated
    return is_column and not field.null and not field.has_db_default()


def _is_narrower(after: models.Field, before: models.Field) -> bool:  # type: ignore[type-arg]
    is_shorter = (after.max_length or 0) < (before.max_length or 0)
    return is_shorter or (before.null and not after.null) or after.get_internal_type() != before.get_internal_type()


def found(loader: MigrationLoader) -> Iterator[tuple[str, str]]:
    """`app.name` of each migration and what it breaks. A squashed one stands for an empty database alone."""
    for (app, name), migration in sorted(loader.disk_migrations.items()):
        if app not in OURS or migration.replaces:
            continue
        operations = list(_flat(migration.operations))
        # A table that this migration makes was unknown to the code before.
        made = {each.name_lower for each in operations if isinstance(each, migrations.CreateModel)}
        for operation in operations:
            if getattr(operation, "model_name_lower", "") not in made:
                words = breaks(operation, _altered(loader, app, name, operation))
                if words:
                    yield f"{app}.{name}", f"{operation.describe()}: {words}"


def _altered(loader: MigrationLoader, app: str, name: str, operation: Operation) -> models.Field | None:  # type: ignore[type-arg]
    """The field as it was, of an operation that alters one."""
    if not isinstance(operation, migrations.AlterField) or (app, name) not in loader.graph.nodes:
        return None
    state = loader.project_state((app, name), at_end=False)
    known = state.models.get((app, operation.model_name_lower))
    return known.fields.get(operation.name) if known else None


def _flat(operations: list[Operation]) -> Iterator[Operation]:
    for operation in operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from _flat(operation.database_operations)
        else:
            yield operation


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ceportal.settings.test")
    import django  # noqa: PLC0415

    django.setup()
    all_found = list(found(MigrationLoader(None)))
    wrong = [(name, words) for name, words in all_found if name not in MADE_BEFORE_OPENING]
    idle = MADE_BEFORE_OPENING - {name for name, _ in all_found}
    for name, words in wrong:
        sys.stdout.write(f"{name}: {words}\n")
    for name in sorted(idle):
        sys.stdout.write(f"{name}: needs no exception any more\n")
    return 1 if wrong or idle else 0


if __name__ == "__main__":
    sys.exit(main())
