-- A new copy moves its owner's missions. collect_set counts the listed collectibles, collect_count all copies of
-- the mission's collection, that a person owns now, capped at the goal. Claimed stays claimed. Since 0.1.
-- requires: recount_missions
CREATE TRIGGER mission_progress__insert AFTER INSERT ON collectibles_copy FOR EACH ROW
CALL recount_missions(NEW.owner_id, NEW.collectible_id);
