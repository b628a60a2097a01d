from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("collectibles", "0015_grant_sources_are_free")]

    operations = [
        migrations.AlterField(  # no statement: choices are not in the database
            model_name="grant",
            name="source",
            field=models.CharField(
                choices=[
                    ("code", "Code"),
                    ("mission", "Mission"),
                    ("challenge", "Challenge"),
                    ("starter", "Starter"),
                    ("import", "Import"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(("source__in", ["code", "mission", "challenge", "starter", "import"])),
                name="grant_source_is_known",
            ),
        ),
    ]
