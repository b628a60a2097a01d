"""One's own picture: a signed form, a file, and two squares without anything else that the file held."""

import base64
import json
import random
import subprocess
import sys
import zlib
from io import BytesIO

import boto3
import pytest
import requests
from django.conf import settings as real_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, PngImagePlugin
from rest_framework.test import APIClient

from kloppocar import aws as way
from kloppocar import erasure
from kloppocar.storage import Bucket
from users.models import Departure, User
from users.pictures import MOST_PIXELS, NotAPicture, squares
from users.services import departure, picture

URL, ME = "/api/v1/users/me/picture/", "/api/v1/users/me/"
PLACE = b"GPS-OF-MY-HOME"


def photo(size=(900, 600), kind="JPEG", mode="RGB", **options):
    """A photo with its place, camera, comment and profile in it."""
    image = Image.new(mode, size, "red") if mode != "noise" else noise(size)
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "a camera", options.pop("orientation", 1)
    exif.get_ifd(0x8825)[1] = PLACE.decode()
    file = BytesIO()
    if kind == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("Comment", PLACE.decode())
        options["pnginfo"] = text
    else:
        options["comment"] = PLACE
    image.save(file, kind, exif=exif, icc_profile=b"profile of " + PLACE, **options)
    return file.getvalue()


def noise(size):
    return Image.frombytes("RGB", size, random.Random(1).randbytes(size[0] * size[1] * 3))


# --- What becomes of a file ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", [photo(), photo(kind="PNG"), photo((40, 3000)), photo(kind="PNG", mode="L")])
def test_a_picture_becomes_two_squares_without_anything_else(file):
    assert PLACE in file

    made = squares(file)

    for name, side in {"large": 512, "small": 128}.items():
        image = Image.open(BytesIO(made[name]))
        assert (image.format, image.size, image.mode) == ("JPEG", (side, side), "RGB")
        assert dict(image.getexif()) == {}
        assert not {"exif", "comment", "icc_profile"} & image.info.keys()
        assert PLACE not in made[name]


def test_it_is_turned_upright():
    lying = Image.new("RGB", (400, 400), "red")
    lying.paste("blue", (0, 0, 400, 200))
    exif, file = Image.Exif(), BytesIO()
    exif[0x0112] = 3  # upside down
    lying.save(file, "JPEG", exif=exif)

    upright = Image.open(BytesIO(squares(file.getvalue())["large"]))

    assert upright.getpixel((256, 100))[0] > 200
    assert upright.getpixel((256, 400))[2] > 200


def test_what_is_transparent_is_white():
    file = BytesIO()
    Image.new("RGBA", (50, 50), (255, 0, 0, 0)).save(file, "PNG")

    assert Image.open(BytesIO(squares(file.getvalue())["small"])).getpixel((64, 64)) == (255, 255, 255)


def saying_to_be(side):
    """A PNG of a few hundred bytes whose header, checksum included, says that it is a square of that side."""
    file = photo((20, 20), "PNG")
    header = b"IHDR" + side.to_bytes(4, "big") * 2 + file[24:29]
    return file[:12] + header + zlib.crc32(header).to_bytes(4, "big") + file[33:]


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<?php echo 1;",
        b"GIF89a" + b"\0" * 100,
        photo()[:500],
        photo(mode="noise")[:-20_000],
        photo(kind="PNG", mode="noise")[:-20_000],
        b"\xff\xd8\xff\xe0" + random.Random(2).randbytes(5_000),
        b"\x89PNG\r\n\x1a\n" + random.Random(3).randbytes(5_000),
        photo((15, 400)),
        saying_to_be(60_000),
    ],
)
def test_what_is_no_picture_is_refused(file):
    with pytest.raises(NotAPicture):
        squares(file)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_picture_with_too_many_pixels_is_refused_before_it_is_decoded(monkeypatch):
    side = int(MOST_PIXELS**0.5) + 1
    file = saying_to_be(side)
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("it was decoded"))

    with pytest.raises(NotAPicture, match="million pixels"):
        squares(file)


# --- Locally: the same form against a folder ----------------------------------------------------------------------


@pytest.fixture
def folder(settings, tmp_path):
    settings.MEDIA_FOLDER = tmp_path / "media"
    return settings.MEDIA_FOLDER


def files_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def upload(form, content, **changes):
    """As a browser sends the form: its fields, then the file."""
    fields = form["upload"]["fields"] | changes
    file = SimpleUploadedFile("photo.jpg", content, content_type="image/jpeg")
    return APIClient().post("/media/", {**fields, "file": file}, format="multipart")


def start(client, content_type="image/jpeg"):
    response = client.post(URL, {"content_type": content_type})
    assert response.status_code == 201, response.content
    return response.json()


def test_two_steps_make_a_picture_and_the_next_one_replaces_it(api, folder, alice):
    client = api("alice")
    form = start(client)
    assert form["upload"]["url"] == "http://testserver/media/"
    assert upload(form, photo()).status_code == 204

    me = client.put(URL, {"key": form["key"]})

    assert me.status_code == 200
    body, first = me.json(), files_in(folder)
    assert [name.split("/")[-1] for name in first] == ["large.jpg", "small.jpg"]
    shown = APIClient().get(body["picture"].removeprefix("http://testserver"))
    assert Image.open(BytesIO(b"".join(shown.streaming_content))).size == (512, 512)
    small = APIClient().get(body["picture_small"].removeprefix("http://testserver"))
    assert Image.open(BytesIO(b"".join(small.streaming_content))).size == (128, 128)
    assert api(None).get(f"/api/v1/users/{alice.id}/").json()["picture"] == body["picture"]
    form = start(client)
    upload(form, photo())
    assert client.put(URL, {"key": form["key"]}).status_code == 200
    assert len(files_in(folder)) == 2
    assert not set(first) & set(files_in(folder))
    assert client.delete(URL).status_code == 204
    assert client.get(ME).json()["picture"] == client.get(ME).json()["picture_small"] == ""
    assert files_in(folder) == []


def test_what_is_not_a_picture_is_refused_and_deleted_and_the_old_one_stays(api, folder, alice):
    User.objects.filter(pk=alice.pk).update(picture="https://elsewhere.example/me.png")
    form = start(api("alice"))
    upload(form, b"<svg/>" * 100)

    answer = api("alice").put(URL, {"key": form["key"]})

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "not_a_picture")
    assert files_in(folder) == []
    assert api("alice").get(ME).json()["picture"] == "https://elsewhere.example/me.png"


def test_a_form_is_for_one_key_one_type_and_a_size(api, folder, alice, monkeypatch):
    monkeypatch.setattr(picture, "MOST_BYTES", 5_000)
    form = start(api("alice"))

    assert upload(form, photo(), key="pictures/1/other").status_code == 403
    assert upload(form, photo(), **{"Content-Type": "text/html"}).status_code == 403
    assert upload(form, photo(), policy="forged").status_code == 403
    assert upload(form, b"x" * 5_001).status_code == 400
    assert upload(form, b"").status_code == 400
    assert not folder.exists()


@pytest.mark.parametrize(
    "key", ["", "uploads/{bob}/x", "uploads/{alice}/missing", "../secret_key", "uploads/{alice}/../x"]
)
def test_only_ones_own_upload_can_be_confirmed(api, folder, alice, bob, key):
    answer = api("alice").put(URL, {"key": key.format(alice=alice.id, bob=bob.id)})

    assert answer.status_code in {400, 409}
    assert answer.json()["errors"][0]["code"] in {"blank", "not_uploaded"}


@pytest.mark.parametrize("body", [{}, {"content_type": "image/svg+xml"}, {"content_type": "image/jpeg", "key": "mine"}])
def test_a_form_for_anything_else_is_refused(api, folder, body):
    assert api("alice").post(URL, body).status_code == 400


@pytest.mark.parametrize("path", ["../secret_key", "pictures/1/../../secret_key", "pictures/1", "%2e%2e/secret_key"])
def test_the_folder_shows_nothing_else(client, folder, path):
    folder.mkdir()
    (folder.parent / "secret_key").write_text("secret")

    assert client.get(f"/media/{path}").status_code == 404


def test_uploads_have_a_budget(api, folder, settings):
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"uploads": (2, 3600)}

    statuses = [api("alice").post(URL, {"content_type": "image/jpeg"}).status_code for _ in range(3)]

    assert statuses == [201, 201, 429]


# --- In a bucket --------------------------------------------------------------------------------------------------


@pytest.fixture
def bucket(aws, settings):
    settings.MEDIA_BUCKET = "kloppocar-media-test"
    client = boto3.client("s3", region_name=settings.AWS_REGION)
    place = {"LocationConstraint": settings.AWS_REGION}
    client.create_bucket(Bucket=settings.MEDIA_BUCKET, CreateBucketConfiguration=place)
    return client


def keys(bucket):
    return [entry["Key"] for entry in bucket.list_objects_v2(Bucket="kloppocar-media-test").get("Contents", [])]


def test_the_same_two_steps_with_a_bucket(api, bucket, alice):
    form = start(api("alice"))
    sent = requests.post(form["upload"]["url"], data=form["upload"]["fields"], files={"file": photo()}, timeout=10)
    assert sent.status_code == 204
    assert keys(bucket) == [form["key"]]

    body = api("alice").put(URL, {"key": form["key"]}).json()

    site = f"https://kloppocar-media-test.s3.{real_settings.AWS_REGION}.amazonaws.com/"
    assert body["picture"].startswith(site)
    assert sorted(keys(bucket)) == [body[name].removeprefix(site) for name in ("picture", "picture_small")]
    made = bucket.get_object(Bucket="kloppocar-media-test", Key=keys(bucket)[0])
    assert (made["ContentType"], made["CacheControl"]) == ("image/jpeg", "public, max-age=31536000, immutable")


def test_the_form_is_for_our_bucket_and_bounds_type_and_size(bucket):
    form = Bucket("kloppocar-media-test").upload_form("uploads/1/x", "image/png", 1000)

    assert form["url"] == f"https://kloppocar-media-test.s3.{real_settings.AWS_REGION}.amazonaws.com/"
    policy = json.loads(base64.b64decode(form["fields"]["policy"]))["conditions"]
    assert ["content-length-range", 1, 1000] in policy
    assert {"Content-Type": "image/png"} in policy
    assert {"key": "uploads/1/x"} in policy


def test_while_the_bucket_is_down_the_answer_is_503(api, bucket, monkeypatch):
    client = api("alice")
    form, client.raise_request_exception = start(client), False

    def down(*args, **kwargs):
        raise way.AWSError("The media bucket cannot be asked")

    monkeypatch.setattr(Bucket, "read", down)
    answer = client.put(URL, {"key": form["key"]})

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


def test_an_erased_persons_picture_goes_too_later_if_need_be(api, bucket, alice, monkeypatch):
    form = start(api("alice"))
    bucket.put_object(Bucket="kloppocar-media-test", Key=form["key"], Body=photo())
    api("alice").put(URL, {"key": form["key"]})
    assert len(keys(bucket)) == 2

    def down(*args, **kwargs):
        raise way.AWSError("The media bucket cannot be asked")

    with monkeypatch.context() as patch:
        patch.setattr(Bucket, "delete", down)
        erasure.erase(alice)
    assert len(keys(bucket)) == 2
    Departure.objects.update(next_try_at="2020-01-01T00:00:00Z")

    assert departure.complete_due() == 1
    assert keys(bucket) == []
    assert not Departure.objects.exists()


def test_on_a_stage_without_a_bucket_nothing_is_uploaded(api, settings):
    settings.LOCAL, client = False, api("alice")
    client.raise_request_exception = False

    answer = client.post(URL, {"content_type": "image/jpeg"})

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (503, "no_uploads")


# --- What of Pillow is packed -------------------------------------------------------------------------------------

ALONE = """
import sys
from io import BytesIO
from scripts.package.contents import PILLOW

class OnlyWhatIsPacked:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("PIL.") and name.partition(".")[2] not in PILLOW:
            raise ImportError(name)

sys.meta_path.insert(0, OnlyWhatIsPacked())
import django
django.setup()  # refusals speak the reader's language
from PIL import Image
from users.pictures import NotAPicture, squares
tags = Image.Exif()
tags[0x0112] = 6
for kind, mode in [("JPEG", "RGB"), ("JPEG", "CMYK"), ("JPEG", "L"), ("PNG", "RGBA"), ("PNG", "P")]:
    file = BytesIO()
    Image.new(mode, (60, 40)).save(file, kind, exif=tags)
    assert len(squares(file.getvalue())) == 2
for bad in (b"", b"GIF89a" + bytes(100), b"RIFF" + bytes(4) + b"WEBPVP8 " + bytes(100)):
    try:
        squares(bad)
    except NotAPicture:
        print("refused")
"""


def test_what_is_packed_of_pillow_is_enough():
    done = subprocess.run([sys.executable, "-c", ALONE], cwd=real_settings.BASE_DIR, capture_output=True, text=True)

    assert (done.stdout, done.stderr, done.returncode) == ("refused\n" * 3, "", 0)
