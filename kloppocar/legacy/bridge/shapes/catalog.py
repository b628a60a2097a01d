"""What exists."""

from collectibles.models import CollectibleStatus
from kloppocar.api.localized import resolve

from .shape import NOT_ON_BLOCKCHAIN, PICTURES, STAMPS, Shape, made, texts

CATEGORY = Shape({"categoryId": "id", "name": made(lambda name: resolve(name, "en"), "name"), **STAMPS})
PROJECT = Shape(
    {
        "projectId": "id",
        "name": "name",
        "attributed": "attributes",
        "active": "active",
        "location": made(lambda text: text or None, "location"),
        **STAMPS,
    }
)
COLLECTION = Shape(
    {
        "collectionId": "id",
        "communityId": "community_id",
        "projectId": "project_id",
        "name": "name",
        "description": texts("description"),
        "active": "active",
        **PICTURES,
        **STAMPS,
    }
)
SPONSOR = Shape(
    {
        "sponsorId": "id",
        "name": "name",
        "organization": "organization",
        "urls": "urls",
        "description": texts("description"),
        **PICTURES,
        "sponsorCity": "city",
        "sponsorCountry": "country",
        "sponsorZip": "zip_code",
        "primaryContactName": "contact_name",
        "primaryContactEmail": "contact_email",
        "primaryContactPhone": "contact_phone",
        "active": "active",
        **STAMPS,
    }
)
COLLECTIBLE = Shape(
    {
        "collectibleId": "id",
        "collectionId": "collection_id",
        "categoryId": "category_id",
        "projectId": "collection__project_id",
        "communityId": "collection__community_id",
        "label": "label",
        "name": "name",
        "description": texts("description"),
        "active": made(lambda status: status != CollectibleStatus.DRAFT, "status"),
        **PICTURES,
        "circulation": "circulation",
        "publicationDate": "published_at",
        "price": "price",
        **NOT_ON_BLOCKCHAIN,
        "blockchainCollectibleAddress": None,
        **STAMPS,
    }
)
COLLECTIBLE_SPONSOR = Shape(
    {
        "collectibleSponsorId": "id",
        "collectibleId": "collectible_id",
        "sponsorId": "sponsor_id",
        "sponsorMessage": texts("message"),
        "active": "sponsor__active",
    }
)
