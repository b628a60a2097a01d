-- A copy's number lies within the edition of its collectible. Since 0.1.
CREATE TRIGGER copy_number_is_within_edition__update BEFORE UPDATE ON collectibles_copy FOR EACH ROW
IF NEW.mint > (SELECT circulation FROM collectibles_collectible WHERE id = NEW.collectible_id) THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'This number lies beyond the edition.';
END IF;
