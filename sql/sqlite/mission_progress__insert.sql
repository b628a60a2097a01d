-- A new copy moves its owner's missions. collect_set counts the listed collectibles, collect_count all copies of
-- the mission's collection, that a person owns now, capped at the goal. Claimed stays claimed. Since 0.1.
-- Whoever has reached the goal stays there, so no count is longer than a goal, however much a person owns.
CREATE TRIGGER mission_progress__insert AFTER INSERT ON collectibles_copy
BEGIN
    INSERT INTO collectibles_missionprogress (user_id, mission_id, progress, completed_at)
    SELECT NEW.owner_id, counted.id, counted.progress,
        CASE WHEN counted.progress >= counted.goal THEN strftime('%Y-%m-%d %H:%M:%f', 'now') END
    FROM (
        SELECT m.id, m.goal, MIN(m.goal, (
            SELECT COUNT(*) FROM collectibles_missioncollectible e
            WHERE e.mission_id = m.id AND EXISTS (
                SELECT 1 FROM collectibles_copy c
                WHERE c.owner_id = NEW.owner_id AND c.collectible_id = e.collectible_id
            )
        )) AS progress
        FROM collectibles_missioncollectible listed
        JOIN collectibles_mission m ON m.id = listed.mission_id AND m.kind = 'collect_set'
        LEFT JOIN collectibles_missionprogress mine ON mine.mission_id = m.id AND mine.user_id = NEW.owner_id
        WHERE listed.collectible_id = NEW.collectible_id
          AND (mine.id IS NULL OR mine.progress <> m.goal)
        UNION ALL
        SELECT m.id, m.goal, MIN(m.goal, (
            SELECT COUNT(*) FROM collectibles_copy c
            WHERE c.owner_id = NEW.owner_id
              AND c.collectible_id IN (
                  SELECT k.id FROM collectibles_collectible k
                  WHERE k.collection_id = m.collection_id
              )
        ))
        FROM collectibles_mission m
        LEFT JOIN collectibles_missionprogress mine ON mine.mission_id = m.id AND mine.user_id = NEW.owner_id
        WHERE m.collection_id = (SELECT collection_id FROM collectibles_collectible WHERE id = NEW.collectible_id)
          AND m.kind = 'collect_count'
          AND (mine.id IS NULL OR mine.progress <> m.goal)
    ) counted
    WHERE true
    ON CONFLICT (user_id, mission_id) DO UPDATE SET
        version = version + 1,
        updated_at = strftime('%Y-%m-%d %H:%M:%f', 'now'),
        completed_at = CASE
            WHEN claimed_at IS NULL AND excluded.completed_at IS NULL THEN NULL
            ELSE COALESCE(completed_at, excluded.completed_at)
        END,
        progress = excluded.progress;
END;
