"""Every old route, and what it does now.

Names of parameters are the old backend's where they are known; the others follow its way of naming them. `now` is the
route of /api/v1/ that takes its place. Writes of staff are gone (410), what the phone decided is refused (403).
"""

from . import profile, reads, writes
from .route import ANYONE, SIGNED_IN, STAFF, asks, decided, does, gone, many, one, staff_writes

PEOPLE = [
    one("User/getUserByUserId", "userId", now="users/"),
    one("User/getUserByEmail", "email", now="users/me/", who=SIGNED_IN),
    one("User/getUserByUsername", "username", now="users/"),
    many("User/getUsersByLastLoggedIn", "lastLoggedInAfter", now="users/", who=STAFF),
    does("User/createUser", profile.make_account, now="users/me/"),
    does("User/updateUserByUserId", profile.change_by_id, now="users/me/"),
    does("User/updateUserByUsername", profile.change_by_name, now="users/me/"),
    does("User/deleteUserByUserId", profile.leave_for_good, "userId", now="users/me/"),
    one("Notification/getNotificationByNotificationId", "notificationId", now="inbox/", who=SIGNED_IN),
    many("Notification/getNotificationsByDate", "createdDtAfter", now="inbox/", who=SIGNED_IN),
    many("Notification/getNotificationsByHeader", "header", now="inbox/", who=SIGNED_IN),
    *staff_writes("Notification", now="notifications/"),
    many("NotificationUser/getNotificationUsersByUserId", "userId", now="inbox/", who=SIGNED_IN),
    many("NotificationUser/getNotificationUsersByNotificationId", "notificationId", now="inbox/", who=SIGNED_IN),
    many(
        "NotificationUser/getNotificationUsersByUserIdAndDate",
        "userId",
        "createdDtAfter",
        now="inbox/",
        who=SIGNED_IN,
    ),
    gone("NotificationUser/createNotificationUser", now="notifications/"),
    does("NotificationUser/updateNotificationUserByNotificationUserId", writes.mark_message, now="inbox/"),
    does(
        "NotificationUser/deleteNotificationUserByNotificationUserId",
        writes.delete_message,
        "notificationUserId",
        now="inbox/",
    ),
    one("NewsPost/getNewsPostByNewsPostId", "newsPostId", now="news/"),
    many("NewsPost/getNewsPostsByDate", "postDateAfter", now="news/"),
    many("NewsPost/getNewsPostsByHeader", "header", now="news/"),
    *staff_writes("NewsPost", now="news/"),
]

COMMUNITIES = [
    one("Community/getCommunityByCommunityId", "communityId", now="communities/"),
    many("Community/getCommunityByTitle", "title", now="communities/"),
    *staff_writes("Community", now="communities/"),
    many("CommunityUser/getCommunityUsersByUserId", "userId", now="memberships/", who=SIGNED_IN),
    many("CommunityUser/getCommunityUsersByCommunityId", "communityId", now="memberships/", who=SIGNED_IN),
    does("CommunityUser/createCommunityUser", writes.join_community, now="communities/"),
    does("CommunityUser/updateCommunityUserByCommunityUserId", writes.keep_membership, now="memberships/"),
    does(
        "CommunityUser/deleteCommunityUserByCommunityUserId",
        writes.leave_community,
        "communityUserId",
        now="communities/",
    ),
    one("CommunityChallenge/getCommunityChallengeByCommunityChallengeId", "communityChallengeId", now="challenges/"),
    many("CommunityChallenge/getCommunityChallengeByTitle", "title", now="challenges/"),
    *staff_writes("CommunityChallenge", now="challenges/"),
]

CATALOG = [
    one("Category/getCategoryByCategoryId", "categoryId", now="categories/"),
    *staff_writes("Category", now="categories/"),
    one("Project/getProjectByProjectId", "projectId", now="projects/"),
    many("Project/getProjectByName", "name", now="projects/"),
    *staff_writes("Project", now="projects/"),
    one("Collection/getCollectionByCollectionId", "collectionId", now="collections/"),
    many("Collection/getCollectionByName", "name", now="collections/"),
    *staff_writes("Collection", now="collections/"),
    one("Sponsor/getSponsorBySponsorId", "sponsorId", now="sponsors/"),
    many("Sponsor/getSponsorByName", "name", now="sponsors/"),
    many("Sponsor/getSponsorByOrganization", "organization", now="sponsors/"),
    *staff_writes("Sponsor", now="sponsors/"),
    one("Collectible/getCollectibleByCollectibleId", "collectibleId", now="collectibles/"),
    many("Collectible/getCollectibleByName", "name", now="collectibles/"),
    many("Collectible/getCollectiblesByLabel", "label", now="collectibles/"),
    many("Collectible/getCollectiblesBySponsor", "sponsorId", now="collectibles/"),
    many("Collectible/getCollectiblesByCollection", "collectionId", now="collectibles/"),
    many("Collectible/getCollectiblesByCommunity", "communityId", now="collectibles/"),
    many("Collectible/getAllCollectibles", now="collectibles/"),
    many("Collectible/getCollectiblesByProjectId", "projectId", now="collectibles/"),
    many("Collectible/getCollectiblesByCategoryId", "categoryId", now="collectibles/"),
    *staff_writes("Collectible", now="collectibles/"),
    one(
        "CollectibleSponsor/getCollectibleSponsorByCollectibleSponsorId",
        "collectibleSponsorId",
        now="collectibles/",
    ),
    many("CollectibleSponsor/getCollectibleSponsorByCollectibleId", "collectibleId", now="collectibles/"),
    many("CollectibleSponsor/getCollectibleSponsorBySponsorId", "sponsorId", now="collectibles/"),
    *staff_writes("CollectibleSponsor", now="collectibles/"),
]

COLLECTING = [
    one("UserCollectible/getUserCollectibleByCollectibleIdAndMint", "collectibleId", "mint", now="collectibles/"),
    many("UserCollectible/getUserCollectiblesByOwnerId", "ownerId", now="copies/"),
    many("UserCollectible/getUserCollectiblesByLastOwned", "lastTransferredDtAfter", now="copies/", who=SIGNED_IN),
    many("UserCollectible/getUserCollectiblesByCollectibleId", "collectibleId", now="collectibles/"),
    one("UserCollectible/getUserCollectibleByUserCollectibleId", "userCollectibleId", now="copies/"),
    decided("UserCollectible/createUserCollectible", now="redemptions/"),
    does("UserCollectible/updateUserCollectibleByUserCollectibleId", writes.change_copy, now="copies/"),
    decided("UserCollectible/deleteUserCollectibleByUserCollectibleId", now="copies/"),
    one("Mission/getMissionByMissionId", "missionId", now="missions/"),
    many("Mission/getMissionByTitle", "title", now="missions/"),
    *staff_writes("Mission", now="missions/"),
    asks(
        "MissionType/getMissionTypeByMissionTypeId",
        reads.read_mission_type,
        "missionTypeId",
        now="missions/",
        who=ANYONE,
    ),
    asks("MissionType/getAllMissionTypes", reads.read_mission_types, "skip", "limit", now="missions/", who=ANYONE),
    *staff_writes("MissionType", now="missions/", deletes=False),
    many("MissionUser/getMissionUsersByUserId", "userId", now="missions/", who=SIGNED_IN),
    many("MissionUser/getMissionUsersByMissionId", "missionId", now="missions/", who=SIGNED_IN),
    many("MissionUser/getMissionUsersByCompleted", "completed", now="missions/", who=SIGNED_IN),
    does("MissionUser/createMissionUser", writes.start_mission, now="missions/"),
    does("MissionUser/updateMissionUserByMissionUserId", writes.claim, now="missions/"),
    decided("MissionUser/deleteMissionUserByMissionUserId", now="missions/"),
    # An audit trail that no client showed; what happened to copies is in their history.
    gone("MissionUserData/getMissionUserDatasByMissionUserId", now="missions/"),
    gone("MissionUserData/getMissionUserDatasByUserId", now="missions/"),
    gone("MissionUserData/getMissionUserDatasByMissionId", now="missions/"),
    *staff_writes("MissionUserData", now="missions/"),
]

CAMPAIGNS = [
    one("Distribution/getDistributionByDistributionId", "distributionId", now="redemptions/", who=SIGNED_IN),
    many("Distribution/getAllDistributions", now="distributions/", who=STAFF),
    many("Distribution/getDistributionsByProjectId", "projectId", now="distributions/", who=STAFF),
    *staff_writes("Distribution", now="distributions/"),
    one(
        "DistributionCode/getDistributionCodeByDistributionCodeId",
        "distributionCodeId",
        now="redemptions/",
        who=SIGNED_IN,
    ),
    many("DistributionCode/getAllDistributionCodes", now="codes/", who=STAFF),
    many("DistributionCode/getDistributionCodesByDistributionId", "distributionId", now="codes/", who=STAFF),
    asks("DistributionCode/getDistributionCodeByCode", reads.read_code, "code", now="redemptions/", who=SIGNED_IN),
    # The app made codes to hand copies on (TFR-...) and to claim rewards (MISSION-...).
    decided("DistributionCode/createDistributionCode", now="transfers/"),
    gone("DistributionCode/updateDistributionCodeByDistributionCodeId", now="codes/"),
    gone("DistributionCode/deleteDistributionCodeByDistributionCodeId", now="codes/"),
    one(
        "DistributionCodeUser/getDistributionCodeUserByDistributionCodeUserId",
        "distributionCodeUserId",
        now="redemptions/",
        who=SIGNED_IN,
    ),
    many("DistributionCodeUser/getAllDistributionCodeUsers", now="redemptions/", who=STAFF),
    many("DistributionCodeUser/getDistributionCodeUsersByUserId", "userId", now="redemptions/", who=SIGNED_IN),
    many(
        "DistributionCodeUser/getDistributionCodeUsersByDistributionCodeId",
        "distributionCodeId",
        now="redemptions/",
        who=SIGNED_IN,
    ),
    does("DistributionCodeUser/createDistributionCodeUser", writes.redeem_code, now="redemptions/"),
    does(
        "DistributionCodeUser/updateDistributionCodeUserByDistributionCodeUserId",
        writes.keep_redemption,
        now="redemptions/",
    ),
    decided("DistributionCodeUser/deleteDistributionCodeUserByDistributionCodeUserId", now="redemptions/"),
    one(
        "DistributionCollectible/getDistributionCollectibleByDistributionCollectibleId",
        "distributionCollectibleId",
        now="distributions/",
        who=STAFF,
    ),
    many("DistributionCollectible/getAllDistributionCollectibles", now="distributions/", who=STAFF),
    many(
        "DistributionCollectible/getDistributionCollectiblesByCollectibleId",
        "collectibleId",
        now="distributions/",
        who=STAFF,
    ),
    many(
        "DistributionCollectible/getDistributionCollectiblesByDistributionId",
        "distributionId",
        now="distributions/",
        who=STAFF,
    ),
    *staff_writes("DistributionCollectible", now="distributions/"),
]

ROUTES = {route.name: route for route in [*PEOPLE, *COMMUNITIES, *CATALOG, *COLLECTING, *CAMPAIGNS]}
