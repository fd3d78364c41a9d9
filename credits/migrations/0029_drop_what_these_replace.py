import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0027_find_who_left'),
        ('credits', '0028_read_places_and_units_in_turn'),
    ]

    operations = [
        migrations.AlterField(
            model_name='hourentry',
            name='area',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.area'),
        ),
        migrations.AlterField(
            model_name='hourentry',
            name='organization',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization'),
        ),
    ]
