-- What one record may do to the copy, and who may take headers out of it.

SET LOCAL search_path = privmw_ledger, pg_temp;

-- Facets are told apart by a digest: what a record is searched by may be longer than an index entry.
CREATE FUNCTION facet_key(parts text[]) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog AS $$
    SELECT sha256(string_agg(sha256(convert_to(part, 'UTF8')), ''::bytea ORDER BY place))
    FROM unnest(parts) WITH ORDINALITY AS given (part, place)
$$;

DO $$
BEGIN
    EXECUTE format('ALTER TABLE facets DROP CONSTRAINT %I', (
        SELECT conname FROM pg_constraint WHERE conrelid = 'privmw_ledger.facets'::regclass AND contype = 'u'));
END
$$;
ALTER TABLE facets ADD COLUMN key bytea NOT NULL UNIQUE GENERATED ALWAYS AS (
    facet_key(ARRAY[kind, decision, reason_code, recipient, country, purpose, categories])) STORED;

-- Nobody logs in as privmw_pruner: only the function below runs as it, and only it gets past the trigger. A setting would
-- open the door to whoever sets it.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'privmw_pruner') THEN
        CREATE ROLE privmw_pruner NOLOGIN;
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_user = 'privmw_pruner' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'ledger headers are append-only: % refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END
$$;

-- The owner's own bound, whatever a purge record says: UPDATE privmw_ledger.limits SET minimum_header_age = '5 years'.
CREATE TABLE limits (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    minimum_header_age interval NOT NULL DEFAULT '1 year'
);
INSERT INTO limits DEFAULT VALUES;

DROP FUNCTION prune(integer, bigint, integer[], bigint[], bytea[]);
CREATE FUNCTION prune(of_writer integer, below bigint, levels integer[], positions bigint[], hashes bytea[])
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = privmw_ledger, pg_temp AS $$
DECLARE
    stated interval;
    latest bigint;
    newest bigint;
    removed bigint;
BEGIN
    -- The writer's account adds the record, the purger's account prunes: neither can do it alone.
    SELECT max((said.details ->> 'period')::interval) INTO stated
    FROM writers w
    JOIN headers h ON h.writer = w.id AND h.facet = ANY (ARRAY(SELECT id FROM facets WHERE kind = 'purge')),
        LATERAL (SELECT convert_from(h.header, 'UTF8')::jsonb -> 'details' AS details) said
    WHERE said.details @> jsonb_build_object('action', 'prune', 'below', below,
        'writer', (SELECT writer_id FROM writers WHERE id = of_writer));
    IF stated IS NULL THEN
        RAISE EXCEPTION 'no purge record says that these headers are pruned' USING ERRCODE = 'check_violation';
    END IF;
    SELECT max(seq), max(time) FILTER (WHERE seq < below) INTO latest, newest FROM headers WHERE writer = of_writer;
    IF below > latest THEN
        RAISE EXCEPTION 'the latest header of a writer is never pruned' USING ERRCODE = 'check_violation';
    END IF;
    -- A month that ends earlier in another time zone makes up to three days.
    IF to_timestamp(newest / 1000.0) + greatest(
        stated - interval '4 days', (SELECT minimum_header_age FROM limits)) > now()
    THEN
        RAISE EXCEPTION 'headers are younger than their retention period, or than privmw_ledger.limits allows'
            USING ERRCODE = 'check_violation';
    END IF;
    PERFORM delete_payloads(of_writer, ARRAY(SELECT seq FROM payloads WHERE writer = of_writer AND seq < below));
    DELETE FROM subtrees WHERE writer = of_writer;
    INSERT INTO subtrees SELECT of_writer, * FROM unnest(levels, positions, hashes);
    DELETE FROM headers WHERE writer = of_writer AND seq < below;
    GET DIAGNOSTICS removed = ROW_COUNT;
    RETURN removed;
END
$$;

GRANT USAGE ON SCHEMA privmw_ledger TO privmw_pruner;
GRANT SELECT ON writers, facets, headers, payloads, limits TO privmw_pruner;
GRANT DELETE ON headers TO privmw_pruner;
GRANT SELECT, INSERT, DELETE ON subtrees TO privmw_pruner;
GRANT EXECUTE ON FUNCTION delete_payloads TO privmw_pruner;

-- Who gives a function to a role must be in it, and the role must be allowed to make one, both for this moment.
GRANT privmw_pruner TO CURRENT_USER;
GRANT CREATE ON SCHEMA privmw_ledger TO privmw_pruner;
ALTER FUNCTION prune OWNER TO privmw_pruner;
REVOKE CREATE ON SCHEMA privmw_ledger FROM privmw_pruner;
REVOKE ALL ON FUNCTION prune, facet_key FROM PUBLIC;
GRANT EXECUTE ON FUNCTION prune TO privmw_purger;
REVOKE privmw_pruner FROM CURRENT_USER;

GRANT EXECUTE ON FUNCTION facet_key TO privmw_writer;
GRANT SELECT ON limits TO privmw_purger, privmw_verifier;
