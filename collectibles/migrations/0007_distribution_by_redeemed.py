from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("collectibles", "0006_distribution_by_ends_at"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="distribution",
            index=models.Index(fields=["redeemed", "id"], name="distribution_by_redeemed"),
        ),
    ]
