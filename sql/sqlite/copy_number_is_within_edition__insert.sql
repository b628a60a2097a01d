-- A copy's number lies within the edition of its collectible. Since 0.1.
CREATE TRIGGER copy_number_is_within_edition__insert BEFORE INSERT ON collectibles_copy
WHEN NEW.mint > (SELECT circulation FROM collectibles_collectible WHERE id = NEW.collectible_id)
BEGIN
    SELECT RAISE(ABORT, 'This number lies beyond the edition.');
END;
