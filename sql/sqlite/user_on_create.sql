-- A new person has reached the sign-up missions that are open. No mission means no row, and the sign-up goes on.
-- Since 0.1.
CREATE TRIGGER user_on_create AFTER INSERT ON users_user
BEGIN
    INSERT INTO collectibles_missionprogress (user_id, mission_id, progress, completed_at)
    SELECT NEW.id, id, 1, CASE goal WHEN 1 THEN strftime('%Y-%m-%d %H:%M:%f', 'now') END
    FROM collectibles_mission
    WHERE kind = 'sign_up' AND active AND starts_at <= strftime('%Y-%m-%d %H:%M:%f', 'now')
      AND (ends_at IS NULL OR ends_at > strftime('%Y-%m-%d %H:%M:%f', 'now'));
END;
