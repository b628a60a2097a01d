from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0002_relations"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="collection",
            index=models.Index(fields=["created_at", "id"], name="collection_by_created_at"),
        ),
    ]
