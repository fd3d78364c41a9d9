from django.db import migrations, models

from ceportal.kernel.services.migrating import AddIndexBesideWork


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('accounts', '0029_give_mandates'),
    ]

    operations = [
        AddIndexBesideWork(
            model_name='organization',
            index=models.Index(condition=models.Q(('is_platform', True), ('is_base', True), _connector='OR'), fields=['name_key'], name='institutions_by_name'),
        ),
    ]
