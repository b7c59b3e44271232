-- Version 2: several processes on one store, as the silos of a cluster have it.
--
-- A member has a row in owners, as the only owner has, and the same rules hold for its sessions. Members do not trust
-- what they remember of a journal: its primary key refuses a second append at one sequence, whoever writes it. What that
-- can't show is that a journal was purged: so each purge counts up, and a commit says up to which purge it knows.

ALTER TABLE owners ADD COLUMN shared boolean NOT NULL DEFAULT false;

CREATE TABLE purges (number bigint NOT NULL);
INSERT INTO purges (number) VALUES (0);

CREATE FUNCTION require_member(member_epoch bigint, member_session bigint, known_purge bigint)
RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    PERFORM require_owner(member_epoch, member_session);
    PERFORM 1 FROM purges WHERE number = known_purge;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'journals were purged after purge %', known_purge USING ERRCODE = 'AC002';
    END IF;
    RETURN 1;
END
$$;

INSERT INTO migrations (version, title) VALUES (2, 'members');
