from django.db import migrations, models

from ceportal.kernel.services.migrating import AddIndexBesideWork


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('credits', '0032_know_by_which_key'),
    ]

    operations = [
        AddIndexBesideWork(
            model_name='declaration',
            index=models.Index(condition=models.Q(('overdue_at__isnull', False), ('waiting_on__isnull', False)), fields=['waiting_on'], name='declarations_overdue'),
        ),
    ]
