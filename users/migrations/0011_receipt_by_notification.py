from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0010_notification_by_created_at"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="notificationreceipt",
            index=models.Index(fields=["notification", "id"], name="receipt_by_notification"),
        ),
    ]
