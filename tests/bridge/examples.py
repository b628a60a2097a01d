"""For every old route: what an old client sends there about the world's rows, and what each person gets.

People: anonymous, carol (a stranger), bob (shares a community with alice), alice (the owner), staff.
"""

from django.utils import timezone

PEOPLE = [None, "carol", "bob", "alice", "staff"]
LONG_AGO = "2020-01-01T00:00:00"
ALL = "200 200 200 200 200"
IN = "401 200 200 200 200"  # whoever has signed in
STAFF = "401 403 403 403 200"
MINE = "401 403 403 200 403"  # names alice
GONE = "410 410 410 410 410"
DECIDED = "401 403 403 403 403"


def code_of(w, person):
    return {"distributionCodeId": w.sealed("DistributionCode", w.code.pk, person or "alice")}


def campaign_of(w, person):
    return {"distributionId": w.sealed("Distribution", w.code.distribution_id, person or "alice")}


EXAMPLES = {
    "User/getUserByUserId": (ALL, lambda w, p: {"userId": w.alice.pk}),
    "User/getUserByEmail": ("401 404 404 200 200", lambda w, p: {"email": "Alice@example.org"}),
    "User/getUserByUsername": (ALL, lambda w, p: {"username": "Alice"}),
    "User/getUsersByLastLoggedIn": (STAFF, lambda w, p: {"lastLoggedInAfter": LONG_AGO}),
    "User/createUser": (IN, lambda w, p: {"username": f"new-{p}", "authToken": "x", "passwordHashed": "x"}),
    "User/updateUserByUserId": (MINE, lambda w, p: {"userId": w.alice.pk, "username": "alice-2"}),
    "User/updateUserByUsername": (MINE, lambda w, p: {"username": "alice", "authData": {"newsletter": "1"}}),
    "User/deleteUserByUserId": (MINE, lambda w, p: {"userId": w.alice.pk}),
    "Notification/getNotificationByNotificationId": (
        "401 404 404 200 200",
        lambda w, p: {"notificationId": w.message.pk},
    ),
    "Notification/getNotificationsByDate": (IN, lambda w, p: {"createdDtAfter": LONG_AGO}),
    "Notification/getNotificationsByHeader": (IN, lambda w, p: {"header": "hel"}),
    "NotificationUser/getNotificationUsersByUserId": (MINE, lambda w, p: {"userId": w.alice.pk}),
    "NotificationUser/getNotificationUsersByNotificationId": (IN, lambda w, p: {"notificationId": w.broadcast.pk}),
    "NotificationUser/getNotificationUsersByUserIdAndDate": (
        MINE,
        lambda w, p: {"userId": w.alice.pk, "createdDtAfter": LONG_AGO},
    ),
    "NotificationUser/createNotificationUser": (GONE, lambda w, p: {}),
    "NotificationUser/updateNotificationUserByNotificationUserId": (
        "401 404 404 200 404",
        lambda w, p: {"notificationUserId": w.message.pk, "markRead": True},
    ),
    "NotificationUser/deleteNotificationUserByNotificationUserId": (
        "401 404 404 200 404",
        lambda w, p: {"notificationUserId": w.message.pk},
    ),
    "NewsPost/getNewsPostByNewsPostId": (ALL, lambda w, p: {"newsPostId": w.news.pk}),
    "NewsPost/getNewsPostsByDate": (ALL, lambda w, p: {"postDateAfter": LONG_AGO}),
    "NewsPost/getNewsPostsByHeader": (ALL, lambda w, p: {"header": "NEWS"}),
    "Community/getCommunityByCommunityId": (ALL, lambda w, p: {"communityId": w.community.pk}),
    "Community/getCommunityByTitle": (ALL, lambda w, p: {"title": "reund"}),
    "CommunityUser/getCommunityUsersByUserId": (IN, lambda w, p: {"userId": w.alice.pk}),
    "CommunityUser/getCommunityUsersByCommunityId": (IN, lambda w, p: {"communityId": w.community.pk}),
    "CommunityUser/createCommunityUser": (IN, lambda w, p: {"communityId": w.community.pk}),
    "CommunityUser/updateCommunityUserByCommunityUserId": (
        "401 404 403 403 403",
        lambda w, p: {"communityUserId": w.memberships["alice"].pk, "completed": {"1": True}},
    ),
    "CommunityUser/deleteCommunityUserByCommunityUserId": (
        "401 404 403 200 403",
        lambda w, p: {"communityUserId": w.memberships["alice"].pk},
    ),
    "CommunityChallenge/getCommunityChallengeByCommunityChallengeId": (
        ALL,
        lambda w, p: {"communityChallengeId": w.challenge.pk},
    ),
    "CommunityChallenge/getCommunityChallengeByTitle": (ALL, lambda w, p: {"title": "toge"}),
    "Category/getCategoryByCategoryId": (ALL, lambda w, p: {"categoryId": w.collectible.category_id}),
    "Project/getProjectByProjectId": (ALL, lambda w, p: {"projectId": w.collection.project_id}),
    "Project/getProjectByName": (ALL, lambda w, p: {"name": "road"}),
    "Collection/getCollectionByCollectionId": (ALL, lambda w, p: {"collectionId": w.collection.pk}),
    "Collection/getCollectionByName": (ALL, lambda w, p: {"name": "Klassi"}),
    "Sponsor/getSponsorBySponsorId": (ALL, lambda w, p: {"sponsorId": w.sponsor.pk}),
    "Sponsor/getSponsorByName": (ALL, lambda w, p: {"name": "spons"}),
    "Sponsor/getSponsorByOrganization": (ALL, lambda w, p: {"organization": "charity"}),
    "Collectible/getCollectibleByCollectibleId": (ALL, lambda w, p: {"collectibleId": w.collectible.pk}),
    "Collectible/getCollectibleByName": (ALL, lambda w, p: {"name": "doo"}),
    "Collectible/getCollectiblesByLabel": (ALL, lambda w, p: {"label": "a1"}),
    "Collectible/getCollectiblesBySponsor": (ALL, lambda w, p: {"sponsorId": w.sponsor.pk}),
    "Collectible/getCollectiblesByCollection": (ALL, lambda w, p: {"collectionId": w.collection.pk}),
    "Collectible/getCollectiblesByCommunity": (ALL, lambda w, p: {"communityId": w.community.pk}),
    "Collectible/getAllCollectibles": (ALL, lambda w, p: {}),
    "Collectible/getCollectiblesByProjectId": (ALL, lambda w, p: {"projectId": w.collection.project_id}),
    "Collectible/getCollectiblesByCategoryId": (ALL, lambda w, p: {"categoryId": w.collectible.category_id}),
    "CollectibleSponsor/getCollectibleSponsorByCollectibleSponsorId": (
        ALL,
        lambda w, p: {"collectibleSponsorId": w.sponsorship.pk},
    ),
    "CollectibleSponsor/getCollectibleSponsorByCollectibleId": (ALL, lambda w, p: {"collectibleId": w.collectible.pk}),
    "CollectibleSponsor/getCollectibleSponsorBySponsorId": (ALL, lambda w, p: {"sponsorId": w.sponsor.pk}),
    "UserCollectible/getUserCollectibleByCollectibleIdAndMint": (
        ALL,
        lambda w, p: {"collectibleId": w.collectible.pk, "mint": w.copy.mint},
    ),
    "UserCollectible/getUserCollectiblesByOwnerId": (ALL, lambda w, p: {"ownerId": w.alice.pk}),
    "UserCollectible/getUserCollectiblesByLastOwned": (IN, lambda w, p: {"lastTransferredDtAfter": LONG_AGO}),
    "UserCollectible/getUserCollectiblesByCollectibleId": (ALL, lambda w, p: {"collectibleId": w.collectible.pk}),
    "UserCollectible/getUserCollectibleByUserCollectibleId": (ALL, lambda w, p: {"userCollectibleId": w.copy.pk}),
    "UserCollectible/createUserCollectible": (
        DECIDED,
        lambda w, p: {"ownerId": w.alice.pk, "collectibleId": w.collectible.pk, "mint": 1},
    ),
    "UserCollectible/updateUserCollectibleByUserCollectibleId": (
        MINE,
        lambda w, p: {"userCollectibleId": w.copy.pk, "favorite": True},
    ),
    "UserCollectible/deleteUserCollectibleByUserCollectibleId": (
        DECIDED,
        lambda w, p: {"userCollectibleId": w.copy.pk},
    ),
    "Mission/getMissionByMissionId": (ALL, lambda w, p: {"missionId": w.mission.pk}),
    "Mission/getMissionByTitle": (ALL, lambda w, p: {"title": "set"}),
    "MissionType/getMissionTypeByMissionTypeId": (ALL, lambda w, p: {"missionTypeId": 2}),
    "MissionType/getAllMissionTypes": (ALL, lambda w, p: {}),
    "MissionUser/getMissionUsersByUserId": (MINE, lambda w, p: {"userId": w.alice.pk}),
    "MissionUser/getMissionUsersByMissionId": (IN, lambda w, p: {"missionId": w.mission.pk}),
    "MissionUser/getMissionUsersByCompleted": (IN, lambda w, p: {"completed": "false"}),
    "MissionUser/createMissionUser": (IN, lambda w, p: {"missionId": w.mission.pk, "progress": 1}),
    "MissionUser/updateMissionUserByMissionUserId": (
        "401 409 409 200 409",
        lambda w, p: {"missionUserId": w.mission.pk, "completed": True, "rewardClaimed": True},
    ),
    "MissionUser/deleteMissionUserByMissionUserId": (DECIDED, lambda w, p: {"missionUserId": w.mission.pk}),
    "MissionUserData/getMissionUserDatasByMissionUserId": (GONE, lambda w, p: {"missionUserId": 1}),
    "MissionUserData/getMissionUserDatasByUserId": (GONE, lambda w, p: {"userId": 1}),
    "MissionUserData/getMissionUserDatasByMissionId": (GONE, lambda w, p: {"missionId": 1}),
    "Distribution/getDistributionByDistributionId": (IN, campaign_of),
    "Distribution/getAllDistributions": (STAFF, lambda w, p: {}),
    "Distribution/getDistributionsByProjectId": (STAFF, lambda w, p: {"projectId": w.code.distribution.project_id}),
    "DistributionCode/getDistributionCodeByDistributionCodeId": (IN, code_of),
    "DistributionCode/getAllDistributionCodes": (STAFF, lambda w, p: {}),
    "DistributionCode/getDistributionCodesByDistributionId": (
        STAFF,
        lambda w, p: {"distributionId": w.code.distribution_id},
    ),
    "DistributionCode/getDistributionCodeByCode": (IN, lambda w, p: {"code": w.code.code}),
    "DistributionCode/createDistributionCode": (DECIDED, lambda w, p: {"code": "TFR-1700000000000"}),
    "DistributionCodeUser/getDistributionCodeUserByDistributionCodeUserId": (
        "401 404 404 200 200",
        lambda w, p: {"distributionCodeUserId": w.grant.pk},
    ),
    "DistributionCodeUser/getAllDistributionCodeUsers": (STAFF, lambda w, p: {}),
    "DistributionCodeUser/getDistributionCodeUsersByUserId": (
        "401 403 403 200 200",
        lambda w, p: {"userId": w.alice.pk},
    ),
    "DistributionCodeUser/getDistributionCodeUsersByDistributionCodeId": (IN, code_of),
    "DistributionCodeUser/createDistributionCodeUser": (
        "401 200 200 409 200",
        lambda w, p: (
            code_of(w, p)
            | {"userId": getattr(w, p or "alice").pk, "redeemed": True, "redeemedDate": str(timezone.now())}
            | {"collectibleReceived": {"collectibleId": 999}}
        ),
    ),
    "DistributionCodeUser/updateDistributionCodeUserByDistributionCodeUserId": (
        "401 404 404 403 403",
        lambda w, p: {"distributionCodeUserId": w.grant.pk, "redeemed": False},
    ),
    "DistributionCodeUser/deleteDistributionCodeUserByDistributionCodeUserId": (
        DECIDED,
        lambda w, p: {"distributionCodeUserId": w.grant.pk},
    ),
    "DistributionCollectible/getDistributionCollectibleByDistributionCollectibleId": (
        STAFF,
        lambda w, p: {"distributionCollectibleId": w.pool.pk},
    ),
    "DistributionCollectible/getAllDistributionCollectibles": (STAFF, lambda w, p: {}),
    "DistributionCollectible/getDistributionCollectiblesByCollectibleId": (
        STAFF,
        lambda w, p: {"collectibleId": w.collectible.pk},
    ),
    "DistributionCollectible/getDistributionCollectiblesByDistributionId": (
        STAFF,
        lambda w, p: {"distributionId": w.code.distribution_id},
    ),
}
STAFF_TABLES = [
    *("Category", "Collection", "Collectible", "Community", "CommunityChallenge", "Sponsor", "CollectibleSponsor"),
    *("Notification", "NewsPost", "Project", "Mission", "MissionUserData", "Distribution", "DistributionCollectible"),
]
WRITES = [f"{table}/create{table}" for table in [*STAFF_TABLES, "MissionType"]]
WRITES += [f"{table}/update{table}By{table}Id" for table in [*STAFF_TABLES, "MissionType", "DistributionCode"]]
WRITES += [f"{table}/delete{table}By{table}Id" for table in [*STAFF_TABLES, "DistributionCode"]]
EXAMPLES |= {name: (GONE, lambda w, p: {"active": True}) for name in WRITES}
