"""The house's routes as with LEGACY_BRIDGE=on."""

from kloppocar.urls import *  # noqa: F403
from kloppocar.urls import legacy_bridge, urlpatterns

urlpatterns = [*urlpatterns, legacy_bridge()]
