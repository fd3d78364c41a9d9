from django.db import migrations, models

from ceportal.kernel.services.migrating import AddIndexBesideWork


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('accounts', '0027_find_who_left'),
        ('credits', '0027_check_rosters_by_the_clock'),
    ]

    operations = [
        AddIndexBesideWork(
            model_name='declaration',
            index=models.Index(condition=models.Q(('waiting_on__isnull', False)), fields=['due_at', 'id', 'overdue_at', 'duty'], name='declarations_that_wait'),
        ),
        AddIndexBesideWork(
            model_name='hourentry',
            index=models.Index(fields=['area', 'id'], name='entries_of_a_place_in_turn'),
        ),
        AddIndexBesideWork(
            model_name='hourentry',
            index=models.Index(fields=['organization', 'id'], name='entries_of_a_unit_in_turn'),
        ),
    ]
