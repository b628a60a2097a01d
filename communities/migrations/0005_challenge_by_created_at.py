from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("communities", "0004_moderation_log"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="challenge",
            index=models.Index(fields=["created_at", "id"], name="challenge_by_created_at"),
        ),
    ]
