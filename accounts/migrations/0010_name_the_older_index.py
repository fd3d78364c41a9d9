from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_ask_for_changes_of_people")]

    operations = [
        migrations.RenameField("user", "phone_index_next", "phone_index_before"),
        migrations.RenameField("professional", "id_index_next", "id_index_before"),
    ]
