"""A campaign on one page: texts, days, what is to be won, limits and codes; looked at first, then made as a whole."""

from .page import CampaignWizard

__all__ = ["CampaignWizard"]
