
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.math
import uuid
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0029_give_mandates'),
        ('bases', '0012_note_credit'),
        migrations.swappable_dependency(settings.OAUTH2_PROVIDER_APPLICATION_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CourseFiling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('year', models.PositiveSmallIntegerField()),
                ('subject', models.CharField(max_length=14)),
                ('code', models.CharField(max_length=64)),
                ('course_key', models.CharField(max_length=64)),
                ('title', models.CharField(max_length=120)),
                ('hours', models.DecimalField(decimal_places=1, max_digits=5)),
                ('lecturer', models.CharField(max_length=300)),
                ('approval', models.CharField(choices=[('authority', '省级以上行业主管部门审核同意'), ('institution', '授权的专业权威机构推荐'), ('press', '省级出版行政部门审核同意')], max_length=12)),
                ('document', models.CharField(max_length=120)),
                ('valid_until', models.DateField(blank=True, null=True)),
                ('state', models.CharField(choices=[('waiting', '等人社部门备案'), ('filed', '已备案'), ('refused', '未予备案'), ('replaced', '平台已改报')], default='waiting', max_length=8)),
                ('asked_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.area')),
                ('client', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'verbose_name': '平台报来的课程',
                'verbose_name_plural': '平台报来的课程',
                'indexes': [models.Index(fields=['course_key', '-id'], name='filings_of_a_course'), models.Index(fields=['organization', 'id'], name='filings_of_a_platform'), models.Index(condition=models.Q(('state', 'waiting')), fields=['id'], name='filings_that_wait')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('course_key', 'year', 'area', 'subject'), name='a_course_waits_once'), models.CheckConstraint(condition=models.Q(('hours', django.db.models.expressions.CombinedExpression(django.db.models.functions.math.Round(django.db.models.expressions.CombinedExpression(models.F('hours'), '*', models.Value(2))), '/', models.Value(Decimal('2')))), ('hours__gt', 0)), name='courses_asked_for_are_in_steps_of_a_half'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='a_course_waits_until_it_is_decided'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), _negated=True), models.Q(('note', ''), _negated=True), _connector='OR'), name='a_refused_course_is_told_why')],
            },
        ),
    ]
