"""The old backend as it was described: its routes, and its tables' columns. Held against the bridge's own table."""

ROUTES = """
User GET getUserByUserId getUserByEmail getUserByUsername getUsersByLastLoggedIn[]
User POST createUser
User PATCH updateUserByUserId updateUserByUsername
User DELETE deleteUserByUserId
Category GET getCategoryByCategoryId
Category POST createCategory
Category PATCH updateCategoryByCategoryId
Category DELETE deleteCategoryByCategoryId
Collection GET getCollectionByCollectionId getCollectionByName[]
Collection POST createCollection
Collection PATCH updateCollectionByCollectionId
Collection DELETE deleteCollectionByCollectionId
Collectible GET getCollectibleByCollectibleId getCollectibleByName[] getCollectiblesByLabel[] getCollectiblesBySponsor[]
Collectible GET getCollectiblesByCollection[] getCollectiblesByCommunity[] getAllCollectibles[]
Collectible GET getCollectiblesByProjectId[] getCollectiblesByCategoryId[]
Collectible POST createCollectible
Collectible PATCH updateCollectibleByCollectibleId
Collectible DELETE deleteCollectibleByCollectibleId
UserCollectible GET getUserCollectibleByCollectibleIdAndMint getUserCollectiblesByOwnerId[]
UserCollectible GET getUserCollectiblesByLastOwned[] getUserCollectiblesByCollectibleId[]
UserCollectible GET getUserCollectibleByUserCollectibleId
UserCollectible POST createUserCollectible
UserCollectible PATCH updateUserCollectibleByUserCollectibleId
UserCollectible DELETE deleteUserCollectibleByUserCollectibleId
Community GET getCommunityByCommunityId getCommunityByTitle[]
Community POST createCommunity
Community PATCH updateCommunityByCommunityId
Community DELETE deleteCommunityByCommunityId
CommunityUser GET getCommunityUsersByUserId[] getCommunityUsersByCommunityId[]
CommunityUser POST createCommunityUser
CommunityUser PATCH updateCommunityUserByCommunityUserId
CommunityUser DELETE deleteCommunityUserByCommunityUserId
CommunityChallenge GET getCommunityChallengeByCommunityChallengeId getCommunityChallengeByTitle[]
CommunityChallenge POST createCommunityChallenge
CommunityChallenge PATCH updateCommunityChallengeByCommunityChallengeId
CommunityChallenge DELETE deleteCommunityChallengeByCommunityChallengeId
Sponsor GET getSponsorBySponsorId getSponsorByName[] getSponsorByOrganization[]
Sponsor POST createSponsor
Sponsor PATCH updateSponsorBySponsorId
Sponsor DELETE deleteSponsorBySponsorId
CollectibleSponsor GET getCollectibleSponsorByCollectibleSponsorId getCollectibleSponsorByCollectibleId[]
CollectibleSponsor GET getCollectibleSponsorBySponsorId[]
CollectibleSponsor POST createCollectibleSponsor
CollectibleSponsor PATCH updateCollectibleSponsorByCollectibleSponsorId
CollectibleSponsor DELETE deleteCollectibleSponsorByCollectibleSponsorId
Notification GET getNotificationByNotificationId getNotificationsByDate[] getNotificationsByHeader[]
Notification GET getAllNotifications[]
Notification POST createNotification
Notification PATCH updateNotificationByNotificationId
Notification DELETE deleteNotificationByNotificationId
NotificationUser GET getNotificationUsersByUserId[] getNotificationUsersByNotificationId[]
NotificationUser GET getNotificationUsersByUserIdAndDate[] getNotificationUsersByNotificationIdAndUserId[]
NotificationUser POST createNotificationUser
NotificationUser PATCH updateNotificationUserByNotificationUserId
NotificationUser DELETE deleteNotificationUserByNotificationUserId
NewsPost GET getNewsPostByNewsPostId getNewsPostsByDate[] getNewsPostsByHeader[]
NewsPost POST createNewsPost
NewsPost PATCH updateNewsPostByNewsPostId
NewsPost DELETE deleteNewsPostByNewsPostId
Project GET getProjectByProjectId getProjectByName[]
Project POST createProject
Project PATCH updateProjectByProjectId
Project DELETE deleteProjectByProjectId
Mission GET getMissionByMissionId getMissionByTitle[]
Mission POST createMission
Mission PATCH updateMissionByMissionId
Mission DELETE deleteMissionByMissionId
MissionType GET getMissionTypeByMissionTypeId getAllMissionTypes[]
MissionType POST createMissionType
MissionType PATCH updateMissionTypeByMissionTypeId
MissionUser GET getMissionUsersByUserId[] getMissionUsersByMissionId[] getMissionUsersByCompleted[]
MissionUser POST createMissionUser
MissionUser PATCH updateMissionUserByMissionUserId
MissionUser DELETE deleteMissionUserByMissionUserId
MissionUserData GET getMissionUserDatasByMissionUserId[] getMissionUserDatasByUserId[] getMissionUserDatasByMissionId[]
MissionUserData POST createMissionUserData
MissionUserData PATCH updateMissionUserDataByMissionUserDataId
MissionUserData DELETE deleteMissionUserDataByMissionUserDataId
Distribution GET getDistributionByDistributionId getAllDistributions[] getDistributionsByProjectId[]
Distribution POST createDistribution
Distribution PATCH updateDistributionByDistributionId
Distribution DELETE deleteDistributionByDistributionId
DistributionCode GET getDistributionCodeByDistributionCodeId getAllDistributionCodes[]
DistributionCode GET getDistributionCodesByDistributionId[] getDistributionCodeByCode
DistributionCode POST createDistributionCode
DistributionCode PATCH updateDistributionCodeByDistributionCodeId
DistributionCode DELETE deleteDistributionCodeByDistributionCodeId
DistributionCodeUser GET getDistributionCodeUserByDistributionCodeUserId getAllDistributionCodeUsers[]
DistributionCodeUser GET getDistributionCodeUsersByUserId[] getDistributionCodeUsersByDistributionCodeId[]
DistributionCodeUser POST createDistributionCodeUser
DistributionCodeUser PATCH updateDistributionCodeUserByDistributionCodeUserId
DistributionCodeUser DELETE deleteDistributionCodeUserByDistributionCodeUserId
DistributionCollectible GET getDistributionCollectibleByDistributionCollectibleId getAllDistributionCollectibles[]
DistributionCollectible GET getDistributionCollectiblesByCollectibleId[] getDistributionCollectiblesByDistributionId[]
DistributionCollectible POST createDistributionCollectible
DistributionCollectible PATCH updateDistributionCollectibleByDistributionCollectibleId
DistributionCollectible DELETE deleteDistributionCollectibleByDistributionCollectibleId
"""
LEFT_OUT = {
    "Notification/getAllNotifications": "internal: the scheduler's own",
    "NotificationUser/getNotificationUsersByNotificationIdAndUserId": "internal: the scheduler's own",
}

# A column and its kind; `?` where it may be null. `text` is localised: an object by language.
COLUMNS = """
User userId:int email:str? username:str? cognitoUsername:str? authData:dict? pushToken:str? deviceId:str? userType:str?
User userRank:dict? profileImg:str? score:int? lastLoggedIn:time? isOnBlockchain:bool? blockchainUserAddress:str?
User active:bool
Category categoryId:int name:str
Community communityId:int title:text description:text? active:bool imageRef:dict? vidRef:dict? qrRef:dict?
Community embedRef:dict?
CommunityUser communityUserId:int communityId:int memberId:int completed:dict?
CommunityChallenge communityChallengeId:int communityId:int title:text description:text? goal:int timer:bool
CommunityChallenge reward:dict? rewardId:int? startDate:time endDate:time? imgRef:dict? vidRef:dict? qrRef:dict?
CommunityChallenge webRef:dict? embedRef:dict?
Project projectId:int name:text attributed:dict active:bool location:str?
Collection collectionId:int communityId:int projectId:int name:text description:text? active:bool imageRef:dict?
Collection vidRef:dict? qrRef:dict? embedRef:dict?
Collectible collectibleId:int collectionId:int categoryId:int projectId:int communityId:int label:text name:text
Collectible description:text? active:bool imageRef:dict? vidRef:dict? qrRef:dict? embedRef:dict? circulation:int?
Collectible publicationDate:time? price:dict? isOnBlockchain:bool blockchainCollectibleAddress:str?
UserCollectible userCollectibleId:int ownerId:int collectibleId:int mint:int active:bool favorite:bool
UserCollectible previousOwnerId:int? lastTransferredDt:time? trade:bool? points:int? qrCode:dict?
Sponsor sponsorId:int name:text organization:dict? urls:dict description:text? imageRef:dict? vidRef:dict? qrRef:dict?
Sponsor embedRef:dict? sponsorCity:str? sponsorCountry:str? sponsorZip:str? primaryContactName:str?
Sponsor primaryContactEmail:str? primaryContactPhone:str? active:bool
CollectibleSponsor collectibleSponsorId:int collectibleId:int sponsorId:int sponsorMessage:text? active:bool
NewsPost newsPostId:int header:text body:text shortBody:text postDate:time type:str? active:bool imgRef:dict?
NewsPost vidRef:dict? qrRef:dict? embedRef:dict?
Notification notificationId:int header:text content:text pushNotification:bool private:bool active:bool link:dict?
Notification imgRef:dict? vidRef:dict? qrRef:dict? embedRef:dict? publishDt:time notifyData:dict?
NotificationUser notificationUserId:int notificationId:int userId:int markRead:bool archived:bool deleted:bool
NotificationUser pushNotification:bool
Mission missionId:int collectionId:int title:text description:text? goal:int timer:bool reward:text? rewardId:int?
Mission endDate:time? imgRef:dict? vidRef:dict? qrRef:dict? embedRef:dict? missionTypeId:int parameterJson:dict
Mission active:bool publicationDate:time
MissionType missionTypeId:int name:str description:str?
MissionUser missionUserId:int userId:int missionId:int progress:int completed:bool rewardClaimed:bool status:str?
MissionUser dateCompleted:time?
Distribution distributionId:int projectId:int collectionId:int? name:text description:text? type:str isTimed:bool
Distribution isLimited:bool limitedQty:int? isNewUserReward:bool isRandom:bool isUniqueCollectible:bool? startDate:time
Distribution endDate:time
DistributionCode distributionCodeId:int distributionId:int code:str qrCode:dict? isMultiUse:bool multiUseQty:int?
DistributionCodeUser distributionCodeUserId:int userId:int distributionCodeId:int previousOwnerId:int? redeemed:bool
DistributionCodeUser redeemedDate:time? collectibleReceived:dict?
DistributionCollectible distributionCollectibleId:int distributionId:int collectibleId:int
"""
WITHOUT_STAMPS = {"CollectibleSponsor"}


def routes() -> dict[str, tuple[str, bool]]:
    """By path: the method, and whether it answered with a list."""
    found = {}
    for line in ROUTES.strip().splitlines():
        table, method, *functions = line.split()
        for function in functions:
            found[f"{table}/{function.removesuffix('[]')}"] = (method, function.endswith("[]"))
    return found


def columns() -> dict[str, dict[str, str]]:
    """By table: each column with its kind."""
    found: dict[str, dict[str, str]] = {}
    for line in COLUMNS.strip().splitlines():
        table, *cells = line.split()
        found.setdefault(table, {}).update(cell.split(":") for cell in cells)
    for table, cells in found.items():
        if table not in WITHOUT_STAMPS:
            cells |= {"createdDt": "time?", "updatedDt": "time?"}
    return found
