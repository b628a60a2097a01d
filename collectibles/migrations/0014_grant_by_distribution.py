from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("collectibles", "0013_refusal_count"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="grant",
            index=models.Index(fields=["distribution", "created_at", "user"], name="grant_by_distribution"),
        ),
    ]
