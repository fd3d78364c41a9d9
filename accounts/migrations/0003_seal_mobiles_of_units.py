"""A mobile that was given as a unit's number to call is somebody's own: it is sealed like every other."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from accounts.fields import contact_columns
from accounts.rules.registration import mobile_in


def seal_mobiles(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    units = apps.get_model("accounts", "Organization").objects.exclude(contact_phone="")
    for unit in units.only("pk", "ref", "contact_phone").iterator():
        if mobile_in(unit.contact_phone):
            units.filter(pk=unit.pk).update(**contact_columns(unit.contact_phone, ref=unit.ref))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_tell_of_reversals_asked_for")]

    operations = [
        migrations.AddField(
            model_name="organization",
            name="contact_mobile_sealed",
            field=models.BinaryField(blank=True, null=True),
        ),
        migrations.RunPython(seal_mobiles, migrations.RunPython.noop),
    ]
