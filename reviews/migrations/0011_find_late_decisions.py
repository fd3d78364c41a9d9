from django.db import migrations, models

from ceportal.kernel.services.migrating import AddIndexBesideWork


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('reviews', '0010_keep_watch_of_large_places'),
    ]

    operations = [
        AddIndexBesideWork(
            model_name='decision',
            index=models.Index(condition=models.Q(('at__gt', models.F('was_due_at'))), fields=['-id'], name='decisions_after_their_limit'),
        ),
    ]
