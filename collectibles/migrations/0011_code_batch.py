import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import kloppocar.api.models


class Migration(migrations.Migration):
    dependencies = [
        ("collectibles", "0010_mission_by_created_at"),
    ]

    operations = [
        migrations.CreateModel(
            name="CodeBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "updated_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("count", models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1)])),
                ("max_uses", models.PositiveIntegerField(default=1, null=True)),
                ("note", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("idempotency_key", kloppocar.api.models.ExactCharField(default=None, max_length=128, null=True)),
                (
                    "distribution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="batches",
                        to="collectibles.distribution",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "code batches",
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("distribution", "idempotency_key"), name="code_batch_is_one_per_idempotency_key"
                    ),
                    models.CheckConstraint(condition=models.Q(("count__gt", 0)), name="code_batch_is_not_empty"),
                ],
            },
        ),
    ]
