-- A new copy moves its owner's missions. collect_set counts the listed collectibles, collect_count all copies of
-- the mission's collection, that a person owns now, capped at the goal. Claimed stays claimed. Since 0.1.
-- Whoever has reached the goal stays there, so no count is longer than a goal, however much a person owns.
-- All is read shared, not as it was when the statement began: what others committed counts, also after the statement
-- that fired this had to wait; and a mission that is being written is waited for. The indexes are forced, so that
-- only this person's copies and no collectible's row is touched: each writer holds some, and two would wait for
-- each other.
CREATE TRIGGER mission_progress__insert AFTER INSERT ON collectibles_copy FOR EACH ROW
INSERT INTO collectibles_missionprogress (user_id, mission_id, progress, completed_at)
SELECT NEW.owner_id, counted.id, counted.progress, IF(counted.progress >= counted.goal, UTC_TIMESTAMP(6), NULL)
FROM (
    (
        SELECT m.id, m.goal, LEAST(m.goal, (
            SELECT COUNT(*) FROM collectibles_missioncollectible e
            WHERE e.mission_id = m.id AND EXISTS (
                SELECT 1 FROM collectibles_copy c FORCE INDEX (copy_by_owner_and_collectible)
                WHERE c.owner_id = NEW.owner_id AND c.collectible_id = e.collectible_id
                LOCK IN SHARE MODE
            )
            LOCK IN SHARE MODE
        )) AS progress
        FROM collectibles_missioncollectible listed
        JOIN collectibles_mission m ON m.id = listed.mission_id AND m.kind = 'collect_set'
        LEFT JOIN collectibles_missionprogress mine ON mine.mission_id = m.id AND mine.user_id = NEW.owner_id
        WHERE listed.collectible_id = NEW.collectible_id
          AND (mine.id IS NULL OR mine.progress <> m.goal)
        LOCK IN SHARE MODE
    )
    UNION ALL
    (
        SELECT m.id, m.goal, LEAST(m.goal, (
            SELECT COUNT(*) FROM collectibles_copy c FORCE INDEX (copy_by_owner_and_collectible)
            WHERE c.owner_id = NEW.owner_id
              AND c.collectible_id IN (
                  SELECT k.id FROM collectibles_collectible k FORCE INDEX (collectible_by_collection)
                  WHERE k.collection_id = m.collection_id
              )
            LOCK IN SHARE MODE
        ))
        FROM collectibles_mission m
        LEFT JOIN collectibles_missionprogress mine ON mine.mission_id = m.id AND mine.user_id = NEW.owner_id
        WHERE m.collection_id = (SELECT collection_id FROM collectibles_collectible WHERE id = NEW.collectible_id)
          AND m.kind = 'collect_count'
          AND (mine.id IS NULL OR mine.progress <> m.goal)
        LOCK IN SHARE MODE
    )
) counted
ON DUPLICATE KEY UPDATE
    version = collectibles_missionprogress.version + 1,
    updated_at = UTC_TIMESTAMP(6),
    completed_at = IF(
        claimed_at IS NULL AND VALUES(completed_at) IS NULL, NULL, COALESCE(completed_at, VALUES(completed_at))
    ),
    progress = VALUES(progress);
