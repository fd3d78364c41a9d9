"""The guard of migrations: it holds for ours, and each kind of break is found."""

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from tests.house.migrations import LIVED_WITH, MADE_BEFORE_OPENING, breaks, found, idle, judged

CHECK = models.CheckConstraint(condition=models.Q(b__gt=0), name="c")
UNIQUE = models.UniqueConstraint(fields=["b"], name="c")


def test_the_code_before_lives_with_every_migration() -> None:
    loader = MigrationLoader(None)
    assert {name for name, _ in found(loader)} == MADE_BEFORE_OPENING
    assert idle(loader) == []


def test_what_is_lived_with_is_so_for_a_reason_and_would_be_found_without() -> None:
    assert all(len(reason.split()) > 3 for reason in LIVED_WITH.values())
    assert LIVED_WITH.keys() <= {(name, what) for name, what, _ in judged(MigrationLoader(None))}


@pytest.mark.parametrize(
    ("operation", "before", "is_broken"),
    [
        (migrations.RemoveField("a", "b"), None, True),
        (migrations.DeleteModel("a"), None, True),
        (migrations.RenameField("a", "b", "c"), None, True),
        (migrations.RenameModel("a", "b"), None, True),
        (migrations.AddField("a", "b", models.CharField(max_length=5, default="")), None, True),
        (migrations.AddField("a", "b", models.CharField(max_length=5, db_default="")), None, False),
        (migrations.AddField("a", "b", models.IntegerField(null=True)), None, False),
        (migrations.AddField("a", "b", models.ManyToManyField("a.A")), None, False),
        (migrations.AlterField("a", "b", models.CharField(max_length=5)), models.CharField(max_length=6), True),
        (migrations.AlterField("a", "b", models.IntegerField()), models.IntegerField(null=True), True),
        (migrations.AlterField("a", "b", models.TextField()), models.CharField(max_length=6), True),
        (migrations.AlterField("a", "b", models.CharField(max_length=7)), models.CharField(max_length=6), False),
        (migrations.AlterField("a", "b", models.IntegerField(unique=True)), models.IntegerField(), True),
        (migrations.AddConstraint("a", CHECK), None, True),
        (migrations.AddConstraint("a", UNIQUE), None, True),
        (migrations.RemoveConstraint("a", "c"), None, True),
        (migrations.AlterUniqueTogether("a", {("b", "c")}), None, True),
        (migrations.RunSQL("SELECT 1"), None, True),
        (migrations.AddIndex("a", models.Index(fields=["b"], name="c")), None, False),
    ],
    ids=str,
)
def test_each_break_is_found(operation: Operation, before: models.Field | None, is_broken: bool) -> None:  # type: ignore[type-arg]
    """Control of X25: what the version before does not live with is found, and nothing else."""
    assert bool(breaks(operation, before)) == is_broken
