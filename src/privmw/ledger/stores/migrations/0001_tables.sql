-- The tables of a fleet's ledger: the rows of every writer's file, as docs/ledger.md describes them.
-- A header is never updated or deleted; a trigger says so even to the owner.

CREATE SCHEMA IF NOT EXISTS privmw_ledger;
SET LOCAL search_path = privmw_ledger, pg_temp;

CREATE TABLE writers (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    writer_id text NOT NULL UNIQUE,
    deployment text NOT NULL,
    host text NOT NULL,
    created bigint NOT NULL
);

CREATE TABLE facets (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    decision text NOT NULL,
    reason_code text NOT NULL,
    recipient text NOT NULL,
    country text NOT NULL,
    purpose text NOT NULL,
    categories text NOT NULL,
    UNIQUE (kind, decision, reason_code, recipient, country, purpose, categories)
);

CREATE TABLE headers (
    writer integer NOT NULL REFERENCES writers (id),
    epoch integer NOT NULL,
    seq bigint NOT NULL,
    time bigint NOT NULL,
    facet integer NOT NULL REFERENCES facets (id),
    intent bytea,
    hash bytea NOT NULL,
    header bytea NOT NULL,
    PRIMARY KEY (writer, epoch, seq),
    UNIQUE (writer, seq)
);
CREATE INDEX headers_time ON headers (writer, time, seq);
CREATE INDEX headers_facet ON headers (writer, facet, time, seq);
CREATE INDEX headers_intent ON headers (intent) WHERE intent IS NOT NULL;

-- Partitioned by retention class, then by the month of the record: a partition that is empty after a purge is dropped.
CREATE TABLE payloads (
    writer integer NOT NULL,
    seq bigint NOT NULL,
    class text NOT NULL,
    month date NOT NULL,
    salt bytea NOT NULL,
    data bytea NOT NULL,
    purge_after text,
    subject_ref text,
    PRIMARY KEY (writer, seq, class, month)
) PARTITION BY LIST (class);
CREATE INDEX payloads_subject ON payloads (subject_ref) WHERE subject_ref IS NOT NULL;

CREATE TABLE checkpoints (
    writer integer NOT NULL REFERENCES writers (id),
    size bigint NOT NULL,
    time bigint NOT NULL,
    note text NOT NULL,
    PRIMARY KEY (writer, size)
);

CREATE TABLE subtrees (
    writer integer NOT NULL REFERENCES writers (id),
    level integer NOT NULL,
    position bigint NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (writer, level, position)
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('privmw_ledger.pruning', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'ledger headers are append-only: % refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER headers_append_only BEFORE UPDATE OR DELETE ON headers FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER headers_no_truncate BEFORE TRUNCATE ON headers FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Makes the partition that a payload belongs to. Runs with its owner's rights, so that the writer needs none of its own.
CREATE FUNCTION ensure_partition(wanted_class text, wanted_month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = privmw_ledger, pg_temp AS $$
DECLARE
    parent text := 'payloads_' || substr(md5(wanted_class), 1, 12);
    child text := parent || '_' || to_char(wanted_month, 'YYYYMM');
BEGIN
    IF to_regclass(format('privmw_ledger.%I', child)) IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('privmw_ledger.partitions'));
    EXECUTE format(
        'CREATE TABLE IF NOT EXISTS %I PARTITION OF payloads FOR VALUES IN (%L) PARTITION BY RANGE (month)',
        parent, wanted_class);
    EXECUTE format(
        'CREATE TABLE IF NOT EXISTS %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
        child, parent, date_trunc('month', wanted_month)::date, (date_trunc('month', wanted_month) + interval '1 month')::date);
END
$$;

-- After payloads of a writer were deleted: drops empty partitions and rewrites the others, so that no dead row keeps bytes.
CREATE FUNCTION erase_deleted() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = privmw_ledger, pg_temp AS $$
DECLARE
    partition record;
    filled boolean;
    touched integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('privmw_ledger.partitions'));
    FOR partition IN
        SELECT leaf.oid::regclass AS name
        FROM pg_partition_tree('privmw_ledger.payloads') tree JOIN pg_class leaf ON leaf.oid = tree.relid
        WHERE tree.isleaf AND leaf.relkind = 'r'
    LOOP
        EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', partition.name);
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', partition.name) INTO filled;
        IF NOT filled THEN
            EXECUTE format('DROP TABLE %s', partition.name);
            touched := touched + 1;
        ELSIF EXISTS (SELECT FROM deletions WHERE relation = partition.name::text) THEN
            EXECUTE format('CREATE TEMPORARY TABLE kept ON COMMIT DROP AS SELECT * FROM %s', partition.name);
            EXECUTE format('TRUNCATE %s', partition.name);
            EXECUTE format('INSERT INTO %s SELECT * FROM kept', partition.name);
            DROP TABLE kept;
            touched := touched + 1;
        END IF;
    END LOOP;
    DELETE FROM deletions;
    RETURN touched;
END
$$;

-- Which partitions hold dead rows that erase_deleted() has not rewritten yet.
CREATE TABLE deletions (relation text PRIMARY KEY);

CREATE FUNCTION delete_payloads(of_writer integer, seqs bigint[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = privmw_ledger, pg_temp AS $$
DECLARE
    removed integer;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('privmw_ledger.partitions'));
    WITH gone AS (DELETE FROM payloads WHERE writer = of_writer AND seq = ANY (seqs) RETURNING tableoid),
         noted AS (
             INSERT INTO deletions SELECT DISTINCT tableoid::regclass::text FROM gone ON CONFLICT DO NOTHING
         )
    SELECT count(*) INTO removed FROM gone;
    RETURN removed;
END
$$;

CREATE FUNCTION prune(of_writer integer, below bigint, levels integer[], positions bigint[], hashes bytea[])
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = privmw_ledger, pg_temp AS $$
DECLARE
    removed bigint;
BEGIN
    PERFORM set_config('privmw_ledger.pruning', 'on', true);
    PERFORM delete_payloads(of_writer, ARRAY(SELECT seq FROM payloads WHERE writer = of_writer AND seq < below));
    DELETE FROM subtrees WHERE writer = of_writer;
    INSERT INTO subtrees SELECT of_writer, * FROM unnest(levels, positions, hashes);
    DELETE FROM headers WHERE writer = of_writer AND seq < below;
    GET DIAGNOSTICS removed = ROW_COUNT;
    PERFORM set_config('privmw_ledger.pruning', 'off', true);
    RETURN removed;
END
$$;
