-- A copy that changes hands moves both people's missions. collect_set counts the listed collectibles,
-- collect_count all copies of the mission's collection, that a person owns now, capped at the goal. Claimed
-- stays claimed. Since 0.1.
-- Who receives a copy and has reached the goal stays there, and is not counted.
CREATE TRIGGER mission_progress__update AFTER UPDATE OF owner_id ON collectibles_copy
WHEN NEW.owner_id <> OLD.owner_id
BEGIN
    INSERT INTO collectibles_missionprogress (user_id, mission_id, progress, completed_at)
    SELECT counted.person, counted.id, counted.progress,
        CASE WHEN counted.progress >= counted.goal THEN strftime('%Y-%m-%d %H:%M:%f', 'now') END
    FROM (
        SELECT who.id AS person, m.id, m.goal, MIN(m.goal, (
            SELECT COUNT(*) FROM collectibles_missioncollectible e
            WHERE e.mission_id = m.id AND EXISTS (
                SELECT 1 FROM collectibles_copy c
                WHERE c.owner_id = who.id AND c.collectible_id = e.collectible_id
            )
        )) AS progress
        FROM collectibles_missioncollectible listed
        JOIN collectibles_mission m ON m.id = listed.mission_id AND m.kind = 'collect_set'
        JOIN users_user who ON who.id IN (OLD.owner_id, NEW.owner_id)
        LEFT JOIN collectibles_missionprogress mine ON mine.mission_id = m.id AND mine.user_id = who.id
        WHERE listed.collectible_id = NEW.collectible_id
          AND (who.id = OLD.owner_id OR mine.id IS NULL OR mine.progress <> m.goal)
        UNION ALL
        SELECT who.id AS person, m.id, m.goal, MIN(m.goal, (
            SELECT COUNT(*) FROM collectibles_copy c
            WHERE c.owner_id = who.id
              AND c.collectible_id IN (
                  SELECT k.id FROM collectibles_collectible k
                  WHERE k.collection_id = m.collection_id
              )
        ))
        FROM collectibles_mission m
        JOIN users_user who ON who.id IN (OLD.owner_id, NEW.owner_id)
        LEFT JOIN collectibles_missionprogress mine ON mine.mission_id = m.id AND mine.user_id = who.id
        WHERE m.collection_id = (SELECT collection_id FROM collectibles_collectible WHERE id = NEW.collectible_id)
          AND m.kind = 'collect_count'
          AND (who.id = OLD.owner_id OR mine.id IS NULL OR mine.progress <> m.goal)
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
