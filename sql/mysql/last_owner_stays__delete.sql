-- The last owner of an active community neither leaves nor is removed, unless their account is closed. Since 0.1.
-- The community's row is locked first: of two owners who leave at once, one waits and is then the last.
CREATE TRIGGER last_owner_stays__delete BEFORE DELETE ON communities_membership FOR EACH ROW
BEGIN
    DECLARE held BIGINT;
    IF OLD.role = 'owner' THEN
        SELECT id INTO held FROM communities_community WHERE id = OLD.community_id FOR UPDATE;
        IF EXISTS (SELECT 1 FROM communities_community WHERE id = OLD.community_id AND active)
           AND EXISTS (SELECT 1 FROM users_user WHERE id = OLD.user_id AND status <> 'deleted')
           AND NOT EXISTS (
               SELECT 1 FROM communities_membership other
               WHERE other.community_id = OLD.community_id AND other.role = 'owner' AND other.id <> OLD.id
               LOCK IN SHARE MODE
           )
        THEN
            SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'The last owner of a community stays.';
        END IF;
    END IF;
END;
