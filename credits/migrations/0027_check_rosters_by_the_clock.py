import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('credits', '0026_know_hours_taken_over'),
    ]

    operations = [
        migrations.CreateModel(
            name='RosterPiece',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField()),
                ('number', models.PositiveIntegerField()),
                ('lines_sealed', models.BinaryField()),
                ('read_at', models.DateTimeField(db_index=True)),
                ('roster', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='credits.roster')),
            ],
            options={
                'verbose_name': '待核对的名单行',
                'verbose_name_plural': '待核对的名单行',
                'constraints': [models.UniqueConstraint(fields=('roster', 'version', 'number'), name='a_piece_stands_once_in_a_roster')],
            },
        ),
        migrations.RemoveConstraint(
            model_name='roster',
            name='what_is_credited_was_confirmed',
        ),
        migrations.AlterField(
            model_name='roster',
            name='state',
            field=models.CharField(choices=[('draft', '待上传'), ('checking', '正在核对'), ('checked', '待确认'), ('review', '等待审核'), ('crediting', '正在登记'), ('done', '已登记'), ('undoing', '正在撤销'), ('undone', '已撤销')], default='draft', max_length=10),
        ),
        migrations.AddConstraint(
            model_name='roster',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'checking', 'checked']), ('confirmed_at__isnull', False), _connector='OR'), name='what_is_credited_was_confirmed'),
        ),
    ]
