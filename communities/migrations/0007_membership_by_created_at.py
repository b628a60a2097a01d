from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("communities", "0006_community_by_created_at"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(fields=["created_at", "id"], name="membership_by_created_at"),
        ),
    ]
