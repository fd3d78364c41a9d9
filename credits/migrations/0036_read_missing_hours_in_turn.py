from django.db import migrations, models

from ceportal.kernel.services.migrating import AddIndexBesideWork


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('credits', '0035_find_entries_that_are_no_credit'),
    ]

    operations = [
        AddIndexBesideWork(
            model_name='missinghours',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['due_at', 'id'], name='missing_hours_in_turn'),
        ),
    ]
