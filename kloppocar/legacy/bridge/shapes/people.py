"""People, their messages, communities and news."""

from users.models import Audience, UserStatus

from .shape import IMAGES, NOT_ON_BLOCKCHAIN, PICTURES, STAMPS, Shape, is_there, made, media, texts


def auth_data(push_enabled: bool, newsletter: bool, country: str) -> dict[str, str]:
    return {"pushEnabled": str(int(push_enabled)), "newsletter": str(int(newsletter)), "country": country}


USER = Shape(
    {
        "userId": "id",
        "email": "email",
        "username": "username",
        "cognitoUsername": "cognito_sub",
        "authData": made(auth_data, "push_enabled", "newsletter", "country"),
        "pushToken": None,  # taken, and never told
        "deviceId": None,
        "userType": made(lambda status: "onboarding" if status == UserStatus.ONBOARDING else "email", "status"),
        "userRank": "score",  # the rank that belongs to it, see rows.py
        "profileImg": made(lambda url: url or None, "picture"),
        "score": "score",
        "lastLoggedIn": "last_login",
        **NOT_ON_BLOCKCHAIN,
        "blockchainUserAddress": None,
        "active": "is_active",
        **STAMPS,
    }
)
NOTIFICATION = Shape(
    {
        "notificationId": "id",
        "header": "header",
        "content": "body",
        "pushNotification": "push",
        "private": made(lambda audience: audience == Audience.SELECTED, "audience"),
        "active": made(is_there, "published_at"),
        "link": made(lambda url: {"url": url} if url else None, "link"),
        **IMAGES,
        "publishDt": "publish_at",
        "notifyData": None,
        **STAMPS,
    }
)
NOTIFICATION_USER = Shape(
    {
        "notificationUserId": "id",  # the message's: each person has one row of it, and sees no other
        "notificationId": "id",
        "userId": None,  # the caller, see rows.py
        "markRead": made(is_there, "read_at"),
        "archived": made(is_there, "archived_at"),
        "deleted": False,
        "pushNotification": "push",
        "createdDt": "published_at",
        "updatedDt": "updated_at",
    }
)

COMMUNITY = Shape(
    {
        "communityId": "id",
        "title": "title",
        "description": texts("description"),
        "active": "active",
        **PICTURES,
        **STAMPS,
    }
)
COMMUNITY_USER = Shape(
    {"communityUserId": "id", "communityId": "community_id", "memberId": "user_id", "completed": None, **STAMPS}
)
COMMUNITY_CHALLENGE = Shape(
    {
        "communityChallengeId": "id",
        "communityId": "community_id",
        "title": "title",
        "description": texts("description"),
        "goal": "goal",
        "timer": made(is_there, "ends_at"),
        "reward": None,
        "rewardId": None,  # it was a collectible; now a campaign decides
        "startDate": "starts_at",
        "endDate": "ends_at",
        **media("imgRef", "vidRef", "qrRef", "webRef", "embedRef"),
        **STAMPS,
    }
)
NEWS_POST = Shape(
    {
        "newsPostId": "id",
        "header": "header",
        "body": "body",
        "shortBody": "short_body",
        "postDate": "posted_at",
        "type": "kind",
        "active": "active",
        **IMAGES,
        **STAMPS,
    }
)
