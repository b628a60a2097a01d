"""Makes a database as the old backend left it: its tables, and rows good and bad.

`Old` is one such database in the server of the suite. Tables have no foreign keys here: some of the old ones had lost
them, and then hold what points nowhere.
"""

import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import MySQLdb

LOC, MEDIA = "LONGTEXT", "LONGTEXT"
STAMPS = "createdDt TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP, updatedDt TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP"
REFS = f"imageRef {MEDIA}, vidRef {MEDIA}, qrRef {MEDIA}, embedRef {MEDIA}"
IMGS = f"imgRef {MEDIA}, vidRef {MEDIA}, qrRef {MEDIA}, embedRef {MEDIA}"
SCHEMA = {
    "User": "email VARCHAR(255), username VARCHAR(255), cognitoUsername VARCHAR(255), passwordHashed VARCHAR(255),"
    " authToken TEXT, authData LONGTEXT, pushToken VARCHAR(255), deviceId VARCHAR(255), userType VARCHAR(20) DEFAULT"
    " 'onboarding', userRank LONGTEXT, profileImg VARCHAR(255), score INT, lastLoggedIn TIMESTAMP NULL,"
    f" isOnBlockchain BOOL, blockchainUserAddress VARCHAR(255), active BOOL DEFAULT 1, {STAMPS}",
    "Category": f"name VARCHAR(255), {STAMPS}",
    "Community": f"title {LOC}, description {LOC}, active BOOL DEFAULT 1, {REFS}, {STAMPS}",
    "CommunityUser": f"communityId BIGINT, memberId BIGINT, completed LONGTEXT, {STAMPS}",
    "CommunityChallenge": f"communityId BIGINT, title {LOC}, description {LOC}, goal INT, timer BOOL, reward LONGTEXT,"
    f" rewardId BIGINT, startDate DATETIME, endDate DATETIME, webRef {MEDIA}, {IMGS}, {STAMPS}",
    "Project": f"name {LOC}, attributed LONGTEXT, active BOOL DEFAULT 1, location VARCHAR(255), {STAMPS}",
    "Collection": f"communityId BIGINT, projectId BIGINT, name {LOC}, description {LOC}, active BOOL DEFAULT 1,"
    f" {REFS}, {STAMPS}",
    "Collectible": "collectionId BIGINT, categoryId BIGINT, projectId BIGINT, communityId BIGINT,"
    f" label {LOC}, name {LOC}, description {LOC}, active BOOL DEFAULT 1, {REFS}, circulation INT,"
    f" publicationDate DATETIME, price LONGTEXT, {STAMPS}",
    "UserCollectible": "ownerId BIGINT, collectibleId BIGINT, mint INT, active BOOL DEFAULT 1, favorite BOOL DEFAULT 0,"
    f" previousOwnerId BIGINT, lastTransferredDt DATETIME, trade BOOL, points INT, qrCode LONGTEXT, {STAMPS}",
    "Sponsor": f"name {LOC}, organization LONGTEXT, urls LONGTEXT, description {LOC}, {REFS}, sponsorCity VARCHAR(255),"
    " sponsorCountry VARCHAR(255), sponsorZip VARCHAR(20), primaryContactName VARCHAR(255), primaryContactEmail"
    f" VARCHAR(255), primaryContactPhone BIGINT, active BOOL DEFAULT 1, {STAMPS}",
    "CollectibleSponsor": f"collectibleId BIGINT, sponsorId BIGINT, sponsorMessage {LOC}, active BOOL DEFAULT 1",
    "NewsPost": f"header {LOC}, body {LOC}, shortBody {LOC}, postDate DATETIME, type VARCHAR(40),"
    f" active BOOL DEFAULT 1, {IMGS}, {STAMPS}",
    "Notification": f"header {LOC}, content {LOC}, pushNotification BOOL, private BOOL, active BOOL DEFAULT 1,"
    f" link LONGTEXT, publishDt DATETIME, notifyData LONGTEXT, {IMGS}, {STAMPS}",
    "NotificationUser": "notificationId BIGINT, userId BIGINT, markRead BOOL DEFAULT 0, archived BOOL DEFAULT 0,"
    f" deleted BOOL DEFAULT 0, pushNotification BOOL DEFAULT 0, {STAMPS}",
    "Mission": f"collectionId BIGINT, title {LOC}, description {LOC}, goal INT, timer BOOL, reward {LOC},"
    f" rewardId BIGINT, endDate DATETIME, missionTypeId BIGINT, parameterJson LONGTEXT, {IMGS}, {STAMPS}",
    "MissionUser": "userId BIGINT, missionId BIGINT, progress INT DEFAULT 0, completed BOOL DEFAULT 0,"
    " rewardClaimed BOOL DEFAULT 0, status VARCHAR(40), dateCompleted DATETIME",
    "Distribution": f"projectId BIGINT, collectionId BIGINT, name {LOC}, description {LOC}, type VARCHAR(20),"
    " isTimed BOOL, isLimited BOOL, limitedQty INT, isNewUserReward BOOL, isRandom BOOL, isUniqueCollectible BOOL,"
    f" startDate DATETIME, endDate DATETIME, {STAMPS}",
    "DistributionCode": "distributionId BIGINT, code VARCHAR(255) COLLATE utf8mb4_bin, qrCode LONGTEXT,"
    f" isMultiUse BOOL, multiUseQty INT, {STAMPS}",
    "DistributionCodeUser": "userId BIGINT, distributionCodeId BIGINT, previousOwnerId BIGINT, redeemed BOOL,"
    f" redeemedDate DATETIME, collectibleReceived LONGTEXT, {STAMPS}",
    "DistributionCollectible": f"distributionId BIGINT, collectibleId BIGINT, {STAMPS}",
}
START = datetime(2023, 5, 1, 12, tzinfo=UTC)


def at(hours):
    return (START + timedelta(hours=hours)).strftime("%Y-%m-%d %H:%M:%S")


def key_of(table):
    return f"{table[0].lower()}{table[1:]}Id"


class Old:
    """`as_json`: after the old migration of texts to JSON; before it they are plain."""

    def __init__(self, host, port, user, password, name, *, as_json=True):
        self.server = {"host": host, "port": port, "user": user, "password": password, "charset": "utf8mb4"}
        self.name, self.as_json = name, as_json
        self.url = f"mysql://{user}:{password}@{host}:{port}/{name}"

    @contextmanager
    def cursor(self, **more):
        connection = MySQLdb.connect(**self.server, **more, autocommit=True)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET SESSION sql_mode = '', SESSION time_zone = '+00:00'")
                yield cursor
        finally:
            connection.close()

    def make(self):
        with self.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {self.name}")
            cursor.execute(f"CREATE DATABASE {self.name} CHARACTER SET utf8mb4")
        with self.cursor(database=self.name) as cursor:
            for table, columns in SCHEMA.items():
                cursor.execute(f"CREATE TABLE `{table}` ({key_of(table)} BIGINT AUTO_INCREMENT PRIMARY KEY, {columns})")

    def empty(self):
        with self.cursor(database=self.name) as cursor:
            for table in SCHEMA:
                cursor.execute(f"TRUNCATE `{table}`")

    def drop(self):
        with self.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {self.name}")

    def add(self, table, *rows, **row):
        """Rows as dictionaries, or one as keywords; `id` is the key."""
        rows = rows or (row,)
        with self.cursor(database=self.name) as cursor:
            for each in rows:
                named = {key_of(table) if name == "id" else name: value for name, value in each.items()}
                columns = ", ".join(f"`{name}`" for name in named)
                places = ", ".join(["%s"] * len(named))
                values = [json.dumps(value) if isinstance(value, dict | list) else value for value in named.values()]
                cursor.execute(f"INSERT INTO `{table}` ({columns}) VALUES ({places})", values)

    def many(self, table, columns, rows):
        with self.cursor(database=self.name) as cursor:
            places = ", ".join(["%s"] * len(columns))
            statement = f"INSERT INTO `{table}` ({', '.join(columns)}) VALUES ({places})"
            rows = list(rows)
            for start in range(0, len(rows), 5_000):
                cursor.executemany(statement, rows[start : start + 5_000])

    def run(self, statement, *values):
        with self.cursor(database=self.name) as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()

    def text(self, en, de=None):
        if not self.as_json:
            return en
        return json.dumps({"en": en} | ({"de": de} if de else {}))

    # --- Rows -----------------------------------------------------------------------------------------------------

    def fill(self):
        """A small world in which nothing is wrong."""
        text = self.text
        for number, name in enumerate(["alice", "bob", "carol"], start=1):
            self.add(
                "User", id=number, email=f"{name}@example.com", username=name, cognitoUsername=f"sub-{name}",
                userType="email", score=10 * number, authData={"pushEnabled": "1", "country": "DE", "newsletter": "1"},
                pushToken=f"token-{name}", passwordHashed="COGNITO_MANAGED_USER", createdDt=at(0), updatedDt=at(1),
            )  # fmt: skip
        self.add("User", id=4, email="Dora@Example.com", username="dora", userType="email", createdDt=at(0))
        self.add("User", id=5, email="gone@example.com", cognitoUsername="sub-gone", active=0, createdDt=at(0))
        self.add("Category", id=1, name="car part")
        self.add("Community", id=1, title=text("Friends", "Freunde"), createdDt=at(0))
        self.add("CommunityUser", *({"communityId": 1, "memberId": pk, "createdDt": at(0)} for pk in (1, 2)))
        self.add("Project", id=1, name=text("Roadshow"), attributed={"owner": "x"}, createdDt=at(0))
        self.add("Collection", id=1, communityId=1, projectId=1, name=text("Classics", "Klassiker"), createdDt=at(0))
        for pk, circulation in ((1, 10), (2, None), (3, 5)):
            self.add(
                "Collectible", id=pk, collectionId=1, categoryId=1, projectId=1, communityId=1, circulation=circulation,
                label=text("K"), name=text(f"Door {pk}", f"Tür {pk}"), price={"base": "9.90"}, createdDt=at(0),
                imageRef={"load": "https://img.example/door.png"}, embedRef={"url": "https://img.example/door.glb"},
            )  # fmt: skip
        self.add("Sponsor", id=1, name=text("Sponsor"), organization={"type": "voices"}, primaryContactPhone=4930123)
        self.add("CollectibleSponsor", id=1, collectibleId=1, sponsorId=1, sponsorMessage=text("Hi"))
        self.add(
            "Distribution", id=1, projectId=1, name=text("Scan"), type="scan", isTimed=1, isLimited=1, limitedQty=50,
            isRandom=0, startDate=at(0), endDate="2098-01-01 00:00:00", createdDt=at(0),
        )  # fmt: skip
        self.add("DistributionCollectible", *({"distributionId": 1, "collectibleId": pk} for pk in (1, 2)))
        self.add("DistributionCode", {"id": 1, "distributionId": 1, "code": "single-1", "isMultiUse": 0})
        self.add("DistributionCode", {"id": 2, "distributionId": 1, "code": "MULTI2023", "isMultiUse": 1})
        self.add("DistributionCode", {"id": 3, "distributionId": 1, "code": "FRESH-ONE", "isMultiUse": 0})
        self.add("DistributionCode", {"id": 4, "distributionId": 1, "code": "WELCOME2024", "isMultiUse": 1})
        self.add("CommunityChallenge", id=1, communityId=1, title=text("Together"), goal=3, rewardId=3,
                 startDate=at(0), createdDt=at(0))  # fmt: skip
        copies = [(1, 1, 1, 7, None), (2, 1, 2, 3, None), (3, 2, 1, 2, 1), (4, 3, 2, 1, None), (5, 3, 3, 5, None)]
        for pk, owner, collectible, mint, previous in copies:
            self.add(
                "UserCollectible", id=pk, ownerId=owner, collectibleId=collectible, mint=mint, previousOwnerId=previous,
                lastTransferredDt=at(50) if previous else None, favorite=pk == 1, createdDt=at(pk),
            )  # fmt: skip
        redeemed = [(1, 1, 1, 1, 1), (2, 1, 2, 2, 2), (3, 3, 2, 2, 4)]
        for pk, user, code, collectible, hours in redeemed:
            self.add(
                "DistributionCodeUser", id=pk, userId=user, distributionCodeId=code, redeemed=1, redeemedDate=at(hours),
                collectibleReceived={"collectibleId": collectible}, createdDt=at(hours),
            )  # fmt: skip
        self.add("DistributionCodeUser", id=4, userId=2, distributionCodeId=3, redeemed=0, createdDt=at(9))
        self.add(
            "Mission", id=1, collectionId=1, title=text("Set", "Satz"), goal=2, missionTypeId=1, rewardId=3,
            parameterJson={"collectibleIds": [1, 2]}, reward=text("A wheel"), createdDt=at(0),
        )  # fmt: skip
        self.add(
            "Mission", id=2, collectionId=1, title=text("Hello"), goal=1, missionTypeId=2, rewardId=1, createdDt=at(0)
        )
        self.add(
            "MissionUser", {"id": 1, "userId": 1, "missionId": 1, "progress": 2, "completed": 1, "dateCompleted": at(9)}
        )
        self.add("MissionUser", *({"id": 2 + pk, "userId": pk, "missionId": 2, "progress": 1} for pk in (1, 2, 3)))
        self.add("MissionUser", {"id": 9, "userId": 2, "missionId": 1, "progress": 1})
        self.add("NewsPost", id=1, header=text("News"), body=text("<p>Long</p>"), type="event", postDate=at(1))
        self.add("Notification", id=1, header=text("Welcome"), content=text("Hello"), private=0, createdDt=at(0))
        self.add("Notification", id=2, header=text("For you"), content=text("..."), private=1, createdDt=at(5))
        self.add("NotificationUser", *({"notificationId": 1, "userId": pk, "markRead": pk == 1} for pk in (1, 2, 3)))
        self.add("NotificationUser", {"notificationId": 2, "userId": 2})
