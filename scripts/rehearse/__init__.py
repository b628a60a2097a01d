"""A whole deployment on this machine: Zappa against an emulated AWS, then the uploaded zip under Lambda's runtime."""

REGION = "eu-central-1"
# What a call to AWS needs, none of it real; and nothing of the developer's own is looked at.
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "rehearsal",
    "AWS_SECRET_ACCESS_KEY": "rehearsal",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
}
NOT_THE_DEVELOPERS = {
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_EC2_METADATA_DISABLED": "true",
}


class Wrong(Exception):
    """A step did not go as it should; the text says how."""


def expect(condition: object, otherwise: str) -> None:
    if not condition:
        raise Wrong(otherwise)
