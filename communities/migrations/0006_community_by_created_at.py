from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("communities", "0005_challenge_by_created_at"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="community",
            index=models.Index(fields=["created_at", "id"], name="community_by_created_at"),
        ),
    ]
