"""`make deploy STAGE=...`: a stage brought to what stands here, and proven, or back to what it was."""


class DeployError(Exception):
    """Why this goes no further, in one sentence."""
