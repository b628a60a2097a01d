from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("collectibles", "0009_code_by_uses"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="mission",
            index=models.Index(fields=["created_at", "id"], name="mission_by_created_at"),
        ),
    ]
