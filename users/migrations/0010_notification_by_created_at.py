from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0009_departure_related_name"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(fields=["created_at", "id"], name="notification_by_created_at"),
        ),
    ]
