from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('credits', '0004_take_rosters'),
    ]

    operations = [
        migrations.AlterField(
            model_name='declaration',
            name='duty',
            field=models.CharField(blank=True, choices=[('approve_people', '核准人员注册'), ('review_hours', '审核学时'), ('manage_unit', '管理单位信息'), ('approve_units', '核准单位注册'), ('file_months', '每月备案'), ('reverse_hours', '撤销学时'), ('oversee', '查看辖区情况'), ('manage_clients', '管理接口'), ('teach', '办班与名单'), ('operate', '系统运行'), ('regulate', '维护规则和日历'), ('grant_exceptions', '批准补报和减免')], max_length=20),
        ),
    ]
