-- A copy that changes hands moves both people's missions. collect_set counts the listed collectibles,
-- collect_count all copies of the mission's collection, that a person owns now, capped at the goal. Claimed
-- stays claimed. Since 0.1.
-- requires: recount_missions
CREATE TRIGGER mission_progress__update AFTER UPDATE ON collectibles_copy FOR EACH ROW
IF NEW.owner_id <> OLD.owner_id THEN
    CALL recount_missions(LEAST(OLD.owner_id, NEW.owner_id), NEW.collectible_id);
    CALL recount_missions(GREATEST(OLD.owner_id, NEW.owner_id), NEW.collectible_id);
END IF;
