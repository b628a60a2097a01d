from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("collectibles", "0005_copy_by_collectible"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="distribution",
            index=models.Index(fields=["ends_at", "id"], name="distribution_by_ends_at"),
        ),
    ]
