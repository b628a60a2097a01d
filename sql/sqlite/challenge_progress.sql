-- A copy minted to a member counts for the running challenges of its community: one more for the member, and in
-- one of 16 shards of the tally, so that no row is hot. Since 0.1.
CREATE TRIGGER challenge_progress AFTER INSERT ON collectibles_copy
BEGIN
    INSERT INTO communities_challengecontribution (challenge_id, user_id, count)
    SELECT c.id, NEW.owner_id, 1
    FROM collectibles_collectible k
    JOIN catalog_collection s ON s.id = k.collection_id
    JOIN communities_membership m ON m.community_id = s.community_id AND m.user_id = NEW.owner_id
    JOIN communities_challenge c ON c.community_id = s.community_id
    WHERE k.id = NEW.collectible_id
      AND (m.banned_until IS NULL OR m.banned_until <= strftime('%Y-%m-%d %H:%M:%f', 'now'))
      AND c.starts_at <= NEW.acquired_at AND (c.ends_at IS NULL OR c.ends_at > NEW.acquired_at)
    ON CONFLICT (challenge_id, user_id) DO UPDATE SET
        count = count + 1,
        updated_at = strftime('%Y-%m-%d %H:%M:%f', 'now');
    INSERT INTO communities_challengetally (challenge_id, shard, count)
    SELECT c.id, NEW.owner_id % 16, 1
    FROM collectibles_collectible k
    JOIN catalog_collection s ON s.id = k.collection_id
    JOIN communities_membership m ON m.community_id = s.community_id AND m.user_id = NEW.owner_id
    JOIN communities_challenge c ON c.community_id = s.community_id
    WHERE k.id = NEW.collectible_id
      AND (m.banned_until IS NULL OR m.banned_until <= strftime('%Y-%m-%d %H:%M:%f', 'now'))
      AND c.starts_at <= NEW.acquired_at AND (c.ends_at IS NULL OR c.ends_at > NEW.acquired_at)
    ON CONFLICT (challenge_id, shard) DO UPDATE SET count = count + 1;
END;
