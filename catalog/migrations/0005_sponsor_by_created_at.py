from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0004_project_by_created_at"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="sponsor",
            index=models.Index(fields=["created_at", "id"], name="sponsor_by_created_at"),
        ),
    ]
