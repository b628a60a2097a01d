-- A copy's number lies within the edition of its collectible. Since 0.1.
-- A copy that changes hands first takes both people's rows, the smaller id before the greater: see
-- copy_number_is_within_edition__insert.
CREATE TRIGGER copy_number_is_within_edition__update BEFORE UPDATE ON collectibles_copy FOR EACH ROW
BEGIN
    DECLARE held BIGINT;
    IF NEW.owner_id <> OLD.owner_id THEN
        SELECT COUNT(*) INTO held FROM users_user WHERE id = LEAST(OLD.owner_id, NEW.owner_id) FOR UPDATE;
        SELECT COUNT(*) INTO held FROM users_user WHERE id = GREATEST(OLD.owner_id, NEW.owner_id) FOR UPDATE;
    END IF;
    IF NEW.mint > (SELECT circulation FROM collectibles_collectible WHERE id = NEW.collectible_id) THEN
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'This number lies beyond the edition.';
    END IF;
END;
