from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("collectibles", "0014_grant_by_distribution")]

    operations = [
        migrations.RemoveConstraint(model_name="grant", name="grant_source_is_known"),
    ]
