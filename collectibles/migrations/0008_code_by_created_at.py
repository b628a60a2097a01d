from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("collectibles", "0007_distribution_by_redeemed"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="distributioncode",
            index=models.Index(fields=["created_at", "id"], name="code_by_created_at"),
        ),
    ]
