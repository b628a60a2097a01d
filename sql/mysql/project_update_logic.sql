-- A deactivated project closes its collections and ends its campaigns. Since 0.1.
CREATE TRIGGER project_update_logic AFTER UPDATE ON catalog_project FOR EACH ROW
IF OLD.active AND NOT NEW.active THEN
    UPDATE catalog_collection
    SET active = 0, version = version + 1, updated_at = UTC_TIMESTAMP(6)
    WHERE project_id = NEW.id AND active;
    UPDATE collectibles_distribution
    SET active = 0,
        ends_at = IF(starts_at < UTC_TIMESTAMP(6) AND ends_at > UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), ends_at),
        version = version + 1,
        updated_at = UTC_TIMESTAMP(6)
    WHERE project_id = NEW.id AND active;
END IF;
