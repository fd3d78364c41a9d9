"""Models made all at a time: they may lead to each other, and go again."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.migration import Migration
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import MigrationWriter

from ceportal.kernel.services.migrating import CreateModels

ID = ("id", models.BigAutoField(primary_key=True))


def one_that_leads_to(name: str, other: str) -> migrations.CreateModel:
    leads_to = models.ForeignKey(f"kernel.{other}", models.PROTECT, null=True, related_name="+")
    index = models.Index(fields=["word"], name=f"{name.lower()}_by_word")
    check = models.CheckConstraint(condition=~models.Q(word=""), name=f"{name.lower()}_has_a_word")
    fields = [ID, ("word", models.CharField(max_length=5)), ("to", leads_to)]
    return migrations.CreateModel(name, fields, {"indexes": [index], "constraints": [check]})


PAIR = CreateModels([one_that_leads_to("Egg", "Hen"), one_that_leads_to("Hen", "Egg")])


def constraints_of(table: str) -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, table))


@pytest.mark.django_db(transaction=True)
def test_two_that_lead_to_each_other() -> None:
    pair = Migration("pair", "kernel")
    pair.operations = [PAIR]
    before = ProjectState()
    assert not before.apps.get_models()  # drawn already, as it is when Django asks
    with connection.schema_editor() as editor:
        after = pair.apply(before.clone(), editor)
    try:
        egg, hen = (after.apps.get_model("kernel", name) for name in ("Egg", "Hen"))
        first = egg.objects.create(word="a")
        first.to = hen.objects.create(word="b", to=first)
        first.save()
        assert {"egg_by_word", "egg_has_a_word"} <= constraints_of("kernel_egg")
        assert {"hen_by_word", "hen_has_a_word"} <= constraints_of("kernel_hen")
        egg.objects.update(to=None)
    finally:
        with connection.schema_editor() as editor:
            pair.unapply(before.clone(), editor)
    assert not {"kernel_egg", "kernel_hen"} & set(connection.introspection.table_names())


def test_it_is_written_as_it_is_made() -> None:
    written, imports = MigrationWriter.serialize(PAIR)
    assert "models=[" in written
    assert "name='Egg'" in written
    assert "import ceportal.kernel.services.migrating" in imports
