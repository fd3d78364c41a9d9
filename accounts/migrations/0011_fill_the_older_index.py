"""Whoever is registered is found by one key so far: the oldest that is valid is the one that writes."""

from django.db import migrations
from django.db.models import F


def fill(apps, schema_editor):
    apps.get_model("accounts", "User").objects.filter(phone_index__isnull=False).update(
        phone_index_before=F("phone_index")
    )
    apps.get_model("accounts", "Professional").objects.update(id_index_before=F("id_index"))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_name_the_older_index")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
