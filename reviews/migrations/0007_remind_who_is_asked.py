from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reviews', '0006_sign_of_one_institution'),
    ]

    operations = [
        migrations.AddField(
            model_name='inspection',
            name='reminded_at_days',
            field=models.SmallIntegerField(blank=True, null=True),
        ),
    ]
