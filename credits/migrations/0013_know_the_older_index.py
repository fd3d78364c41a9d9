from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("credits", "0012_call_the_desks_by_name")]

    operations = [
        migrations.AddField(
            "unmatchedperson",
            "id_index_before",
            models.CharField(db_index=True, default="", max_length=64),
            preserve_default=False,
        ),
    ]
