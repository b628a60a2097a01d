"""Where uploads go."""

from django.conf import settings

from kloppocar import aws

from .finding import Finding, green, red, yellow


def bucket() -> Finding:
    """The bucket is there, and this function may use it."""
    name = getattr(settings, "MEDIA_BUCKET", "")
    if not name and settings.LOCAL:
        return green("a folder, locally")
    if not name:
        return yellow("none: nobody can upload a picture", "Set MEDIA_BUCKET.")
    try:
        with aws.asking(f"Bucket {name}"):
            aws.client("s3", settings.AWS_REGION).head_bucket(Bucket=name)
    except aws.AWSError as error:
        return red(str(error), "Create the bucket, let the role use it, and give the function a way to S3.")
    return green(name)
