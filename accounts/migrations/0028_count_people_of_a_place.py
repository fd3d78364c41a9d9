from django.db import migrations, models

from ceportal.kernel.services.migrating import AddIndexBesideWork


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('accounts', '0027_find_who_left'),
    ]

    operations = [
        AddIndexBesideWork(
            model_name='professional',
            index=models.Index(condition=models.Q(('approved_at__isnull', False), ('left_at__isnull', True), ('merged_into__isnull', True)), fields=['area', 'id'], name='people_at_work_in_a_place'),
        ),
    ]
