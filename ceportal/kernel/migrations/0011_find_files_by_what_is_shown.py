from django.db import migrations, models

from ceportal.kernel.services.migrating import AddIndexBesideWork


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('kernel', '0001_squashed_0010_note_the_role_in_the_trail'),
    ]

    operations = [
        AddIndexBesideWork(
            model_name='storedfile',
            index=models.Index(fields=['shown_digest'], name='files_by_what_is_shown'),
        ),
    ]
