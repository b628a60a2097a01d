from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0006_push_run"),
    ]

    operations = [
        migrations.RenameModel(old_name="PoolRemoval", new_name="Departure"),
    ]
