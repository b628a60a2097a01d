-- The last owner of an active community neither leaves nor is removed, unless their account is closed. Since 0.1.
CREATE TRIGGER last_owner_stays__delete BEFORE DELETE ON communities_membership
WHEN OLD.role = 'owner'
     AND EXISTS (SELECT 1 FROM communities_community WHERE id = OLD.community_id AND active)
     AND EXISTS (SELECT 1 FROM users_user WHERE id = OLD.user_id AND status <> 'deleted')
     AND NOT EXISTS (
         SELECT 1 FROM communities_membership other
         WHERE other.community_id = OLD.community_id AND other.role = 'owner' AND other.id <> OLD.id
     )
BEGIN
    SELECT RAISE(ABORT, 'The last owner of a community stays.');
END;
