"""Whoever is waited for is found by one key so far: the oldest that is valid is the one that writes."""

from django.db import migrations
from django.db.models import F


def fill(apps, schema_editor):
    apps.get_model("credits", "UnmatchedPerson").objects.update(id_index_before=F("id_index"))


class Migration(migrations.Migration):
    dependencies = [("credits", "0013_know_the_older_index")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
