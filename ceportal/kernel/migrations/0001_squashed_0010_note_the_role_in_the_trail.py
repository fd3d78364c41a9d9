import django.db.models.deletion
import uuid
from django.db import migrations, models

from ceportal.kernel.services.migrating import CreateModels


class Migration(migrations.Migration):

    replaces = [('kernel', '0001_initial'), ('kernel', '0002_note_attempts'), ('kernel', '0003_state_and_likeness_of_a_file'), ('kernel', '0004_partial_uploads'), ('kernel', '0005_tallies'), ('kernel', '0006_each_notice_says_its_days'), ('kernel', '0007_stored_upload'), ('kernel', '0008_call_the_desks_by_name'), ('kernel', '0009_seal_the_trail'), ('kernel', '0010_note_the_role_in_the_trail')]

    initial = True

    dependencies = [
    ]

    operations = [
        CreateModels(
            models=[
                migrations.CreateModel(
                    name='CalendarNotice',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('year', models.PositiveSmallIntegerField(unique=True)),
                        ('status', models.CharField(choices=[('published', '已公布'), ('provisional', '暂定')], max_length=12)),
                        ('document', models.CharField(blank=True, max_length=200)),
                        ('source_url', models.CharField(blank=True, max_length=300)),
                        ('imported_at', models.DateTimeField()),
                    ],
                    options={
                        'verbose_name': '放假安排',
                        'verbose_name_plural': '工作日历',
                        'ordering': ['year'],
                    },
                ),
                migrations.CreateModel(
                    name='Counter',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=80, unique=True)),
                        ('value', models.BigIntegerField(default=0)),
                    ],
                    options={
                        'verbose_name': '计数',
                        'verbose_name_plural': '计数',
                    },
                ),
                migrations.CreateModel(
                    name='Heartbeat',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=60, unique=True)),
                        ('at', models.DateTimeField()),
                        ('note', models.CharField(blank=True, max_length=200)),
                    ],
                    options={
                        'verbose_name': '运行心跳',
                        'verbose_name_plural': '运行心跳',
                    },
                ),
                migrations.CreateModel(
                    name='Tally',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.CharField(max_length=64, unique=True)),
                        ('count', models.PositiveIntegerField(default=0)),
                        ('ends_at', models.DateTimeField(db_index=True)),
                    ],
                    options={
                        'verbose_name': '频次',
                        'verbose_name_plural': '频次',
                    },
                ),
                migrations.CreateModel(
                    name='Attempt',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('ref', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('claimed_until', models.DateTimeField(blank=True, null=True)),
                        ('attempts', models.PositiveSmallIntegerField(default=0)),
                        ('last_error', models.CharField(blank=True, max_length=500)),
                        ('job', models.CharField(max_length=60)),
                        ('row_id', models.BigIntegerField()),
                        ('begun_at', models.DateTimeField()),
                    ],
                    options={
                        'verbose_name': '定时处理',
                        'verbose_name_plural': '定时处理',
                        'constraints': [models.UniqueConstraint(fields=('job', 'row_id'), name='one_attempt_a_job_and_row')],
                    },
                ),
                migrations.CreateModel(
                    name='AuditEvent',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('ref', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('at', models.DateTimeField(db_index=True)),
                        ('actor_id', models.BigIntegerField(blank=True, null=True)),
                        ('actor_label', models.CharField(max_length=120)),
                        ('actor_digest', models.CharField(blank=True, db_default='', default='', max_length=64)),
                        ('role', models.CharField(blank=True, db_default='', default='', max_length=200)),
                        ('address', models.CharField(blank=True, max_length=45)),
                        ('request_id', models.CharField(blank=True, max_length=36)),
                        ('action', models.CharField(max_length=60)),
                        ('subject_kind', models.CharField(max_length=60)),
                        ('subject_ref', models.UUIDField()),
                        ('before', models.JSONField(blank=True, default=dict)),
                        ('after', models.JSONField(blank=True, default=dict)),
                    ],
                    options={
                        'verbose_name': '操作记录',
                        'verbose_name_plural': '操作记录',
                        'ordering': ['-id'],
                        'indexes': [models.Index(fields=['subject_ref', 'id'], name='audit_of_a_subject'), models.Index(fields=['actor_id', 'id'], name='audit_of_an_actor')],
                    },
                ),
                migrations.CreateModel(
                    name='AuditSeal',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.PositiveBigIntegerField(unique=True)),
                        ('first_id', models.BigIntegerField()),
                        ('last_id', models.BigIntegerField()),
                        ('count', models.PositiveIntegerField()),
                        ('sealed_at', models.DateTimeField(db_index=True)),
                        ('previous_digest', models.CharField(blank=True, max_length=64)),
                        ('digest', models.CharField(max_length=64)),
                    ],
                    options={
                        'verbose_name': '操作记录封存',
                        'verbose_name_plural': '操作记录封存',
                        'ordering': ['number'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('count__gt', 0), ('number__gt', 0)), name='a_seal_covers_something'), models.CheckConstraint(condition=models.Q(('last_id__gte', models.F('first_id'))), name='a_seal_reaches_forward')],
                    },
                ),
                migrations.CreateModel(
                    name='StoredFile',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('ref', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('digest', models.CharField(db_index=True, max_length=64)),
                        ('shown_digest', models.CharField(max_length=64)),
                        ('size', models.PositiveBigIntegerField()),
                        ('shown_size', models.PositiveBigIntegerField()),
                        ('content_type', models.CharField(max_length=60)),
                        ('name', models.CharField(max_length=150)),
                        ('pages', models.PositiveSmallIntegerField(default=1)),
                        ('likeness', models.CharField(blank=True, max_length=16)),
                        ('state', models.CharField(choices=[('quarantined', '安全检查中'), ('clean', '可以查看'), ('infected', '未通过安全检查')], default='clean', max_length=12)),
                        ('owner_id', models.BigIntegerField(blank=True, null=True)),
                        ('stored_at', models.DateTimeField()),
                    ],
                    options={
                        'verbose_name': '文件',
                        'verbose_name_plural': '文件',
                        'indexes': [models.Index(condition=models.Q(('state', 'quarantined')), fields=['stored_at'], name='files_in_quarantine')],
                        'constraints': [models.UniqueConstraint(fields=('owner_id', 'digest'), name='one_file_once_an_owner'), models.CheckConstraint(condition=models.Q(('size__gt', 0)), name='a_file_is_not_empty')],
                    },
                ),
                migrations.CreateModel(
                    name='CalendarDay',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('day', models.DateField(db_index=True)),
                        ('is_worked', models.BooleanField()),
                        ('notice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='days', to='kernel.calendarnotice')),
                    ],
                    options={
                        'verbose_name': '日历',
                        'verbose_name_plural': '日历',
                        'ordering': ['day'],
                        'constraints': [models.UniqueConstraint(fields=('notice', 'day'), name='a_notice_names_a_day_once')],
                    },
                ),
                migrations.CreateModel(
                    name='PartialUpload',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('ref', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('owner_id', models.BigIntegerField(db_index=True)),
                        ('name', models.CharField(blank=True, max_length=150)),
                        ('content_type', models.CharField(blank=True, max_length=60)),
                        ('size', models.PositiveBigIntegerField()),
                        ('received', models.PositiveBigIntegerField(default=0)),
                        ('expires_at', models.DateTimeField(db_index=True)),
                        ('stored', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='kernel.storedfile')),
                    ],
                    options={
                        'verbose_name': '续传文件',
                        'verbose_name_plural': '续传文件',
                        'constraints': [models.CheckConstraint(condition=models.Q(('received__lte', models.F('size'))), name='no_more_arrives_than_was_announced')],
                    },
                ),
                migrations.CreateModel(
                    name='Job',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('ref', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('claimed_until', models.DateTimeField(blank=True, null=True)),
                        ('attempts', models.PositiveSmallIntegerField(default=0)),
                        ('last_error', models.CharField(blank=True, max_length=500)),
                        ('kind', models.CharField(max_length=60)),
                        ('state', models.CharField(choices=[('waiting', '等待'), ('running', '进行中'), ('done', '完成'), ('failed', '失败'), ('cancelled', '已取消')], default='waiting', max_length=12)),
                        ('params', models.JSONField(blank=True, default=dict)),
                        ('done', models.PositiveIntegerField(default=0)),
                        ('total', models.PositiveIntegerField(default=0)),
                        ('errors', models.JSONField(blank=True, default=list)),
                        ('result', models.JSONField(blank=True, default=dict)),
                        ('owner_id', models.BigIntegerField(blank=True, null=True)),
                        ('created_at', models.DateTimeField()),
                        ('finished_at', models.DateTimeField(blank=True, null=True)),
                        ('file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.storedfile')),
                    ],
                    options={
                        'verbose_name': '后台任务',
                        'verbose_name_plural': '后台任务',
                        'indexes': [models.Index(condition=models.Q(('state__in', ['waiting', 'running'])), fields=['created_at'], name='jobs_to_do')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('done__lte', models.F('total'))), name='no_more_done_than_there_is')],
                    },
                ),
            ],
        ),
    ]
