-- Group roles. Grant one of them to the account that each program logs in with:
--   privmw_writer    the app's shipper: may add rows, may not read a payload, may not change or remove anything
--   privmw_verifier  `privmw transfers`, `privmw verify`: may read
--   privmw_purger    `privmw purge`: may read, delete payloads, prune by schedule and keep checkpoints

DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['privmw_writer', 'privmw_verifier', 'privmw_purger'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
        END IF;
    END LOOP;
END
$$;

REVOKE ALL ON SCHEMA privmw_ledger FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA privmw_ledger FROM PUBLIC;
GRANT USAGE ON SCHEMA privmw_ledger TO privmw_writer, privmw_verifier, privmw_purger;
GRANT SELECT ON privmw_ledger.migrations TO privmw_writer, privmw_verifier, privmw_purger;

GRANT INSERT, SELECT ON privmw_ledger.writers, privmw_ledger.facets TO privmw_writer;
GRANT INSERT, SELECT (writer, epoch, seq, hash) ON privmw_ledger.headers TO privmw_writer;
GRANT INSERT ON privmw_ledger.payloads TO privmw_writer;
GRANT INSERT, SELECT ON privmw_ledger.checkpoints TO privmw_writer;
GRANT EXECUTE ON FUNCTION privmw_ledger.ensure_partition TO privmw_writer;

GRANT SELECT ON privmw_ledger.writers, privmw_ledger.facets, privmw_ledger.headers, privmw_ledger.payloads,
    privmw_ledger.checkpoints, privmw_ledger.subtrees TO privmw_verifier, privmw_purger;

GRANT INSERT ON privmw_ledger.checkpoints TO privmw_purger;
GRANT EXECUTE ON FUNCTION privmw_ledger.delete_payloads, privmw_ledger.erase_deleted, privmw_ledger.prune TO privmw_purger;
