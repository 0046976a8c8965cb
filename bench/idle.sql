-- Prints the buffers that twenty sweeps with nothing to do touch, found or read.
\set ON_ERROR_STOP 1
\pset tuples_only on
\pset format unaligned
SET client_min_messages = warning;

-- the first turns seal what setting up left behind, and fill the caches
CALL govdata.sweep();
CALL govdata.sweep();
CALL govdata.sweep();
SELECT pg_stat_force_next_flush() \g /dev/null
SELECT blks_hit + blks_read AS before FROM pg_stat_database WHERE datname = current_database() \gset
SELECT 'CALL govdata.sweep()' FROM generate_series(1, 20) \gexec
SELECT pg_stat_force_next_flush() \g /dev/null
SELECT blks_hit + blks_read - :before FROM pg_stat_database WHERE datname = current_database();
