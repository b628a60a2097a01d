from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("collectibles", "0003_mission_counted_version"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="collectible",
            index=models.Index(fields=["created_at", "id"], name="collectible_by_created_at"),
        ),
    ]
