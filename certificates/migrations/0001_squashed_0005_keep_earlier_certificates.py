import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from ceportal.kernel.services.migrating import CreateModels


class Migration(migrations.Migration):

    replaces = [('certificates', '0001_initial'), ('certificates', '0002_find_by_file_and_by_end'), ('certificates', '0003_take_reports_and_refusals'), ('certificates', '0004_share_by_link'), ('certificates', '0005_keep_earlier_certificates')]

    initial = True

    dependencies = [
        ('accounts', '0001_squashed_0031_read_units_of_a_place'),
    ]

    operations = [
        CreateModels(
            models=[
                migrations.CreateModel(
                    name='Certificate',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('ref', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('claimed_until', models.DateTimeField(blank=True, null=True)),
                        ('attempts', models.PositiveSmallIntegerField(default=0)),
                        ('last_error', models.CharField(blank=True, max_length=500)),
                        ('year', models.PositiveSmallIntegerField()),
                        ('edition', models.PositiveSmallIntegerField(default=1)),
                        ('number', models.CharField(max_length=40, unique=True)),
                        ('token', models.CharField(max_length=64, unique=True)),
                        ('state', models.CharField(choices=[('intended', '正在生成'), ('issued', '有效'), ('superseded', '已被新证书替代'), ('revoked', '已撤销')], default='intended', max_length=12)),
                        ('account_version', models.PositiveIntegerField()),
                        ('snapshot', models.JSONField()),
                        ('snapshot_digest', models.CharField(max_length=64)),
                        ('promised_at', models.DateTimeField()),
                        ('issued_at', models.DateTimeField(blank=True, null=True)),
                        ('pdf_digest', models.CharField(blank=True, max_length=64)),
                        ('pdf_size', models.PositiveIntegerField(default=0)),
                        ('signed_with', models.CharField(blank=True, max_length=64)),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('ended_because', models.CharField(blank=True, max_length=300)),
                        ('professional', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.professional')),
                        ('supersedes', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='successor', to='certificates.certificate')),
                    ],
                    options={
                        'verbose_name': '证书',
                        'verbose_name_plural': '证书',
                        'ordering': ['-year', '-edition'],
                        'indexes': [models.Index(condition=models.Q(('state', 'intended')), fields=['id'], name='certificates_to_make'), models.Index(condition=models.Q(('pdf_digest', ''), _negated=True), fields=['pdf_digest'], name='certificates_by_file'), models.Index(condition=models.Q(('ended_at__isnull', False), ('issued_at__isnull', False)), fields=['ended_at', 'id'], name='certificates_ended')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('intended', 'issued'))), fields=('professional', 'year'), name='one_live_certificate_a_year'), models.UniqueConstraint(fields=('professional', 'year', 'edition'), name='an_edition_is_made_once'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'issued'), _negated=True), models.Q(models.Q(('pdf_digest', ''), _negated=True), models.Q(('signed_with', ''), _negated=True), ('issued_at__isnull', False)), _connector='OR'), name='nothing_is_issued_without_its_sheet'), models.CheckConstraint(condition=models.Q(('state__in', ('intended', 'issued')), models.Q(('ended_at__isnull', False), models.Q(('ended_because', ''), _negated=True)), _connector='OR'), name='an_ended_certificate_says_why_and_when')],
                    },
                ),
                migrations.CreateModel(
                    name='EarlierCertificate',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('ref', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('year', models.PositiveSmallIntegerField()),
                        ('number', models.CharField(max_length=60)),
                        ('issuer', models.CharField(max_length=60)),
                        ('issued_on', models.DateField()),
                        ('hours', models.DecimalField(blank=True, decimal_places=1, max_digits=5, null=True)),
                        ('name', models.CharField(max_length=50)),
                        ('taken_from', models.CharField(max_length=100)),
                        ('taken_at', models.DateTimeField()),
                        ('undone_at', models.DateTimeField(blank=True, null=True)),
                        ('professional', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.professional')),
                    ],
                    options={
                        'verbose_name': '接收的往年证书',
                        'verbose_name_plural': '接收的往年证书',
                        'ordering': ['-year', '-id'],
                        'indexes': [models.Index(fields=['professional', 'year'], name='earlier_ones_of_a_person')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('undone_at__isnull', True)), fields=('number',), name='an_earlier_number_stands_once'), models.CheckConstraint(condition=models.Q(models.Q(('number', ''), _negated=True), models.Q(('issuer', ''), _negated=True)), name='an_earlier_one_says_which_and_whose')],
                    },
                ),
                migrations.CreateModel(
                    name='RefusedCheck',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('day', models.DateField()),
                        ('why', models.CharField(choices=[('no_match', '查无此证'), ('file', '文件不是签发的原件'), ('too_many', '查验过于频繁')], max_length=10)),
                        ('address', models.CharField(max_length=45)),
                        ('times', models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        'verbose_name': '查验异常',
                        'verbose_name_plural': '查验异常',
                        'constraints': [models.UniqueConstraint(fields=('day', 'address', 'why'), name='one_refusal_line_a_day_and_address')],
                    },
                ),
                migrations.CreateModel(
                    name='ShareLink',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('ref', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('token', models.CharField(max_length=64, unique=True)),
                        ('made_at', models.DateTimeField()),
                        ('expires_at', models.DateTimeField()),
                        ('opened', models.PositiveIntegerField(default=0)),
                        ('certificate', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links', to='certificates.certificate')),
                    ],
                    options={
                        'verbose_name': '分享链接',
                        'verbose_name_plural': '分享链接',
                        'constraints': [models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('made_at'))), name='a_link_lasts_and_ends')],
                    },
                ),
                migrations.CreateModel(
                    name='Suspicion',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('ref', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('number', models.CharField(blank=True, max_length=60)),
                        ('says', models.CharField(max_length=500)),
                        ('made_at', models.DateTimeField()),
                        ('finding', models.CharField(blank=True, choices=[('forged', '属于伪造、变造'), ('misused', '被他人冒用'), ('sound', '证书没有问题'), ('unclear', '线索不足，无法核实')], max_length=10)),
                        ('found_because', models.CharField(blank=True, max_length=500)),
                        ('found_at', models.DateTimeField(blank=True, null=True)),
                        ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.area')),
                        ('certificate', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='certificates.certificate')),
                        ('found_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': '可疑证书举报',
                        'verbose_name_plural': '可疑证书举报',
                        'indexes': [models.Index(condition=models.Q(('finding', '')), fields=['area', 'id'], name='suspicions_open')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('finding', ''), ('found_at__isnull', True), ('found_by__isnull', True)), models.Q(models.Q(('finding', ''), _negated=True), models.Q(('found_because', ''), _negated=True), ('found_at__isnull', False), ('found_by__isnull', False)), _connector='OR'), name='a_finding_says_who_when_and_why')],
                    },
                ),
                migrations.CreateModel(
                    name='VerificationCount',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('day', models.DateField()),
                        ('times', models.PositiveIntegerField(default=0)),
                        ('certificate', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='verifications', to='certificates.certificate')),
                    ],
                    options={
                        'verbose_name': '查验次数',
                        'verbose_name_plural': '查验次数',
                        'constraints': [models.UniqueConstraint(fields=('certificate', 'day'), name='one_count_a_certificate_and_day')],
                    },
                ),
            ],
        ),
    ]
