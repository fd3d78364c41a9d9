from django.db import migrations, models

from ceportal.kernel.services.migrating import AddIndexBesideWork


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('credits', '0034_answer_a_correction'),
    ]

    operations = [
        AddIndexBesideWork(
            model_name='hourentry',
            index=models.Index(condition=models.Q(('kind', 'reversal')), fields=['id'], name='entries_that_reverse'),
        ),
        AddIndexBesideWork(
            model_name='hourentry',
            index=models.Index(condition=models.Q(('kind', 'hold')), fields=['id'], name='entries_that_hold'),
        ),
        AddIndexBesideWork(
            model_name='hourentry',
            index=models.Index(condition=models.Q(('kind', 'release')), fields=['id'], name='entries_that_release'),
        ),
    ]
