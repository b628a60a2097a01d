"""The two steps of a picture."""

from rest_framework import serializers

from kloppocar.api.serializers import RefusingUnknownFields, TextSerializerField
from users.services.picture import CONTENT_TYPES


class PictureUploadSerializer(RefusingUnknownFields):
    content_type = serializers.ChoiceField(choices=CONTENT_TYPES)


class PictureKeySerializer(RefusingUnknownFields):
    key = TextSerializerField(max_length=200)


class UploadFormSerializer(serializers.Serializer):
    url = serializers.CharField()
    fields = serializers.DictField(child=serializers.CharField())  # type: ignore[assignment]


class PictureFormSerializer(serializers.Serializer):
    """POST the file to `upload.url` as multipart/form-data: first `upload.fields`, then the file as `file`."""

    key = serializers.CharField()
    upload = UploadFormSerializer()
    max_bytes = serializers.IntegerField()
    expires_in = serializers.IntegerField(help_text="Seconds.")
