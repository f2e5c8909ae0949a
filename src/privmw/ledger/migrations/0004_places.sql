-- No row before the first record: a verifier that starts there would never come by. NOT VALID leaves rows that are there
-- already to be found by it.

SET LOCAL search_path = privmw_ledger, pg_temp;

ALTER TABLE headers ADD CONSTRAINT headers_seq_check CHECK (seq >= 0) NOT VALID;
ALTER TABLE payloads ADD CONSTRAINT payloads_seq_check CHECK (seq >= 0) NOT VALID;
