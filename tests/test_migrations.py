"""The guard of migrations: it holds for ours, and each kind of break is found."""

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from tests.house.migrations import MADE_BEFORE_OPENING, breaks, found


def test_the_code_before_lives_with_every_migration() -> None:
    assert {name for name, _ in found(MigrationLoader(None))} == MADE_BEFORE_OPENING


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
        (migrations.RunSQL("SELECT 1"), None, False),
    ],
    ids=str,
)
def test_each_break_is_found(operation: Operation, before: models.Field | None, is_broken: bool) -> None:  # type: ignore[type-arg]
    assert bool(breaks(operation, before)) == is_broken
