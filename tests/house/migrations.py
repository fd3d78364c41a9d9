"""Old code beside a new schema: no migration takes away, renames or demands what the version before still works with.

`python -m tests.house.migrations`. A change that needs two releases makes them: first add and fill, then take away. The
exceptions are those made before the portal was opened anywhere, by name; the list only shrinks. A constraint and raw
SQL do not show what the code before writes: each is refused unless `LIVED_WITH` says why it may stand. What Python does
to data (`RunPython`) is not looked at here; its author answers for it.
"""

import os
import sys
from collections.abc import Iterator
from types import MappingProxyType

from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

OURS = ("kernel", "accounts", "bases", "credits", "reviews", "certificates", "office")
TAKEN = (migrations.RemoveField, migrations.DeleteModel)
RENAMED = (migrations.RenameField, migrations.RenameModel, migrations.AlterModelTable)
# The code before may write what a new one forbids, and may count on an old one (an upsert names its fields).
TO_BE_EXPLAINED = (
    migrations.AddConstraint,
    migrations.RemoveConstraint,
    migrations.AlterUniqueTogether,
    migrations.RunSQL,
)
MADE_BEFORE_OPENING = frozenset(
    {
        "accounts.0009_ask_for_changes_of_people",
        "accounts.0010_name_the_older_index",
        "accounts.0014_rotate_and_release_keys",
        "accounts.0018_know_people_by_entry",
        "bases.0008_keep_versions_of_courses",
        "credits.0002_know_courses_and_revisions",
        "credits.0006_ease_obligations",
        "credits.0007_convert_activities",
        "credits.0009_draft_changes_of_the_regulation",
        "credits.0010_count_electives",
        "credits.0011_open_closed_years_by_exception",
        "credits.0013_know_the_older_index",
        "kernel.0003_state_and_likeness_of_a_file",
        "reviews.0002_divide_the_desk_and_note_delays",
        "reviews.0004_file_in_the_background_and_spot_check",
    }
)

# By migration and by what the operation says it does: why the code before lives with it.
LIVED_WITH = MappingProxyType(
    {
        (
            "accounts.0006_let_units_answer_elsewhere",
            "Create constraint employers_alone_answer_elsewhere on model organization",
        ): "it leaves answers_to empty and changes is_employer of no unit that is there",
        (
            "accounts.0013_let_units_change_and_be_named",
            "Create constraint a_merged_unit_is_closed on model organization",
        ): "it leaves merged_into empty and opens no closed unit again",
        (
            "accounts.0016_let_deputies_stand_in",
            "Create constraint a_deputy_stands_in_for_another_until_a_day on model membership",
        ): "it leaves both columns empty, which is allowed",
        (
            "accounts.0017_put_names_right_and_erase_by_two",
            "Remove constraint one_open_correction_of_a_kind_a_person from model correction",
        ): "the next takes its place, and no upsert names its fields",
        (
            "accounts.0017_put_names_right_and_erase_by_two",
            "Create constraint one_open_correction_of_a_kind_an_account on model correction",
        ): "there everybody asks for themselves alone, and an account has one person: the same rule as before",
        (
            "credits.0025_number_certificates_of_rosters",
            "Create constraint certificates_of_a_roster_are_its_own on model roster",
        ): "it leaves certificate_serial empty, and empty ones are not compared",
        (
            "credits.0027_check_rosters_by_the_clock",
            "Remove constraint what_is_credited_was_confirmed from model roster",
        ): "the next, of the same name, allows all that it allowed and one state more",
        (
            "credits.0027_check_rosters_by_the_clock",
            "Create constraint what_is_credited_was_confirmed on model roster",
        ): "it allows all that the one before allowed and one state more",
        (
            "credits.0032_know_by_which_key",
            "Create constraint what_is_undone_is_over on model correction",
        ): "it leaves undone_at empty, which is allowed",
        (
            "kernel.0006_each_notice_says_its_days",
            "Create constraint a_notice_names_a_day_once on model calendarday",
        ): "it writes each day once among all notices, and therefore once a notice",
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
    if isinstance(operation, TO_BE_EXPLAINED):
        return "whether the code before lives with it is not to be seen here: say why it does in LIVED_WITH"
    return ""


def _is_demanded(field: models.Field) -> bool:  # type: ignore[type-arg]
    is_column = not field.many_to_many and not field.generated
    return is_column and not field.null and not field.has_db_default()


def _is_narrower(after: models.Field, before: models.Field) -> bool:  # type: ignore[type-arg]
    is_shorter = (after.max_length or 0) < (before.max_length or 0)
    is_alone = after.unique and not before.unique
    return (
        is_shorter
        or is_alone
        or (before.null and not after.null)
        or after.get_internal_type() != before.get_internal_type()
    )


def judged(loader: MigrationLoader) -> Iterator[tuple[str, str, str]]:
    """`app.name` of a migration, an operation, what it breaks. A squashed one stands for an empty database alone."""
    for (app, name), migration in sorted(loader.disk_migrations.items()):
        if app not in OURS or migration.replaces:
            continue
        operations = list(_flat(migration.operations))
        # A table that this migration makes was unknown to the code before.
        made = {each.name_lower for each in operations if isinstance(each, migrations.CreateModel)}
        for operation in operations:
            if _table(operation) not in made:
                words = breaks(operation, _altered(loader, app, name, operation))
                if words:
                    yield f"{app}.{name}", operation.describe(), words


def found(loader: MigrationLoader) -> Iterator[tuple[str, str]]:
    """`app.name` of each migration and what it breaks, where nobody said why that is none."""
    for name, what, words in judged(loader):
        if (name, what) not in LIVED_WITH:
            yield name, f"{what}: {words}"


def idle(loader: MigrationLoader) -> list[str]:
    """Exceptions and explanations that nothing needs any more."""
    all_judged = [(name, what) for name, what, _ in judged(loader)]
    exceptions = MADE_BEFORE_OPENING - {name for name, _ in found(loader)}
    return sorted(exceptions) + [f"{name}, {what}" for name, what in LIVED_WITH.keys() - {*all_judged}]


def _table(operation: Operation) -> str:
    """Empty where it names none."""
    if isinstance(operation, migrations.AlterUniqueTogether):
        return operation.name_lower
    return str(getattr(operation, "model_name_lower", ""))


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
    loader = MigrationLoader(None)
    wrong = [(name, words) for name, words in found(loader) if name not in MADE_BEFORE_OPENING]
    left = idle(loader)
    for name, words in wrong:
        sys.stdout.write(f"{name}: {words}\n")
    for name in left:
        sys.stdout.write(f"{name}: needs no exception any more\n")
    return 1 if wrong or left else 0


if __name__ == "__main__":
    sys.exit(main())
