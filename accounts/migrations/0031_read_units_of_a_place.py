from django.db import migrations, models

from ceportal.kernel.services.migrating import AddIndexBesideWork


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('accounts', '0030_find_institutions'),
    ]

    operations = [
        AddIndexBesideWork(
            model_name='organization',
            index=models.Index(fields=['area', 'id'], name='units_of_a_place'),
        ),
    ]
