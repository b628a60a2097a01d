-- A copy's number lies within the edition of its collectible. Since 0.1.
-- First it takes the owner's row: who changes one person's copies waits here for the other, so that no two
-- transactions count the missions without each other's copy. Later would be too late: the foreign key takes the row
-- shared, and two that hold it shared wait for each other for ever.
CREATE TRIGGER copy_number_is_within_edition__insert BEFORE INSERT ON collectibles_copy FOR EACH ROW
BEGIN
    DECLARE held BIGINT;
    SELECT COUNT(*) INTO held FROM users_user WHERE id = NEW.owner_id FOR UPDATE;
    IF NEW.mint > (SELECT circulation FROM collectibles_collectible WHERE id = NEW.collectible_id) THEN
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'This number lies beyond the edition.';
    END IF;
END;
