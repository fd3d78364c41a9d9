import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('credits', '0029_drop_what_these_replace'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='unittrainingruling',
            name='was_due_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name='TrainingOpening',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.PositiveSmallIntegerField()),
                ('file_digest', models.CharField(blank=True, max_length=64)),
                ('opened_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('times', models.PositiveIntegerField(default=1)),
                ('reviewer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('training', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='credits.unittraining')),
            ],
            options={
                'verbose_name': '单位培训材料查看记录',
                'verbose_name_plural': '单位培训材料查看记录',
                'indexes': [models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['reviewer'], name='looks_not_yet_closed')],
                'constraints': [models.UniqueConstraint(fields=('training', 'round', 'reviewer', 'file_digest'), name='a_look_at_a_training_is_recorded_once'), models.CheckConstraint(condition=models.Q(('closed_at__isnull', True), ('closed_at__gte', models.F('opened_at')), _connector='OR'), name='a_look_closed_was_opened_before')],
            },
        ),
    ]
