-- A deactivated project closes its collections and ends its campaigns. Since 0.1.
CREATE TRIGGER project_update_logic AFTER UPDATE OF active ON catalog_project
WHEN OLD.active AND NOT NEW.active
BEGIN
    UPDATE catalog_collection
    SET active = 0, version = version + 1, updated_at = strftime('%Y-%m-%d %H:%M:%f', 'now')
    WHERE project_id = NEW.id AND active;
    UPDATE collectibles_distribution
    SET active = 0,
        ends_at = CASE
            WHEN starts_at < strftime('%Y-%m-%d %H:%M:%f', 'now') AND ends_at > strftime('%Y-%m-%d %H:%M:%f', 'now')
            THEN strftime('%Y-%m-%d %H:%M:%f', 'now')
            ELSE ends_at
        END,
        version = version + 1,
        updated_at = strftime('%Y-%m-%d %H:%M:%f', 'now')
    WHERE project_id = NEW.id AND active;
END;
