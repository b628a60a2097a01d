-- A new person has reached the sign-up missions that are open. No mission means no row, and the sign-up goes on.
-- Since 0.1.
CREATE TRIGGER user_on_create AFTER INSERT ON users_user FOR EACH ROW
INSERT INTO collectibles_missionprogress (user_id, mission_id, progress, completed_at)
SELECT NEW.id, id, 1, IF(goal = 1, UTC_TIMESTAMP(6), NULL)
FROM collectibles_mission
WHERE kind = 'sign_up' AND active AND starts_at <= UTC_TIMESTAMP(6) AND (ends_at IS NULL OR ends_at > UTC_TIMESTAMP(6));
