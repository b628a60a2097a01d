-- A new copy moves its owner's missions. collect_set counts the listed collectibles, collect_count all copies of
-- the mission's collection, that a person owns now, capped at the goal. Claimed stays claimed. Since 0.1.
-- Copies are read shared: what others committed counts, also after the statement that fired this had to wait.
CREATE TRIGGER mission_progress__insert AFTER INSERT ON collectibles_copy FOR EACH ROW
INSERT INTO collectibles_missionprogress (user_id, mission_id, progress, completed_at)
SELECT NEW.owner_id, counted.id, counted.progress, IF(counted.progress >= counted.goal, UTC_TIMESTAMP(6), NULL)
FROM (
    SELECT m.id, m.goal, LEAST(m.goal, (
        SELECT COUNT(*) FROM collectibles_missioncollectible e
        WHERE e.mission_id = m.id AND EXISTS (
            SELECT 1 FROM collectibles_copy c WHERE c.owner_id = NEW.owner_id AND c.collectible_id = e.collectible_id
            LOCK IN SHARE MODE
        )
    )) AS progress
    FROM collectibles_missioncollectible listed
    JOIN collectibles_mission m ON m.id = listed.mission_id AND m.kind = 'collect_set'
    WHERE listed.collectible_id = NEW.collectible_id
    UNION ALL
    SELECT m.id, m.goal, LEAST(m.goal, (
        SELECT COUNT(*) FROM collectibles_collectible k
        JOIN collectibles_copy c ON c.collectible_id = k.id AND c.owner_id = NEW.owner_id
        WHERE k.collection_id = m.collection_id
        LOCK IN SHARE MODE
    ))
    FROM collectibles_collectible drawn
    JOIN collectibles_mission m ON m.collection_id = drawn.collection_id AND m.kind = 'collect_count'
    WHERE drawn.id = NEW.collectible_id
) counted
ON DUPLICATE KEY UPDATE
    version = collectibles_missionprogress.version + 1,
    updated_at = UTC_TIMESTAMP(6),
    completed_at = IF(
        claimed_at IS NULL AND VALUES(completed_at) IS NULL, NULL, COALESCE(completed_at, VALUES(completed_at))
    ),
    progress = VALUES(progress);
