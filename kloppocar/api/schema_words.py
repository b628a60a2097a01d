"""What the OpenAPI description says of every operation of a kind: of tags, verbs and refusals."""

TAGS = {
    "categories": "Kinds of collectibles.",
    "challenges": "What a community collects together, and who gave how much.",
    "codes": "Codes that are printed: staff make and withdraw them.",
    "collectibles": "What can be won, in which edition, and who owns which number.",
    "collections": "Collectibles that belong together; the gallery shows which of them one has.",
    "communities": "Groups of people: joined, left and moderated.",
    "copies": "Numbered copies that one owns, and each one's history.",
    "devices": "Where pushes go.",
    "distributions": "Campaigns: which code gives what, when, how often and to whom.",
    "home": "Everything that the home screen shows.",
    "inbox": "Messages to oneself.",
    "localisation": "Texts by language, and what lacks a translation.",
    "memberships": "Who belongs to a community, in which role; bans.",
    "missions": "What to collect for a reward, and how far one is.",
    "news": "News, events and announcements.",
    "notifications": "Messages that staff compose; people read them in the inbox.",
    "projects": "Occasions that collections belong to.",
    "ranks": "What one is called from which score on.",
    "redemptions": "Codes that are scanned or typed, and what they gave.",
    "sponsors": "Who stands behind a collectible.",
    "transfers": "Copies that are handed on, by a secret that is shown once.",
    "users": "People: the public part of anybody, and one's own account at `me/`.",
}
VERBS = {  # by an action: what it is called, and how every such operation behaves
    "list": ("List {many}", "In pages: `next` and `previous` lead on. Parameters that are not named here are refused."),
    "retrieve": ("Read a {one}", "404 where there is none that the caller may see."),
    "create": ("Create a {one}", "Answers with the row as it then is."),
    "update": ("Replace a {one}", "All that is writable; with `If-Match` only the version that the writer saw."),
    "partial_update": ("Change a {one}", "Only what is sent; with `If-Match` only the version that the writer saw."),
    "destroy": ("Delete a {one}", "409 while others need it; with `If-Match` only the version that the writer saw."),
}
NOUNS = {  # by path, where rows are not called as their models are: one, and many
    "codes": ("code", "codes"),
    "collectibles_copies": ("", "the copies of a collectible, with their owners"),
    "collections_gallery": ("", "a collection's collectibles, with one's own copies"),
    "communities_moderation": ("", "what moderators of a community did"),
    "copies": ("copy of one's own", "one's own copies"),
    "devices": ("device", "one's own devices"),
    "distributions": ("campaign", "campaigns"),
    "inbox": ("message to oneself", "messages to oneself"),
    "notifications": ("message", "messages"),
    "notifications_recipients": ("recipient", "recipients of a message"),
    "redemptions": ("redemption", "one's own redemptions"),
    "transfers": ("transfer", "one's own transfers"),
    "users": ("person", "people"),
    "users_copies": ("", "the copies of a person"),
    "users_standing": ("", "what moderators did about oneself"),
}
ERRORS = {
    "400": "The request is not valid; `attr` says which part of it.",
    "401": "Nobody is signed in, or the token is not taken; `code` says why.",
    "403": "Not for the caller to do.",
    "404": "There is no such row, or none that the caller may see.",
    "406": "No form that is offered is accepted.",
    "409": "The state of things does not allow it; `code` says which rule.",
    "412": "The row moved on; `extra` holds it as it is now, and where it differs from what was sent.",
    "413": "The body is too large.",
    "415": "Bodies of this type are not taken.",
    "429": "Too often; `Retry-After` says when to come back.",
    "503": "Not right now; `Retry-After` says when to try again.",
}
EXTRA = (
    "What helps, by `code`: `opens_at` (not_open_yet), `copy` (already_redeemed, already_claimed, already_accepted), "
    "`transfer` (already_offered), `reason` (not_eligible, not_claimable), `current` and `differences` "
    "(precondition_failed)."
)
