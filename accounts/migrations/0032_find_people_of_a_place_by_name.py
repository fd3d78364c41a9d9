from django.db import migrations, models

from ceportal.kernel.services.migrating import AddIndexBesideWork


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('accounts', '0031_read_units_of_a_place'),
    ]

    operations = [
        AddIndexBesideWork(
            model_name='professional',
            index=models.Index(fields=['area', 'name', 'id'], name='people_of_a_place_by_name', opclasses=['varchar_ops', 'varchar_pattern_ops', 'int8_ops']),
        ),
    ]
