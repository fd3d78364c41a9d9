import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_squashed_0031_read_units_of_a_place'),
        ('reviews', '0001_squashed_0009_publish_the_terms_of_a_draw'),
    ]

    operations = [
        migrations.CreateModel(
            name='PlaceWatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField()),
                ('at', models.DateTimeField()),
                ('seen', models.JSONField()),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.area')),
            ],
            options={
                'verbose_name': '审核时效的统计',
                'verbose_name_plural': '审核时效的统计',
                'constraints': [models.UniqueConstraint(fields=('place', 'year'), name='one_watch_a_place_and_year')],
            },
        ),
    ]
