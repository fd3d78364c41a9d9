from django.db import migrations, models

from ceportal.kernel.services.migrating import AddIndexBesideWork


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('accounts', '0026_invite_people_by_list'),
    ]

    operations = [
        AddIndexBesideWork(
            model_name='professional',
            index=models.Index(condition=models.Q(('left_at__isnull', False), ('approved_at__isnull', True), _connector='OR'), fields=['id'], name='people_who_left_or_never_came'),
        ),
    ]
