from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("collectibles", "0008_code_by_created_at"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="distributioncode",
            index=models.Index(fields=["uses", "id"], name="code_by_uses"),
        ),
    ]
