"""What a migration of a table at work needs beside Django's own operations."""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddIndex
from django.db.migrations.state import ProjectState
from django.db.utils import NotSupportedError


class AddIndexBesideWork(AddIndex):
    """`AddIndex` that on PostgreSQL stops nobody from writing (CONCURRENTLY): of a migration with `atomic = False`.

    What an earlier attempt left half made is removed first.
    """

    atomic = False

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        if schema_editor.connection.in_atomic_block:
            raise NotSupportedError(f"{self.describe()}: set atomic = False on the migration")
        model = to_state.apps.all_models[app_label][self.model_name.lower()]
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            editor: Any = schema_editor
            editor.remove_index(model, self.index, concurrently=True)
            editor.add_index(model, self.index, concurrently=True)
