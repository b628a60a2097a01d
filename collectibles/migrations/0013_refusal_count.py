import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("collectibles", "0012_code_of_batch"),
    ]

    operations = [
        migrations.CreateModel(
            name="RefusalCount",
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
                ("hour", models.DateTimeField()),
                ("reason", models.CharField(max_length=24)),
                ("shard", models.PositiveSmallIntegerField()),
                ("count", models.PositiveIntegerField(db_default=0, default=0)),
                (
                    "distribution",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="refusals",
                        to="collectibles.distribution",
                    ),
                ),
            ],
            options={
                "ordering": ["-hour", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("distribution", "hour", "reason", "shard"), name="refusal_count_is_one_per_shard"
                    )
                ],
            },
        ),
    ]
