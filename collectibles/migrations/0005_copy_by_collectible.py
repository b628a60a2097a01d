from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("collectibles", "0004_collectible_by_created_at"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="copy",
            index=models.Index(fields=["collectible", "acquired_at", "id"], name="copy_by_collectible"),
        ),
    ]
