import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("collectibles", "0011_code_batch"),
    ]

    operations = [
        migrations.AddField(
            model_name="distributioncode",
            name="batch",
            field=models.ForeignKey(
                blank=True,
                default=None,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="codes",
                to="collectibles.codebatch",
            ),
        ),
    ]
