"""Django's admin, with the site of ours. Its classes are imported when somebody opens it."""

from django.contrib.admin.apps import AdminConfig, SimpleAdminConfig


class Desk(SimpleAdminConfig):
    default = False
    default_site = "kloppocar.desk.site.Site"


class LocalDesk(AdminConfig):
    """Imports every table's page at the start, so that the system checks look at them."""

    default = False
    default_site = "kloppocar.desk.site.Site"
