import django.db.models.deletion
from django.db import migrations, models

from ceportal.kernel.services.migrating import AddIndexBesideWork


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('accounts', '0027_find_who_left'),
        ('credits', '0030_look_before_a_training_is_approved'),
    ]

    operations = [
        migrations.AddField(
            model_name='declarationstep',
            name='area',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.area'),
        ),
        AddIndexBesideWork(
            model_name='declarationstep',
            index=models.Index(fields=['area', 'at'], name='steps_of_a_place_on_a_day'),
        ),
        AddIndexBesideWork(
            model_name='declarationstep',
            index=models.Index(condition=models.Q(('area__isnull', True)), fields=['id'], name='steps_without_a_place'),
        ),
    ]
