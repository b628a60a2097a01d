"""What people have, and how they get it."""

from collectibles.models import Draw, MissionKind

from .shape import IMAGES, STAMPS, Shape, is_there, made, texts

USER_COLLECTIBLE = Shape(
    {
        "userCollectibleId": "id",
        "ownerId": "owner_id",
        "collectibleId": "collectible_id",
        "mint": "mint",
        "active": True,
        "favorite": "favorite",
        "previousOwnerId": "previous_owner",
        "lastTransferredDt": made(lambda owner, at: at if owner else None, "previous_owner", "acquired_at"),
        "trade": None,
        "points": "collectible__points",
        "qrCode": None,
        **STAMPS,
    }
)
MISSION_TYPES = {MissionKind.COLLECT_SET: 1, MissionKind.SIGN_UP: 2, MissionKind.COLLECT_COUNT: 3}
MISSION = Shape(
    {
        "missionId": "id",
        "collectionId": "collection_id",
        "missionTypeId": made(lambda kind: MISSION_TYPES[kind], "kind"),
        "parameterJson": None,  # what counts, see rows.py
        "title": "title",
        "description": texts("description"),
        "goal": "goal",
        "timer": made(is_there, "ends_at"),
        "reward": texts("reward_text"),
        "rewardId": "reward_id",
        "publicationDate": "starts_at",
        "endDate": "ends_at",
        "active": "active",
        **IMAGES,
        **STAMPS,
    }
)
MISSION_USER = Shape(
    {
        "missionUserId": "id",  # the mission's, as with messages
        "userId": None,
        "missionId": "id",
        "progress": made(lambda progress: progress or 0, "my_progress"),
        "completed": made(is_there, "my_claim"),
        "rewardClaimed": made(is_there, "my_claim"),
        "status": None,
        "dateCompleted": "my_claim",
        **STAMPS,
    }
)
OLD_KINDS = {"voucher", "coupon", "deal", "scan"}
DISTRIBUTION = Shape(
    {
        "distributionId": "id",
        "projectId": "project_id",
        "collectionId": "collection_id",
        "name": "name",
        "description": texts("description"),
        "type": made(lambda kind: kind if kind in OLD_KINDS else "voucher", "kind"),
        "isTimed": True,
        "isLimited": made(is_there, "limit"),
        "limitedQty": "limit",
        "isNewUserReward": "new_users_only",
        "isRandom": made(lambda draw: draw == Draw.RANDOM_FROM_COLLECTION, "draw"),
        "isUniqueCollectible": "once_per_collectible",
        "startDate": "starts_at",
        "endDate": "ends_at",
        **STAMPS,
    }
)
DISTRIBUTION_CODE = Shape(
    {
        "distributionCodeId": "id",
        "distributionId": "distribution_id",
        "code": "code",
        "qrCode": None,
        "isMultiUse": made(lambda uses: uses != 1, "max_uses"),
        "multiUseQty": made(lambda uses: None if uses == 1 else uses, "max_uses"),
        **STAMPS,
    }
)
DISTRIBUTION_CODE_USER = Shape(
    {
        "distributionCodeUserId": "id",
        "userId": "user_id",
        "distributionCodeId": "code_id",
        "previousOwnerId": None,
        "redeemed": True,
        "redeemedDate": "created_at",
        "collectibleReceived": made(
            lambda collectible, copy, mint: {"collectibleId": collectible, "userCollectibleId": copy, "mint": mint},
            "copy__collectible_id",
            "copy_id",
            "copy__mint",
        ),
        **STAMPS,
    }
)
DISTRIBUTION_COLLECTIBLE = Shape(
    {
        "distributionCollectibleId": "id",
        "distributionId": "distribution_id",
        "collectibleId": "collectible_id",
        **STAMPS,
    }
)
MISSION_TYPE = Shape(
    {"missionTypeId": "id", "name": "name", "description": "description", "createdDt": None, "updatedDt": None}
)
